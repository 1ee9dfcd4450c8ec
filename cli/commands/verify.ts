import { randomUUID } from 'node:crypto';
import { decide, EXIT, gate, readLedger } from '../../ci/index.js';
import { buildLedger, fingerprint, formatRun, type CauseLine, type Decision, type Ledger, type Reason } from '../../contracts/index.js';
import { version, type Contract } from '../../spec/index.js';
import { soundContract } from '../contract.js';
import { drive, withOptions, type DriveOptions } from '../driven.js';
import type { Io } from '../io.js';
import { createProgress } from '../progress.js';
import { followInto, prepareFolder, prepareReports, reportsOf, saveReports, withoutCommands, type Wanted } from '../reports.js';
import { createSelection, isFiltered } from '../select.js';
import { checkBuild, recordVerdict, type RecordOptions } from '../record.js';
import { policyFor } from '../policy.js';
import { plan as printPlan } from './plan.js';
import { shardFor, timingsOf, type ShareOptions } from '../shard.js';
import { loadSuite } from '../suites.js';
import { deploymentName, openTarget, type TargetOptions } from '../targets.js';
import { usage } from '../usage.js';
import { INTERRUPTED_EXIT } from '../words.js';

export interface VerifyOptions extends ShareOptions, TargetOptions, DriveOptions, RecordOptions {
  readonly contract?: string;
  readonly out: string;
  readonly report?: readonly string[];
  readonly policy?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** What a run comes to that was not let finish. */
export const INTERRUPTED: Omit<Decision, 'reasons'> = { verdict: 'interrupted', exitCode: INTERRUPTED_EXIT };

const INTERRUPTION: Reason = {
  kind: 'interrupted',
  what: 'the run was interrupted',
  why: 'What was not looked at may be broken.',
  remedy: 'Run it again, to its end.',
};

/** `failpath verify`: drives a deployment through every declared failure. Without a deployment, the embedded sandbox. */
export async function verify(options: VerifyOptions, io: Io, now: () => Date = () => new Date()): Promise<number> {
  if (options.dryRun === true) return printPlan(options, io, (deployment) => withOptions(deployment, options), now());
  const wanted = reportsOf(options.out, options.report);
  if (options.json === true && wanted.some(({ name, file }) => name !== 'github' && file === '-'))
    throw usage(
      '--json and --report both go to standard output',
      'Whoever reads them there could not tell them apart.',
      'Name a file: --report <format>=<file>.',
    );
  const contract = await soundContract(options.contract);
  const suite = await loadSuite(contract, options);
  const filter = createSelection(contract, options);
  const timings = timingsOf(options);
  checkBuild(options);
  if (options.build !== undefined && (options.shard !== undefined || isFiltered(options)))
    throw usage(
      '--build is given, and only a part of the failures is looked at',
      'A part decides no release.',
      'Leave out --build; of shards, record what `failpath merge` makes of them with `failpath gate --build`.',
    );
  const policy = policyFor(contract, suite, options.policy, now());
  prepareFolder(options.out);
  prepareReports(wanted);
  const target = await openTarget(contract, options, io, (deployment) => withOptions(deployment, options));
  const abort = new AbortController();
  const unlisten = io.onInterrupt(() => abort.abort());
  try {
    const { deployment } = target;
    const { signal } = abort;
    const shard = options.shard && (await shardFor({ contract, suite, deployment }, options.shard, timings));
    const following = followInto(wanted, createProgress(io), io);
    const driven = await drive(contract, deployment, {
      suite,
      selected: (failure) => shard?.operations.includes(failure.operation.id) ?? filter(failure),
      leftOut: shard && 'another shard looks at it',
      ...{ options, io, signal, progress: following.progress },
      webhooks: shard?.webhooks ?? !isFiltered(options),
    });
    const told = buildLedger({
      ...{ contract, suite: fingerprint(contract, suite, version()), name: deploymentName(options), url: deployment.url, shard },
      ...{ ...driven, decide },
    });
    // Whoever names failures leaves out what is no failure, whichever they name; a shard is one even where it is the only one.
    const partial = told.partial || isFiltered(options) || shard !== undefined || signal.aborted;
    const judged = gate({ ...told, partial }, { policy, now: now() }).ledger;
    const ledger = signal.aborted ? { ...judged, ...INTERRUPTED, reasons: [INTERRUPTION, ...judged.reasons] } : judged;
    following.end(ledger);
    report(ledger, { contract, lines: driven.lines, wanted }, options, io);
    record(ledger, wanted, options, { io, now: now() });
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

/** What was not let finish, or judged nothing, is no verdict on a build. */
function record(
  ledger: Ledger,
  wanted: readonly Wanted[],
  options: VerifyOptions,
  { io, now }: { readonly io: Io; readonly now: Date },
): void {
  const file = wanted.find(({ name }) => name === 'json')?.file;
  if (options.build === undefined || file === undefined) return;
  if (ledger.exitCode > EXIT.unproven) return io.err(`not recorded for build ${options.build}: ${ledger.verdict}\n`);
  io.err(`recorded: ${recordVerdict(options, { saved: readLedger(file), decided: ledger, now })}\n`);
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
