import { laneOfPlanned, type Ledger, type LedgerShard, type Rehearsal } from '../contracts/index.js';

/** What is looked at in one piece: an operation with all its failures and probes, which stand on each other; or the webhooks. */
interface Part {
  /** `undefined` stands for the webhooks. */
  readonly operation: string | undefined;
  /** Requests, and seconds of waiting; milliseconds where a ledger has measured them. */
  readonly cost: number;
  readonly alone: boolean;
}

/**
 * Shares a rehearsed run out: the longest part first, each into the shard that is the lightest by then. Every machine that rehearses the
 * same run comes to the same.
 *
 * @example
 * shardsOf(await rehearse(plan, { probes: true, webhooks: true }), 4)[1]?.operations;
 *
 * @param timings A ledger of an earlier run: what it measured counts, and what it knows nothing of by what the rest has taken on average.
 * @returns As many shards as there are to be, but no more than there are parts.
 */
export function shardsOf(rehearsal: Rehearsal, of: number, timings?: Timings): readonly LedgerShard[] {
  const parts = measured(partsOf(rehearsal), timings);
  const loads = Array.from({ length: Math.min(of, parts.length) }, () => ({ cost: 0, parts: [] as Part[] }));
  for (const part of parts.toSorted((a, b) => b.cost - a.cost)) {
    const lightest = loads.reduce((least, load) => (load.cost < least.cost ? load : least));
    lightest.cost += part.cost;
    lightest.parts.push(part);
  }
  return loads.map((load, index) => ({
    index: index + 1,
    of,
    // In the contract's order.
    operations: parts.filter((part) => load.parts.includes(part)).flatMap(({ operation }) => operation ?? []),
    webhooks: load.parts.some(({ operation }) => operation === undefined),
    alone: load.parts.some(({ alone }) => alone),
  }));
}

/** In the contract's order, the webhooks last. Each one costs something, so that none is for nothing. */
function partsOf({ plan, paths, visits, webhooks }: Rehearsal): readonly Part[] {
  const parts = plan.contract.operations
    .filter(({ failures }) => failures.length > 0)
    .map(({ id }): Part => {
      const own = paths.filter(({ planned }) => planned.failure.operation.id === id);
      const probes = visits.filter(({ visit }) => visit.probes[0]?.probe.operation.id === id && visit.probes[0].action.do === 'send');
      return {
        operation: id,
        cost: 1 + costOf([...own, ...probes].flatMap((one) => one.own)),
        alone: own.some(({ planned }) => laneOfPlanned(planned) !== 'parallel') || probes.some(({ visit }) => visit.lane !== 'parallel'),
      };
    });
  if (webhooks.length === 0) return parts;
  // They move the clock of the one world that there is.
  const alone = plan.deployment.sessions === undefined && plan.deployment.ways.has('clock.advance');
  return [...parts, { operation: undefined, cost: 1 + costOf(webhooks.flatMap(({ sent }) => sent)), alone }];
}

/** As much of a ledger as says how long its operations have taken. */
export type Timings = Pick<Ledger, 'failures' | 'probes'>;

/** In milliseconds, as far as a ledger knows any. */
function measured(parts: readonly Part[], timings: Timings | undefined): readonly Part[] {
  const taken = timings === undefined ? new Map<string, number>() : takenIn(timings);
  const timeOf = ({ operation = '' }: Part): number => taken.get(operation) ?? 0;
  const known = parts.filter((part) => timeOf(part) > 0);
  if (known.length === 0) return parts;
  const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);
  const perUnit = sum(known.map(timeOf)) / sum(known.map(({ cost }) => cost));
  return parts.map((part) => ({ ...part, cost: timeOf(part) || part.cost * perUnit }));
}

function takenIn({ failures, probes }: Timings): ReadonlyMap<string, number> {
  const taken = new Map<string, number>();
  // A ledger may be of another version, or written by hand: what is no time counts for nothing.
  const add = (operation: string, ms: number): void => {
    if (ms > 0 && Number.isFinite(ms)) taken.set(operation, (taken.get(operation) ?? 0) + ms);
  };
  for (const { operation, causes } of failures) for (const { durationMs } of causes) add(operation, durationMs);
  for (const { operation, evidence } of probes) for (const { durationMs } of evidence.requests) add(operation, durationMs);
  return taken;
}

function costOf(sent: readonly { readonly waits: number }[]): number {
  return sent.reduce((total, { waits }) => total + 1 + Math.ceil(waits), 0);
}
