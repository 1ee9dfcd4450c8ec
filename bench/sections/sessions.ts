import { setTimeout as sleep } from 'node:timers/promises';
import { heapOf, inspectable } from '../measure/heap.js';
import { cpuMicros, residentBytes } from '../measure/proc.js';
import { launch } from '../measure/spawn.js';
import { spreadOf, type Spread } from '../measure/stats.js';
import { failpath } from '../servers/failpath.js';
import { forced, manySessions, refused, type Place } from '../works/index.js';
import type { Context, Row, Section } from './types.js';
import { spread } from './versus.js';

const BOUND_KB = 20;
const BOUND_MS = 1;

/** A few are made before, since the first ones pay for what all of them need. */
const BEFORE = 100;

interface Cost {
  readonly heapKb: number;
  readonly residentKb: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly usedKb: number;
}

/** What each session does before its memory is looked at again. */
async function use(context: Context, port: number, places: readonly Place[]): Promise<void> {
  for (const work of [forced, refused]) {
    for (let at = 0; at < places.length; at += 500) {
      const some = places.slice(at, at + 500);
      const flows = await Promise.all(some.map(async (place) => work.flow(place)));
      const requests = flows.reduce((sum, flow) => sum + flow.length, 0);
      await context.load.run({ port, flows, connections: flows.length, seconds: 60, requests });
    }
  }
  // Until the mock has seen that all of them have left.
  await sleep(500);
}

async function once(context: Context, count: number): Promise<Cost> {
  const running = await launch(inspectable(failpath()), context.pins);
  const heap = await heapOf(running);
  try {
    await manySessions(running.url, BEFORE);
    const [heapBefore, residentBefore, cpuBefore, began] = [
      await heap.afterCollection(),
      residentBytes(running.pid),
      cpuMicros(running.pid),
      performance.now(),
    ];
    const places = await manySessions(running.url, count - BEFORE);
    const [wall, cpu, made] = [performance.now() - began, cpuMicros(running.pid) - cpuBefore, places.length];
    const [heapAfter, residentAfter] = [await heap.afterCollection(), residentBytes(running.pid)];
    const some = places.slice(0, 1000);
    await use(context, running.port, some);
    return {
      heapKb: (heapAfter - heapBefore) / made / 1024,
      residentKb: (residentAfter - residentBefore) / made / 1024,
      cpuMs: cpu / 1000 / made,
      wallMs: wall / made,
      usedKb: ((await heap.afterCollection()) - heapAfter) / some.length / 1024,
    };
  } finally {
    heap.close();
    await running.stop();
  }
}

function row(what: string, values: Spread, bound: number | undefined, unit: string): Row {
  return {
    cells: [what, spread(values, 2), unit],
    bound: bound === undefined ? undefined : `${bound} ${unit}`,
    within: bound === undefined ? undefined : values.median <= bound,
    data: { values, bound },
  };
}

export const sessions: Section = {
  id: 'sessions',
  title: 'Sessions',
  about:
    'What one of 10,000 sessions costs: they are made by `POST /__admin/sessions`, 16 at a time. The heap is taken after a garbage collection.',
  async run(context) {
    const costs: Cost[] = [];
    const count = context.quick ? 2000 : 10_000;
    for (let round = 0; round < (context.quick ? 1 : 3); round += 1) {
      context.progress(`sessions: ${count}, round ${round + 1}`);
      costs.push(await once(context, count));
    }
    const of = (figure: keyof Cost): Spread => spreadOf(costs.map((cost) => cost[figure]));
    const rows = [
      row('heap for each', of('heapKb'), BOUND_KB, 'KB'),
      row('resident for each', of('residentKb'), undefined, 'KB'),
      row('heap for each that is used (init, a forced failure, two refusals), more', of('usedKb'), undefined, 'KB'),
      row('CPU to make one', of('cpuMs'), BOUND_MS, 'ms'),
      row('time to make one, of all', of('wallMs'), BOUND_MS, 'ms'),
    ];
    return { columns: ['what', 'how much', 'unit'], rows, notes: [`${count.toLocaleString('en')} sessions.`] };
  },
};
