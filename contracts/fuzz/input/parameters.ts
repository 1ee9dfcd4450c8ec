import type { Contract, Parameter } from '../../../spec/index.js';
import { encoded, withHeaders, withQuery, type Draft } from '../draft.js';
import { fill } from '../placeholders.js';
import { listOf, numbersOf, partsOf, saidOf, typesOf, type SchemaNode } from '../schema.js';
import { smallerTexts, type Mutation } from './mutation.js';
import { SHORT_TEXTS } from './texts.js';
import { sayText } from './values.js';

interface Candidate {
  readonly family: string;
  readonly says: string;
  readonly text: string;
  /** Whether it is beyond doubt that it breaks what the schema says, if the schema says so. */
  readonly clear: boolean;
}

/** Hostile values of every parameter that an operation declares. */
export function parameterMutations(contract: Contract, draft: Draft, ids: ReadonlySet<string>): readonly Mutation[] {
  return draft.operation.parameters.flatMap((parameter) => {
    const parts = partsOf(contract.document, parameter.schema);
    const candidates = [...ofSchema(parts), ...ofAnything(parameter.in)];
    if (parameter.in === 'path') return candidates.map((candidate) => inPath(parameter, candidate, ids, draft));
    if (parameter.in === 'query')
      return [...candidates.map((candidate) => inQuery(parameter, parts, candidate)), ...presence(parameter, draft)];
    return parameter.in === 'header' && !/^(?:authorization|content-type|accept)$/i.test(parameter.name)
      ? [...candidates.map((candidate) => inHeader(parameter, parts, candidate)), ...headerPresence(parameter, draft)]
      : [];
  });
}

/** What the schema's own limits suggest. */
function ofSchema(parts: readonly SchemaNode[]): readonly Candidate[] {
  const types = typesOf(parts);
  const whole = types.has('integer') || types.has('number');
  const candidate = (family: string, text: string, clear: boolean): Candidate => ({
    family,
    says: sayText(text, `${text.length} characters`),
    text,
    clear,
  });
  return [
    ...numbersOf(parts, 'minimum').flatMap((least) => [
      candidate('limit', String(least - 1), true),
      candidate('limit', String(least), false),
    ]),
    ...numbersOf(parts, 'maximum').flatMap((most) => [candidate('limit', String(most + 1), true), candidate('limit', String(most), false)]),
    ...(whole ? ['x', '1.5', '1e3', '9007199254740993', '1e400', '-1', '+1', '0x10', ' 1', '1;2', '١', '00', '-0'] : []).map((text) =>
      candidate('number', text, text === 'x' || text === '-1' || (text === '1.5' && !types.has('number'))),
    ),
    ...saidOf(parts, 'enum')
      .flatMap(listOf)
      .slice(0, 1)
      .flatMap((choice) => [candidate('choice', String(choice).toUpperCase(), true), candidate('choice', `${String(choice)}x`, true)]),
    ...numbersOf(parts, 'maxLength').flatMap((most) => [
      candidate('length', 'a'.repeat(most), false),
      candidate('length', 'a'.repeat(Math.min(most + 1, 3000)), most < 3000),
    ]),
    ...numbersOf(parts, 'minLength').flatMap((least) => (least > 1 ? [candidate('length', 'a'.repeat(least - 1), true)] : [])),
  ];
}

/** Headers have no characters beyond Latin-1, and nobody can send their line ends. */
const HEADER_TEXT = /^[\t\x20-\x7e\u0080-\u00ff]*$/;

function ofAnything(place: Parameter['in']): readonly Candidate[] {
  const texts = place === 'header' ? SHORT_TEXTS.filter(({ text }) => HEADER_TEXT.test(text)) : SHORT_TEXTS;
  return [
    ...texts.map(({ family, says, text }) => ({ family, says, text, clear: false })),
    { family: 'text', says: '""', text: '', clear: false },
    { family: 'text', says: 'a blank', text: ' ', clear: false },
    ...(place === 'header' ? [{ family: 'unicode', says: 'a letter of Latin-1', text: '\u00e9', clear: false }] : []),
    { family: 'text', says: '"."', text: '.', clear: false },
  ];
}

/** Segments as they are written, of which some are no percent-encoding at all. */
const WRITTEN: readonly (readonly [says: string, text: string])[] = [
  ['%00', '%00'],
  ['a percent sign that encodes nothing', '%'],
  ['%zz', '%zz'],
  ['an encoding that is longer than it may be', '%c0%af'],
  ['a byte that is no UTF-8', '%ff'],
  ['an encoded slash', '%2F'],
  ['two encoded dots', '%2e%2e'],
  ['a double encoding', '%2561'],
  ['a semicolon', ';a=b'],
];

function inPath(parameter: Parameter, { family, says, text, clear }: Candidate, ids: ReadonlySet<string>, draft: Draft): Mutation {
  const broken = clear ? brokenBy(parameter, text) : undefined;
  const refused = ids.has(parameter.name) ? /\w/.test(text) : broken !== undefined;
  const place = `path ${parameter.name}`;
  return {
    place,
    family,
    cause: `${place} ${ids.has(parameter.name) ? 'names nothing' : (broken ?? `(${family})`)}`,
    says: `${parameter.name} ${says}`,
    // A value of nothing or of dots is another path.
    expects: refused && text !== '' ? 'refused' : 'open',
    apply: (from) => ({
      ...from,
      path: from.path.map((segment) => (segment.parameter === parameter.name ? { ...segment, text: encoded(text) } : segment)),
    }),
    smaller: () =>
      smallerTexts(text).map((less) => inPath(parameter, { family, says: sayText(less, says), text: less, clear }, ids, draft)),
  };
}

/** Path parameters in an encoding of their own. */
export function writtenPaths({ operation }: Draft): readonly Mutation[] {
  const names = operation.parameters.flatMap((parameter) => (parameter.in === 'path' ? [parameter.name] : []));
  return names.flatMap((name) =>
    WRITTEN.map(([says, text]): Mutation => ({
      place: `path ${name}`,
      family: 'encoding',
      says: `${name} ${says}`,
      expects: 'open',
      apply: (draft) => ({ ...draft, path: draft.path.map((segment) => (segment.parameter === name ? { ...segment, text } : segment)) }),
    })),
  );
}

function inQuery(parameter: Parameter, parts: readonly SchemaNode[], candidate: Candidate): Mutation {
  const { name } = parameter;
  const { family, says, text, clear } = candidate;
  // Nothing may as well be left out.
  const broken = clear && text !== '' ? brokenBy(parameter, readAs(parts, text)) : undefined;
  const place = `query ${name}`;
  return {
    place,
    family,
    ...(broken === undefined ? {} : { cause: `${place} ${broken}` }),
    says: `${name} ${says}`,
    expects: broken === undefined ? 'open' : 'refused',
    apply: (draft) => withQuery(draft, name, text),
    smaller: () => partsOfText(candidate).map((less) => inQuery(parameter, parts, { ...candidate, says: sayText(less, says), text: less })),
  };
}

/** Of what is about a limit, or nearly a number, a part is about nothing. */
const partsOfText = ({ family, text }: Candidate): readonly string[] =>
  family === 'limit' || family === 'number' ? [] : smallerTexts(text);

/** Left out, twice, as a list, as members. */
function presence({ name, required }: Parameter, { query: own }: Draft): readonly Mutation[] {
  const common = { place: `query ${name}`, expects: 'open' as const };
  return [
    ...(own.some(([other]) => other === name)
      ? [
          {
            ...common,
            family: 'missing',
            says: `${name} left out`,
            ...(required ? { expects: 'refused' as const } : {}),
            apply: (draft: Draft) => withQuery(draft, name),
          },
        ]
      : []),
    { ...common, family: 'duplicate', says: `${name} twice`, apply: (draft) => withQuery(draft, name, ...twice(draft.query, name)) },
    {
      ...common,
      family: 'list',
      says: `${name}[]`,
      apply: (draft) => withQuery(withQuery(draft, name), `${name}[]`, ...twice(draft.query, name)),
    },
    { ...common, family: 'list', says: `${name}[__proto__]`, apply: (draft) => withQuery(draft, `${name}[__proto__][x]`, '1') },
    { ...common, family: 'encoding', says: `${name} with a broken encoding`, apply: (draft) => requery(draft, `${name}=%zz`) },
    { ...common, family: 'encoding', says: `${name} with a byte that is no UTF-8`, apply: (draft) => requery(draft, `${name}=%ff`) },
    { ...common, family: 'encoding', says: `${name} without a value`, apply: (draft) => requery(withQuery(draft, name), name) },
  ];
}

const requery = (draft: Draft, more: string): Draft => ({
  ...draft,
  requery: [...draft.requery, (query) => (query === '' ? more : `${query}&${more}`)],
});

/** A value beside its own, or two of nothing in particular. */
function twice(pairs: Draft['query'], name: string): readonly string[] {
  const own = pairs.find(([other]) => other === name)?.[1] ?? '1';
  return [own, own];
}

function inHeader(parameter: Parameter, parts: readonly SchemaNode[], candidate: Candidate): Mutation {
  const name = parameter.name.toLowerCase();
  const { family, says, text, clear } = candidate;
  const broken = clear ? brokenBy(parameter, readAs(parts, fill(text, new Map(), 'header'))) : undefined;
  const place = `header ${name}`;
  return {
    place,
    family,
    ...(broken === undefined ? {} : { cause: `${place} ${broken}` }),
    says: `${name} ${says}`,
    expects: broken === undefined ? 'open' : 'refused',
    apply: (draft) => withHeaders(draft, name, text),
    smaller: () =>
      partsOfText(candidate).map((less) => inHeader(parameter, parts, { ...candidate, says: sayText(less, says), text: less })),
  };
}

function headerPresence({ name, required }: Parameter, { headers: own }: Draft): readonly Mutation[] {
  const header = name.toLowerCase();
  const common = { place: `header ${header}`, family: 'duplicate', expects: 'open' as const };
  return [
    { ...common, says: `${header} twice`, apply: (draft) => withHeaders(draft, header, '${unique}', '${unique}') },
    { ...common, says: `${header} as a list`, apply: (draft) => withHeaders(draft, header, 'a, b') },
    ...(own.some(([other]) => other === header)
      ? [
          {
            ...common,
            family: 'missing',
            says: `${header} left out`,
            ...(required ? { expects: 'refused' as const } : {}),
            apply: (draft: Draft) => withHeaders(draft, header),
          },
        ]
      : []),
  ];
}

/** The constraint that a value violates; the first, where there are more. */
const brokenBy = ({ validate }: Parameter, value: unknown): string | undefined => validate(value)[0]?.keyword;

/** A parameter is text, and its schema says what the text means. */
function readAs(parts: readonly SchemaNode[], text: string): unknown {
  const types = typesOf(parts);
  if ((types.has('integer') || types.has('number')) && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  return types.has('boolean') && /^(?:true|false)$/.test(text) ? text === 'true' : text;
}
