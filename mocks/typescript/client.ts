import { jsonPointer, type Contract, type Retry } from '../../spec/index.js';
import { RUNTIME } from './client-runtime.js';
import { declare, name, union } from './expression.js';
import { literal, record } from './literal.js';
import { detailsShape, type DetailsShape, type Shape } from './shapes.js';
import { comment, quote } from './text.js';

/** What a client module exports besides the types that every module has. */
export const CLIENT_EXPORTS = [
  ...['KnownError', 'ErrorOf', 'ApiError', 'UnknownError', 'ForeignBody', 'ParsedError', 'Handlers', 'PromisedDetails', 'Retry', 'Shape'],
  ...['STATUSES', 'RETRY', 'CODES_OF', 'SHAPES', 'SHAPES_OF', 'ENVELOPE'],
] as const;

/**
 * What follows the types of a contract in a module for clients: tables of its codes, and what reads and tells apart errors. It stands by
 * itself, imports nothing, and does nothing when it is loaded.
 */
export function clientPart(contract: Contract): string {
  const { envelope } = contract;
  const facts = factsOf(contract);
  const codes = [...facts.keys()];
  const promised = codes.filter((code) => facts.get(code)?.every(({ details }) => details.promised) === true);
  const table = (of: (facts: readonly Fact[]) => unknown): object => Object.fromEntries([...facts].map(([code, same]) => [code, of(same)]));
  const pointers = Object.fromEntries(Object.entries(envelope).map(([member, pointer]) => [member, jsonPointer.split(pointer)]));
  return [
    described('The codes whose details are always there.'),
    `${declare('export type PromisedDetails =', union(promised.map((code) => name(quote(code)))), '')}\n\n`,
    constant('STATUSES', 'The statuses of each code; usually one.', statusesOf(table), 'Readonly<Record<Code, readonly number[]>>'),
    constant('RETRY', 'Whether the same request may be sent again.', table(carefully), 'Readonly<Record<Code, Retry>>'),
    constant(
      'CODES_OF',
      'The codes of each operation, in the order of the contract.',
      codesOf(contract),
      '{ readonly [Id in OperationId]: readonly Code<Id>[] }',
    ),
    `const ENVELOPE = ${literal(pointers, '', 19)} as const;\n\n`,
    described('What is looked at before details are taken for what their type says.'),
    `const SHAPES: { readonly [Name in Code]: Shape } = ${record(
      table((same) => shapeOf(same, same)),
      '',
    )};\n\n`,
    described('Where operations differ.'),
    `const SHAPES_OF: { readonly [operation: string]: { readonly [code: string]: Shape } } = ${record(differing(contract, facts), '')};\n\n`,
    RUNTIME,
  ].join('');
}

interface Fact {
  readonly operation: string;
  readonly status: number;
  readonly retry: Retry;
  readonly details: DetailsShape;
}

function factsOf(contract: Contract): ReadonlyMap<string, readonly Fact[]> {
  const facts = new Map<string, Fact[]>();
  const known = new Map<string, DetailsShape>();
  for (const failure of contract.failures) {
    const place = failure.pointer;
    const details = known.get(place) ?? detailsShape(contract, failure);
    known.set(place, details);
    const fact = { operation: failure.operation.id, status: failure.status, retry: failure.retry, details };
    facts.set(failure.code, [...(facts.get(failure.code) ?? []), fact]);
  }
  return facts;
}

type Table = (of: (facts: readonly Fact[]) => unknown) => object;

function statusesOf(table: Table): object {
  return table((facts) => [...new Set(facts.map(({ status }) => status))].toSorted((a, b) => a - b));
}

/** Where operations differ, what is safe with all of them. */
function carefully(facts: readonly Fact[]): Retry {
  const order: readonly Retry[] = ['never', 'retry-after', 'backoff'];
  return order.find((retry) => facts.some((fact) => fact.retry === retry)) ?? 'never';
}

function codesOf({ operations }: Contract): object {
  return Object.fromEntries(operations.map(({ id, failures }) => [id, [...new Set(failures.map(({ code }) => code))]]));
}

/** What some of a code's operations answer; the type of details is the code's, so they may be absent where any operation leaves them away. */
function shapeOf(facts: readonly Fact[], all: readonly Fact[]): Shape {
  const shapes = new Map(facts.map(({ details }) => [JSON.stringify(details.shape), details.shape]));
  const different = [...shapes.values()];
  // Anything goes where it does for one of them.
  if (different.some((shape) => Object.keys(shape).length === 0)) return {};
  const shape: Shape = different.length > 1 ? { any: different } : (different[0] ?? {});
  return all.every(({ details }) => details.promised) ? shape : { absent: true, ...shape };
}

function differing(contract: Contract, facts: ReadonlyMap<string, readonly Fact[]>): object {
  const codes = [...facts].filter(([, same]) => new Set(same.map(({ details }) => JSON.stringify(details.shape))).size > 1);
  const of = (id: string): object =>
    Object.fromEntries(
      codes.flatMap(([code, same]) => {
        const own = same.filter(({ operation }) => operation === id);
        return own.length === 0 ? [] : [[code, shapeOf(own, same)]];
      }),
    );
  const entries = contract.operations.map(({ id }) => [id, of(id)] as const);
  return Object.fromEntries(entries.filter(([, shapes]) => Object.keys(shapes).length > 0));
}

function constant(called: string, says: string, value: object, type: string): string {
  return `${described(says)}export const ${called} = ${record(value, '')} as const satisfies ${type};\n\n`;
}

function described(says: string): string {
  return comment([says], '');
}
