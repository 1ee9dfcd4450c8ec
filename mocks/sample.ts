import { membersApart } from './sample-apart.js';
import { sampleString } from './sample-string.js';
import { greatest, isNode, least, memberNames, memberOf, partsOf, typesOf, type Schema, type SchemaNode } from './schema.js';
import type { Choose } from './pattern.js';

/** Where a sample takes its values from. */
export interface Source extends Choose {
  /** Whether to include what is optional. */
  optional(): boolean;
  /** A fraction from `min` to `max`. */
  fraction(min: number, max: number): number;
  /** A number that suits a member's name, if one is known. */
  number(name: string): number | undefined;
  /** A text that suits a member's name. */
  text(name: string): string;
  /** Whether an object that follows one of several alternatives is made to break the others, by members that only those name. */
  readonly apart?: boolean;
  /** A string of a format, such as `date-time`; `undefined` for one that is not known. */
  format(format: string, name: string): string | undefined;
}

/** Always the least: no chance, nothing optional. */
export const PLAIN: Source = Object.freeze<Source>({
  integer: (min) => min,
  optional: () => false,
  fraction: (min) => min,
  number: () => undefined,
  text: () => 'string',
  format: (format) => PLAIN_FORMATS[format],
});

const PLAIN_FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  duration: 'P1D',
  email: 'someone@example.org',
  'idn-email': 'someone@example.org',
  hostname: 'example.org',
  'idn-hostname': 'example.org',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.org/',
  iri: 'https://example.org/',
  'uri-reference': '/',
  'iri-reference': '/',
  'uri-template': '/{id}',
  url: 'https://example.org/',
  uuid: '00000000-0000-4000-8000-000000000000',
  'json-pointer': '/a',
  'relative-json-pointer': '0',
  regex: '.*',
  byte: 'AAAA',
};

/** Below this depth only what is required is sampled, so that recursive schemas come to an end. */
const SHALLOW = 5;
/** A schema that requires itself without end has no sample. */
const DEEPEST = 24;
const MOST_VALUES = 5_000;

/**
 * A value for a JSON Schema (2020-12), taken from a source. It is meant to be checked: what no generator can foresee
 * (`not`, `if`, `dependent...`, contradictory bounds) is for the validator to find.
 *
 * @example
 * sample(contract.document, { type: 'object', required: ['id'], properties: { id: { type: 'integer', minimum: 1 } } }, PLAIN); // { id: 1 }
 */
export function sample(document: unknown, schema: unknown, source: Source): unknown {
  return new Sampler(document, source).value([schema as Schema], '', 0);
}

class Sampler {
  readonly #document: unknown;
  readonly #source: Source;
  #values = 0;

  constructor(document: unknown, source: Source) {
    this.#document = document;
    this.#source = source;
  }

  value(schemas: readonly Schema[], name: string, depth: number): unknown {
    if (++this.#values > MOST_VALUES || depth > DEEPEST) return null;
    const parts = partsOf(this.#document, schemas, (branches) => this.#branch(branches, depth));
    if (parts === undefined) return null;
    const fixed = allowedValues(parts);
    if (fixed !== undefined) return structuredClone(this.#pick(fixed));
    switch (this.#type(parts)) {
      case 'object':
        return this.#object(parts, depth);
      case 'array':
        return this.#array(parts, name, depth);
      case 'integer':
        return this.#number(parts, name, true);
      case 'number':
        return this.#number(parts, name, false);
      case 'boolean':
        return this.#source.integer(0, 1) === 1;
      case 'null':
        return null;
      default:
        return sampleString(parts, name, this.#source);
    }
  }

  /** Deep down, an alternative without a reference is the one that ends. */
  #branch(branches: readonly Schema[], depth: number): Schema | undefined {
    const ending = depth < SHALLOW ? branches : branches.filter((branch) => isNode(branch) && !('$ref' in branch));
    return this.#pick(ending.length > 0 ? ending : branches);
  }

  #type(parts: readonly SchemaNode[]): string {
    const stated = parts.map(typesOf).filter((types) => types.length > 0);
    const common = (stated[0] ?? []).filter((type) =>
      stated.every((types) => types.includes(type) || (type === 'integer' && types.includes('number'))),
    );
    const integer = stated.some((types) => types.includes('integer') && !types.includes('number'));
    const types = common.map((type) => (type === 'number' && integer ? 'integer' : type));
    const substantial = types.filter((type) => type !== 'null');
    if (types.length > 0) return this.#pick(substantial.length > 0 && !this.#rarely() ? substantial : types) ?? 'null';
    return inferredType(parts);
  }

  #rarely(): boolean {
    return this.#source.integer(0, 4) === 4;
  }

  #object(parts: readonly SchemaNode[], depth: number): Record<string, unknown> {
    const required = new Set(parts.flatMap((part) => (Array.isArray(part['required']) ? (part['required'] as string[]) : [])));
    const declared = memberNames(parts);
    const least = greatest(parts, 'minProperties') ?? 0;
    const names = [...new Set([...declared, ...required])].filter(
      (name) => required.has(name) || (depth < SHALLOW && this.#source.optional()),
    );
    const fillers = [
      ...declared.filter((name) => !names.includes(name)),
      ...Array.from({ length: least }, (_, index) => `member${index + 1}`),
    ];
    while (names.length < least) names.push(fillers.shift() ?? `more${names.length}`);
    const members = names.map((name): [string, unknown] => [name, this.value(this.#memberSchemas(parts, name), name, depth + 1)]);
    return Object.fromEntries(this.#source.apart === true ? [...members, ...membersApart(this.#document, parts)] : members);
  }

  #memberSchemas(parts: readonly SchemaNode[], name: string): readonly Schema[] {
    const own = memberOf(parts, name);
    if (own.length > 0) return own;
    return parts.flatMap(({ additionalProperties }) => (additionalProperties === undefined ? [] : [additionalProperties as Schema]));
  }

  #array(parts: readonly SchemaNode[], name: string, depth: number): unknown[] {
    const prefix = parts.flatMap(({ prefixItems }) => (Array.isArray(prefixItems) ? [prefixItems as Schema[]] : []));
    const items = parts.flatMap((part) => (part['items'] === undefined ? [] : [part['items'] as Schema]));
    const min = Math.max(greatest(parts, 'minItems') ?? 0, parts.some(({ contains }) => contains !== undefined) ? 1 : 0);
    const open = items.includes(false) ? Math.max(0, ...prefix.map(({ length }) => length)) : Infinity;
    const max = Math.min(least(parts, 'maxItems') ?? Infinity, open);
    const some = Math.min(max, min === 0 && depth < SHALLOW && this.#source.optional() ? 1 : min);
    const wanted = depth < SHALLOW ? this.#source.integer(some, Math.max(some, Math.min(max, min + 2))) : min;
    const unique = parts.some(({ uniqueItems }) => uniqueItems === true);
    const contained = parts.flatMap(({ contains }) => (contains === undefined ? [] : [contains as Schema]));
    const seen = new Set<string>();
    const values: unknown[] = [];
    for (let attempt = 0; values.length < Math.min(wanted, MOST_VALUES) && attempt < wanted * 8; attempt++) {
      const place = values.length;
      const own = prefix.flatMap((schemas) => (schemas[place] === undefined ? [] : [schemas[place]]));
      // A source that always takes the least would otherwise repeat itself.
      const sampler = unique ? new Sampler(this.#document, shifted(this.#source, attempt)) : this;
      const value = sampler.value([...(own.length > 0 ? own : items), ...(place === 0 ? contained : [])], singular(name), depth + 1);
      if (unique && seen.size === seen.add(JSON.stringify(value)).size) continue;
      values.push(value);
    }
    return values;
  }

  #number(parts: readonly SchemaNode[], name: string, whole: boolean): number {
    const step = greatest(parts, 'multipleOf');
    const low = Math.max(greatest(parts, 'minimum') ?? -Infinity, above(greatest(parts, 'exclusiveMinimum'), whole, 1));
    const high = Math.min(least(parts, 'maximum') ?? Infinity, above(least(parts, 'exclusiveMaximum'), whole, -1));
    const hint = this.#source.number(name);
    if (hint !== undefined && step === undefined && hint >= low && hint <= high && (!whole || Number.isInteger(hint))) return hint;
    const min = low === -Infinity ? Math.min(0, high) : low;
    const max = high === Infinity ? Math.max(min, 0) + 1_000 : high;
    if (step !== undefined) {
      const first = Math.ceil(min / step);
      return Number((step * this.#source.integer(first, Math.max(first, Math.floor(max / step)))).toPrecision(12));
    }
    return whole ? this.#source.integer(Math.ceil(min), Math.max(Math.ceil(min), Math.floor(max))) : this.#source.fraction(min, max);
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[items.length < 2 ? 0 : this.#source.integer(0, items.length - 1)];
  }
}

function shifted(source: Source, by: number): Source {
  return {
    ...source,
    integer: (min, max) =>
      Number.isFinite(max) ? min + ((source.integer(min, max) - min + by) % (max - min + 1)) : source.integer(min, max),
    text: (name) => (by === 0 ? source.text(name) : `${source.text(name)}${by}`),
  };
}

function allowedValues(parts: readonly SchemaNode[]): readonly unknown[] | undefined {
  const lists = parts.flatMap((part) => [
    'const' in part ? [part['const']] : undefined,
    Array.isArray(part['enum']) ? part['enum'] : undefined,
  ]);
  const [first, ...others] = lists.filter((list) => list !== undefined) as [unknown[]?, ...unknown[][]];
  if (first === undefined) return undefined;
  const common = first.filter((value) => others.every((list) => list.some((other) => JSON.stringify(other) === JSON.stringify(value))));
  return common.length > 0 ? common : undefined;
}

function inferredType(parts: readonly SchemaNode[]): string {
  const has = (...keywords: string[]): boolean => parts.some((part) => keywords.some((keyword) => keyword in part));
  if (has('properties', 'required', 'additionalProperties', 'minProperties')) return 'object';
  if (has('items', 'prefixItems', 'minItems', 'maxItems', 'contains')) return 'array';
  if (has('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf')) return 'number';
  return 'string';
}

/** An exclusive bound as an inclusive one. */
function above(bound: number | undefined, whole: boolean, direction: 1 | -1): number {
  if (bound === undefined) return -Infinity * direction;
  return bound + direction * (whole ? 1 : Math.max(Math.abs(bound) * 1e-9, 1e-9));
}

function singular(name: string): string {
  return name.endsWith('s') ? name.slice(0, -1) : name;
}
