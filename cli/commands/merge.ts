import { dayOf, formatGate, gate, mergeLedgers, readLedger, readPolicy, subjectsIn } from '../../ci/index.js';
import type { Io } from '../io.js';
import { prepareFolder, writeReports } from '../reports.js';

export interface MergeOptions {
  readonly out: string;
  readonly policy?: string;
  readonly json?: boolean;
}

/**
 * `failpath merge`: the shards of one run, put together and decided as a whole.
 *
 * @throws {InputError} for ledgers that are not the shards of one run, and a policy or folder that cannot be used
 */
export function merge(files: readonly string[], options: MergeOptions, io: Io, now: Date = new Date()): number {
  prepareFolder(options.out);
  const merged = mergeLedgers(files.map(readLedger));
  const policy = options.policy === undefined ? undefined : readPolicy(options.policy, { subjects: subjectsIn(merged), today: dayOf(now) });
  const { ledger } = gate(merged, { policy, now });
  const written = writeReports(ledger, options.out);
  if (options.json === true) io.out(`${JSON.stringify(ledger, null, 2)}\n`);
  else io.out(`${formatGate(ledger, { color: io.color, recorded: undefined })}${written.map((file) => `  ${file}\n`).join('')}`);
  return ledger.exitCode;
}
