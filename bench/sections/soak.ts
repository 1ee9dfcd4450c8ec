import type { LoadReport } from '../load-types.js';
import { cpuMicros, residentBytes } from '../measure/proc.js';
import { launch } from '../measure/spawn.js';
import { failpath } from '../servers/failpath.js';
import type { Running } from '../servers/types.js';
import { ask, forced, placeOf, refused, registration } from '../works/index.js';
import type { Flow } from '../load-types.js';
import type { Context, Row, Section } from './types.js';

const SECONDS = 600;
const QUICK_SECONDS = 20;
const SHARE = 0.5;
const SAMPLES = 60;

/** How much more there may be in the last tenth than in the second, when everything is warm, in MB. */
const BOUND_MB = 10;

interface Sample {
  readonly seconds: number;
  readonly residentMb: number;
  readonly heapMb: number;
}

async function sampleOf(running: Running, began: number): Promise<Sample> {
  const { body } = await ask('GET', `${running.url}/__admin/metrics`);
  const heap = Number(/^nodejs_heap_size_used_bytes(?:\{[^}]*\})? (\S+)/m.exec(String(body))?.[1] ?? Number.NaN);
  return { seconds: (performance.now() - began) / 1000, residentMb: residentBytes(running.pid) / 2 ** 20, heapMb: heap / 2 ** 20 };
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Values as bars from nothing to the greatest of them. */
export function bars(values: readonly number[]): string {
  const most = Math.max(...values);
  return values.map((value) => BARS[Math.min(BARS.length - 1, Math.floor((value / most) * BARS.length))] ?? ' ').join('');
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

/** The mean of a tenth of the samples. */
const tenth = (values: readonly number[], which: number): number =>
  mean(values.slice(Math.floor((values.length * which) / 10), Math.floor((values.length * (which + 1)) / 10)));

/** Half of the requests that a core can take, by what they cost. */
async function halfLoad(context: Context, running: Running, flows: readonly Flow[]): Promise<number> {
  const order = { port: running.port, flows, connections: context.effort.connections, seconds: Math.max(2, context.effort.seconds) };
  await context.load.run(order);
  const before = cpuMicros(running.pid);
  const { requests } = await context.load.run(order);
  return (SHARE * requests * 1e6) / (cpuMicros(running.pid) - before);
}

interface Soaked {
  readonly samples: readonly Sample[];
  readonly report: LoadReport;
  readonly rate: number;
}

async function soakOf(context: Context, running: Running, seconds: number): Promise<Soaked> {
  const place = await placeOf(running.url);
  // Not the refused prepare: its upload session would expire on the way.
  const refusals = (await refused.flow(place)).slice(-1);
  const flows = [await forced.flow(place), await registration.flow(place), refusals];
  const rate = await halfLoad(context, running, flows);
  const began = performance.now();
  const samples: Sample[] = [];
  const timer = setInterval(
    () => {
      sampleOf(running, began).then(
        (sample) => samples.push(sample),
        () => undefined,
      );
    },
    (seconds * 1000) / SAMPLES,
  );
  try {
    const report = await context.load.run({ port: running.port, flows, connections: context.effort.connections, seconds, rate });
    return { samples, report, rate };
  } finally {
    clearInterval(timer);
  }
}

function rowOf(what: string, values: readonly number[], bound: number | undefined): Row {
  const [early, late] = [tenth(values, 1), tenth(values, 9)];
  return {
    cells: [what, early.toFixed(1), late.toFixed(1), Math.max(...values).toFixed(1), `\`${bars(values)}\``],
    bound: bound === undefined ? undefined : `${bound} MB more`,
    within: bound === undefined ? undefined : late - early <= bound,
  };
}

export const soak: Section = {
  id: 'soak',
  title: 'Soak',
  about:
    'Half of what the mock can take, for ten minutes: a third of the connections ask for forced failures, a third register works, a third are refused. ' +
    'Early is the second tenth of the time, late the last; the bars go from nothing to the greatest value.',
  async run(context) {
    const seconds = context.quick ? QUICK_SECONDS : SECONDS;
    const running = await launch(failpath(), context.pins);
    try {
      context.progress(`soak: ${seconds} s`);
      const { samples, report, rate } = await soakOf(context, running, seconds);
      const heap = samples.map(({ heapMb }) => heapMb);
      const rows = [
        {
          ...rowOf(
            'resident, MB',
            samples.map(({ residentMb }) => residentMb),
            BOUND_MB,
          ),
          data: samples,
        },
        ...(heap.every(Number.isFinite) ? [rowOf('heap as it is, MB', heap, undefined)] : []),
      ];
      const told = `${report.requests.toLocaleString('en')} requests in ${seconds} s (${rate.toFixed(0)}/s), p50 ${report.p50.toFixed(2)} ms, p99 ${report.p99.toFixed(2)} ms, ${report.unexpected} unexpected.`;
      return { columns: ['what', 'early', 'late', 'most', 'over time'], rows, notes: [told] };
    } finally {
      await running.stop();
    }
  },
};
