import { createHistogram } from 'node:perf_hooks';
import type { LoadOrder, LoadReport } from '../load-types.js';
import { createConnection, type Connection, type Seen } from './connection.js';

/** How often requests that are due are sent, in milliseconds. */
const TICK_MS = 1;

function reportOf(began: number, seen: Tally): LoadReport {
  const { histogram, statuses, ...counts } = seen;
  const ms = (nanoseconds: number): number => nanoseconds / 1e6;
  const some = counts.requests > 0;
  return {
    ...counts,
    seconds: (performance.now() - began) / 1000,
    p50: some ? ms(histogram.percentile(50)) : 0,
    p99: some ? ms(histogram.percentile(99)) : 0,
    max: some ? ms(histogram.max) : 0,
    statuses: Object.fromEntries(statuses),
  };
}

interface Tally extends Seen {
  readonly histogram: ReturnType<typeof createHistogram>;
  readonly statuses: Map<number, number>;
  requests: number;
  late: number;
  unexpected: number;
  shed: number;
  example: string | undefined;
  broken: number;
}

function createTally(answered: (connection: Connection) => void): Tally {
  const tally: Tally = {
    histogram: createHistogram(),
    statuses: new Map(),
    requests: 0,
    late: 0,
    unexpected: 0,
    shed: 0,
    example: undefined,
    broken: 0,
    onAnswer(connection, status, nanoseconds, wanted, body) {
      tally.requests += 1;
      tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
      tally.histogram.record(Math.max(1, nanoseconds));
      if (status !== wanted) {
        tally.unexpected += 1;
        if (status === 503) tally.shed += 1;
        tally.example ??= `${status} where ${wanted} was expected: ${body().slice(0, 500)}`;
      }
      answered(connection);
    },
    onBroken(connection) {
      tally.broken += 1;
      answered(connection);
    },
  };
  return tally;
}

/** Sends what is due on whatever connection is free; what nobody can send is late and given up. */
function paced(rate: number, free: Connection[], tally: Tally): NodeJS.Timeout {
  const began = performance.now();
  let sent = 0;
  return setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * rate);
    for (; sent < due; sent += 1) {
      const connection = free.shift();
      if (connection === undefined) tally.late += 1;
      else connection.next();
    }
  }, TICK_MS);
}

/**
 * Keeps the loop from ever waiting, until told: waking this process would be on the bill of the server that answers it, and only of one that
 * is slow enough for it to fall asleep. Answers how to stop.
 */
function stayAwake(): () => void {
  let isOver = false;
  const turn = (): void => {
    if (!isOver) setImmediate(turn);
  };
  turn();
  return () => {
    isOver = true;
  };
}

async function run(order: LoadOrder): Promise<LoadReport> {
  const free: Connection[] = [];
  let over: (() => void) | undefined;
  const ended = new Promise<void>((resolve) => {
    over = resolve;
  });
  const tally = createTally((connection) => {
    if (order.requests !== undefined && tally.requests >= order.requests) over?.();
    if (order.rate === undefined) connection.next();
    else free.push(connection);
  });
  const connections = Array.from({ length: order.connections }, (_, n) => {
    return createConnection(order.port, order.flows[n % order.flows.length] ?? [], tally);
  });
  await Promise.all(connections.map((connection) => connection.opened));
  const began = performance.now();
  const timer = setTimeout(() => over?.(), order.seconds * 1000);
  free.push(...connections);
  const pace = order.rate === undefined ? undefined : paced(order.rate, free, tally);
  if (pace === undefined) for (const connection of connections) connection.next();
  const sleep = pace === undefined && order.yields !== true ? stayAwake() : undefined;
  await ended;
  sleep?.();
  clearTimeout(timer);
  clearInterval(pace);
  const report = reportOf(began, tally);
  for (const connection of connections) connection.close();
  return report;
}

process.on('message', (order: LoadOrder) => {
  run(order).then(
    (report) => process.send?.(report),
    (error: unknown) => process.send?.({ failed: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
