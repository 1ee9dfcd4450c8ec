import { expect } from 'chai';
import fc from 'fast-check';
import { createSlots } from '../../contracts/slots.js';

describe('slots', () => {
  it('are never more in use than there are, and all work is done, in the order of asking', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(4), { maxLength: 20 }), async (size, turns) => {
        const slots = createSlots(size);
        const begun: number[] = [];
        let [busy, most] = [0, 0];
        await Promise.all(
          turns.map((count, index) =>
            slots.use(async () => {
              begun.push(index);
              most = Math.max(most, ++busy);
              for (let turn = 0; turn < count; turn++) await Promise.resolve();
              busy -= 1;
            }),
          ),
        );
        expect(most).to.be.at.most(size);
        expect(begun).to.deep.equal(turns.map((_, index) => index));
      }),
    );
  });

  it('are given back by work that fails', async () => {
    const slots = createSlots(1);
    const failed = await slots.use(() => Promise.reject(new Error('broken'))).catch((error: unknown) => error);
    expect(failed).to.be.an('error').with.property('message', 'broken');
    expect(await slots.use(() => Promise.resolve('next'))).to.equal('next');
  });

  it('hand on what the work returns', async () => {
    expect(await createSlots(2).use(() => Promise.resolve(7))).to.equal(7);
  });
});
