import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { contract } from '../support/judge.js';
import { normalise } from '../support/normalise.js';
import type { Hunted } from './hunt.js';
import { mutantNamed, type Mutant } from './index.js';
import { keep } from './keeper/index.js';
import { reportOf } from './keeper/report.js';

interface Kept {
  readonly exitCode: number;
  readonly text: string;
  readonly out: string;
}

async function kept(zoo: readonly Mutant[], only?: string): Promise<Kept> {
  const out = temporaryFolder();
  let text = '';
  const exitCode = await keep({ zoo, only, out, print: (more) => (text += more) });
  return { exitCode, text, out };
}

const golden = (name: string): URL => new URL(`goldens/keeper-${name}.txt`, import.meta.url);

/** A zoo whose creatures are not what their signs say. */
const liar: Mutant = { ...mutantNamed('scope unchecked'), name: 'honest after all', sandbox: () => ({}) };
const predator: Mutant = {
  ...mutantNamed('no X-Request-Id'),
  name: 'neutral by name only',
  ...pick('transaction.not_found: wrong status'),
};
const escaped: Mutant = { ...mutantNamed('job of another organization called unknown'), lines: ['* registration.prepared_forbidden'] };
const unheard: Mutant = { ...mutantNamed('flattened envelope'), says: /nothing of the sort/ };

function pick(name: string): Pick<Mutant, 'proxy'> {
  const { proxy } = mutantNamed(name);
  return proxy === undefined ? {} : { proxy };
}

describe('npm run mutants', function () {
  this.timeout(120_000);

  it('a surviving liar, a neutral one that is blamed, a finding that spreads: 1, and it says which', async () => {
    const { exitCode, text, out } = await kept([liar, predator, escaped, unheard]);
    expect(exitCode).to.equal(1);
    expectGolden(normalise(text), golden('unwell'));
    expect(readFileSync(join(out, 'kill-matrix.md'), 'utf8')).to.contain('- **honest after all** (behaviour): the exit code is 0, not 1');
  });

  it('writes the matrix as JSON and as Markdown', async () => {
    const { exitCode, text, out } = await kept([
      mutantNamed('transaction.not_found: wrong status'),
      mutantNamed('getTransaction without transactionExists'),
    ]);
    expect(exitCode, 'most failures have killed nothing').to.equal(1);
    expect(text).to.contain('Matrix incomplete: 1 of 145 failures have killed mutants by their own lines.');
    const { complete, matrix } = JSON.parse(readFileSync(join(out, 'kill-matrix.json'), 'utf8')) as {
      complete: boolean;
      matrix: { operation: string; code: string; killed: object }[];
    };
    expect(complete).to.equal(false);
    expect(matrix).to.have.length(contract.failures.length);
    expect(matrix.find(({ operation, code }) => operation === 'getTransaction' && code === 'transaction.not_found')?.killed).to.deep.equal({
      wire: ['transaction.not_found: wrong status'],
      behaviour: ['getTransaction without transactionExists'],
    });
    expect(readFileSync(join(out, 'kill-matrix.md'), 'utf8')).to.contain(
      '| getTransaction | 404 | transaction.not_found | 1 | 1 | getTransaction without transactionExists |\n| getTransaction | 503 |',
    );
  });

  it('of some only: no matrix is asked for', async () => {
    const { exitCode, text } = await kept([liar, mutantNamed('request ids with other characters')], 'request ids');
    expect(exitCode).to.equal(0);
    expect(text).to.match(/^1 mutants in .*neutral 1 of 1 spared\nOnly some were hunted/);
  });

  it('of none: 4', async () => {
    expect(await kept([liar], 'unicorn')).to.include({ exitCode: 4, text: 'No mutant has "unicorn" in its name.\n' });
  });

  it('a failure that has killed only one class is not enough', () => {
    const of = (kind: 'wire' | 'behaviour'): Hunted => ({
      mutant: { ...liar, name: kind, class: kind },
      well: true,
      why: '',
      exitCode: 1,
      caughtBy: contract.failures.map(({ operation, code, causes }) => ({
        line: `${operation.id} ${code} (${causes[0]})`,
        outcome: 'violated',
      })),
      durationMs: 1,
    });
    const circumstances = { contract, partial: false, durationMs: 2 };
    expect(reportOf([of('wire'), of('behaviour')], circumstances).exitCode).to.equal(0);
    expect(reportOf([of('wire')], circumstances).exitCode).to.equal(1);
  });
});
