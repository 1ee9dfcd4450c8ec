import { EXIT } from '../../ci/index.js';
import {
  compareRuns,
  formatParity,
  PARITIES,
  type CauseLine,
  type Decision,
  type Parity,
  type ParityLine,
  type ParityReport,
} from '../../contracts/index.js';
import type { Contract } from '../../spec/index.js';
import { soundContract } from '../contract.js';
import { drive, withOptions, type Driven, type DriveOptions } from '../driven.js';
import type { Io } from '../io.js';
import { QUIET } from '../progress.js';
import { createSelection, type SelectOptions } from '../select.js';
import { loadSuite } from '../suites.js';
import { openTarget, type Target, type TargetOptions } from '../targets.js';
import { INTERRUPTED } from './verify.js';

export interface ParityOptions extends SelectOptions, TargetOptions, DriveOptions {
  readonly contract?: string;
  readonly json?: boolean;
}

/** `failpath parity`: the same paths on the embedded mock and on a deployment, side by side. Without one, on the mock twice. */
export async function parity(options: ParityOptions, io: Io): Promise<number> {
  const contract = await soundContract(options.contract);
  const suite = await loadSuite(contract, options);
  const selected = createSelection(contract, options);
  const target = await openTarget(contract, options, io, (deployment) => withOptions(deployment, options));
  const abort = new AbortController();
  const unlisten = io.onInterrupt(() => abort.abort());
  let mock: Target | undefined;
  try {
    mock = await openTarget(contract, {}, io);
    const { signal } = abort;
    const { concurrency, reruns } = options;
    const [mine, theirs] = await together(abort, [
      drive(contract, mock.deployment, { suite, selected, options: { concurrency, reruns }, io, signal, webhooks: false, progress: QUIET }),
      drive(contract, target.deployment, { suite, selected, options, io, signal, webhooks: false }),
    ]);
    const lines = compareRuns({
      contract,
      mock: { deployment: mock.deployment, ...mine },
      deployment: { deployment: target.deployment, ...theirs },
    });
    const decision = signal.aborted ? INTERRUPTED : decide(lines, theirs.lines);
    const report = toReport(contract, target, { lines, driven: theirs, decision });
    print(report, options, io);
    return report.exitCode;
  } finally {
    unlisten();
    await Promise.all([target.close(), mock?.close()]);
  }
}

/** Both runs to their ends: where one of them breaks, the other one begins nothing further and removes what it has made. */
async function together(abort: AbortController, runs: readonly [Promise<Driven>, Promise<Driven>]): Promise<[Driven, Driven]> {
  for (const run of runs) run.catch(() => abort.abort());
  await Promise.allSettled(runs);
  return Promise.all(runs);
}

type Verdict = Omit<Decision, 'reasons'>;

/** A difference outweighs a silent deployment, which outweighs what is merely unproven. */
function decide(lines: readonly ParityLine[], asked: readonly CauseLine[]): Verdict {
  if (lines.some(({ parity }) => parity !== 'same' && parity !== 'unproven')) return { verdict: 'different', exitCode: EXIT.finding };
  const sent = asked.filter(({ outcome }) => outcome !== 'not-capable' && outcome !== 'not-selected');
  if (sent.length > 0 && sent.every(({ answered }) => !answered)) return { verdict: 'unjudged', exitCode: EXIT.unjudged };
  if (lines.some(isOpen)) return { verdict: 'unproven', exitCode: EXIT.unproven };
  if (lines.length === 0) return { verdict: 'nothing was run', exitCode: EXIT.invalid };
  return { verdict: 'same', exitCode: EXIT.proven };
}

/** Probes that the deployment file lets nobody look at take nothing from what their lines say; so does verify. */
function isOpen({ parity, kind, deployment }: ParityLine): boolean {
  return parity === 'unproven' && (kind === 'cause' || deployment.outcome !== 'not-capable');
}

function toReport(
  { title, version, sha256 }: Contract,
  { deployment }: Target,
  { lines, driven, decision }: { readonly lines: readonly ParityLine[]; readonly driven: Driven; readonly decision: Verdict },
): ParityReport {
  const summary: Partial<Record<Parity, number>> = {};
  for (const parity of PARITIES) {
    const { length } = lines.filter((line) => line.parity === parity);
    if (length > 0) summary[parity] = length;
  }
  return {
    contract: { title, version, sha256 },
    deployment: { url: deployment.url },
    startedAt: driven.startedAt.toISOString(),
    durationMs: driven.durationMs,
    lines,
    summary,
    partial: driven.lines.some(({ outcome }) => outcome === 'not-selected'),
    ...decision,
  };
}

function print(report: ParityReport, { json, deployment, url }: ParityOptions, io: Io): void {
  const where = (deployment ?? url) === undefined ? { where: 'another of its kind' } : {};
  const because = url === undefined ? undefined : whyUnknown(report);
  io.out(json === true ? `${JSON.stringify(report, null, 2)}\n` : formatParity(report, { color: io.color, because, ...where }));
}

/** Why nothing can be asked at an address that does not say its world: one thing is lacking, and not what each path would need. */
function whyUnknown({ deployment, lines }: ParityReport): string | undefined {
  const causes = lines.filter(({ kind }) => kind === 'cause');
  if (causes.length === 0 || causes.some((line) => line.deployment.outcome !== 'not-capable')) return undefined;
  return `${deployment.url} is no failpath mock, so that nothing but its address is known: describe it in a deployment file (docs/deployments.md) and name that with --deployment`;
}
