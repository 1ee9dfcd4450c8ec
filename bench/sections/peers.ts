import type { Flow } from '../load-types.js';
import { compare, type Measured, type Subject } from '../measure/compare.js';
import { record } from '../measure/record.js';
import { withServers, type Start } from '../measure/spawn.js';
import { bare } from '../servers/bare.js';
import { failpath } from '../servers/failpath.js';
import { mockoon } from '../servers/mockoon.js';
import { mountebank } from '../servers/mountebank.js';
import { msw } from '../servers/msw.js';
import { prism } from '../servers/prism.js';
import type { Running, Server } from '../servers/types.js';
import { mappingsOf, wiremock } from '../servers/wiremock.js';
import { ask, placeOf, STUBS, stubsOf, type Stub } from '../works/index.js';
import { cellsOf, COLUMNS } from './versus.js';
import type { Context, Found, Row, Section } from './types.js';

/** How much cheaper than the peer a request has to be, in CPU. */
const AT_LEAST: Readonly<Record<string, number>> = { Prism: 10, WireMock: 5 };

interface Asked {
  readonly stub: Stub;
  readonly flow: Flow;
}

/** One flow per stub, so that a server that answers one of them otherwise is told apart. */
async function answered(running: Running, asked: readonly Asked[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { flow } of asked) {
    try {
      await record(running.url, flow);
    } catch (error) {
      problems.push(error instanceof Error ? error.message.slice(0, 200) : String(error));
    }
  }
  return problems;
}

function peerRow(context: Context, server: Server, all: readonly Measured[]): Row {
  const [plain, byChoice, byStubs] = all;
  const measured = all.find(({ name }) => name === server.name);
  const own = server.name === 'Prism' ? byChoice : byStubs;
  if (plain === undefined || measured === undefined || own === undefined) throw new Error(`${server.name} was not measured`);
  const factor = measured.ratio.cpu.median / own.ratio.cpu.median;
  const least = AT_LEAST[server.name];
  return {
    cells: [`${server.name} ${server.version()}`, factor.toFixed(1), ...cellsOf(measured, plain)],
    bound: least === undefined ? undefined : `failpath ${least} times cheaper`,
    within: least === undefined ? undefined : factor >= least,
    data: { factor, least, measured, plain, connections: context.effort.connections },
  };
}

async function measure(context: Context, launched: Start): Promise<Found> {
  const start = (server: Server): Promise<Running> => {
    context.progress(`peers: ${server.name}`);
    return launched(server);
  };
  const byChoice = await start(failpath());
  const byStubs = await start({ ...failpath(), name: 'failpath, stubs' });
  const { stubs, asked: all } = await stubsOf((await placeOf(byChoice.url)).world);
  await ask('POST', `${byStubs.url}/__admin/mappings/import`, mappingsOf(stubs));
  const asked = all.map(({ stub, step }) => {
    const { prefer: _, ...headers } = step.headers;
    return { stub, chosen: [step] as Flow, stubbed: [{ ...step, headers }] as Flow };
  });
  const [chosen, stubbed] = [asked.map((one) => one.chosen), asked.map((one) => one.stubbed)];
  const plain = await start(bare);
  await plain.tell({ answers: (await Promise.all(stubbed.map((flow) => record(byStubs.url, flow)))).flat(), inTurn: true });
  const servers = [prism, wiremock(stubs), mockoon(stubs), msw(stubs), mountebank(stubs)];
  const subjects: Subject[] = [
    { running: plain, flows: () => [stubbed.flat()] },
    { running: byChoice, flows: () => [chosen.flat()] },
    { running: byStubs, flows: () => [stubbed.flat()] },
  ];
  const notes: string[] = [];
  for (const server of servers) {
    const running = await start(server);
    const flows = server === prism ? chosen : stubbed;
    const problems = await answered(
      running,
      asked.map(({ stub }, at) => ({ stub, flow: flows[at] ?? [] })),
    );
    if (problems.length > 0) notes.push(`${server.name} answers ${problems.length} of ${asked.length} requests otherwise: ${problems[0]}`);
    subjects.push({ running, flows: () => [flows.flat()] });
  }
  const measured = await compare(context.load, subjects, { ...context.effort, warmSeconds: context.quick ? 2 : 10 });
  const own = measured.slice(1, 3).map((one): Row => {
    const [first] = measured;
    if (first === undefined) throw new Error('the bare server was not measured');
    return { cells: [one === measured[1] ? 'failpath, by `Prefer`' : 'failpath, by stubs', '1.0', ...cellsOf(one, first)], data: one };
  });
  return {
    columns: ['server', 'CPU, times failpath', ...COLUMNS],
    rows: [...own, ...servers.map((server) => peerRow(context, server, measured))],
    notes: [
      ...notes,
      `Configured for load as their documentation says: ${servers.map(({ name, configured }) => `${name}: ${configured}`).join('; ')}. failpath runs as it starts by itself, with its journal.`,
      'MockServer is missing: its jar is in none of the registries that npm, pip and Debian ask.',
    ],
  };
}

export const peers: Section = {
  id: 'peers',
  title: 'Peers',
  about:
    `The same ${STUBS} failures of the contract on each server, and requests for every ninth of them in turn, so that those that a server asks first ` +
    'and last count alike. Stub servers choose by method, path and a header; failpath reads the same stubs, in the JSON of WireMock. Prism serves ' +
    'the contract and is asked by `Prefer`; it is held against failpath asked in the same way, the others against failpath with stubs.',
  async run(context) {
    return withServers(context.pins, (launched) => measure(context, launched));
  },
};
