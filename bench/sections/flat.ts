import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Flow } from '../load-types.js';
import { compare } from '../measure/compare.js';
import { withServers } from '../measure/spawn.js';
import { failpath } from '../servers/failpath.js';
import type { Running } from '../servers/types.js';
import { ask, forced, lastFailure, manySessions, placeOf, refused, rules, writeContract, type Size } from '../works/index.js';
import type { Context, Row, Section } from './types.js';
import { spread } from './versus.js';

/** How much more a request may cost with much of something than with little of it. */
const BOUND = 1.15;

/** One mock, and what it is asked. */
interface Side {
  readonly what: string;
  readonly args: readonly string[];
  /** Called once; what it gives is called before each round. */
  arrange(running: Running): Promise<() => Promise<Flow> | Flow>;
}

type Pair = readonly [title: string, little: Side, much: Side];

async function pairRow(context: Context, [title, little, much]: Pair): Promise<Row> {
  return withServers(context.pins, async (start) => {
    const subjects = [];
    for (const side of [little, much]) {
      const running = await start(failpath(...side.args));
      const flow = await side.arrange(running);
      subjects.push({ running, flows: async () => [await flow()] });
    }
    const [least, most] = await compare(context.load, subjects, context.effort);
    if (least === undefined || most === undefined) throw new Error(`${title}: nothing was measured`);
    return {
      cells: [
        title,
        little.what,
        much.what,
        spread(most.ratio.cpu),
        least.absolute.cpu.median.toFixed(1),
        most.absolute.cpu.median.toFixed(1),
        `${least.residentMb.toFixed(0)} → ${most.residentMb.toFixed(0)}`,
      ],
      bound: `CPU ${BOUND} times`,
      within: most.ratio.cpu.median <= BOUND,
      data: { bound: BOUND, least, most },
    };
  });
}

function ofContract(folder: string, size: Size, what: string): Side {
  const file = join(folder, `${size.operations}-${size.failures}.yaml`);
  writeContract(file, size);
  return { what, args: ['--contract', file], arrange: async () => () => lastFailure(size) };
}

const ofRules = (count: number, by: 'header' | 'body'): Side => ({
  what: count.toLocaleString('en'),
  args: [],
  async arrange(running) {
    const [place, work] = [await placeOf(running.url), rules(count, by)];
    await work.arrange?.(place);
    return () => work.flow(place);
  },
});

const ofSessions = (count: number): Side => ({
  what: count.toLocaleString('en'),
  args: [],
  async arrange(running) {
    const places = await manySessions(running.url, count);
    const place = places[Math.floor(places.length / 2)];
    if (place === undefined) throw new Error('there is no session');
    return () => refused.flow(place);
  },
});

/** More than any journal keeps. */
const MANY_REQUESTS = 30_000;

const ofJournal = (context: Context, full: boolean): Side => ({
  what: full ? 'full' : 'empty at first',
  args: [],
  async arrange(running) {
    const flow = await forced.flow(await placeOf(running.url));
    const fill = { port: running.port, flows: [flow], connections: 32, seconds: 60, requests: MANY_REQUESTS };
    if (full) await context.load.run(fill);
    return async () => {
      if (!full) await ask('DELETE', `${running.url}/__admin/requests`);
      return flow;
    };
  },
});

export const flat: Section = {
  id: 'flat',
  title: 'Flatness',
  about:
    'The same request of a mock with little of something and of one with much of it, in turns; the ratio is of CPU per request. The contracts are ' +
    'generated, and asked for the last failure of the last operation; of the rules, the last that is asked matches.',
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), 'failpath-bench-'));
    const many = context.quick ? 1000 : 10_000;
    try {
      const pairs: readonly Pair[] = [
        [
          'operations',
          ofContract(folder, { operations: 10, failures: 18 }, '10'),
          ofContract(folder, { operations: 600, failures: 18 }, '600'),
        ],
        [
          'failures of an operation',
          ofContract(folder, { operations: 10, failures: 4 }, '4'),
          ofContract(folder, { operations: 10, failures: 400 }, '400'),
        ],
        ['rules by a header', ofRules(10, 'header'), ofRules(1000, 'header')],
        ['rules by a header', ofRules(10, 'header'), ofRules(10_000, 'header')],
        ['rules by a member of the body', ofRules(10, 'body'), ofRules(1000, 'body')],
        ['sessions', ofSessions(1), ofSessions(many)],
        ['journal', ofJournal(context, false), ofJournal(context, true)],
      ];
      const rows: Row[] = [];
      for (const pair of pairs) {
        context.progress(`flat: ${pair[0]}`);
        rows.push(await pairRow(context, pair));
      }
      const columns = ['of what', 'little', 'much', 'CPU, much / little', 'CPU, µs, little', 'CPU, µs, much', 'resident, MB'];
      return { columns, rows, notes: [] };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
