import { decide, gate } from '../../ci/index.js';
import { buildLedger, fingerprint, formatRun, type CauseLine, type Decision, type Ledger, type Reason } from '../../contracts/index.js';
import { version } from '../../mocks/index.js';
import { soundContract } from '../contract.js';
import { drive, withOptions, type DriveOptions } from '../driven.js';
import type { Io } from '../io.js';
import { prepareFolder, writeReports } from '../reports.js';
import { createSelection, isFiltered, type SelectOptions } from '../select.js';
import { policyFor } from '../policy.js';
import { plan as printPlan } from './plan.js';
import { shardFor, type ShardOption } from '../shard.js';
import { deploymentName, openTarget, suiteOf, usage, type TargetOptions } from '../targets.js';

export interface VerifyOptions extends SelectOptions, TargetOptions, DriveOptions {
  readonly contract?: string;
  readonly out: string;
  readonly policy?: string;
  readonly shard?: ShardOption;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** What a run comes to that was not let finish; the exit code is what a shell expects. */
export const INTERRUPTED: Omit<Decision, 'reasons'> = { verdict: 'interrupted', exitCode: 130 };

const INTERRUPTION: Reason = {
  kind: 'interrupted',
  what: 'the run was interrupted',
  why: 'What was not looked at may be broken.',
  remedy: 'Run it again, to its end.',
};

/** `failpath verify`: drives a deployment through every declared failure. Without a deployment, the embedded sandbox. */
export async function verify(options: VerifyOptions, io: Io, now: () => Date = () => new Date()): Promise<number> {
  if (options.dryRun === true) return printPlan(options, io, (deployment) => withOptions(deployment, options));
  const contract = await soundContract(options.contract);
  const filter = createSelection(contract, options);
  if (options.shard !== undefined && isFiltered(options))
    throw usage('--shard and a filter are both given', 'A shard is a part of the whole, to be merged with the others.', 'Say one of them.');
  const policy = policyFor(contract, options.policy);
  prepareFolder(options.out);
  const target = await openTarget(contract, options, io.env, (deployment) => withOptions(deployment, options));
  const abort = new AbortController();
  const unlisten = io.onInterrupt(() => abort.abort());
  try {
    const { deployment } = target;
    const { signal } = abort;
    const shard = options.shard && (await shardFor(contract, deployment, options.shard));
    const driven = await drive(contract, deployment, {
      selected: (failure) => shard?.operations.includes(failure.operation.id) ?? filter(failure),
      leftOut: shard && 'another shard looks at it',
      options,
      io,
      signal,
      webhooks: shard?.webhooks ?? !isFiltered(options),
    });
    const suite = fingerprint(contract, suiteOf(contract), version());
    const told = buildLedger({ contract, suite, name: deploymentName(options), url: deployment.url, shard, ...driven, decide });
    // Whoever names failures leaves out what is no failure, whichever they name; a shard is one even where it is the only one.
    const partial = told.partial || isFiltered(options) || shard !== undefined || signal.aborted;
    const judged = gate({ ...told, partial }, { policy, now: now() }).ledger;
    const ledger = signal.aborted ? { ...judged, ...INTERRUPTED, reasons: [INTERRUPTION, ...judged.reasons] } : judged;
    report(ledger, driven.lines, options, io);
    return ledger.exitCode;
  } finally {
    unlisten();
    await target.close();
  }
}

function report(ledger: Ledger, lines: readonly CauseLine[], options: VerifyOptions, io: Io): void {
  const files = writeReports(ledger, options.out);
  if (options.json === true) io.out(`${JSON.stringify(ledger, null, 2)}\n`);
  else
    io.out(
      `${formatRun(ledger, lines, { color: io.color, ...((options.deployment ?? options.url) === undefined ? { where: 'the embedded sandbox' } : {}) })}${files.map((file) => `  ${file}\n`).join('')}`,
    );
}
