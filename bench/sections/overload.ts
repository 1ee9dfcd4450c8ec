import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMicros } from '../measure/proc.js';
import { launch } from '../measure/spawn.js';
import { spreadOf } from '../measure/stats.js';
import { failpath } from '../servers/failpath.js';
import type { Running } from '../servers/types.js';
import { placeOf, registration } from '../works/index.js';
import type { Context, Row, Section } from './types.js';

/** So many clients that the mock, not their number, is the limit. */
const CONNECTIONS = 1000;
const TIMES = 2;
const RESPONSIVE_MS = 250;
const RECOVERED_MS = 250;
const EVERY_MS = 50;

const agent = new Agent({ keepAlive: false });

/** How long it takes until a request is answered with 200, in milliseconds; Infinity if it is answered otherwise. */
function timeOf(url: string): Promise<number> {
  const began = performance.now();
  return new Promise((resolve) => {
    const asked = request(url, { agent, timeout: 30_000 }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode === 200 ? performance.now() - began : Number.POSITIVE_INFINITY));
      answer.on('error', () => resolve(Number.POSITIVE_INFINITY));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(Number.POSITIVE_INFINITY));
    asked.end();
  });
}

interface Watch {
  readonly times: number[];
  stop(): Promise<void>;
}

function watch(url: string): Watch {
  const times: number[] = [];
  const end = new AbortController();
  const done = (async () => {
    while (!end.signal.aborted) {
      times.push(await timeOf(url));
      await sleep(EVERY_MS);
    }
  })();
  return {
    times,
    async stop() {
      end.abort();
      await done;
    },
  };
}

const p99 = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;

/** Milliseconds from the end of the load until health is answered as fast as before it. */
async function recovery(running: Running, usual: number): Promise<number> {
  const ended = performance.now();
  while ((await timeOf(`${running.url}/__admin/health`)) > 2 * usual + 5) {
    if (performance.now() - ended > 60_000) return Number.POSITIVE_INFINITY;
  }
  return performance.now() - ended;
}

async function measure(context: Context, running: Running): Promise<readonly Row[]> {
  const { seconds, connections } = context.effort;
  const place = await placeOf(running.url);
  const flows = [await registration.flow(place)];
  const order = { port: running.port, flows, seconds };
  await context.load.run({ ...order, connections });
  const usual = spreadOf(await Promise.all(Array.from({ length: 5 }, () => timeOf(`${running.url}/__admin/health`)))).median;
  context.progress('overload: what it can take');
  const before = cpuMicros(running.pid);
  const full = await context.load.run({ ...order, connections });
  // By its CPU time: others may have kept it from running.
  const capacity = (full.requests * 1e6) / (cpuMicros(running.pid) - before);
  context.progress('overload: twice of it');
  const [health, admin] = [watch(`${running.url}/__admin/health`), watch(`${running.url}/__admin/world`)];
  const over = await context.load.run({ ...order, seconds: 2 * seconds, connections: CONNECTIONS, rate: TIMES * capacity });
  const recovered = await recovery(running, usual);
  await health.stop();
  await admin.stop();
  const { shed } = over;
  const other = over.unexpected - shed;
  const row = (what: string, value: string, bound?: string, within?: boolean): Row => ({ cells: [what, value], bound, within });
  return [
    row('what it can take, requests/s', `${capacity.toFixed(0)}, p99 ${full.p99.toFixed(1)} ms`),
    row(
      'asked of it and answered, requests/s',
      `${(TIMES * capacity).toFixed(0)}, ${(over.requests / over.seconds).toFixed(0)}; p50 ${over.p50.toFixed(0)} ms, p99 ${over.p99.toFixed(0)} ms`,
    ),
    row('declared 503s, of all answers', `${((100 * shed) / over.requests).toFixed(1)} %`, 'some', shed > 0),
    row('other unexpected answers, broken connections', `${other}, ${over.broken}`, 'none', other + over.broken === 0),
    row('health answers meanwhile, p99', `${p99(health.times).toFixed(0)} ms`, `${RESPONSIVE_MS} ms`, p99(health.times) <= RESPONSIVE_MS),
    row('admin answers meanwhile, p99', `${p99(admin.times).toFixed(0)} ms`, `${RESPONSIVE_MS} ms`, p99(admin.times) <= RESPONSIVE_MS),
    row('as before after', `${recovered.toFixed(0)} ms`, `${RECOVERED_MS} ms`, recovered <= RECOVERED_MS),
  ];
}

export const overload: Section = {
  id: 'overload',
  title: 'Overload',
  about:
    `Registrations at ${TIMES} times the rate that the mock can take, from ${CONNECTIONS.toLocaleString('en')} connections, whether earlier ones were answered ` +
    'or not. Meanwhile health and the control API are asked on new connections. A flow whose step is answered with 503 begins anew.',
  async run(context) {
    const running = await launch(failpath(), context.pins);
    try {
      return { columns: ['what', 'how much'], rows: await measure(context, running), notes: [] };
    } finally {
      await running.stop();
    }
  },
};
