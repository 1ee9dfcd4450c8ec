import { renameSync, writeFileSync } from 'node:fs';
import {
  dayOf,
  formatBaseline,
  gate as decide,
  formatGate,
  insistOnWhole,
  readLedger,
  readPolicy,
  subjectsIn,
  type Gated,
  type Policy,
  type SavedLedger,
} from '../../ci/index.js';
import { InputError } from '../../spec/index.js';
import type { Io } from '../io.js';
import { checkBuild, recordVerdict, type RecordOptions } from '../record.js';
import { usage } from '../usage.js';

export interface GateOptions extends RecordOptions {
  readonly ledger: string;
  readonly policy?: string;
  readonly writeBaseline?: boolean;
  readonly json?: boolean;
}

/**
 * `failpath gate`: decides from a saved ledger, and records the verdict of a build.
 *
 * @throws {InputError} for a ledger that cannot decide, a policy or a build that cannot be used, and a store that cannot be written
 */
export function gate(options: GateOptions, io: Io, now: Date = new Date()): number {
  const { writeBaseline = false } = options;
  checkBuild(options);
  const saved = readLedger(options.ledger);
  insistOnWhole(saved);
  const read = (withoutBaseline: boolean): Policy | undefined =>
    options.policy === undefined
      ? undefined
      : readPolicy(options.policy, { subjects: subjectsIn(saved.ledger), withoutBaseline, today: dayOf(now) });
  if (writeBaseline) keepBaseline(read(true), saved, now, io);
  const { ledger } = decide(saved.ledger, { policy: read(false), now });
  const recorded = recordVerdict(options, { saved, decided: ledger, now });
  if (options.json === true) io.out(`${JSON.stringify(toJson({ ledger }, saved, recorded), null, 2)}\n`);
  else io.out(formatGate(ledger, { color: io.color, recorded }));
  return ledger.exitCode;
}

/** What is wrong by now becomes what is known; what is known of other deployments stays. */
function keepBaseline(policy: Policy | undefined, { ledger }: SavedLedger, now: Date, io: Io): void {
  const { baseline } = policy ?? {};
  if (policy === undefined || baseline === undefined)
    throw usage(
      'there is no baseline to write',
      'The policy says where the baseline is.',
      'Say --policy <file>, and in it `baseline: failpath.baseline.json`.',
    );
  const { violations } = decide(ledger, { policy, now });
  const others = baseline.violations.filter(({ deployment }) => deployment !== ledger.deployment.name);
  try {
    const draft = `${baseline.path}.${process.pid}.tmp`;
    writeFileSync(draft, formatBaseline([...others, ...violations]));
    renameSync(draft, baseline.path);
  } catch (error) {
    throw new InputError([
      {
        problem: 'output-unwritable',
        what: `the baseline cannot be written to ${baseline.file}: ${(error as Error).message}`,
        why: 'What is known has to be kept somewhere.',
        remedy: 'Name a file that can be written to as `baseline` of the policy.',
      },
    ]);
  }
  io.err(`written: ${baseline.file} (${violations.length} of ${ledger.deployment.name}, ${others.length} of others)\n`);
}

function toJson({ ledger }: Pick<Gated, 'ledger'>, { sha256 }: SavedLedger, record: string | undefined): unknown {
  const { contract, suite, deployment, startedAt, summary, policy = null, verdict, exitCode, reasons } = ledger;
  const from = { contract, suite, deployment, startedAt, ledger: { sha256 }, policy, summary };
  return { ...from, verdict, exitCode, reasons, record: record ?? null };
}
