import { z } from 'zod';
import { InputError } from '../../spec/index.js';
import { requestShape } from '../script/format.js';
import { matchOf } from '../script/in-full.js';
import { tooDeep } from '../script/json.js';
import { named, strict, understand } from '../script/strict.js';
import type { Expectation } from './received.js';
import type { ExchangeQuery } from './types.js';
import type { WaitOptions } from './wait.js';

const globs = [z.string(), z.array(z.string())] as const;
const exchangeShape = {
  operation: z.union(globs, { error: 'write the id of an operation, or a list' }).optional(),
  status: z.union([z.number(), ...globs], { error: "write a status, such as 503 or '5*'" }).optional(),
  code: z.union(globs, { error: 'write a code, or a list' }).optional(),
  ruleId: z.string().optional(),
  idempotencyKey: z.string().optional(),
  // Whether they are times is said where they are read.
  ...named(['since', 'until']),
};
const { method, path, query, headers, body, identity } = requestShape;
const querySchema = strict({ ...exchangeShape, method, path, query, headers, body, identity } satisfies Record<
  keyof ExchangeQuery,
  z.ZodType
>);

const milliseconds = z.number().min(0).optional();
/** What stands beside the query; counts are judged together, and the query by itself. */
const expectationSchema = strict({
  ...named(['times', 'atLeast', 'atMost', 'timers']),
  never: z.boolean().optional(),
  within: milliseconds,
  ...named(Object.keys(querySchema.shape) as (keyof ExchangeQuery)[]),
} satisfies Record<keyof Expectation, z.ZodType>);

const waitSchema = strict({
  times: z.int().min(0).optional(),
  within: milliseconds,
  ...named(['timers', 'signal']),
} satisfies Record<keyof WaitOptions, z.ZodType>);

const WHY = 'What is not understood asks for nothing, and the assertion would pass for the wrong reason.';
const REMEDY = 'docs/verification.md says what can be asked.';
const reading = (called: string) => ({ problem: 'usage', called, why: WHY, remedy: REMEDY }) as const;

/**
 * A query as code says it; a text is the name of an operation.
 *
 * @throws {InputError} `usage`
 */
export function readQuery(given: unknown): ExchangeQuery {
  if (typeof given === 'string') return { operation: given };
  if (tooDeep(given)) {
    const what = 'the query: its values are nested too deeply, or hold themselves';
    throw new InputError([{ problem: 'usage', what, why: WHY, remedy: REMEDY }]);
  }
  const { body, ...others } = understand(querySchema, given, reading('the query'));
  const read = body === undefined ? others : { ...others, ...matchOf({ body }) };
  return read as ExchangeQuery;
}

/** Refuses an expectation with a member that there is not. */
export function requireExpectation(given: unknown): void {
  understand(expectationSchema, given, reading('the expectation'));
}

/** Refuses options of `waitFor` that there are not. */
export function requireWaitOptions(given: unknown): void {
  understand(waitSchema, given, reading('the options'));
}
