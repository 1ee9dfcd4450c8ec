/** A TypeScript type, before it is laid out. */
export type Expression =
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'union' | 'intersection'; readonly of: readonly Expression[] }
  | { readonly kind: 'array' | 'map'; readonly of: Expression }
  | { readonly kind: 'tuple'; readonly items: readonly Expression[]; readonly optionalFrom: number; readonly rest: Expression | undefined };

/** As the formatter of this project has it. */
export const WIDTH = 140;

export const UNKNOWN: Expression = name('unknown');
export const NEVER: Expression = name('never');

/** A type by its name, or a literal as it is written. */
export function name(text: string): Expression {
  return { kind: 'name', text };
}

/** Any of several types; the same one twice counts once. */
export function union(of: readonly Expression[]): Expression {
  const members = distinct(of.flatMap((member) => (member.kind === 'union' ? member.of : [member]))).filter(
    (member) => !isName(member, 'never'),
  );
  if (members.some((member) => isName(member, 'unknown'))) return UNKNOWN;
  const [first] = members;
  if (first === undefined) return NEVER;
  return members.length === 1 ? first : { kind: 'union', of: members };
}

/** All of several types at once. */
export function intersection(of: readonly Expression[]): Expression {
  const members = distinct(of).filter((member) => !isName(member, 'unknown'));
  if (members.some((member) => isName(member, 'never'))) return NEVER;
  const [first] = members;
  if (first === undefined) return UNKNOWN;
  return members.length === 1 ? first : { kind: 'intersection', of: members };
}

/**
 * A type on one line.
 *
 * @example
 * inline({ kind: 'array', of: union([name("'a'"), name("'b'")]) }); // "readonly ('a' | 'b')[]"
 */
export function inline(type: Expression): string {
  switch (type.kind) {
    case 'name':
      return type.text;
    case 'union':
      return type.of.map(alternative).join(' | ');
    case 'intersection':
      return type.of.map(operand).join(' & ');
    case 'array':
      return `readonly ${operand(type.of)}[]`;
    case 'map':
      return `Readonly<Record<string, ${inline(type.of)}>>`;
    default:
      return `readonly [${tupleItems(type).join(', ')}]`;
  }
}

/**
 * A type behind what introduces it, such as `readonly kind:` or `export type Kind =`, broken over lines where it is too long
 * for one.
 *
 * @example
 * declare('type Answer =', union([name('Yes'), name('No')]), ''); // 'type Answer = Yes | No;'
 */
export function declare(introduction: string, type: Expression, indent: string): string {
  const begun = `${indent}${introduction}`;
  const line = `${begun} ${inline(type)};`;
  if (line.length <= WIDTH) return line;
  const below = `\n${indent}  `;
  switch (type.kind) {
    case 'union': {
      const all = `${indent}  ${inline(type)};`;
      return all.length <= WIDTH ? `${begun}\n${all}` : `${begun}${type.of.map((member) => `${below}| ${alternative(member)}`).join('')};`;
    }
    case 'intersection':
      return `${begun} ${type.of.map(operand).join(` &${below}`)};`;
    case 'tuple':
      return `${begun} readonly [${tupleItems(type)
        .map((item) => `${below}${item},`)
        .join('')}\n${indent}];`;
    case 'map':
      return `${begun} Readonly<${below}Record<string, ${inline(type.of)}>\n${indent}>;`;
    default:
      return line;
  }
}

function tupleItems({ items, optionalFrom, rest }: Extract<Expression, { kind: 'tuple' }>): string[] {
  const placed = items.map((item, index) => (index < optionalFrom ? inline(item) : `${operand(item)}?`));
  return rest === undefined ? placed : [...placed, `...${inline({ kind: 'array', of: rest }).slice('readonly '.length)}`];
}

/** As the formatter has it, though it need not be. */
function alternative(type: Expression): string {
  return type.kind === 'intersection' ? `(${inline(type)})` : inline(type);
}

/** What binds more loosely than an operator needs parentheses beside it. */
function operand(type: Expression): string {
  return type.kind === 'name' || type.kind === 'map' ? inline(type) : `(${inline(type)})`;
}

export function isName(type: Expression, text: string): boolean {
  return type.kind === 'name' && type.text === text;
}

function distinct(types: readonly Expression[]): Expression[] {
  const seen = new Map(types.map((type) => [inline(type), type]));
  return [...seen.values()];
}

/** Lists are hard to lay out beside an operator. */
export function isList({ kind }: Expression): boolean {
  return kind === 'array' || kind === 'tuple';
}

/** Only an interface may be a map of itself; an alias would be circular. */
export function mayReferToItself(type: Expression): boolean {
  return !(type.kind === 'name' && /^(?:unknown|never|string|number|boolean|null)$/.test(type.text));
}
