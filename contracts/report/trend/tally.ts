import type { Ledger } from '../../ledger.js';
import { OUTCOMES, type Outcome } from '../../types.js';
import { toneOf, type Tone } from '../items.js';

/**
 * How a failure has moved over runs:
 *
 * - `new`: wrong in the last run that looked at it, and not in the one before.
 * - `wrong`: wrong for longer.
 * - `flaky`: its outcome was, or it went to and fro between wrong and proven.
 * - `lost`: it was proven once, and is not any more.
 * - `unproven`: it never was.
 * - `fixed`: it was wrong, and is proven.
 * - `gained`: it was unproven, and is proven.
 * - `proven`: whenever it was looked at.
 * - `gone`: the contract does not declare it any more.
 * - `unseen`: no run looked at it.
 */
export const MOVEMENTS = ['new', 'wrong', 'flaky', 'lost', 'unproven', 'fixed', 'gained', 'proven', 'gone', 'unseen'] as const;

export type Movement = (typeof MOVEMENTS)[number];

/** One run of those that are compared. */
export interface TrendRun {
  readonly file: string;
  readonly startedAt: string;
  readonly url: string;
  /** The contract's hash: with another one, other failures may be declared. */
  readonly sha256: string;
  readonly verdict: string;
  readonly exitCode: number;
  readonly partial: boolean;
  readonly summary: Readonly<Partial<Record<Outcome, number>>>;
}

/** One failure over all runs. */
export interface TrendLine {
  readonly operation: string;
  readonly status: number;
  readonly code: string;
  readonly movement: Movement;
  /** When the run began since which it is as it is now; `null` where that says nothing. */
  readonly since: string | null;
  /** The reason of the last run that looked at it. */
  readonly reason: string;
  /** Run by run; `null` where the contract did not declare it. */
  readonly outcomes: readonly (Outcome | null)[];
}

export interface Trend {
  readonly contract: { readonly title: string };
  /** By when they began. */
  readonly runs: readonly TrendRun[];
  readonly lines: readonly TrendLine[];
  readonly summary: Readonly<Partial<Record<Movement, number>>>;
}

/** To and fro so often that it is no fix and no relapse. */
const UNSTEADY = 3;

/**
 * How outcomes moved from run to run, failure by failure; the worst movement first, within it in the contract's order.
 *
 * @example
 * tallyTrend(readSavedLedgers(['builds/1', 'builds/2'])).summary; // { new: 1, proven: 144 }
 */
export function tallyTrend(ledgers: readonly (Ledger & { readonly file: string })[]): Trend {
  const ordered = [...ledgers].sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  const runs = ordered.map(({ file, startedAt, deployment, contract, verdict, exitCode, partial, summary }) => ({
    ...{ file, startedAt, url: deployment.url, sha256: contract.sha256, verdict, exitCode, partial, summary },
  }));
  const maps = ordered.map(({ failures }) => new Map(failures.map((failure) => [keyOf(failure), failure])));
  // The last run knows best in which order they stand; what it does not know follows.
  const all = new Map(
    [...maps]
      .reverse()
      .flatMap((map) => [...map].map(([key, failure]) => [key, failure] as const))
      .reverse(),
  );
  const order = [...new Set([...maps].reverse().flatMap((map) => [...map.keys()]))];
  const lines = order.flatMap((key): TrendLine[] => {
    const failure = all.get(key);
    if (failure === undefined) return [];
    const { operation, status, code } = failure;
    const own = maps.map((map) => map.get(key));
    const outcomes = own.map((line) => line?.outcome ?? null);
    const reason = own.findLast((line) => line !== undefined && line.outcome !== 'not-selected')?.reason ?? '';
    return [{ operation, status, code, ...moved(outcomes, runs), reason, outcomes }];
  });
  lines.sort((a, b) => MOVEMENTS.indexOf(a.movement) - MOVEMENTS.indexOf(b.movement));
  const summary: Partial<Record<Movement, number>> = {};
  for (const { movement } of lines) summary[movement] = (summary[movement] ?? 0) + 1;
  return { contract: { title: ordered.at(-1)?.contract.title ?? '' }, runs, lines, summary };
}

const keyOf = ({ operation, status, code }: Pick<TrendLine, 'operation' | 'status' | 'code'>): string => `${operation} ${status} ${code}`;

function moved(outcomes: readonly (Outcome | null)[], runs: readonly TrendRun[]): Pick<TrendLine, 'movement' | 'since'> {
  const seen = outcomes.flatMap((outcome, index) =>
    outcome === null || outcome === 'not-selected' ? [] : [{ outcome, tone: settled(toneOf(outcome)), index }],
  );
  const last = seen.at(-1);
  if (outcomes.at(-1) === null)
    return { movement: 'gone', since: runs[outcomes.findLastIndex((one) => one !== null) + 1]?.startedAt ?? null };
  if (last === undefined) return { movement: 'unseen', since: null };
  const began = seen.findLastIndex(({ tone }) => tone !== last.tone) + 1;
  const since = runs[seen[began]?.index ?? 0]?.startedAt ?? null;
  const before = seen.slice(0, began);
  const had = (tone: Tone): boolean => before.some((one) => one.tone === tone);
  const clear = seen.filter(({ tone }) => tone === 'bad' || tone === 'good');
  const turns = clear.filter(({ tone }, index) => index > 0 && clear[index - 1]?.tone !== tone).length;
  if (last.outcome === 'flaky' || turns >= UNSTEADY) return { movement: 'flaky', since: null };
  if (last.tone === 'bad') return { movement: before.length > 0 && began === seen.length - 1 ? 'new' : 'wrong', since };
  if (last.tone === 'open') return { movement: had('good') ? 'lost' : 'unproven', since };
  return { movement: had('bad') ? 'fixed' : had('open') ? 'gained' : 'proven', since: before.length === 0 ? null : since };
}

/** What somebody answers for counts as proven, here as in the gate. */
const settled = (tone: Tone): Tone => (tone === 'quiet' ? 'good' : tone);

/** The outcomes that occur in any run, from the worst to the best. */
export function outcomesOf({ runs }: Trend): Outcome[] {
  return OUTCOMES.filter((outcome) => runs.some(({ summary }) => (summary[outcome] ?? 0) > 0));
}

/** What runs have not in common although they are compared, in sentences. */
export function caveatsOf({ runs }: Trend): string[] {
  const urls = new Set(runs.map(({ url }) => url));
  const hashes = new Set(runs.map(({ sha256 }) => sha256));
  const partial = runs.filter((run) => run.partial).length;
  return [
    ...(urls.size > 1 ? [`The runs are of ${urls.size} addresses: what differs may be the deployments' doing.`] : []),
    ...(hashes.size > 1 ? [`The contract changed between them: there are ${hashes.size} of it.`] : []),
    ...(partial > 0 ? [`${partial} of them ${partial === 1 ? 'is' : 'are'} partial: what was left out counts as not looked at.`] : []),
  ];
}
