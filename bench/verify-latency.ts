import { setTimeout as sleep } from 'node:timers/promises';
import {
  atsSuite,
  createPlan,
  createTransport,
  discoverWorld,
  promisesOf,
  rehearse,
  run,
  type Deployment,
  type Transport,
} from '../contracts/index.js';
import { defaultContract, startMock } from '../mocks/index.js';
import { loadContract } from '../spec/index.js';

/** Added to every request, in milliseconds. */
const LATENCY_MS = 50;
const CONCURRENCIES = [8, 16, 32];

const contract = await loadContract(defaultContract());

function delayed(transport: Transport): Transport {
  return {
    send: async (request) => {
      await sleep(LATENCY_MS);
      return transport.send(request);
    },
    close: () => transport.close(),
  };
}

/** Wall time of a whole run, against what its plan says, as one row of the table. */
async function measure(name: string, change: (deployment: Deployment) => Deployment, concurrency: number): Promise<string> {
  const mock = await startMock({ port: 0 });
  const transport = createTransport({ timeoutMs: 60_000, connections: concurrency });
  const found = await discoverWorld(mock.url, transport);
  if (found === undefined) throw new Error('the mock does not say its world');
  const plan = createPlan(contract, atsSuite, change(found));
  const { schedule, costs } = promisesOf(await rehearse(plan, { probes: true }));
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  for await (const event of run(plan, { transport: delayed(transport), concurrency, probes: true })) void event;
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  await transport.close();
  await mock.close();
  const [critical, fair] = [schedule.criticalPath, costs.requests / concurrency].map((requests) => requests * LATENCY_MS);
  const ratio = (least = 0): string => (wall / least).toFixed(1);
  const turns = schedule.lanes.reduce((sum, { lane, length }) => sum + (lane === 'parallel' ? 0 : length), 0);
  const cells = [
    name,
    concurrency,
    (wall / 1000).toFixed(1),
    ((user + system) / 1e6).toFixed(1),
    costs.requests,
    turns,
    schedule.criticalPath,
    ratio(critical),
    ratio(fair),
  ];
  return `| ${cells.join(' | ')} |`;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
print(
  '| sessions | at once | wall, s | CPU, s | requests | one by one | critical path | wall / critical path | wall / (requests / at once) |',
);
print(
  '| -------- | ------- | ------- | ------ | -------- | ---------- | ------------- | -------------------- | --------------------------- |',
);
for (const [name, change] of [
  ['sessions', (deployment: Deployment) => deployment],
  ['none', (deployment: Deployment) => ({ ...deployment, sessions: undefined })],
] as const) {
  for (const concurrency of CONCURRENCIES) print(await measure(name, change, concurrency));
}
