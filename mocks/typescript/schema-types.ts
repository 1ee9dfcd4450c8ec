import { jsonPointer } from '../../spec/index.js';
import { isNode, memberNames, memberOf, partsOf, type Schema, type SchemaNode } from '../schema.js';
import {
  declare,
  inline,
  intersection,
  isList,
  isName,
  mayReferToItself,
  name,
  NEVER,
  union,
  UNKNOWN,
  type Expression,
} from './expression.js';
import {
  alternativesOf,
  descriptionOf,
  itemsAt,
  possibleTypes,
  possibleValues,
  referredBy,
  sayOnlyTypes,
  schemaOf,
  shapeOf,
} from './facts.js';
import { below, namingOf, within, type Naming, type Place } from './place.js';
import { comment, key, quote, referenceName, singular } from './text.js';

/** Schemas that are nested more deeply than this without a name are left open. */
const DEEPEST = 24;
/** Longer types are given a name, since no line has room for them inside of another. */
const LONGEST_INSIDE = 80;

/**
 * Turns the JSON Schemas (2020-12) of one document into TypeScript: objects become interfaces, and what is referred to
 * keeps its name, so that cycles close.
 *
 * What TypeScript cannot say (bounds, patterns, `not`, `if`) is left out. A type is never narrower than its schema, with one
 * exception: members that an object does not declare. JSON Schema lets them pass; a type that did so too would let every slip
 * of the pen pass. So there is an index signature where the schema says `additionalProperties` or `patternProperties`, and
 * where an object declares no members at all.
 *
 * @example
 * const types = new SchemaTypes(contract.document, []);
 * inline(types.of([{ type: ['string', 'null'] }], 'Name')); // 'string | null'
 */
export class SchemaTypes {
  readonly #document: unknown;
  readonly #names: Set<string>;
  /** By name, in the order of first use. */
  readonly #declarations = new Map<string, string>();
  /** What is finished, by root and shape or by pointer. */
  readonly #known = new Map<string, Expression>();
  readonly #underWay = new Map<string, Place>();

  /** @param taken names that no type is to be given */
  constructor(document: unknown, taken: readonly string[]) {
    this.#document = document;
    this.#names = new Set(['Readonly', 'Record', ...taken]);
  }

  /** What has to be declared for the types that were asked for, formatted. */
  get declarations(): readonly string[] {
    return [...this.#declarations.values()];
  }

  /** The type of a value that all of these schemas describe. */
  of(schemas: readonly Schema[], called: string): Expression {
    return this.#type(schemas, { naming: namingOf(called), root: called, depth: 0, level: 0 });
  }

  #type(schemas: readonly Schema[], place: Place): Expression {
    const pointer = referredBy(schemas);
    if (pointer !== undefined) return this.#reference(pointer, place);
    if (place.depth > DEEPEST) return UNKNOWN;
    const parts = partsOf(this.#document, schemas, () => true);
    if (parts === undefined) return NEVER;
    return this.#once(`${place.root} ${shapeOf(parts)}`, place, () => this.#whole(parts, place));
  }

  #reference(pointer: string, from: Place): Expression {
    const schema = jsonPointer.get(this.#document, pointer) as Schema | undefined;
    if (schema === undefined) return UNKNOWN;
    const naming = namingOf(referenceName(pointer));
    const place: Place = { naming, root: pointer, depth: 0, level: from.level };
    return this.#once(pointer, place, () => {
      // The first to come has the name that the contract gives it.
      naming.claimed = this.#claim(naming.called);
      const type = this.#type([schema], place);
      // A name for a word of TypeScript, or a second one for something that has a name, would only hide what it is.
      return type.kind === 'name' ? type : this.#alias(type, naming, descriptionOf([schema]));
    });
  }

  /** Makes each type once, and gives a name to what comes across itself. */
  #once(key: string, place: Place, make: () => Expression): Expression {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const above = this.#underWay.get(key);
    // What leads back to itself without an object or an array in between says nothing.
    if (above !== undefined) return above.level === place.level ? UNKNOWN : name(this.#nameOf(above.naming));
    this.#underWay.set(key, place);
    const type = make();
    this.#underWay.delete(key);
    const result = place.naming.used ? this.#alias(type, place.naming, []) : type;
    this.#known.set(key, result);
    return result;
  }

  #whole(parts: readonly SchemaNode[], place: Place): Expression {
    const alternatives = alternativesOf(parts);
    if (alternatives.length === 0) return this.#own(parts, place);
    const onlyTypes = sayOnlyTypes(parts);
    const inherited = parts.filter((part) => onlyTypes && 'type' in part).map(({ type }) => ({ type }));
    const branches = alternatives.map((list) =>
      union(
        list.map((branch, index) => {
          const title = isNode(branch) && typeof branch['title'] === 'string' ? branch['title'] : String(index + 1);
          const schemas = referredBy([branch]) === undefined ? [...inherited, branch] : [branch];
          return this.#alternative(this.#type(schemas, below(place, title)), below(place, title));
        }),
      ),
    );
    const all = onlyTypes ? branches : [this.#own(parts, below(place, 'base')), ...branches];
    const [only, ...others] = all;
    if (only !== undefined && others.length === 0) return only;
    return intersection(all.map((type, index) => this.#inside(type, below(place, `part${index + 1}`), isList(type) ? 0 : LONGEST_INSIDE)));
  }

  /** What the parts themselves say, alternatives aside. */
  #own(parts: readonly SchemaNode[], place: Place): Expression {
    const types = possibleTypes(parts);
    const values = possibleValues(parts, types);
    const several = (values ?? types ?? []).length > 1;
    if (values !== undefined)
      return union(values.map((value, index) => this.#literal(value, several ? below(place, String(index + 1)) : place)));
    if (types === undefined) return UNKNOWN;
    if (!several) return union(types.map((type) => this.#typed(type, parts, place)));
    return union(types.map((type) => this.#alternative(this.#typed(type, parts, below(place, type)), below(place, type))));
  }

  #typed(type: string, parts: readonly SchemaNode[], place: Place): Expression {
    switch (type) {
      case 'object':
        return this.#object(parts, place);
      case 'array':
        return this.#array(parts, place);
      case 'integer':
      case 'number':
        return name('number');
      case 'string':
      case 'boolean':
      case 'null':
        return name(type);
      default:
        return UNKNOWN;
    }
  }

  #literal(value: unknown, place: Place): Expression {
    if (typeof value === 'object' && value !== null) return this.#type([schemaOf(value)], place);
    return name(typeof value === 'string' ? quote(value) : String(value));
  }

  #array(parts: readonly SchemaNode[], place: Place): Expression {
    const item = within({ ...place, naming: namingOf(singular(place.naming.called)) }, '');
    const others = this.#item(parts, Infinity, item);
    const length = Math.max(0, ...parts.map(({ prefixItems }) => (Array.isArray(prefixItems) ? prefixItems.length : 0)));
    if (length === 0 && others !== NEVER) return { kind: 'array', of: others };
    const items = Array.from({ length }, (_, index) => this.#item(parts, index, below(item, String(index + 1))));
    const least = Math.max(0, ...parts.map(({ minItems }) => (typeof minItems === 'number' ? minItems : 0)));
    return { kind: 'tuple', items, optionalFrom: least, rest: others === NEVER ? undefined : others };
  }

  #item(parts: readonly SchemaNode[], index: number, place: Place): Expression {
    const schemas = itemsAt(parts, index);
    return schemas.length === 0 ? UNKNOWN : this.#inside(this.#type(schemas, place), place);
  }

  #object(parts: readonly SchemaNode[], place: Place): Expression {
    const required = new Set(parts.flatMap((part) => (Array.isArray(part['required']) ? (part['required'] as string[]) : [])));
    const members = [...new Set([...memberNames(parts), ...required])];
    const bare = this.#others(parts, members.length === 0, place);
    if (members.length === 0 && (bare === undefined || !mayReferToItself(bare))) return { kind: 'map', of: bare ?? NEVER };

    const own = this.#nameOf(place.naming);
    // The place in the order is taken before what the members need.
    this.#declarations.set(own, '');
    const lines = members.map((member) => this.#member(member, parts, required.has(member), bare, place));
    if (bare !== undefined) lines.push(declare('  readonly [member: string]:', members.length === 0 ? bare : UNKNOWN, ''));
    const body = lines.map((line) => `${line}\n`).join('');
    this.#declarations.set(own, `${comment(descriptionOf(parts), '')}export interface ${own} {\n${body}}`);
    return name(own);
  }

  #member(member: string, parts: readonly SchemaNode[], required: boolean, others: Expression | undefined, owner: Place): string {
    const schemas = memberOf(parts, member);
    const place = within(owner, member);
    const type = schemas.length === 0 ? (others ?? UNKNOWN) : this.#type(schemas, place);
    const breakable = type.kind === 'union' || type.kind === 'tuple';
    const introduction = `readonly ${key(member)}${required ? '' : '?'}:`;
    return comment(descriptionOf(schemas), '  ') + declare(introduction, breakable ? type : this.#inside(type, place), '  ');
  }

  /** The type of members that are not declared; `undefined` where there are to be none. */
  #others(parts: readonly SchemaNode[], bare: boolean, place: Place): Expression | undefined {
    const stated = parts
      .flatMap(({ additionalProperties: some, unevaluatedProperties: rest }) => [some, rest])
      .filter((one) => one !== undefined);
    const patterns = parts.flatMap(({ patternProperties }) => (isNode(patternProperties) ? Object.values(patternProperties) : []));
    const closed = stated.includes(false);
    const member = within(place, 'member');
    const types = patterns.map((schema) => this.#type([schema as Schema], member));
    if (!closed && stated.length > 0) types.push(this.#type(stated as Schema[], member));
    if (types.length > 0) return this.#inside(union(types), member);
    return bare && !closed ? UNKNOWN : undefined;
  }

  /** One of several types; a list that is too long is hard to lay out among them. */
  #alternative(type: Expression, place: Place): Expression {
    return isList(type) ? this.#inside(type, place) : type;
  }

  /** A type that stands inside of another: what is too long for that gets a name. */
  #inside(type: Expression, place: Place, longest = LONGEST_INSIDE): Expression {
    if (type.kind === 'name' || inline(type).length <= longest) return type;
    return this.#alias(type, place.naming, []);
  }

  #alias(type: Expression, naming: Naming, description: readonly string[]): Expression {
    const own = this.#nameOf(naming);
    if (!isName(type, own)) this.#declarations.set(own, comment(description, '') + declare(`export type ${own} =`, type, ''));
    return name(own);
  }

  #nameOf(naming: Naming): string {
    naming.used = true;
    return (naming.claimed ??= this.#claim(naming.called));
  }

  #claim(wanted: string): string {
    let free = wanted;
    for (let count = 2; this.#names.has(free); count++) free = `${wanted}${count}`;
    this.#names.add(free);
    return free;
  }
}
