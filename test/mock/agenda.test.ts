import { expect } from 'chai';
import { setImmediate as turn } from 'node:timers/promises';
import type { DueSource } from '../../mocks/agenda.js';
import { createClock, type MockClock } from '../../mocks/clock.js';

const START = Date.UTC(2026, 2, 2, 9);

/** A source with moments at which something is to be done; what was done, and when, by the clock. */
interface Diary extends DueSource {
  readonly done: string[];
  readonly moments: number[];
}

describe('the agenda of a clock', () => {
  let real: number;
  let clock: MockClock;
  let done: string[];

  beforeEach(() => {
    real = START;
    clock = createClock(() => real);
    done = [];
  });
  afterEach(() => clock.agenda.close());

  /** What the source does is told by its name and the seconds since the start. */
  const diary = (name: string, seconds: readonly number[], also: (at: number) => Promise<void> | void = () => undefined): Diary => {
    const moments = seconds.map((second) => START + second * 1_000);
    const source: Diary = {
      done,
      moments,
      next: () => moments[0],
      run: async (now) => {
        while ((moments[0] ?? Infinity) <= now) {
          moments.shift();
          done.push(`${name}${(clock.now() - START) / 1_000}`);
          await also(now);
        }
      },
    };
    clock.agenda.add(source);
    return source;
  };

  it('does what falls due on the way, in order and each at its time, before the journey ends', async () => {
    diary('a', [10, 30, 90]);
    diary('b', [20, 30, 40]);
    await clock.advance(60_000);
    expect(done.join(' ')).to.equal('a10 b20 a30 b30 b40');
    expect(clock.now()).to.equal(START + 60_000);
    await clock.set(START + 90_000);
    expect(done.at(-1)).to.equal('a90');
  });

  it('does it on a frozen clock as well', async () => {
    clock.freeze();
    diary('a', [10, 20]);
    await clock.advance(15_000);
    expect(done.join(' ')).to.equal('a10');
    expect(clock.now()).to.equal(START + 15_000);
  });

  it('does what falls due because of what was done on the way', async () => {
    const source = diary('a', [10], (now) => {
      if (source.moments.length === 0 && now < START + 50_000) source.moments.push(now + 20_000);
    });
    await clock.advance(100_000);
    expect(done.join(' ')).to.equal('a10 a30 a50');
  });

  it('does nothing twice, and nothing on the way back', async () => {
    diary('a', [10, 20]);
    await clock.advance(15_000);
    await clock.set(START);
    expect(clock.now()).to.equal(START);
    await clock.advance(15_000);
    expect(done.join(' ')).to.equal('a10');
    await clock.advance(5_000);
    expect(done.join(' ')).to.equal('a10 a20');
  });

  it('does at once what is late', async () => {
    diary('late', [-5]);
    await clock.advance(0);
    expect(done.join(' ')).to.equal('late0');
  });

  it('makes one journey after the other', async () => {
    diary('a', [10, 25], () => turn());
    await Promise.all([clock.advance(20_000), clock.advance(10_000), clock.set(START + 5_000)]);
    expect(done.join(' ')).to.equal('a10 a25');
    expect(clock.now()).to.equal(START + 5_000);
  });

  it('lets the time pass at once where nothing is in the way', () => {
    diary('a', [10]);
    void clock.advance(5_000);
    expect(clock.now()).to.equal(START + 5_000);
  });

  it('waits on a journey for what was begun, and for nothing when only asked to do it', async () => {
    let arrived: (() => void) | undefined;
    const answer = new Promise<void>((resolve) => (arrived = resolve));
    const moments = [START + 1_000];
    const source: DueSource = {
      next: () => moments[0],
      run: () => {
        moments.shift();
        done.push('sent');
      },
      settle: () => answer.then(() => void done.push('answered')),
    };
    clock.agenda.add(source);
    const journey = clock.advance(2_000).then(() => done.push('there'));
    await turn();
    expect(done.join(' ')).to.equal('sent');
    moments.push(START);
    await clock.agenda.run(clock.now());
    arrived?.();
    await journey;
    expect(done.join(' ')).to.equal('sent sent answered there');
  });

  it('forgets a source that is removed', async () => {
    const source = diary('a', [10]);
    const remove = clock.agenda.add(source);
    remove();
    expect(clock.agenda.next()).to.equal(undefined);
    await clock.advance(20_000);
    expect(done).to.deep.equal([]);
  });

  it('is at an end when it is closed, also in the middle of a journey', async () => {
    diary('a', [10, 20], () => clock.agenda.close());
    await clock.advance(60_000);
    expect(done.join(' ')).to.equal('a10');
    expect(clock.now()).to.equal(START + 60_000);
  });

  describe('while time passes by itself', () => {
    /** Real time is the test's; the timers are not, and fire within milliseconds. */
    const until = async (holds: () => boolean): Promise<void> => {
      while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
    };

    it('does what is due, when it is', async () => {
      diary('a', [0.002, 0.004]);
      real += 2;
      await until(() => done.length === 1);
      expect(done.join(' ')).to.equal('a0.002');
      real += 2;
      await until(() => done.length === 2);
      expect(done.join(' ')).to.equal('a0.002 a0.004');
    });

    it('notices what has become due later', async () => {
      const source = diary('a', []);
      source.moments.push(START);
      clock.agenda.changed();
      await until(() => done.length === 1);
    });

    it('does nothing while it is frozen, and goes on when it is let go', async () => {
      clock.freeze();
      diary('a', [0]);
      await turn();
      await turn();
      expect(done).to.deep.equal([]);
      clock.unfreeze();
      await until(() => done.length === 1);
    });

    it('goes on when the clock is reset', async () => {
      clock.freeze();
      await clock.advance(-1_000);
      diary('a', [0]);
      clock.reset();
      await until(() => done.length === 1);
    });
  });

  describe('sources that fail', () => {
    let warnings: string[];
    const listen = (warning: Error): void => void warnings.push(warning.message);
    beforeEach(() => {
      warnings = [];
      process.on('warning', listen);
    });
    afterEach(() => void process.off('warning', listen));

    /** Due for ever: whatever is done fails. */
    const broken = (fails: keyof DueSource): DueSource => {
      const fail = (): never => {
        done.push('failed');
        throw new Error(`${fails} is broken`);
      };
      return { next: () => START + 1_000, run: () => undefined, [fails]: fail };
    };

    for (const fails of ['run', 'next'] as const) {
      it(`stop neither the clock nor the others: ${fails}`, async () => {
        clock.agenda.add(broken(fails));
        diary('a', [1, 2, 90]);
        await clock.advance(100_000);
        expect(done.filter((what) => what !== 'failed').join(' ')).to.equal('a1 a2 a90');
        expect(clock.now()).to.equal(START + 100_000);
        await clock.advance(1_000);
        expect(clock.now()).to.equal(START + 101_000);
        await turn();
        expect(warnings[0]).to.equal(`${fails} is broken`);
      });
    }

    it('are asked again, ever more rarely', async () => {
      clock.agenda.add(broken('run'));
      await clock.advance(100_000);
      // After 1 second, and 1, 2, 4, 8, 16, 32 later.
      expect(done).to.have.length(7);
    });

    it('are taken for sound again after a success', async () => {
      let broke = false;
      diary('a', [1, 2, 3], () => {
        if (broke) return;
        broke = true;
        throw new Error('once');
      });
      await clock.advance(10_000);
      expect(done.join(' ')).to.equal('a1 a2 a3');
    });

    it('are not left alone for longer because the clock went back', async () => {
      let broke = false;
      const source = diary('a', [3_600, 1], () => {
        if (broke) return;
        broke = true;
        throw new Error('once');
      });
      await clock.advance(3_600_000);
      expect(source.moments).to.deep.equal([START + 1_000]);
      await clock.set(START);
      await clock.advance(1_000);
      expect(done.join(' ')).to.equal('a3600 a1');
    });

    it('stop no journey by what they wait for', async () => {
      clock.agenda.add({ next: () => undefined, run: () => undefined, settle: () => Promise.reject(new Error('no answer')) });
      diary('a', [1, 2]);
      await clock.advance(10_000);
      expect(done.join(' ')).to.equal('a1 a2');
    });
  });
});
