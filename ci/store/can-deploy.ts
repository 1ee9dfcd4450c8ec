import { EXIT, gravest } from '../exit.js';
import { dayOf } from '../policy/index.js';
import type { BuildRecord } from './record.js';

/** What is to be answered. */
export interface Question {
  readonly build: string;
  /** The deployment that it is to go to. */
  readonly to: string;
  /** Where it must have been proven before; that deployment itself by default. */
  readonly requires?: readonly string[] | undefined;
  /** Of the contract that clients are promised now. */
  readonly contract?: { readonly file: string; readonly sha256: string } | undefined;
  readonly now: Date;
}

/** Why a build may not be deployed. */
export interface Objection {
  /** The deployment that it must have been proven on. */
  readonly deployment: string;
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
  readonly exitCode: number;
}

/** Whether a build may be deployed. */
export interface Answer {
  readonly build: string;
  readonly to: string;
  readonly yes: boolean;
  readonly exitCode: number;
  readonly objections: readonly Objection[];
  /** The newest record of each deployment that counts. */
  readonly records: readonly BuildRecord[];
}

/**
 * Whether a build may go to a deployment, by what is recorded of it: the newest record of each deployment that it must have been proven
 * on says so, nothing that was let pass has lapsed since, and the contract is the one that is asked about.
 *
 * @example
 * canDeploy(readRecords('failpath-store', '4f2c'), { build: '4f2c', to: 'staging', now: new Date() }).yes;
 *
 * @param records Of the build, from the oldest to the newest.
 */
export function canDeploy(records: readonly BuildRecord[], question: Question): Answer {
  const { build, to, requires = [to] } = question;
  const newest = requires.map((name) => ({ name, record: records.findLast(({ deployment }) => deployment.name === name) }));
  const objections = newest.flatMap(({ name, record }) =>
    record === undefined ? [unrecorded(name, records, question)] : against(record, question),
  );
  const exitCode = gravest(objections.map((one) => one.exitCode));
  return { build, to, yes: objections.length === 0, exitCode, objections, records: newest.flatMap(({ record }) => record ?? []) };
}

function unrecorded(deployment: string, records: readonly BuildRecord[], { build }: Question): Objection {
  const others = [...new Set(records.map((record) => record.deployment.name))];
  return {
    deployment,
    what: `nothing is recorded of build ${build} on ${deployment}`,
    why: others.length === 0 ? 'The store has no record of this build at all.' : `It was recorded on ${others.join(', ')} only.`,
    remedy: `Verify it there, and record the verdict: failpath gate --build ${build} --ledger failpath-report/ledger.json`,
    exitCode: EXIT.unproven,
  };
}

function against(record: BuildRecord, { build, contract, now }: Question): Objection[] {
  const { deployment, verdict, exitCode, recordedAt, reasons, lapses } = record;
  const again = `Verify it again, and record that: failpath gate --build ${build} --ledger failpath-report/ledger.json`;
  const objection = { deployment: deployment.name, remedy: again };
  const today = dayOf(now);
  const lapsed = exitCode === EXIT.proven ? lapses.filter(({ until }) => until < today) : [];
  return [
    ...(exitCode === EXIT.proven
      ? []
      : [
          {
            ...objection,
            what: `the verdict on ${deployment.name} is ${JSON.stringify(verdict)}, recorded at ${recordedAt}`,
            why:
              reasons.map(({ kind, failure, what }) => `${kind}: ${failure === undefined ? '' : `${failure}: `}${what}`).join('\n') ||
              verdict,
            remedy: 'Mend what is said here; a new record takes the place of this one.',
            exitCode: exitCode === EXIT.finding ? EXIT.finding : EXIT.unproven,
          },
        ]),
    ...lapsed.map(({ kind, until, what, where, lines }) => ({
      ...objection,
      what: `what was let pass has lapsed: ${kind} until ${until} (today is ${today})`,
      why: `${what} (${where}; ${lines === 1 ? '1 line' : `${lines} lines`})`,
      remedy: `Mend it and verify again, or have it answered for anew; then record that: failpath gate --build ${build} --ledger <ledger> --policy <policy>`,
      exitCode: kind === 'waived' ? EXIT.finding : EXIT.unproven,
    })),
    ...(contract === undefined || contract.sha256 === record.contract.sha256
      ? []
      : [
          {
            ...objection,
            what: `build ${build} was verified on ${deployment.name} by another contract than ${contract.file}`,
            remedy: `Verify it by this contract, and record that: failpath verify --contract ${contract.file} --build ${build} --deployment <file>`,
            why: `The record has ${record.contract.sha256.slice(0, 12)} (version ${record.contract.version}), the file ${contract.sha256.slice(0, 12)}.`,
            exitCode: EXIT.unproven,
          },
        ]),
  ];
}
