import type { RecordedExchange } from '../types.js';
import { inOrder, type SameWorker } from './attempts.js';

/** In milliseconds. No client reads an answer and sends another request, over another connection, in less. */
const TURNAROUND_MS = 0.25;

/**
 * Tells the workers of a caller apart by their connections. A worker goes on over
 * - the same connection;
 * - one that was opened after the answer;
 * - one of several between which it alternates, as pools do: each was opened after an answer on another one, while nothing was under way,
 *   and no two of their requests were ever in flight together. Node's fetch has two of these even for a caller that asks strictly one thing
 *   after the other.
 *
 * @example
 * const sameWorker = createWorkers(journal.exchanges());
 * sameWorker(failed, next); // false: the connection was open already beside the one that carried the failure
 */
export function createWorkers(exchanges: readonly RecordedExchange[]): SameWorker {
  const callers = new Map<string, RecordedExchange[]>();
  for (const exchange of exchanges) {
    const known = callers.get(exchange.caller);
    if (known === undefined) callers.set(exchange.caller, [exchange]);
    else known.push(exchange);
  }
  const workers = new Map([...callers].map(([caller, own]) => [caller, workersOf(own)]));
  return (earlier, later) => {
    const { connection, real, caller } = earlier;
    const next = later.connection;
    if (next.id === connection.id || next.opened >= real.answered) return true;
    const worker = workers.get(caller)?.get(connection.id);
    return worker !== undefined && worker === workers.get(caller)?.get(next.id);
  };
}

/** The worker of each connection that shares one with others, named by the connection that it began with. */
function workersOf(exchanges: readonly RecordedExchange[]): ReadonlyMap<number, number> {
  const ordered = inOrder(exchanges);
  const first = firstOfEach(ordered);
  const concurrent = new Set<number>();
  const latest = new Map<number, RecordedExchange>();
  for (const exchange of ordered) {
    const worker = first.get(exchange.connection.id) as number;
    const before = latest.get(worker);
    if (before !== undefined && together(before, exchange)) concurrent.add(worker);
    if (before === undefined || before.real.answered < exchange.real.answered) latest.set(worker, exchange);
  }
  return new Map([...first].filter(([, worker]) => !concurrent.has(worker)));
}

/** The connection that each goes back to, by those that it was opened after. */
function firstOfEach(ordered: readonly RecordedExchange[]): ReadonlyMap<number, number> {
  const connections = [...new Map(ordered.map(({ connection }) => [connection.id, connection])).values()];
  const answered = ordered.toSorted((a, b) => a.real.answered - b.real.answered);
  const first = new Map<number, number>();
  let [arrivals, answers, opened] = [0, 0, -Infinity];
  for (const connection of connections.sort((a, b) => a.opened - b.opened || a.id - b.id)) {
    while ((ordered[arrivals]?.real.arrived ?? Infinity) <= connection.opened) arrivals++;
    while ((answered[answers]?.real.answered ?? Infinity) <= connection.opened) answers++;
    const last = answered[answers - 1];
    const idle = last !== undefined && arrivals === answers && opened < last.real.answered;
    // What came before a reset only the server knows, and it cannot tell the callers apart.
    const after = idle ? last.connection.id : connection.after;
    first.set(connection.id, (after === undefined ? undefined : first.get(after)) ?? connection.id);
    opened = connection.opened;
  }
  return first;
}

function together(before: RecordedExchange, next: RecordedExchange): boolean {
  return before.connection.id !== next.connection.id && next.real.arrived < before.real.answered + TURNAROUND_MS;
}
