import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { createMint, type Mint } from '../../mocks/mint.js';

function mintOf(seed: string, tag?: string): Mint {
  let count = 0;
  return createMint({ seed, count: { next: () => ++count }, tag });
}

describe('mock: mint', () => {
  it('gives out HMAC-SHA-256 of the number with the seed as key, whatever the seed, and whichever was asked before', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }), { minLength: 1, maxLength: 4 }), (seeds) => {
        const mints = seeds.map((seed) => ({ seed, mint: mintOf(seed) }));
        for (const number of ['1', '2']) {
          for (const { seed, mint } of mints) {
            const expected = createHmac('sha256', seed).update(number).digest();
            expect(mint.bytes(32).toString('hex'), seed).to.equal(expected.toString('hex'));
          }
        }
      }),
    );
  });

  it('begins a value with the tag, and keeps what was reserved', () => {
    const mint = mintOf('harbour', '5e5510a00001');
    expect(mint.uuid()).to.match(/^5e5510a0-0001-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const first = mint.reserve(3);
    const later = [mint.uuid(), mint.uuid()];
    const reserved = mint.from(first);
    const values = [reserved.uuid(), reserved.uuid(), reserved.uuid(), ...later];
    const plain = mintOf('harbour', '5e5510a00001');
    plain.uuid();
    expect(values).to.deep.equal(values.map(() => plain.uuid()));
  });
});
