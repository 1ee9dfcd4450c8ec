import type { Flow } from '../load-types.js';
import { compare } from '../measure/compare.js';
import { mustBeExpected } from '../measure/expected.js';
import { record } from '../measure/record.js';
import { launch, withServers, type Start } from '../measure/spawn.js';
import { spreadOf, type Spread } from '../measure/stats.js';
import { bare } from '../servers/bare.js';
import { failpath } from '../servers/failpath.js';
import { bareProxy, observer } from '../servers/proxies.js';
import type { Running } from '../servers/types.js';
import { placeOf, registration } from '../works/index.js';
import type { Context, Found, Row, Section } from './types.js';
import { spread } from './versus.js';

const CPU_BOUND = 3;
const P99_BOUND_MS = 1;

/** Far below what a proxy can take: then a latency is that of the proxy and not that of a queue. */
const RATE = { perSecond: 300, connections: 16 };

/** What passes: a registration, which a bare server answers as the mock has answered them. */
async function traffic(context: Context, upstream: Running): Promise<Flow> {
  const mock = await launch(failpath(), context.pins);
  try {
    const place = await placeOf(mock.url);
    const flow = await registration.flow(place);
    await upstream.tell({ answers: await record(mock.url, flow), inTurn: false });
    return flow;
  } finally {
    await mock.stop();
  }
}

async function paced(context: Context, running: Running, flow: Flow): Promise<number> {
  const { perSecond: rate, connections } = RATE;
  const order = { port: running.port, flows: [flow], connections, rate, seconds: Math.max(3, context.effort.seconds) };
  const report = await context.load.run(order);
  mustBeExpected(running.name, report);
  return report.p99;
}

/** Rounds of paced load: directly, through the bare proxy, through failpath. */
async function latencies(context: Context, all: readonly Running[], flow: Flow): Promise<readonly (readonly number[])[]> {
  const rounds: number[][] = [];
  for (let round = 0; round < context.effort.rounds; round += 1) {
    context.progress(`observe: latency, round ${round + 1}`);
    const times: number[] = [];
    for (const running of all) times.push(await paced(context, running, flow));
    rounds.push(times);
  }
  return rounds;
}

async function measure(context: Context, start: Start): Promise<Found> {
  const upstream = await start(bare, context.pins && { ...context.pins, server: context.pins.load });
  const flow = await traffic(context, upstream);
  const proxy = await start(bareProxy(upstream));
  const own = await start(observer(upstream));
  const subjects = [proxy, own].map((running) => ({ running, flows: () => [flow] }));
  const [plain, measured] = await compare(context.load, subjects, { ...context.effort, yields: true });
  if (plain === undefined || measured === undefined) throw new Error('nothing was measured');
  const rounds = await latencies(context, [upstream, proxy, own], flow);
  const of = (value: (times: readonly number[]) => number): Spread => spreadOf(rounds.map(value));
  const added = of(([direct = 0, , through = 0]) => through - direct);
  const byProxy = of(([direct = 0, through = 0]) => through - direct);
  const rows: Row[] = [
    {
      cells: [
        'CPU per request, times a bare proxy',
        spread(measured.ratio.cpu),
        `${measured.absolute.cpu.median.toFixed(0)} µs, bare ${plain.absolute.cpu.median.toFixed(0)} µs`,
      ],
      bound: `CPU ${CPU_BOUND}`,
      within: measured.ratio.cpu.median <= CPU_BOUND,
      data: { plain, measured },
    },
    {
      cells: ['added to p99, ms', spread(added), `a bare proxy adds ${spread(byProxy)}`],
      bound: `${P99_BOUND_MS} ms more than a bare proxy`,
      within: added.median - byProxy.median <= P99_BOUND_MS,
      data: rounds,
    },
    { cells: ['requests/s, ratio', spread(measured.ratio.rps), measured.absolute.rps.median.toFixed(0)] },
    { cells: ['resident, MB', measured.residentMb.toFixed(0), `bare ${plain.residentMb.toFixed(0)}`] },
  ];
  const notes = [`Latency at ${RATE.perSecond} requests a second on ${RATE.connections} connections, all else as fast as it goes.`];
  return { columns: ['what', 'how much', 'figures'], rows, notes };
}

export const observe: Section = {
  id: 'observe',
  title: 'Observing',
  about:
    '`failpath observe` before a bare server that answers as the mock has answered (init, upload, prepare, confirm), in turns with a proxy of node:http ' +
    'and nothing else before the same server.',
  async run(context) {
    return withServers(context.pins, (start) => measure(context, start));
  },
};
