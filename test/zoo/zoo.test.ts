import { expect } from 'chai';
import { OPERATIONS } from '../../mocks/ats/index.js';
import { temporaryFolder } from '../support/cli.js';
import { contract } from '../support/judge.js';
import { hunt, linesOf, mutantNamed, ZOO, type MutantClass } from './index.js';
import { keep } from './keeper/index.js';

const LONG = process.env['FAILPATH_LONG'] === '1';

const named = (kind: MutantClass): number => ZOO.filter((mutant) => mutant.class === kind).length;

describe('the zoo', () => {
  it('has mutants of each class, each with a name of its own and a sentence', () => {
    expect(ZOO.length).to.be.at.least(150);
    expect(new Set(ZOO.map(({ name }) => name)).size).to.equal(ZOO.length);
    for (const kind of ['wire', 'behaviour', 'transport', 'neutral'] as const) expect(named(kind), kind).to.be.at.least(10);
    expect(ZOO.filter(({ breaks }) => !/^\S.* .*[^.]\.$/.test(breaks)).map(({ name }) => name)).to.deep.equal([]);
  });

  it('names lines that there are', () => {
    const astray = ZOO.flatMap(({ name, lines }) =>
      lines.filter((line) => linesOf({ lines: [line] }).length === 0).map((line) => `${name}: ${line}`),
    );
    expect(astray).to.deep.equal([]);
    expect(ZOO.filter((mutant) => (mutant.class === 'neutral') !== (mutant.lines.length === 0)).map(({ name }) => name)).to.deep.equal([]);
  });

  it('tries every check of every operation', () => {
    const checks = contract.operations.flatMap(({ id }) => (OPERATIONS[id]?.rules ?? []).map((rule) => `${id} without ${rule}`));
    const untried = checks.filter((name) => !ZOO.some((mutant) => mutant.name === name));
    // Each for a reason that stands beside the checks.
    expect(
      untried
        .map((name) => name.split(' ').at(-1))
        .filter((rule) => !['loadShed', 'noCredential', 'organizationExists'].includes(rule ?? '')),
    ).to.deep.equal([]);
  });

  it('changes answers by a proxy and behaviour by a rule', () => {
    const astray = ZOO.filter(({ class: kind, sandbox, proxy }) => (kind === 'behaviour' ? sandbox : proxy) === undefined);
    expect(astray.map(({ name }) => name)).to.deep.equal([]);
  });

  for (const name of ['no envelope on initWork', 'revoked key accepted', "an edge's limit on uploads", 'all of that at once']) {
    const mutant = mutantNamed(name);
    it(`${mutant.class}: ${name} is ${mutant.class === 'neutral' ? 'spared' : 'caught'}, over everything`, async function () {
      this.timeout(120_000);
      expect(mutant.everything).to.equal('lines and probes');
      expect((await hunt(mutant)).why).to.equal('');
    });
  }

  (LONG ? it : it.skip)('all of it: liars are caught, neutral ones spared, the matrix is complete', async function () {
    this.timeout(1_200_000);
    let report = '';
    const exitCode = await keep({ zoo: ZOO, out: temporaryFolder(), print: (text) => (report += text) });
    expect(exitCode, report).to.equal(0);
  });
});
