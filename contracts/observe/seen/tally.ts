import type { Contract } from '../../../spec/index.js';
import type { ReadLedger } from './read.js';

/** Of a failure, or of an answer that is none: how often it was seen, and when last. */
interface Times {
  readonly times: number;
  /** RFC 3339, UTC; of a run, its end. */
  readonly last: string;
}

/** A declared failure that was seen. */
export interface SeenLine extends Times {
  readonly operation: string;
  readonly status: number;
  readonly code: string;
  /** How many of them were told otherwise than the contract says. */
  readonly wrong: number;
  /** How often by which evidence: the triggers of runs, and `observed`. */
  readonly evidence: Readonly<Record<string, number>>;
}

/** An answer that its operation does not declare. */
export interface UndeclaredLine extends Times {
  /** `null` for requests that no operation answers. */
  readonly operation: string | null;
  /** Method and path, where the operation does not say them. */
  readonly request: string | null;
  readonly status: number;
  /** `null` for an answer without a code. */
  readonly code: string | null;
  /** The ledgers that it stands in. */
  readonly ledgers: readonly string[];
}

/** What many runs have seen, and have not. */
export interface SeenReport {
  readonly contract: { readonly title: string; readonly version: string; readonly sha256: string };
  readonly ledgers: readonly {
    readonly file: string;
    readonly url: string;
    readonly startedAt: string;
    /** Whether it was written for the contract that it is read by. */
    readonly sameContract: boolean;
    readonly version: string;
    /** How many answers it was made from. */
    readonly answers: number;
  }[];
  /** In the order of the contract, as are those that were seen. */
  readonly neverSeen: readonly { readonly operation: string; readonly status: number; readonly code: string }[];
  readonly seen: readonly SeenLine[];
  readonly undeclared: readonly UndeclaredLine[];
}

/** A failure by its name, declared or not. */
type Named = { readonly operation: string | null; readonly status: number; readonly code: string | null };

interface Sight extends Named {
  readonly request: string | null;
  readonly times: number;
  readonly wrong: number;
  readonly evidence: string;
  readonly last: number;
  readonly file: string;
}

/**
 * Tallies ledgers of many runs by a contract, also those that were written for another version of it: what counts is operation, status and code.
 *
 * @example
 * tallySeen(contract, readLedgers(['failpath-report'])).neverSeen.length; // 0
 *
 * @param selected Which failures are asked about; all by default.
 */
export function tallySeen(
  contract: Contract,
  ledgers: readonly ReadLedger[],
  selected: (named: Named) => boolean = () => true,
): SeenReport {
  const seen = new Map<string, Sight[]>();
  const undeclared = new Map<string, Sight[]>();
  const declared = new Set(contract.failures.map(({ key }) => key));
  for (const sight of ledgers.flatMap((ledger) => [...sightsIn(contract, ledger)])) {
    if (!selected(sight)) continue;
    const key = `${sight.operation ?? sight.request} ${sight.status} ${sight.code}`;
    const group = declared.has(key) ? seen : undeclared;
    const sights = group.get(key);
    if (sights === undefined) group.set(key, [sight]);
    else sights.push(sight);
  }
  const asked = contract.failures.filter(({ operation, status, code }) => selected({ operation: operation.id, status, code }));
  const named = asked.map(({ key, operation, status, code }) => ({ operation: operation.id, status, code, sights: seen.get(key) ?? [] }));
  return {
    contract: { title: contract.title, version: contract.version, sha256: contract.sha256 },
    ledgers: ledgers.map((ledger) => ({
      file: ledger.file,
      url: ledger.deployment.url,
      startedAt: ledger.startedAt,
      sameContract: ledger.contract.sha256 === contract.sha256,
      version: ledger.contract.version,
      answers: answersIn(ledger),
    })),
    neverSeen: named.filter(({ sights }) => sights.length === 0).map(({ sights: _, ...failure }) => failure),
    seen: named
      .filter(({ sights }) => sights.length > 0)
      .map(({ sights, ...failure }) => ({ ...failure, ...sum(sights), ...detail(sights) })),
    undeclared: [...undeclared.values()].map((sights) => {
      const [{ operation, request, status, code }] = sights as [Sight, ...Sight[]];
      return { operation, request, status, code, ...sum(sights), ledgers: [...new Set(sights.map(({ file }) => file))] };
    }),
  };
}

function sum(sights: readonly Sight[]): Times {
  const last = sights.reduce((most, sight) => Math.max(most, sight.last), 0);
  return { times: sights.reduce((all, { times }) => all + times, 0), last: new Date(last).toISOString() };
}

function detail(sights: readonly Sight[]): Pick<SeenLine, 'wrong' | 'evidence'> {
  const evidence: Record<string, number> = {};
  for (const { evidence: kind, times } of sights) evidence[kind] = (evidence[kind] ?? 0) + times;
  return { wrong: sights.reduce((all, { wrong }) => all + wrong, 0), evidence };
}

function answersIn({ failures, probes, traffic }: ReadLedger): number {
  if (traffic !== undefined) return traffic.reached ?? traffic.successes + traffic.failures + traffic.violations;
  const requests = [...failures.flatMap(({ causes }) => causes), ...probes].flatMap(({ evidence }) => evidence.requests);
  return requests.filter(({ status }) => status !== null).length;
}

/** Everything that one ledger saw of refusals: traffic counted them, a run kept each request. */
function* sightsIn(contract: Contract, ledger: ReadLedger): Generator<Sight> {
  const { file, failures, traffic, probes } = ledger;
  for (const { operation, status, code, seen } of failures) {
    if (seen === undefined || seen === null) continue;
    const { times, wrong, last } = seen;
    yield { operation, request: null, status, code, times, wrong, evidence: 'observed', last: Date.parse(last), file };
  }
  for (const { operation, method, path, status, code, count, last } of traffic?.undeclared ?? []) {
    const request = operation === null ? `${method} ${path}` : null;
    yield { operation, request, status, code, times: count, wrong: count, evidence: 'observed', last: Date.parse(last), file };
  }
  const last = Date.parse(ledger.startedAt) + ledger.durationMs;
  const known = new Set<string>();
  const tested = [...failures.flatMap(({ causes }) => causes), ...probes];
  for (const { outcome, evidence } of tested) {
    if (evidence.trigger === 'observed') continue;
    for (const { phase, label, status, code, requestId } of evidence.requests) {
      // What several paths share stands in each of their lines.
      if (requestId !== null && known.has(requestId)) continue;
      if (requestId !== null) known.add(requestId);
      if (status === null || status < 400 || code === null || contract.operation(label) === undefined) continue;
      const faulty = phase === 'when' || phase === 'again';
      const kind = (faulty ? evidence.trigger : null) ?? 'real cause';
      const wrong = faulty && outcome === 'violated' ? 1 : 0;
      yield { operation: label, request: null, status, code, times: 1, wrong, evidence: kind, last, file };
    }
  }
}
