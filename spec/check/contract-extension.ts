import type { Finding } from '../errors.js';
import { join } from '../pointer.js';
import { closest } from '../refs.js';
import { MAX_BYTES } from '../schemas.js';
import type { Contract } from '../types.js';
import { EXTENSIONS, KEYWORDS } from './keywords.js';
import { at, objectOf, quote } from './rule.js';
import { schemasOf } from './walk.js';

type Schema = Readonly<Record<string, unknown>>;

/** Where a member is wrong, what is wrong with it, and what it should be. */
interface Fault {
  readonly pointer: string;
  readonly what: string;
  readonly remedy: string;
}

/** The `x-` members that failpath reads have the shape that it reads, and name what exists. */
export function contractExtension(contract: Contract): Finding[] {
  const faults = [
    ...schemasOf(contract).flatMap(({ value, pointer }) => schemaFaults(value, pointer)),
    ...schemeFaults(contract),
    ...refusalFaults(contract),
    ...misspelt(contract.document, '', ['x-failpath']),
  ];
  return faults.map(({ pointer, what, remedy }) =>
    at(contract, pointer, {
      problem: 'contract-extension',
      what,
      remedy,
      why: 'failpath would ignore it, and mock and prove something else than was meant.',
    }),
  );
}

function schemaFaults(schema: Schema, pointer: string): Fault[] {
  const faults = misspelt(schema, pointer, EXTENSIONS);
  const check = (name: (typeof EXTENSIONS)[number], isRight: (value: unknown) => boolean, remedy: string): void => {
    if (name in schema && !isRight(schema[name]))
      faults.push({ pointer: join(pointer, name), what: `${name} is ${quote(schema[name])}`, remedy });
  };
  check('x-retry', (value) => ['never', 'backoff', 'retry-after'].includes(value as string), 'Write never, backoff or retry-after.');
  check('x-causes', isListOfNames, 'Write a list of at least one cause, each in words of its own: [expired, used twice].');
  check('x-secret', (value) => typeof value === 'boolean', 'Write true, or leave it out.');
  check('x-interpretation', (value) => typeof value === 'string', 'Write a sentence.');
  check('x-violations', isMap, 'Write the constraints with the code of each: {minLength: title.required}.');
  if (isMap(schema['x-violations'])) faults.push(...violationFaults(schema, pointer));
  return faults;
}

function violationFaults(schema: Schema, pointer: string): Fault[] {
  const isConstraint = (name: string): boolean => KEYWORDS.has(name) || name === MAX_BYTES;
  const beside = Object.keys(schema);
  const unknown = beside.filter((name) => !isConstraint(name));
  return Object.entries(objectOf(schema['x-violations'])).flatMap(([keyword, code]): Fault[] => {
    const place = join(pointer, 'x-violations', keyword);
    if (typeof code !== 'string' || code === '')
      return [{ pointer: place, what: `x-violations.${keyword} is ${quote(code)}`, remedy: 'Write the code that the API answers.' }];
    // A constraint that is misspelt itself is told as such.
    if (beside.includes(keyword) || closest(keyword, unknown) !== undefined) return [];
    const meant = closest(keyword, beside);
    return [
      {
        pointer: place,
        what: `x-violations names ${keyword}, which does not stand beside it`,
        remedy: meant === undefined ? `Write the constraint ${keyword} beside x-violations, or remove it there.` : `Did you mean ${meant}?`,
      },
    ];
  });
}

function schemeFaults(contract: Contract): Fault[] {
  return Object.entries(objectOf(contract.document.components?.securitySchemes)).flatMap(([name, value]) => {
    const scheme = objectOf(value);
    const pointer = join('/components/securitySchemes', name);
    const codes = scheme['x-failures'];
    const faults = misspelt(scheme, pointer, ['x-failures']);
    if (codes === undefined) return faults;
    const place = join(pointer, 'x-failures');
    if (!isListOfNames(codes))
      return [
        ...faults,
        { pointer: place, what: `x-failures is ${quote(codes)}`, remedy: 'Write a list of distinct codes, in the order of refusal.' },
      ];
    return [...faults, ...codes.flatMap((code, index) => unknownCode(contract, code, join(place, index), `x-failures of ${name}`))];
  });
}

function refusalFaults(contract: Contract): Fault[] {
  return Object.entries(contract.refusals).flatMap(([name, code]: [string, string | undefined]) =>
    code === undefined ? [] : unknownCode(contract, code, join('/x-failpath/refusals', name), `x-failpath.refusals.${name}`),
  );
}

function unknownCode(contract: Contract, code: string, pointer: string, who: string): Fault[] {
  const codes = new Set(contract.failures.map((failure) => failure.code));
  if (codes.has(code)) return [];
  const meant = closest(code, [...codes]);
  return [
    {
      pointer,
      what: `${who} names ${code}, which no operation declares`,
      remedy: meant === undefined ? 'Declare it, or name another code.' : `Did you mean ${meant}?`,
    },
  ];
}

/** Names that differ from ours in case, a plural or punctuation only: nobody else's extension. */
function misspelt(members: object, pointer: string, known: readonly string[]): Fault[] {
  const bare = (name: string): string =>
    name
      .toLowerCase()
      .replaceAll(/[^a-z]/g, '')
      .replace(/s$/, '');
  return Object.keys(members).flatMap((name) => {
    if (!/^x-/i.test(name) || known.includes(name)) return [];
    const meant = known.find((other) => bare(other) === bare(name));
    return meant === undefined ? [] : [{ pointer: join(pointer, name), what: `${name} is not read`, remedy: `Did you mean ${meant}?` }];
  });
}

function isListOfNames(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === 'string' && item !== '') &&
    new Set(value).size === value.length
  );
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
