import type { Ledger } from '../contracts/index.js';
import { InputError } from '../spec/index.js';
import type { SavedLedger } from './ledger-file.js';
import { linesOf, type Subject } from './lines.js';

/**
 * Insists on a ledger that leaves nothing out: a part of the failures decides no release.
 *
 * @throws {InputError} `ledger-partial`
 */
export function insistOnWhole({ file, ledger }: Pick<SavedLedger, 'file' | 'ledger'>): void {
  if (!ledger.partial) return;
  const left = ledger.failures.filter(({ outcome }) => outcome === 'not-selected').length;
  const { shard } = ledger;
  throw new InputError([
    {
      problem: 'ledger-partial',
      what:
        shard === undefined
          ? `${file} leaves out ${left} of ${ledger.failures.length} failures`
          : `${file} is shard ${shard.index} of ${shard.of}`,
      why: 'What nobody has looked at may be broken: a part of the failures decides no release.',
      remedy:
        shard === undefined
          ? 'Run failpath verify to its end, without a filter.'
          : 'Put all shards together first: failpath merge <ledgers...> --out <folder>',
    },
  ]);
}

/** What a policy can speak of, by a ledger that leaves nothing out. */
export function subjectsIn(ledger: Ledger): readonly Subject[] {
  return linesOf(ledger);
}
