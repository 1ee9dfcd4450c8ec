import { expect } from 'chai';
import fc from 'fast-check';
import { createRandom, drawDelay, MAX_DELAY_MS } from '../../mocks/faults/index.js';
import type { Delay } from '../../mocks/script/types.js';

const DRAWS = 4_000;
const RUNS = { seed: 42, numRuns: 60 };

function draws(delay: Delay, seed: string): number[] {
  const random = createRandom(seed);
  return Array.from({ length: DRAWS }, () => drawDelay(delay, random));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const share = (values: readonly number[], holds: (value: number) => boolean): number => values.filter(holds).length / values.length;

const seed = fc.string({ maxLength: 12 });

describe('delays', () => {
  it('fixed: just that, and nothing is drawn', () => {
    const never = (): number => expect.fail('drew');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_DELAY_MS }), (delay) => void expect(drawDelay(delay, never)).to.equal(delay)),
      RUNS,
    );
  });

  it('uniform: whole milliseconds, evenly, both bounds among them', () => {
    const bound = fc.integer({ min: 0, max: 50_000 });
    fc.assert(
      fc.property(bound, bound, seed, (a, b, seed) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const drawn = draws({ uniform: [a, b] }, seed);
        expect(drawn.every((value) => Number.isInteger(value) && value >= from && value <= to)).to.equal(true);
        // Five standard errors of the mean of a uniform distribution.
        expect(mean(drawn)).to.be.closeTo((from + to) / 2, (5 * (to - from + 1)) / Math.sqrt(12 * DRAWS));
        const middle = from + (to - from) / 2;
        expect(share(drawn, (value) => value <= middle)).to.be.within(0.45, from === to ? 1 : to - from < 20 ? 0.8 : 0.55);
      }),
      RUNS,
    );
    expect(new Set(draws({ uniform: [3, 5] }, 'bounds'))).to.deep.equal(new Set([3, 4, 5]));
    expect([0, 1 - 2 ** -32].map((draw) => drawDelay({ uniform: [3, 5] }, () => draw))).to.deep.equal([3, 5]);
  });

  it('lognormal: half below the median, and as far apart as sigma says', () => {
    const parameters = fc.record({ median: fc.integer({ min: 100, max: 2_000 }), sigma: fc.double({ min: 0.05, max: 0.9, noNaN: true }) });
    fc.assert(
      fc.property(parameters, seed, (lognormal, seed) => {
        const drawn = draws({ lognormal }, seed);
        const spread = Math.exp((5 * 1.2533 * lognormal.sigma) / Math.sqrt(DRAWS));
        expect(median(drawn)).to.be.within(lognormal.median / spread - 1, lognormal.median * spread + 1);
        const deviations = (count: number) => (value: number) => Math.abs(Math.log(value / lognormal.median)) <= count * lognormal.sigma;
        expect(share(drawn, deviations(1))).to.be.closeTo(0.683, 0.06);
        expect(share(drawn, deviations(2))).to.be.closeTo(0.954, 0.03);
        // The mean of a lognormal distribution is above its median.
        expect(mean(drawn)).to.be.closeTo(
          lognormal.median * Math.exp(lognormal.sigma ** 2 / 2),
          lognormal.median * lognormal.sigma * 0.2 + 1,
        );
      }),
      RUNS,
    );
    expect(new Set(draws({ lognormal: { median: 70, sigma: 0 } }, 'x'))).to.deep.equal(new Set([70]));
  });

  it('any: from 0 to the bound, whatever is asked for and drawn', () => {
    const number = fc.double();
    const delay = fc.oneof(
      number,
      fc.tuple(number, number).map((uniform) => ({ uniform })),
      fc.record({ lognormal: fc.record({ median: number, sigma: number }) }),
    );
    const draw = fc.oneof(fc.constantFrom(0, 1 - 2 ** -32), fc.double({ min: 0, max: 1 - 2 ** -32, noNaN: true }));
    fc.assert(
      fc.property(delay, draw, (delay, draw) => {
        const drawn = drawDelay(delay, () => draw);
        expect(Number.isInteger(drawn)).to.equal(true);
        expect(drawn).to.be.within(0, MAX_DELAY_MS);
      }),
      { seed: 42, numRuns: 2_000 },
    );
  });
});

describe('random numbers', () => {
  it('depend on the seed alone', () => {
    fc.assert(
      fc.property(seed, seed, (a, b) => {
        const [first, second] = [a, b].map((one) => Array.from({ length: 8 }, createRandom(one)));
        if (a === b) expect(first).to.deep.equal(second);
        else expect(first).to.not.deep.equal(second);
        expect(Array.from({ length: 8 }, createRandom(a))).to.deep.equal(first);
      }),
      RUNS,
    );
  });

  it('are even from 0 up to 1, from the first draw of each seed on', () => {
    const firsts = Array.from({ length: DRAWS }, (_, at) => createRandom(String(at))());
    const random = createRandom('long');
    for (const values of [firsts, Array.from({ length: DRAWS }, random)]) {
      expect(values.every((value) => value >= 0 && value < 1)).to.equal(true);
      for (let tenth = 0; tenth < 10; tenth++) {
        expect(share(values, (value) => Math.floor(value * 10) === tenth)).to.be.closeTo(0.1, 0.025);
      }
    }
  });
});
