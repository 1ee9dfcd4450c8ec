import { existsSync } from 'node:fs';
import { z } from 'zod';
import { readLedgers, remedyOf, type ReadLedger } from '../../contracts/index.js';
import { askMock, type RunningMock } from '../running-mock.js';

/** Where the ledger of `failpath verify` is, unless it was told otherwise. */
export const DEFAULT_LEDGER = 'failpath-report/ledger.json';

/** A request that a run has sent, as its ledger keeps it. */
export interface LedgerSighting {
  readonly in: 'ledger';
  readonly file: string;
  readonly deployment: string;
  readonly startedAt: string;
  /** What the request was sent for: a failure and its cause, or a probe. */
  readonly of:
    { readonly operation: string; readonly status: number; readonly code: string; readonly cause: string } | { readonly probe: string };
  readonly outcome: string;
  readonly reason: string;
  /** Status and code that had to be answered to the request with the fault. */
  readonly expected: string;
  /** What to do about it, where it is not proven. */
  readonly remedies: readonly string[];
  /** The way there as a script, where it is not proven. */
  readonly repro: string | null;
  readonly request: {
    readonly phase: string;
    readonly label: string;
    readonly method: string;
    readonly url: string;
    readonly status: number | null;
    readonly code: string | null;
  };
}

/** A request that a mock has answered, as its journal keeps it. */
export interface MockSighting {
  readonly in: 'mock';
  readonly mock: string;
  readonly at: string;
  readonly method: string;
  readonly url: string;
  readonly operation: string | undefined;
  readonly status: number;
  readonly code: string | undefined;
  readonly answeredBy: string;
  readonly why: string;
  readonly ruleId: string | undefined;
  readonly spoiledBy: string | undefined;
}

export type Sighting = LedgerSighting | MockSighting;

/** The ledgers to look into: those that are named, or the one that is there. */
export function ledgersToRead(named: readonly string[] | undefined): readonly string[] {
  return named ?? (existsSync(DEFAULT_LEDGER) ? [DEFAULT_LEDGER] : []);
}

/**
 * Looks a request up in ledgers.
 *
 * @throws {InputError} `ledger-invalid`
 */
export function findInLedgers(files: readonly string[], requestId: string): readonly LedgerSighting[] {
  return readLedgers(files).flatMap((ledger) => [...inFailures(ledger, requestId), ...inProbes(ledger, requestId)]);
}

type Tested = ReadLedger['probes'][number];

function inFailures(ledger: ReadLedger, requestId: string): LedgerSighting[] {
  return ledger.failures.flatMap(({ operation, status, code, causes }) =>
    causes.flatMap((cause) =>
      sightings(ledger, { operation, status, code, cause: textOf(cause['cause']) }, `${status} ${code}`, cause, requestId),
    ),
  );
}

/** What was taken from a line is that line's request, and has been found there. */
function inProbes(ledger: ReadLedger, requestId: string): LedgerSighting[] {
  return ledger.probes
    .filter(({ takenFrom }) => typeof takenFrom !== 'string')
    .flatMap((probe) => {
      const [kind, operation, name, expected = ''] = [probe['kind'], probe['operation'], probe['name'], probe['expected']].map(textOf);
      return sightings(ledger, { probe: `${kind} of ${operation}: ${name}, expected ${expected}` }, expected, probe, requestId);
    });
}

function sightings(ledger: ReadLedger, of: LedgerSighting['of'], expected: string, tested: Tested, requestId: string): LedgerSighting[] {
  const { file, deployment, startedAt } = ledger;
  const { outcome, reason, evidence, repro } = tested;
  const proven = outcome === 'verified';
  const told = discrepancies.safeParse(tested['discrepancies']).data ?? [];
  const remedies = proven ? [] : [...new Set([...told.map(({ remedy }) => remedy), ...remedyOf(outcome, expected)])];
  return evidence.requests
    .filter((request) => request.requestId === requestId)
    .map(({ phase, label, method, url, status, code }) => ({
      in: 'ledger',
      file,
      deployment: deployment.url,
      startedAt,
      of,
      outcome,
      reason: textOf(reason),
      ...{ expected, remedies, repro: proven || typeof repro !== 'string' ? null : repro },
      request: { phase, label, method: textOf(method), url: textOf(url), status, code },
    }));
}

const discrepancies = z.array(z.looseObject({ remedy: z.string() }));

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const journal = z.object({
  requests: z.array(
    z.looseObject({
      requestId: z.string(),
      at: z.string(),
      method: z.string(),
      url: z.string(),
      operation: z.string().optional(),
      status: z.number(),
      code: z.string().optional(),
      answeredBy: z.string(),
      why: z.string(),
      ruleId: z.string().optional(),
      spoiledBy: z.string().optional(),
    }),
  ),
});

/**
 * Looks a request up in the journal of a running mock, which says why it was answered as it was.
 *
 * @returns why, when nothing answers there.
 * @throws {InputError} `usage` for a URL that is none, a token that is refused, and what is no mock
 */
export async function findInMock(
  mock: RunningMock,
  requestId: string,
): Promise<readonly MockSighting[] | { readonly unreachable: string }> {
  const requests = await askMock(mock, '/__admin/requests', journal);
  if ('unreachable' in requests) return requests;
  return requests.answer.requests
    .filter((request) => request.requestId === requestId)
    .map(({ at, method, url, operation, status, code, answeredBy, why, ruleId, spoiledBy }) => ({
      ...{ in: 'mock', mock: mock.url, at, method, url, operation, status, code, answeredBy, why, ruleId, spoiledBy },
    }));
}
