import { expect } from 'chai';
import { decide } from '../../ci/index.js';
import { buildLedger, OUTCOMES } from '../../contracts/index.js';
import { runToy, toyContract, toySuite } from '../contracts/support.js';
import { ALL, toyApi } from '../contracts/toy-api.js';
import { readPage } from './support.js';

const { text } = readPage('docs/ledger.md');

/** The names in the first column of the table with this heading, or those of several. */
function rows(heading: string): string[] {
  const tables = text.split('\n\n').filter((block) => new RegExp(`^\\| ${heading} +\\|`).test(block));
  return tables.flatMap((table) => table.split('\n').flatMap((row) => /^\| `(\w[\w-]*)`/.exec(row)?.[1] ?? []));
}

describe('docs/ledger.md', () => {
  it('explains every outcome', () => {
    expect(rows('outcome')).to.have.members([...OUTCOMES]);
  });

  it('explains every member of a ledger, of a cause, and of its evidence', async () => {
    const { lines } = await runToy(toySuite(ALL), toyApi());
    const contract = await toyContract();
    const ledger = buildLedger({ contract, url: 'http://toy.test', startedAt: new Date(), durationMs: 1, lines, decide });
    expect(rows('member')).to.include.members(Object.keys(ledger));
    const cause = ledger.failures.flatMap(({ causes }) => causes).find(({ outcome }) => outcome === 'verified');
    expect(rows('of a cause')).to.have.members(Object.keys(cause ?? {}));
    const [request] = cause?.evidence.requests ?? [];
    for (const member of [...Object.keys(cause?.evidence ?? {}), ...Object.keys(request ?? {})]) expect(text).to.include(`\`${member}\``);
  });

  it('names every check that comes after the refusal', () => {
    for (const check of ['repeatable', 'no-side-effect', 'recovery', 'boundary']) expect(text).to.include(`\`${check}\``);
  });
});
