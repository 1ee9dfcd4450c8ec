import type { Outcome } from '../../contracts/index.js';
import type { Failure } from '../../spec/index.js';
import { judgeDeployment } from '../support/judge.js';
import { habitat } from './habitat.js';
import { linesOf, toldBy, type Told } from './lines.js';
import { FINDINGS, summed, type Mutant } from './mutant.js';

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
export const SAMPLE: Readonly<Record<string, string>> = {
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

/**
 * Drives a mutant through the lines that it names and a sample of the others, or through everything, and says whether that was enough.
 * Probes are sent where it names one.
 *
 * @example
 * const { well, why } = await hunt(mutantNamed('revoked key accepted'));
 */
export async function hunt(mutant: Mutant): Promise<Hunted> {
  const began = performance.now();
  const lines = linesOf(mutant);
  const failures = new Set(lines.flatMap((line) => line.failures));
  const selected = (failure: Failure): boolean =>
    mutant.everything !== undefined || SAMPLE[failure.operation.id] === failure.code || failures.has(failure);
  const probes = mutant.everything === 'lines and probes' || lines.some(({ isProbe }) => isProbe);
  const judged = await habitat(mutant, (url) => judgeDeployment(url, { selected, probes }));
  const { exitCode } = judged.ledger;
  const named = new Set(lines.map(({ name }) => name));
  const told = toldBy(judged);
  const faults = [...wrongCode(mutant, exitCode, told), ...told.flatMap((line) => wrongLine(mutant, line, named.has(line.name)))];
  if (mutant.class !== 'neutral' && named.size === 0) faults.unshift('it names no line of the ledger');
  const caughtBy = told.filter(({ name, outcome }) => named.has(name) && expectedOf(mutant).includes(outcome));
  return {
    mutant,
    well: faults.length === 0,
    why: summed(faults, '; '),
    exitCode,
    caughtBy: caughtBy.map(({ name, outcome }) => ({ line: name, outcome })),
    durationMs: performance.now() - began,
  };
}

const expectedOf = ({ outcome }: Mutant): readonly Outcome[] => [outcome ?? FINDINGS].flat();

/** Any finding is 1, lines that are only unproven are 2. */
function wrongCode(mutant: Mutant, exitCode: number, told: readonly Told[]): string[] {
  const isFinding = (outcome: Outcome): boolean => FINDINGS.includes(outcome);
  const isFound = told.some(({ outcome }) => isFinding(outcome)) || expectedOf(mutant).every(isFinding);
  const expected = mutant.class === 'neutral' ? 0 : isFound ? 1 : 2;
  return exitCode === expected ? [] : [`the exit code is ${exitCode}, not ${expected}`];
}

/** What is not as the mutant says; of what it does to probes it says only what it names. */
function wrongLine(mutant: Mutant, { name, outcome, reason, isProbe }: Told, isNamed: boolean): string[] {
  const told = `${name} is ${outcome}${reason === '' ? '' : ` (${reason})`}`;
  if (isNamed) {
    if (!expectedOf(mutant).includes(outcome)) return [told];
    return mutant.says?.test(reason) === false ? [`${told}, which does not say ${String(mutant.says)}`] : [];
  }
  const isForgiven = mutant.spreads === true || (isProbe && mutant.class !== 'neutral');
  return outcome === 'verified' || isForgiven ? [] : [`${told}, which has nothing to do with it`];
}
