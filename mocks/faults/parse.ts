import { z } from 'zod';
import { InputError } from '../../spec/index.js';
import { FAULTS, namesOf, shortName, unknownFault, type ShortFaultName } from './names.js';
import type { Fault } from './types.js';

/** The longest that a fault may last: an hour, in milliseconds. */
export const MAX_FAULT_MS = 3_600_000;
const MAX_CHUNKS = 10_000;

const milliseconds = z.int().min(0).max(MAX_FAULT_MS);
const bytes = z.int().min(0);
const chunks = z.int().min(1).max(MAX_CHUNKS);

/** What has no parameters, by every name. */
const SIMPLE: ReadonlyMap<string, Fault> = new Map(
  Object.entries({
    'connection-reset': { type: 'CONNECTION_RESET_BY_PEER' },
    'empty-response': { type: 'EMPTY_RESPONSE' },
    'malformed-chunk': { type: 'MALFORMED_RESPONSE_CHUNK' },
    'random-data': { type: 'RANDOM_DATA_THEN_CLOSE' },
  } satisfies Partial<Record<ShortFaultName, Fault>>).flatMap(([short, fault]) =>
    namesOf(short as ShortFaultName).map((name): [string, Fault] => [name, Object.freeze(fault)]),
  ),
);
const simple = z.enum([...SIMPLE.keys()] as [string, ...string[]]);
const faultOf = (name: string): Fault => SIMPLE.get(name) as Fault;
const limitOf = (count: number): Fault => ({ type: 'limit_data', bytes: count });
const timeoutOf = (timeoutMs: number): Fault => ({ type: 'timeout', timeoutMs });
const dribbleOf = (parts: number, durationMs: number): Fault => ({ type: 'dribble', chunks: parts, durationMs });

const LIMIT = z.enum(['limit_data', 'truncated-body']);
const spread = { chunks, durationMs: milliseconds };

/** Every way to write a fault: by short name, as {@link Fault}, as WireMock and as Toxiproxy do. */
export const faultSchema: z.ZodType<Fault> = z
  .union(
    [
      simple.transform(faultOf),
      z.literal('timeout').transform(() => timeoutOf(0)),
      z.strictObject({ 'truncated-body': bytes }).transform((written) => limitOf(written['truncated-body'])),
      z.strictObject({ timeout: milliseconds }).transform((written) => timeoutOf(written.timeout)),
      z
        .strictObject({ dribble: z.strictObject(spread) })
        .transform((written) => dribbleOf(written.dribble.chunks, written.dribble.durationMs)),
      z.strictObject({ type: simple }).transform(({ type }) => faultOf(type)),
      z.strictObject({ type: LIMIT, bytes }).transform((written) => limitOf(written.bytes)),
      z.strictObject({ type: z.literal('timeout'), timeoutMs: milliseconds }).transform(({ timeoutMs }) => timeoutOf(timeoutMs)),
      z.strictObject({ type: z.literal('dribble'), ...spread }).transform((written) => dribbleOf(written.chunks, written.durationMs)),
      // WireMock
      z.strictObject({ fault: simple }).transform(({ fault }) => faultOf(fault)),
      z
        .strictObject({ chunkedDribbleDelay: z.strictObject({ numberOfChunks: chunks, totalDuration: milliseconds }) })
        .transform(({ chunkedDribbleDelay: { numberOfChunks, totalDuration } }) => dribbleOf(numberOfChunks, totalDuration)),
      // Toxiproxy
      z.strictObject({ type: LIMIT, attributes: z.strictObject({ bytes }) }).transform(({ attributes }) => limitOf(attributes.bytes)),
      z
        .strictObject({ type: z.literal('timeout'), attributes: z.strictObject({ timeout: milliseconds }) })
        .transform(({ attributes }) => timeoutOf(attributes.timeout)),
    ],
    { error: (issue) => whyNot(issue.input, issue.code === 'invalid_union' ? issue.errors : []) },
  )
  .describe('A way to fail below HTTP.');

/**
 * Reads a fault as people and other tools write it.
 *
 * @example
 * parseFault('connection-reset'); // { type: 'CONNECTION_RESET_BY_PEER' }
 * parseFault({ 'truncated-body': 20 }); // { type: 'limit_data', bytes: 20 }
 * parseFault({ chunkedDribbleDelay: { numberOfChunks: 5, totalDuration: 1_000 } }); // WireMock
 * parseFault({ type: 'timeout', attributes: { timeout: 500 } }); // Toxiproxy
 *
 * @param value Durations in milliseconds, up to {@link MAX_FAULT_MS}; members that are not known are refused.
 * @throws {InputError} `usage`
 */
export function parseFault(value: unknown): Fault {
  const parsed = faultSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputError([
    {
      problem: 'usage',
      what: parsed.error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; '),
      why: 'A fault that is not understood would quietly be none.',
      remedy: 'Say a short name such as connection-reset, or { timeout: 500 }; WireMock and Toxiproxy spellings are fine as well.',
    },
  ]);
}

type Issues = readonly z.core.$ZodIssue[];

function whyNot(input: unknown, options: readonly Issues[]): string {
  const name = nameIn(input);
  if (name === undefined) return 'a fault is a name, such as connection-reset, or an object, such as { timeout: 500 }';
  const short = shortName(name);
  if (short === undefined) return unknownFault(name);
  const wrong = options.find(isAboutValues)?.map(({ path, message }) => `; ${path.join('.')}: ${message}`);
  return `the fault ${short} is written ${FAULTS[short].write}${wrong?.join('') ?? ''}`;
}

/** Whether a way to write a fault was chosen, and only a value in it is wrong. */
function isAboutValues(issues: Issues): boolean {
  return issues.every(
    ({ code, path: [member] }) => code !== 'unrecognized_keys' && member !== undefined && !/^(type|fault)$/.test(String(member)),
  );
}

/** What somebody seems to have meant as the name of a fault. */
function nameIn(input: unknown): string | undefined {
  if (typeof input === 'string') return input;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
  const { type, fault } = input as Readonly<Record<string, unknown>>;
  const said = type ?? fault;
  if (said !== undefined) return typeof said === 'string' ? said : undefined;
  const members = Object.keys(input);
  return members.find((member) => shortName(member) !== undefined) ?? members[0];
}
