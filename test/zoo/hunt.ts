import type { Outcome } from '../../contracts/index.js';
import type { Failure } from '../../spec/index.js';
import { contract, judgeDeployment, nameOf, type Judged } from '../support/judge.js';
import { habitat } from './habitat.js';
import { FINDINGS, isMeant, summed, type Mutant } from './mutant.js';

/** What became of a mutant that the suite was sent after. */
export interface Hunted {
  readonly mutant: Mutant;
  /** A liar is caught, a neutral one is spared. */
  readonly well: boolean;
  /** Why it is not well; empty otherwise. */
  readonly why: string;
  readonly exitCode: number;
  /** The named lines that caught it, and what they came to. */
  readonly caughtBy: readonly { readonly line: string; readonly outcome: Outcome }[];
  readonly durationMs: number;
}

/** Looked at beside the lines that a mutant names, so that a finding that spreads is seen: one failure of each operation. */
const SAMPLE: Readonly<Record<string, string>> = {
  initWork: 'registration.title_required',
  prepareWork: 'registration.audio_empty',
  confirmWork: 'registration.prepared_forbidden',
  initVersion: 'api_key.not_found',
  initVersionUpload: 'registration.creators_required',
  prepareVersion: 'registration.upload_session_forbidden',
  confirmVersion: 'api_key.invalid_format',
  createApiKey: 'api_key.invalid_name',
  listApiKeys: 'common.not_found',
  revokeApiKey: 'common.unauthorized',
  createPartnerSession: 'api_key.scope_denied',
  listExternalUserWorks: 'common.validation_failed',
  downloadVersionFile: 'work.not_found',
  getTransaction: 'transaction.not_found',
  trackTransaction: 'transaction.not_found',
};

/** The lines of the contract that a mutant names. */
export function linesOf({ lines }: Pick<Mutant, 'lines'>): readonly string[] {
  return contract.failures
    .flatMap((failure) => failure.causes.map((cause) => nameOf({ failure, cause })))
    .filter((line) => lines.some((pattern) => isMeant(pattern, line)));
}

/**
 * Drives a mutant through the lines that it names and a sample of the others, or through everything, and says whether that was enough.
 *
 * @example
 * const { well, why } = await hunt(mutantNamed('revoked key accepted'));
 */
export async function hunt(mutant: Mutant): Promise<Hunted> {
  const began = performance.now();
  const named = new Set(linesOf(mutant));
  const selected = (failure: Failure): boolean =>
    mutant.everything === true ||
    SAMPLE[failure.operation.id] === failure.code ||
    failure.causes.some((cause) => named.has(nameOf({ failure, cause })));
  const judged = await habitat(mutant, (url) => judgeDeployment(url, { selected }));
  const expected = [mutant.outcome ?? FINDINGS].flat();
  const caughtBy = judged.lines
    .filter((line) => named.has(nameOf(line)) && expected.includes(line.outcome))
    .map((line) => ({ line: nameOf(line), outcome: line.outcome }));
  const why = summed(faultsOf(mutant, judged, named, expected), '; ');
  return { mutant, well: why === '', why, exitCode: judged.ledger.exitCode, caughtBy, durationMs: performance.now() - began };
}

/** Any finding is 1, lines that are only unproven are 2. */
function exitCodeOf({ class: kind }: Mutant, lines: Judged['lines']): number {
  if (kind === 'neutral') return 0;
  return lines.some(({ outcome }) => FINDINGS.includes(outcome)) ? 1 : 2;
}

/** What is not as the mutant says. */
function faultsOf(mutant: Mutant, { lines, ledger }: Judged, named: ReadonlySet<string>, expected: readonly Outcome[]): string[] {
  const faults: string[] = [];
  if (mutant.class !== 'neutral' && named.size === 0) faults.push('it names no line of the contract');
  const exitCode = exitCodeOf(mutant, lines);
  if (ledger.exitCode !== exitCode) faults.push(`the exit code is ${ledger.exitCode}, not ${exitCode}`);
  for (const line of inOrder(lines)) {
    if (line.outcome === 'not-selected') continue;
    const told = `${nameOf(line)} is ${line.outcome}${line.reason === '' ? '' : ` (${line.reason})`}`;
    if (!named.has(nameOf(line))) {
      if (line.outcome !== 'verified' && mutant.spreads !== true) faults.push(`${told}, which has nothing to do with it`);
    } else if (!expected.includes(line.outcome)) {
      faults.push(told);
    } else if (mutant.says?.test(line.reason) === false) {
      faults.push(`${told}, which does not say ${String(mutant.says)}`);
    }
  }
  return faults;
}

/** In the contract's order, and not in that in which they were finished. */
function inOrder(lines: Judged['lines']): Judged['lines'] {
  const order = contract.failures.flatMap((failure) => failure.causes.map((cause) => nameOf({ failure, cause })));
  return lines.toSorted((a, b) => order.indexOf(nameOf(a)) - order.indexOf(nameOf(b)));
}
