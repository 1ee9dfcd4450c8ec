import type { RecordedExchange } from '../../mocks/verification/index.js';
import type { Contract } from '../../spec/index.js';
import { CALLS, testJournal, type Sketch } from './support.js';

/** What the API answers, attempt by attempt; after the last one it succeeds. */
export type Outcome = 'unavailable' | 'quota' | 'refused';

/** What a caller decides after a failure: how long to wait before trying again, or to give up. */
export type Policy = (failure: {
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly retryAfterMs: number | undefined;
}) => number | 'give up';

/** Something that a caller wants done. */
export interface Call {
  readonly operation: string;
  readonly body: unknown;
  readonly start: number;
  readonly outcomes: readonly Outcome[];
  readonly policy: Policy;
  /** The Idempotency-Key of an attempt. */
  key(attempt: number): string | undefined;
  /** The trace of the call. */
  readonly trace?: string;
  /** How long each attempt takes to be answered, and its way there; both in turn. */
  readonly latencies: readonly number[];
  /** Seconds of the Retry-After that failures carry; none by default. */
  readonly retryAfter?: number;
}

/** One credential, and how its connections are used. */
export interface Caller {
  readonly name: string;
  /** `fresh`: one for each request. `alternating`: two that take turns, as those of Node's fetch. */
  readonly connections: 'first free' | 'last used' | 'fresh' | 'alternating';
  readonly calls: readonly Call[];
}

interface Connection {
  readonly id: number;
  readonly opened: number;
  readonly after: number | undefined;
  free: number;
  used: number;
}

type Played = Sketch & { readonly at: number; readonly answered: number; readonly connection: number };

interface Send {
  readonly at: number;
  readonly caller: Caller;
  readonly call: Call;
  readonly attempt: number;
}

const ANSWERS: Readonly<Record<Outcome, { readonly status: number; readonly code: string; readonly operation?: string }>> = {
  unavailable: { status: 503, code: 'common.service_unavailable' },
  quota: { status: 429, code: 'common.quota_exceeded' },
  refused: { status: 404, code: 'registration.prepared_not_found' },
};

/**
 * Plays callers against an API in virtual time; the journal that the mock would have kept of it, in the order of the answers.
 *
 * @param clock The mock's clock by real time: one that stands still must not matter.
 */
export function simulate(
  contract: Contract,
  callers: readonly Caller[],
  clock: (real: number) => number = (real) => real,
): readonly RecordedExchange[] {
  const sketches: Played[] = [];
  const pools = new Map(callers.map((caller) => [caller, [] as Connection[]]));
  const agenda: Send[] = callers.flatMap((caller) => caller.calls.map((call) => ({ at: call.start, caller, call, attempt: 0 })));
  let connections = 0;
  let lastOpened = -1;
  for (;;) {
    agenda.sort((a, b) => b.at - a.at);
    const send = agenda.pop();
    if (send === undefined) break;
    const { at, caller, call, attempt } = send;
    const [way = 1, took = 1] = [
      call.latencies[(2 * attempt) % call.latencies.length],
      call.latencies[(2 * attempt + 1) % call.latencies.length],
    ];
    const pool = pools.get(caller) ?? [];
    const open = (): Connection => ({ id: ++connections, opened: at, after: answeredLast(sketches, lastOpened, at), free: 0, used: 0 });
    const connection = take(pool, caller.connections, at) ?? open();
    if (!pool.includes(connection)) {
      pool.push(connection);
      lastOpened = at;
    }
    const answered = at + way + took;
    const received = answered + way;
    Object.assign(connection, { free: caller.connections === 'fresh' ? Infinity : received, used: received });
    const outcome = call.outcomes[attempt];
    sketches.push({
      ...sketchOf(send, outcome),
      at: at + way,
      took,
      clock: clock(at + way),
      connection: connection.id,
      opened: connection.opened,
      ...(connection.after === undefined ? {} : { after: connection.after }),
      answered,
    });
    if (outcome === undefined) continue;
    const wait = call.policy({ attempt, outcome, retryAfterMs: call.retryAfter === undefined ? undefined : call.retryAfter * 1_000 });
    if (wait !== 'give up') agenda.push({ at: received + wait, caller, call, attempt: attempt + 1 });
  }
  const journal = testJournal(contract);
  return sketches.sort((a, b) => a.answered - b.answered).map((sketch) => journal.add(sketch));
}

function take(pool: readonly Connection[], how: Caller['connections'], at: number): Connection | undefined {
  const free = pool.filter((connection) => connection.free <= at);
  if (how === 'alternating') return pool.length < 2 ? undefined : free.sort((a, b) => a.used - b.used)[0];
  return how === 'last used' ? free.sort((a, b) => b.used - a.used)[0] : free[0];
}

/** `Connection.after` of one that is opened now. */
function answeredLast(sketches: readonly Played[], lastOpened: number, now: number): number | undefined {
  if (sketches.some(({ at, answered }) => at <= now && now < answered)) return undefined;
  const before = sketches.filter(({ answered }) => lastOpened < answered && answered <= now);
  return before.sort((a, b) => b.answered - a.answered)[0]?.connection;
}

function sketchOf({ caller, call, attempt }: Send, outcome: Outcome | undefined): Sketch {
  const key = call.key(attempt);
  const answer = outcome === undefined ? { status: CALLS[call.operation]?.[0] === 'GET' ? 200 : 202 } : ANSWERS[outcome];
  return {
    operation: call.operation,
    body: call.body,
    ...answer,
    ...(outcome === undefined || call.retryAfter === undefined ? {} : { retryAfter: String(call.retryAfter) }),
    headers: {
      authorization: `Bearer ${caller.name}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(call.trace === undefined ? {} : { traceparent: `00-${call.trace}-${String(attempt + 1).padStart(16, '0')}-01` }),
    },
  };
}
