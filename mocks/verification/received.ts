import { InputError } from '../../spec/index.js';
import { compileQuery, matching, type CompiledQuery } from './query.js';
import { readQuery, requireExpectation } from './read.js';
import { describeExcess, describeShortfall } from './report.js';
import type { ExchangeQuery, ExchangeSource, RecordedExchange } from './types.js';
import { arrivals, type Timers } from './wait.js';

/** How often a request must have arrived, and what it must have been. At least once, unless it says otherwise. */
export interface Expectation<Operation extends string = string> extends ExchangeQuery<Operation> {
  /** Just so many. */
  readonly times?: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly never?: boolean;
  /**
   * Milliseconds of real time to wait: until enough have arrived, or, where none may, to the end. Without it, what is in the
   * journal decides.
   */
  readonly within?: number;
  readonly timers?: Timers;
}

/** An expectation that was not met; the message says what arrived instead. */
export class ReceivedError extends Error {
  override readonly name = 'ReceivedError';
  /** The requests that were meant, oldest first; left out where errors are printed whole: the message says it better. */
  declare readonly received: readonly RecordedExchange[];

  constructor(message: string, received: readonly RecordedExchange[]) {
    super(message);
    Object.defineProperty(this, 'received', { value: received, enumerable: false });
  }
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

/**
 * Asserts which requests have arrived and are answered.
 *
 * @example
 * await received(mock.journal, 'confirmWork', { times: 2, body: { at: { '/job_id': job } } });
 * await received(mock.journal, 'revokeApiKey', { never: true });
 *
 * @param what An operation; `*` and `?` as in file names.
 * @param closed Aborted when nothing can arrive any more: what is there then decides.
 * @returns the requests that are meant, oldest first.
 * @throws {ReceivedError} when there are too few or too many: the nearest misses are in the message, field by field.
 * @throws {InputError} `usage` for a member that there is not, an expectation that contradicts itself, and as `compileQuery`
 */
export async function received(
  source: ExchangeSource,
  what: string | ExchangeQuery,
  expectation: Expectation = {},
  closed?: AbortSignal,
): Promise<readonly RecordedExchange[]> {
  requireExpectation(expectation);
  const { times, atLeast, atMost, never, within, timers, ...query } = expectation;
  const bounds = boundsOf({ times, atLeast, atMost, never });
  const merged = { ...(typeof what === 'string' ? { operation: what } : readQuery(what)), ...query };
  const compiled = compileQuery(merged, source.contract);
  if (within !== undefined) {
    const enough = bounds.least > 0 ? bounds.least : bounds.most + 1;
    // What did not arrive in time is said below, in the words of the expectation.
    const wait = { times: enough, within, ...(timers === undefined ? {} : { timers }) };
    await arrivals(source, compiled, wait, closed).catch(() => undefined);
  }
  return judge(source.exchanges(), compiled, bounds, within);
}

function judge(
  exchanges: readonly RecordedExchange[],
  query: CompiledQuery,
  bounds: Bounds,
  within: number | undefined,
): readonly RecordedExchange[] {
  const meant = matching(exchanges, query);
  const wanted = { wanted: wordsOf(bounds), found: meant.length, within };
  if (meant.length > bounds.most) throw new ReceivedError(describeExcess(query, wanted, meant), meant);
  if (meant.length < bounds.least) throw new ReceivedError(describeShortfall(query, wanted, exchanges), meant);
  return meant;
}

type Counts = { readonly [Name in 'times' | 'atLeast' | 'atMost']: number | undefined } & { readonly never: boolean | undefined };

function boundsOf({ times, atLeast, atMost, never }: Counts): Bounds {
  for (const [name, count] of Object.entries({ times, atLeast, atMost })) {
    if (count !== undefined && !(Number.isSafeInteger(count) && count >= 0)) {
      throw contradiction(`${name} is ${String(count)}`, 'A count is a whole number from 0 on.');
    }
  }
  const said = Object.entries({ times, never: never === true ? true : undefined, 'atLeast or atMost': atLeast ?? atMost }).filter(
    ([, value]) => value !== undefined,
  );
  if (said.length > 1) {
    throw contradiction(`${said.map(([name]) => name).join(' and ')} are given together`, 'Keep one: each says how many alone.');
  }
  if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
    throw contradiction(`atLeast is ${atLeast} and atMost is ${atMost}`, 'No number is both; turn them round.');
  }
  if (never === true) return { least: 0, most: 0 };
  if (times !== undefined) return { least: times, most: times };
  return { least: atLeast ?? (atMost === undefined ? 1 : 0), most: atMost ?? Infinity };
}

function contradiction(what: string, remedy: string): InputError {
  return new InputError([{ problem: 'usage', what, why: 'An expectation that nobody can meet says nothing about the client.', remedy }]);
}

function wordsOf({ least, most }: Bounds): string {
  if (most === 0) return 'no';
  if (least === most) return String(least);
  if (most === Infinity) return `at least ${least}`;
  return least === 0 ? `at most ${most}` : `${least} to ${most}`;
}
