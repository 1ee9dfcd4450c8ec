import { countOutcomes, type Ledger } from '../../ledger.js';
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
 * - `gone`: the contract does not declare it any more; of probes and webhooks, the last run did not have it.
 * - `unseen`: no run looked at it.
 */
export const MOVEMENTS = ['new', 'wrong', 'flaky', 'lost', 'unproven', 'fixed', 'gained', 'proven', 'gone', 'unseen'] as const;

export type Movement = (typeof MOVEMENTS)[number];

/** One run of those that are compared. */
export interface TrendRun {
  readonly file: string;
  readonly startedAt: string;
  /** What policies and records call it. */
  readonly deployment: string;
  readonly url: string;
  /** The contract's hash: with another one, other failures may be declared. */
  readonly sha256: string;
  readonly verdict: string;
  readonly exitCode: number;
  readonly partial: boolean;
  /** Of its failures. */
  readonly summary: Readonly<Partial<Record<Outcome, number>>>;
  /** Of its probes and webhooks that tell something of their own. */
  readonly beyond: Readonly<Partial<Record<Outcome, number>>>;
}

/** One failure, probe or webhook over all runs. */
export interface TrendLine {
  readonly kind: 'failure' | 'identity' | 'precedence' | 'webhook';
  /** What people call it: `initWork 401 api_key.revoked`, `initWork identity (readOnly)`, `webhook work_registered`. */
  readonly name: string;
  /** `null` for webhooks. */
  readonly operation: string | null;
  /** Of the failure; `null` for all else. */
  readonly status: number | null;
  readonly code: string | null;
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
 * How outcomes moved from run to run, line by line: failures, probes and webhooks; the worst movement first, within it in the contract's order.
 *
 * @example
 * tallyTrend(readSavedLedgers(['builds/1', 'builds/2'])).summary; // { new: 1, proven: 144 }
 */
export function tallyTrend(ledgers: readonly (Ledger & { readonly file: string })[]): Trend {
  const ordered = [...ledgers].sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  const told = ordered.map(linesOf);
  const runs = ordered.map(({ file, startedAt, deployment, contract, verdict, exitCode, partial, summary }, index) => ({
    ...{ file, startedAt, deployment: deployment.name, url: deployment.url, sha256: contract.sha256, verdict, exitCode, partial, summary },
    beyond: countOutcomes((told[index] ?? []).filter(({ kind, copied }) => kind !== 'failure' && !copied)),
  }));
  const maps = told.map((lines) => new Map(lines.map((line) => [keyOf(line), line])));
  // The last run knows best in which order they stand; what it does not know follows.
  const order = [...new Set([...maps].reverse().flatMap((map) => [...map.keys()]))];
  const lines = order.flatMap((key): TrendLine[] => {
    const own = maps.map((map) => map.get(key));
    const known = own.findLast((line) => line !== undefined);
    // What other lines have told in every run is no line of its own.
    if (known === undefined || own.every((line) => line === undefined || line.copied)) return [];
    const { kind, name, operation, status, code } = known;
    // Who does not look at probes or webhooks has none of them in the ledger, whatever is declared.
    const outcomes = own.map((line, index) => line?.outcome ?? (looked(kind, told[index]) ? null : 'not-selected'));
    const reason = own.findLast((line) => line !== undefined && line.outcome !== 'not-selected')?.reason ?? '';
    return [{ kind, name, operation, status, code, ...moved(outcomes, runs), reason, outcomes }];
  });
  lines.sort((a, b) => MOVEMENTS.indexOf(a.movement) - MOVEMENTS.indexOf(b.movement));
  const summary: Partial<Record<Movement, number>> = {};
  for (const { movement } of lines) summary[movement] = (summary[movement] ?? 0) + 1;
  return { contract: { title: ordered.at(-1)?.contract.title ?? '' }, runs, lines, summary };
}

/** A line of one ledger. */
interface Line extends Pick<TrendLine, 'kind' | 'name' | 'operation' | 'status' | 'code' | 'reason'> {
  readonly outcome: Outcome;
  /** Whether another line of the ledger tells it already. */
  readonly copied: boolean;
}

function linesOf({ failures, probes, webhooks }: Ledger): Line[] {
  const none = { status: null, code: null } as const;
  return [
    ...failures.map(({ operation, status, code, outcome, reason }): Line => ({
      ...{ kind: 'failure', name: `${operation} ${status} ${code}`, operation, status, code, outcome, reason, copied: false },
    })),
    ...probes.map(({ kind, operation, name, outcome, reason, takenFrom }): Line => ({
      ...{ kind, name: `${operation} ${kind} (${name})`, operation, ...none, outcome, reason, copied: takenFrom !== null },
    })),
    ...webhooks.map(({ webhook, outcome, reason }): Line => ({
      ...{ kind: 'webhook', name: `webhook ${webhook}`, operation: null, ...none, outcome, reason, copied: false },
    })),
  ];
}

const keyOf = ({ kind, name }: Pick<TrendLine, 'kind' | 'name'>): string => `${kind} ${name}`;

function looked(kind: TrendLine['kind'], lines: readonly Line[] = []): boolean {
  return kind === 'failure' || lines.some((line) => line.kind === kind);
}

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
  // Of ledgers that do not name it, the address has to do.
  const places = new Set(runs.map(({ deployment, url }) => (deployment === '' ? url : deployment)));
  const hashes = new Set(runs.map(({ sha256 }) => sha256));
  const partial = runs.filter((run) => run.partial).length;
  return [
    ...(places.size > 1
      ? [`The runs are of ${places.size} deployments (${[...places].join(', ')}): what differs may be their doing.`]
      : []),
    ...(hashes.size > 1 ? [`The contract changed between them: there are ${hashes.size} of it.`] : []),
    ...(partial > 0 ? [`${partial} of them ${partial === 1 ? 'is' : 'are'} partial: what was left out counts as not looked at.`] : []),
  ];
}
