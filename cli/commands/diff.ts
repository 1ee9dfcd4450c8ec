import { diffContracts, EXIT, formatDiff, formatDiffMarkdown, SEVERITIES, toDiffJson, type Severity } from '../../ci/index.js';
import { counted, InputError } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { loadRevision } from '../revision.js';
import { usage } from '../usage.js';

export interface DiffOptions {
  readonly failOn: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** `failpath diff`: what a new contract means to the clients of the old one. */
export async function diff(old: string, now: string | undefined, options: DiffOptions, io: Io): Promise<number> {
  if (options.json === true && options.markdown === true)
    throw usage('--json and --markdown are both given', 'There is one output.', 'Say one of them.');
  const before = await sideOf('old', old);
  const after = await sideOf('new', contractFile(now));
  const changes = diffContracts(before.contract, after.contract);
  const worst = options.failOn === 'never' ? -1 : SEVERITIES.indexOf(options.failOn as Severity);
  const exitCode = changes.some(({ severity }) => SEVERITIES.indexOf(severity) <= worst) ? EXIT.finding : EXIT.proven;
  const report = { before, after, changes, exitCode };
  if (options.json === true) io.out(`${JSON.stringify(toDiffJson(report), null, 2)}\n`);
  else io.out(options.markdown === true ? formatDiffMarkdown(report) : formatDiff(report, { color: io.color }));
  return exitCode;
}

/** Enough to see what it is about; `failpath check` tells all of them. */
const MOST_FINDINGS = 5;

/** What is not sound cannot be compared: a change that no reader understands would be none. Told which of the two it is. */
async function sideOf(side: 'old' | 'new', named: string): ReturnType<typeof loadRevision> {
  try {
    return await loadRevision(named);
  } catch (error) {
    // A name that is neither a file nor a revision's says itself which one it is.
    if (!(error instanceof InputError) || error.findings.some(({ problem }) => problem === 'usage')) throw error;
    const { findings } = error;
    const left = findings.length - MOST_FINDINGS;
    const shown = findings.slice(0, MOST_FINDINGS).map((found, index) => ({
      ...found,
      what: `in the ${side} contract, ${named}: ${found.what}`,
      remedy:
        left > 0 && index === MOST_FINDINGS - 1
          ? `${found.remedy}\n    and ${counted(left, 'more finding')} in the ${side} contract`
          : found.remedy,
    }));
    throw new InputError(shown);
  }
}
