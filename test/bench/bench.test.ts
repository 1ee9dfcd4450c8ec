import { expect } from 'chai';
import { buildProcesses } from '../../bench/build.js';
import type { Measured } from '../../bench/measure/compare.js';
import { startLoad, type Load } from '../../bench/measure/load.js';
import { listen } from '../../bench/measure/noise.js';
import { cpuMicros, residentBytes } from '../../bench/measure/proc.js';
import { spreadOf } from '../../bench/measure/stats.js';
import { optionsOf } from '../../bench/options.js';
import { pageOf, type Kept } from '../../bench/report/results.js';
import type { Context } from '../../bench/sections/index.js';
import { rowOf, versusBare } from '../../bench/sections/versus.js';
import type { Running } from '../../bench/servers/types.js';
import { forced, placeOf, registration, type Work } from '../../bench/works/index.js';
import { startMock, type Mock } from '../../mocks/index.js';

describe('the bench, in miniature', () => {
  let [mock, load]: [Mock | undefined, Load | undefined] = [undefined, undefined];

  /** The mock of this process, as the bench knows servers. */
  const running = (url: string): Running => ({
    name: 'failpath',
    pid: process.pid,
    port: Number(new URL(url).port),
    url,
    startMs: 0,
    startCpuMs: 0,
    output: () => '',
    tell: async () => undefined,
    stop: async () => undefined,
  });

  const measured = async (work: Work): ReturnType<typeof versusBare> => {
    if (mock === undefined || load === undefined) throw new Error('nothing was started');
    const effort = { rounds: 1, seconds: 0.1, connections: 2, warmSeconds: 0.1 };
    const context: Context = { pins: undefined, load, effort, quick: true, progress: () => undefined };
    return versusBare(context, running(mock.url), work, [await placeOf(mock.url)]);
  };

  before(async () => {
    await buildProcesses();
    mock = await startMock();
    load = startLoad(undefined);
  });

  after(async () => {
    await load?.stop();
    await mock?.close();
  });

  it('holds the mock against a bare server that answers the same, one request at a time and in flows', async () => {
    for (const work of [forced, registration]) {
      const both = await measured(work);
      expect(both.map(({ name }) => name)).to.deep.equal(['bare', 'failpath']);
      for (const { absolute } of both) expect(absolute.rps.median).to.be.above(0);
      expect(rowOf(work.title, Infinity, both).bound).to.equal('CPU Infinity');
    }
  });

  it('stops where something else is answered than the work is about', async () => {
    const wrong: Work = { ...forced, flow: async (place) => (await forced.flow(place)).map((step) => ({ ...step, status: 200 })) };
    const error = await measured(wrong).catch((caught: unknown) => caught);
    expect(String(error)).to.contain('was answered 413 where 200 was expected');
  });
});

describe('what the bench reads and writes', () => {
  it('reads the CPU time and the memory of a process', () => {
    expect(cpuMicros(process.pid)).to.be.above(0);
    expect(residentBytes(process.pid)).to.be.above(10_000_000);
  });

  it('tells the middle of an even and of an odd number of values', () => {
    expect(spreadOf([3, 1, 2])).to.deep.equal({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1])).to.deep.equal({ median: 2.5, min: 1, max: 4 });
    expect(() => spreadOf([])).to.throw(RangeError);
  });

  it('says when the same server took much more in one round than in another, and forgets it', () => {
    const noise = listen();
    const figures = { median: 12, min: 10, max: 12.4 };
    const did = (max: number): Measured => {
      const all = { cpu: { ...figures, max }, rps: figures, p50: figures, p99: figures };
      return { name: 'bare', absolute: all, ratio: all, residentMb: 1, startMs: 1 };
    };
    noise.add(did(12.4));
    expect(noise.take()).to.equal(undefined);
    noise.add(did(12.4));
    noise.add(did(14));
    noise.add(did(11));
    expect(noise.take()).to.contain('took 1.40 times the CPU');
    expect(noise.take()).to.equal(undefined);
  });

  it('writes nothing unless it is told to', () => {
    expect([[], ['--quick'], ['--no-write'], ['--write']].map((args) => optionsOf(args).write)).to.deep.equal([false, false, false, true]);
  });

  it('names each bound that is not kept', () => {
    const kept: Kept = {
      ...{ id: 'one', title: 'One', about: 'About it.', date: '2026-01-01', command: 'npm run bench', machine: 'A machine' },
      columns: ['work', 'CPU'],
      rows: [
        { cells: ['fast', '1'], bound: 'CPU 2', within: true },
        { cells: ['slow', '3'], bound: 'CPU 2', within: false },
      ],
      notes: ['A note.'],
    };
    expect(pageOf([kept]).split('\n')).to.include.members([
      '1 of 2 bounds are kept. Not kept:',
      '- One: slow',
      '| fast | 1 | CPU 2 | yes |',
      '| slow | 3 | CPU 2 | **no** |',
    ]);
  });
});
