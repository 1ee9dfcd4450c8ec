import { literal, toNode, write, type Node } from '../node.js';
import { lengthOf, repeated, sizeOf } from '../placeholders.js';
import { listOf, numbersOf, saidOf, typesOf, type SchemaNode } from '../schema.js';
import { NUMBERS, ONLY_IN_JSON, TEXTS } from './texts.js';
import { smallerTexts } from './mutation.js';

/** A value to put in place of another. */
export interface Value {
  readonly family: string;
  /** In words: `null`, `101 characters`. */
  readonly says: string;
  readonly node: Node;
  readonly violates?: string;
  readonly breaksFormat?: boolean;
  readonly smaller?: () => readonly Value[];
}

/** A text as a value, which shrinks as texts do: first to the plain ones of those that are shorter than it. */
export function textValue(value: Omit<Value, 'node' | 'smaller'> & { readonly text: string; readonly plain?: readonly Value[] }): Value {
  const { text, plain = [], ...rest } = value;
  const smaller = (): readonly Value[] => [
    ...plain.filter(({ node }) => sizeOf(write(node)) <= sizeOf(JSON.stringify(text))),
    ...smallerTexts(text).map((less) => textValue({ ...rest, says: sayText(less, rest.says), text: less })),
  ];
  return { ...rest, node: toNode(text), smaller };
}

/** Short ones are told as they are, and of repetitions how long they are. */
export function sayText(text: string, otherwise: string): string {
  if (text.includes('${repeat ')) return sayLength(lengthOf(text));
  return text.length <= 40 && /^[\x20-\x7e]*$/.test(text) ? JSON.stringify(text) : otherwise;
}

const sayLength = (length: number): string => (length === 0 ? 'an empty text' : `${length} character${length === 1 ? '' : 's'}`);

const OF_TYPES: Readonly<Record<string, readonly [says: string, value: unknown]>> = {
  null: ['null', null],
  string: ['a text', 'text'],
  number: ['7', 7],
  boolean: ['true', true],
  array: ['an empty array', []],
  object: ['an empty object', {}],
};

/** Every value worth trying where a schema says this; `now` is what stands there. */
export function valuesFor(parts: readonly SchemaNode[], now: Node | undefined): readonly Value[] {
  const types = typesOf(parts);
  const takes = (...names: readonly string[]): boolean => types.size === 0 || names.some((name) => types.has(name));
  return [
    ...wrongTypes(types),
    ...chosen(parts),
    ...(takes('string') ? [...lengths(parts), ...formats(parts), ...texts(parts)] : []),
    ...(takes('number', 'integer') ? [...limits(parts), ...numbers(parts)] : []),
    ...(takes('array') ? arrays(parts, now) : []),
    deep(2000),
  ];
}

/** An array in an array is of no other kind than any array. */
function deep(depth: number): Value {
  const less = [depth >> 3, depth >> 1].filter((fewer) => fewer > 1).map(deep);
  return {
    family: 'deep',
    says: `${depth} arrays in each other`,
    node: literal(`\${repeat ${depth} [}\${repeat ${depth} ]}`),
    smaller: () => [{ family: 'type', says: 'an empty array', node: toNode([]) }, ...less],
  };
}

function wrongTypes(types: ReadonlySet<string>): readonly Value[] {
  const isNumber = types.has('number') || types.has('integer');
  const wrong = Object.entries(OF_TYPES).filter(([type]) => types.size > 0 && !types.has(type) && !(type === 'number' && isNumber));
  const near: Value[] = [];
  if (isNumber)
    near.push({ family: 'type', says: 'a number as text', node: toNode('7'), ...(types.has('string') ? {} : { violates: 'type' }) });
  else near.push({ family: 'number', says: '1e400', node: literal('1e400') });
  if (types.has('boolean')) near.push({ family: 'type', says: '"true"', node: toNode('true') });
  if (types.has('null')) near.push({ family: 'null', says: 'null', node: toNode(null) });
  return [
    ...wrong.map(([type, [says, value]]): Value => ({
      family: type === 'null' ? 'null' : 'type',
      says,
      node: toNode(value),
      violates: 'type',
    })),
    ...near,
  ];
}

/** Beside what may be chosen from. */
function chosen(parts: readonly SchemaNode[]): readonly Value[] {
  const choices = [...saidOf(parts, 'enum').flatMap(listOf), ...saidOf(parts, 'const')];
  const [first] = choices.filter((choice) => typeof choice === 'string');
  if (choices.length === 0) return [];
  const beside = [
    ['none of the choices', 'no-such-choice'],
    ...(first === undefined
      ? []
      : [['a choice in upper case', first.toUpperCase()] as const, ['a choice and a blank', `${first} `] as const]),
  ] as const;
  return [
    ...beside
      .filter(([, text]) => !choices.includes(text))
      .map(([says, text]) => textValue({ family: 'choice', says, text, violates: saidOf(parts, 'enum').length > 0 ? 'enum' : 'const' })),
    ...choices.map((choice): Value => ({ family: 'control', says: JSON.stringify(choice), node: toNode(choice) })),
  ];
}

function lengths(parts: readonly SchemaNode[]): readonly Value[] {
  const value = (length: number, violates?: string, unit = 'a'): Value =>
    textValue({
      family: 'length',
      says: unit === 'a' ? sayLength(length) : `${length} astral characters`,
      text: repeated(unit, length),
      ...(violates === undefined ? {} : { violates }),
      plain: violates !== undefined && unit !== 'a' ? tooLong(parts) : [],
    });
  return [
    textValue({ family: 'length', says: 'an empty text', text: '' }),
    textValue({ family: 'length', says: 'a blank', text: ' ' }),
    ...numbersOf(parts, 'minLength').flatMap((least) => [
      ...(least > 0 ? [value(least - 1, 'minLength')] : []),
      value(least),
      value(least + 1),
    ]),
    ...numbersOf(parts, 'maxLength').flatMap((most) => [
      value(most - 1),
      value(most),
      value(most + 1, 'maxLength'),
      value(most, undefined, '😀'),
      value(most + 1, 'maxLength', '😀'),
    ]),
    ...numbersOf(parts, 'x-maxBytes').flatMap((most) => [
      value(most),
      value(most + 1, 'x-maxBytes'),
      value((most >> 2) + 1, 'x-maxBytes', '😀'),
    ]),
  ];
}

/** A text that is of no format, and for patterns, what few of them take. */
function formats(parts: readonly SchemaNode[]): readonly Value[] {
  const known = saidOf(parts, 'format').filter((format) => !/^(?:password|binary|byte|regex)$/.test(String(format)));
  return [
    ...known.map((format) =>
      textValue({ family: 'format', says: `no ${String(format)}`, text: `no ${String(format)}`, breaksFormat: true, violates: 'format' }),
    ),
    ...(saidOf(parts, 'pattern').length === 0
      ? []
      : ['!', '\n', '0'].map((text) => textValue({ family: 'pattern', says: JSON.stringify(text), text }))),
  ];
}

function texts(parts: readonly SchemaNode[]): readonly Value[] {
  const plain = tooLong(parts);
  return [...TEXTS, ...ONLY_IN_JSON].map((text) => textValue({ ...text, plain }));
}

/** What is too long by one character, as plain as it gets. */
function tooLong(parts: readonly SchemaNode[]): readonly Value[] {
  return ['maxLength', 'x-maxBytes'].flatMap((violates) =>
    numbersOf(parts, violates).map((most) =>
      textValue({ family: 'length', says: sayLength(most + 1), text: repeated('a', most + 1), violates }),
    ),
  );
}

/** One that is just beyond a limit is smaller than one that is beyond everything. */
function numbers(parts: readonly SchemaNode[]): readonly Value[] {
  const beyond = limits(parts).filter(({ violates }) => violates !== undefined);
  return NUMBERS.map(([says, text]) => ({ family: 'number', says, node: literal(text), smaller: () => beyond }));
}

/** Just within each limit, and just beyond. */
function limits(parts: readonly SchemaNode[]): readonly Value[] {
  const value = (number: number, violates?: string): Value => ({
    family: 'limit',
    says: String(number),
    node: toNode(number),
    ...(violates === undefined ? {} : { violates }),
  });
  return [
    ...numbersOf(parts, 'minimum').flatMap((least) => [value(least - 1, 'minimum'), value(least), value(least + 1)]),
    ...numbersOf(parts, 'maximum').flatMap((most) => [value(most - 1), value(most), value(most + 1, 'maximum')]),
    ...numbersOf(parts, 'exclusiveMinimum').flatMap((least) => [value(least, 'exclusiveMinimum'), value(least + 1)]),
    ...numbersOf(parts, 'exclusiveMaximum').flatMap((most) => [value(most, 'exclusiveMaximum'), value(most - 1)]),
    ...numbersOf(parts, 'multipleOf').map((step) => value(step / 2, 'multipleOf')),
  ];
}

function manyItems(many: (length: number) => Node, length: number): Value {
  const fewer = [2, length >> 2, length >> 1, length - 1].filter((less) => less > 1 && less < length);
  return { family: 'items', says: `${length} items`, node: many(length), smaller: () => fewer.map((less) => manyItems(many, less)) };
}

function arrays(parts: readonly SchemaNode[], now: Node | undefined): readonly Value[] {
  const items = now?.kind === 'array' ? now.items : [];
  const [first] = items;
  const many = (length: number): Node => ({ kind: 'array', items: Array.from({ length }, () => first ?? toNode(null)) });
  const value = (says: string, node: Node, violates?: string): Value => ({
    family: 'items',
    says,
    node,
    ...(violates === undefined ? {} : { violates }),
  });
  if (first === undefined) return [value('an empty array', toNode([]))];
  const size = write(first).length;
  return [
    value('an empty array', toNode([]), numbersOf(parts, 'minItems').some((least) => least > 0) ? 'minItems' : undefined),
    value('an item twice', many(2), saidOf(parts, 'uniqueItems').includes(true) ? 'uniqueItems' : undefined),
    ...numbersOf(parts, 'maxItems').flatMap((most) =>
      most * size > 200_000 ? [] : [value(`${most + 1} items`, many(most + 1), 'maxItems')],
    ),
    manyItems(many, 300),
    value('an item in an array of its own', { kind: 'array', items: [{ kind: 'array', items: [first] }] }),
    value('a null among the items', { kind: 'array', items: [...items, toNode(null)] }),
  ];
}
