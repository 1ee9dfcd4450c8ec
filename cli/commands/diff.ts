import { diffContracts, EXIT, formatDiff, formatDiffMarkdown, SEVERITIES, toDiffJson, type Severity } from '../../ci/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { loadRevision } from '../revision.js';
import { usage } from '../targets.js';

/** From which severity on a diff is a finding. */
export const DIFF_FAIL_ON: readonly string[] = [...SEVERITIES, 'never'];

export interface DiffOptions {
  readonly failOn: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** `failpath diff`: what a new contract means to the clients of the old one. */
export async function diff(old: string, now: string | undefined, options: DiffOptions, io: Io): Promise<number> {
  if (options.json === true && options.markdown === true)
    throw usage('--json and --markdown are both given', 'There is one output.', 'Say one of them.');
  const before = await loadRevision(old);
  const after = await loadRevision(contractFile(now));
  const changes = diffContracts(before.contract, after.contract);
  const worst = options.failOn === 'never' ? -1 : SEVERITIES.indexOf(options.failOn as Severity);
  const exitCode = changes.some(({ severity }) => SEVERITIES.indexOf(severity) <= worst) ? EXIT.finding : EXIT.proven;
  const report = { before, after, changes, exitCode };
  if (options.json === true) io.out(`${JSON.stringify(toDiffJson(report), null, 2)}\n`);
  else io.out(options.markdown === true ? formatDiffMarkdown(report) : formatDiff(report, { color: io.color }));
  return exitCode;
}
