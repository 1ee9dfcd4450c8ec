import { expect } from 'chai';
import { mutantNamed, ZOO, type Mutant } from '../zoo/index.js';
import { createPairing, type Pairing } from './hunt.js';

const LONG = process.env['FAILPATH_LONG'] === '1';

/** One of each kind, each with what its difference is: a check that is gone, a limit, an order, a time, what comes after the refusal. */
const FEW: Readonly<Record<string, readonly string[]>> = {
  'initWork without missingScope': ['fiction'],
  'size limit off by one': ['fiction'],
  'name of a key: one less': ['different'],
  'initWork with otherOrganization before revokedKey': ['different'],
  'quote too short': ['different'],
  'revoked key called unknown': ['fiction'],
  'key created although api_key.unknown_scope': ['different'],
  'transaction.not_found only once': ['different'],
  'registration.title_required: wrong status': ['different'],
  'api_key.scope_denied without details.required': ['different'],
  'common.quota_exceeded with null details': ['different'],
};

/** They differ in what the contract leaves open; in the long tests over everything. */
const NEUTRAL: readonly Mutant[] = ZOO.filter(({ class: kind }) => kind === 'neutral');

/** All of the open differences at once, over the sample only and what has details. */
const everyday: Mutant = (() => {
  const { everything: _, ...mutant } = mutantNamed('all of that at once');
  return mutant;
})();

describe('parity of mutants with the mock', function () {
  this.timeout(1_200_000);

  describe('a few', () => {
    let pair: Pairing;
    before(async () => {
      pair = await createPairing([everyday, ...Object.keys(FEW).map(mutantNamed)]);
    });

    for (const [name, parities] of Object.entries(FEW)) {
      it(`${name}: ${parities.join(' or ')}, and nothing else`, async () => {
        const { lines, faults } = await pair(mutantNamed(name));
        expect(faults).to.deep.equal([]);
        const found = new Set(
          lines.filter(({ kind, parity }) => parity !== 'same' && (kind === 'cause' || parity !== 'unproven')).map(({ parity }) => parity),
        );
        expect([...found]).to.deep.equal(parities);
      });
    }

    it('whatever may be different at once: the same', async () => {
      const { lines, faults } = await pair(everyday);
      expect(lines).to.have.length.greaterThan(15);
      expect(faults).to.deep.equal([]);
    });
  });

  for (const kind of ['behaviour', 'wire'] as const) {
    (LONG ? it : it.skip)(`${kind}: each has the differences that it names, and no other`, async () => {
      const those = ZOO.filter((mutant) => mutant.class === kind);
      const pair = await createPairing(those);
      const astray: string[] = [];
      for (const mutant of those) astray.push(...(await pair(mutant)).faults.map((fault) => `${mutant.name}: ${fault}`));
      expect(astray.slice(0, 10)).to.deep.equal([]);
    });
  }

  (LONG ? it : it.skip)('neutral: none has any difference', async () => {
    const pair = await createPairing(NEUTRAL);
    const astray: string[] = [];
    for (const mutant of NEUTRAL) astray.push(...(await pair(mutant)).faults.map((fault) => `${mutant.name}: ${fault}`));
    expect(astray.slice(0, 10)).to.deep.equal([]);
  });
});
