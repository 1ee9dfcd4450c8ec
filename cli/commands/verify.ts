import { randomUUID } from 'node:crypto';
import { decide } from '../../ci/index.js';
import { buildLedger, formatRun, type CauseLine, type Decision, type Ledger } from '../../contracts/index.js';
import { soundContract } from '../contract.js';
import { drive, withOptions, type DriveOptions } from '../driven.js';
import type { Io } from '../io.js';
import type { Contract } from '../../spec/index.js';
import { createProgress } from '../progress.js';
import { followInto, prepareFolder, prepareReports, reportsOf, saveReports, withoutCommands, type Wanted } from '../reports.js';
import { createSelection, isFiltered, type SelectOptions } from '../select.js';
import { plan as printPlan } from './plan.js';
import { openTarget, usage, type TargetOptions } from '../targets.js';

export interface VerifyOptions extends SelectOptions, TargetOptions, DriveOptions {
  readonly contract?: string;
  readonly out: string;
  readonly report?: readonly string[];
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** What a run comes to that was not let finish; the exit code is what a shell expects. */
export const INTERRUPTED: Decision = { verdict: 'interrupted', exitCode: 130 };

/** `failpath verify`: drives a deployment through every declared failure. Without a deployment, the embedded sandbox. */
export async function verify(options: VerifyOptions, io: Io): Promise<number> {
  if (options.dryRun === true) return printPlan(options, io, (deployment) => withOptions(deployment, options));
  const wanted = reportsOf(options.out, options.report);
  if (options.json === true && wanted.some(({ name, file }) => name !== 'github' && file === '-'))
    throw usage(
      '--json and --report both go to standard output',
      'Whoever reads them there could not tell them apart.',
      'Name a file: --report <format>=<file>.',
    );
  const contract = await soundContract(options.contract);
  const selected = createSelection(contract, options);
  prepareFolder(options.out);
  prepareReports(wanted);
  const target = await openTarget(contract, options, io.env, (deployment) => withOptions(deployment, options));
  const abort = new AbortController();
  const unlisten = io.onInterrupt(() => abort.abort());
  try {
    const { deployment } = target;
    const { signal } = abort;
    const following = followInto(wanted, createProgress(io), io);
    const { progress } = following;
    const driven = await drive(contract, deployment, { selected, options, io, signal, webhooks: !isFiltered(options), progress });
    const judged = buildLedger({ contract, url: deployment.url, ...driven, decide });
    const ledger = signal.aborted ? { ...judged, ...INTERRUPTED } : judged;
    following.end(ledger);
    report(ledger, { contract, lines: driven.lines, wanted }, options, io);
    return ledger.exitCode;
  } finally {
    unlisten();
    await target.close();
  }
}

interface Told {
  readonly contract: Contract;
  readonly lines: readonly CauseLine[];
  readonly wanted: readonly Wanted[];
}

function report(ledger: Ledger, { contract, lines, wanted }: Told, options: VerifyOptions, io: Io): void {
  // Events have been written while they happened.
  const later = wanted.filter(({ name }) => name !== 'ndjson');
  const { files, printed } = saveReports(ledger, later, { contract, summary: io.env['GITHUB_STEP_SUMMARY'] });
  const events = wanted.flatMap(({ name, file }) => (name === 'ndjson' && file !== '-' ? [file] : []));
  if (options.json === true) {
    io.out(`${JSON.stringify(ledger, null, 2)}\n`);
    // GitHub reads annotations there as well.
    io.err(printed);
    return;
  }
  const where = (options.deployment ?? options.url) === undefined ? { where: 'the embedded sandbox' } : {};
  const told = `${formatRun(ledger, lines, { color: io.color, ...where })}${[...files, ...events].map((file) => `  ${file}\n`).join('')}`;
  const annotated = wanted.some(({ name, file }) => name === 'github' && file === '-');
  const taken = wanted.some(({ name, file }) => name !== 'github' && file === '-');
  // Whoever has asked for a format there reads nothing else there.
  (taken ? io.err : io.out)(annotated ? withoutCommands(told, randomUUID()) : told);
  io.out(printed);
}
