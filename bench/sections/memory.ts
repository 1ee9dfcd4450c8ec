import { mustBeExpected } from '../measure/expected.js';
import { heapOf, inspectable, type Heap } from '../measure/heap.js';
import { residentBytes } from '../measure/proc.js';
import { launch } from '../measure/spawn.js';
import { failpath } from '../servers/failpath.js';
import type { Running } from '../servers/types.js';
import { forced, placeOf, refused, registration, rules, type Work } from '../works/index.js';
import type { Context, Row, Section } from './types.js';

/** By how much memory may differ between few and many requests, in MB. */
const BOUND_MB = 10;
const FEW = 10_000;
const MANY = 1_000_000;

/** At which works a mock has to be as large after a million requests: a registration leaves a work on the chain each time. */
const WORKS: readonly (readonly [work: Work, judged: boolean])[] = [
  [forced, true],
  [rules(1000), true],
  [refused, true],
  [registration, false],
];

interface Reading {
  readonly resident: number;
  readonly heap: number;
  readonly afterwards: number;
}

async function read(running: Running, heap: Heap): Promise<Reading> {
  const resident = residentBytes(running.pid);
  const used = await heap.afterCollection();
  return { resident, heap: used, afterwards: residentBytes(running.pid) };
}

const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

async function rowOf(context: Context, work: Work, judged: boolean, many: number): Promise<Row> {
  const running = await launch(inspectable(failpath()), context.pins);
  const heap = await heapOf(running);
  try {
    const place = await placeOf(running.url);
    await work.arrange?.(place);
    const ask = async (requests: number): Promise<Reading> => {
      // A job lives for a while only: the flow is begun anew from time to time.
      const flows = [await work.flow(place)];
      const order = { port: running.port, flows, connections: context.effort.connections, seconds: 600, requests };
      mustBeExpected(work.id, await context.load.run(order));
      return read(running, heap);
    };
    const few = await ask(FEW);
    let most = few;
    for (let asked = FEW; asked < many; asked += many / 10) most = await ask(many / 10);
    const grown = (most.resident - few.resident) / 2 ** 20;
    return {
      cells: [
        work.title,
        `${mb(few.resident)} → ${mb(most.resident)}`,
        `${mb(few.afterwards)} → ${mb(most.afterwards)}`,
        `${mb(few.heap)} → ${mb(most.heap)}`,
        grown.toFixed(1),
      ],
      bound: judged ? `${BOUND_MB} MB more` : undefined,
      within: judged ? grown <= BOUND_MB : undefined,
      data: { few, most, many },
    };
  } finally {
    heap.close();
    await running.stop();
  }
}

export const memory: Section = {
  id: 'memory',
  title: 'Memory',
  about:
    'What a mock holds after ten thousand requests and after many more, in MB: resident as it is, resident after a garbage collection, and the heap ' +
    'after it. Refusals leave nothing behind; each registration leaves a work, with its transaction.',
  async run(context) {
    const many = context.quick ? MANY / 10 : MANY;
    const rows: Row[] = [];
    for (const [work, judged] of WORKS) {
      context.progress(`memory: ${work.id}`);
      rows.push(await rowOf(context, work, judged, judged ? many : Math.max(many / 10, 3 * FEW)));
    }
    const columns = ['work', 'resident', 'resident, collected', 'heap, collected', 'grown by'];
    const asked = `${FEW.toLocaleString('en')} requests, then ${many.toLocaleString('en')} (of registrations, a tenth).`;
    return { columns, rows, notes: [asked] };
  },
};
