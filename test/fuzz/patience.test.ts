import { expect } from 'chai';
import { createDeployment, fuzz, type FuzzEvent } from '../../contracts/index.js';
import { createPatience, type Clock } from '../../contracts/fuzz/patience.js';
import { toAnswer } from '../../contracts/index.js';
import { LAMPS_TOKEN, lampsContract, refusal, withLamps, type Lie } from './liars/server.js';
import { shopSuite } from './shop/support.js';

/** A clock that nobody waits for: what is waited is over at once. */
function createClock(): Clock & { readonly waited: number[] } {
  const waited: number[] = [];
  let now = Date.parse('2026-01-01T00:00:00Z');
  return {
    waited,
    now: () => now,
    wait: (ms) => {
      waited.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
}

const limited = (status: number, after: string): ReturnType<typeof toAnswer> => toAnswer(status, { 'retry-after': after }, '');

describe('fuzz: a deployment that asks to wait', () => {
  const { signal } = new AbortController();

  it('is waited for, by seconds and by dates, where that is short', async () => {
    const clock = createClock();
    const patience = createPatience(clock, signal, () => undefined);
    const again = (status: number, after: string): Promise<boolean> => patience.again(limited(status, after));
    expect([await again(429, '2'), await again(503, 'Thu, 01 Jan 2026 00:00:07 GMT')]).to.deep.equal([true, true]);
    expect(clock.waited).to.deep.equal([2_000, 5_000]);
    const refused = [await again(429, '3600'), await again(429, 'soon'), await again(200, '1'), await again(429, '-1')];
    expect([refused, await patience.again(toAnswer(429, {}, ''))]).to.deep.equal([[false, false, false, false], false]);
    expect(clock.waited).to.have.lengthOf(2);
  });

  it('is waited for once, however many are under way', async () => {
    const clock = createClock();
    let over = (): void => undefined;
    const slow: Clock = { now: clock.now, wait: () => new Promise<void>((resolve) => (over = resolve)) };
    let told = 0;
    const patience = createPatience(slow, signal, () => (told += 1));
    const all = Promise.all(Array.from({ length: 16 }, () => patience.again(limited(429, '1'))));
    over();
    expect([new Set(await all), told]).to.deep.equal([new Set([true]), 1]);
  });

  it('is not waited for where that does not help', async () => {
    const clock = createClock();
    const patience = createPatience(clock, signal, () => undefined);
    const answers: boolean[] = [];
    for (let times = 0; times < 5; times++) answers.push(await patience.again(limited(429, '1')));
    expect(answers).to.deep.equal([true, true, true, false, false]);
    await patience.again(toAnswer(200, {}, ''));
    expect(await patience.again(limited(429, '1'))).to.equal(true);
  });

  /** Lets so many requests through for each second that somebody has waited. */
  const limiter = (each: number): Lie => {
    let left = each;
    return {
      before: () => {
        left -= 1;
        if (left >= 0) return undefined;
        left = each;
        return { ...refusal(429, 'lamps.limited'), headers: { 'retry-after': '1' } };
      },
    };
  };

  it('is fuzzed to the end, and what it limits is no finding', () =>
    withLamps(limiter(40), async (url) => {
      const clock = createClock();
      const deployment = createDeployment({ url, identities: { key: { token: LAMPS_TOKEN, public: true } } });
      const suite = { ...shopSuite, name: 'lamps', scenarios: {}, params: () => ({}), fuzz: { ids: [] } };
      const events: FuzzEvent[] = [];
      const options = { contract: await lampsContract(), suite, deployment, seed: 7, requests: 400, concurrency: 8, clock };
      for await (const event of fuzz(options)) events.push(event);
      const finished = events.at(-1);
      expect(finished).to.include({ type: 'finished', good: 5, accepted: 5 }).and.not.to.have.property('unjudged');
      expect(finished?.type === 'finished' ? finished.findings.map(({ says }) => says) : []).to.deep.equal([]);
      expect(events.flatMap((event) => (event.type === 'note' ? [event.says] : []))).to.deep.equal([
        'the deployment limits requests (429 with Retry-After): for as long as it says, nothing is sent',
      ]);
      expect(clock.waited.length).to.be.greaterThan(5);
    }));
});
