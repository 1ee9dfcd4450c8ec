import { addRecord, buildProblem, toRecord, type SavedLedger } from '../ci/index.js';
import type { Ledger } from '../contracts/index.js';
import { usage } from './usage.js';
import { STORE } from './words.js';

/** Whose verdict is recorded, and where. */
export interface RecordOptions {
  readonly build?: string;
  readonly store?: string;
}

/** Says what is wrong with a build before anything is done for it. */
export function checkBuild({ build }: RecordOptions): void {
  const wrong = build === undefined ? undefined : buildProblem(build);
  if (wrong !== undefined)
    throw usage(`--build is ${wrong}`, 'A build is a folder of the store.', 'Use the hash of the commit, or a version.');
}

/**
 * Records the verdict of a build, if one is named; returns the file of the record.
 *
 * @example
 * recordVerdict({ build: '4f2c', store: STORE }, { saved: readLedger('failpath-report'), decided: ledger, now: new Date() });
 */
export function recordVerdict(
  { build, store = STORE }: RecordOptions,
  verdict: { readonly saved: Pick<SavedLedger, 'sha256'>; readonly decided: Ledger; readonly now: Date },
): string | undefined {
  return build === undefined ? undefined : addRecord(store, toRecord({ build, ...verdict }));
}
