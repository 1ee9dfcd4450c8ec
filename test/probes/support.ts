import { decide } from '../../ci/index.js';
import {
  atsSuite,
  buildLedger,
  createPlan,
  createTransport,
  discoverWorld,
  run,
  sortProbes,
  type CauseLine,
  type Deployment,
  type Ledger,
  type ProbeLine,
  type WireRequest,
} from '../../contracts/index.js';
import { createAtsSandbox, type Replacements } from '../../mocks/ats/index.js';
import { startMock, WORLD } from '../../mocks/index.js';
import type { Failure } from '../../spec/index.js';
import { contract } from '../support/judge.js';

/** What became of the probes of a sandbox. */
export interface Probed {
  readonly ledger: Ledger;
  readonly lines: readonly CauseLine[];
  readonly probes: readonly ProbeLine[];
  /** What was sent in all. */
  readonly requests: readonly WireRequest[];
  /** The keys of the organization under test that a run has left. */
  readonly left: readonly string[];
}

export interface ProbeOptions {
  readonly lies?: Replacements;
  readonly selected?: (failure: Failure) => boolean;
  /** How the deployment differs from what the mock says of itself. */
  readonly change?: (deployment: Deployment) => Partial<Deployment>;
}

/** Drives a sandbox down the selected paths and through their probes, as `failpath verify` does. */
export async function probeSandbox({ lies = {}, selected = () => true, change = () => ({}) }: ProbeOptions = {}): Promise<Probed> {
  const mock = await startMock({ contract, sandbox: (context) => createAtsSandbox(context, lies) });
  const transport = createTransport({ timeoutMs: 10_000, connections: 8 });
  try {
    const found = await discoverWorld(mock.url, transport);
    if (found === undefined) throw new Error('the mock does not say its world');
    const plan = createPlan(contract, atsSuite, { ...found, ...change(found) }, selected);
    const lines: CauseLine[] = [];
    const ready: ProbeLine[] = [];
    const requests: WireRequest[] = [];
    const counting = {
      ...transport,
      send: (request: WireRequest) => {
        requests.push(request);
        return transport.send(request);
      },
    };
    for await (const event of run(plan, { transport: counting, concurrency: 8, probes: true })) {
      if (event.type === 'path-finished') lines.push(event.line);
      if (event.type === 'probe-finished') ready.push(event.line);
      if (event.type === 'cleanup-failed') throw new Error(`${event.what} was left: ${event.why}`);
    }
    const probes = sortProbes(plan, ready);
    const ledger = buildLedger({ contract, url: mock.url, startedAt: new Date(0), durationMs: 0, lines, probes, decide });
    return { ledger, lines, probes, requests, left: await keysLeft(mock.url) };
  } finally {
    await transport.close();
    await mock.close();
  }
}

async function keysLeft(url: string): Promise<string[]> {
  const { admin, organizations } = WORLD;
  const { active, inactive } = organizations;
  const left = await Promise.all(
    [active, inactive].map(async (organization) => {
      const answer = await fetch(`${url}/v1/organizations/${organization}/api-keys`, { headers: { authorization: `Bearer ${admin}` } });
      return (await answer.json()) as { name: string; revoked_at: string | null }[];
    }),
  );
  return left.flat().flatMap(({ name, revoked_at }) => (name.startsWith('failpath-') && revoked_at === null ? [name] : []));
}

/** A probe by name. */
export const nameOf = ({ probe: { kind, operation, name } }: ProbeLine): string => `${kind} ${operation.id}: ${name}`;

/** What is not verified, by name. */
export const unverified = (probes: readonly ProbeLine[]): Record<string, string> =>
  Object.fromEntries(probes.filter(({ outcome }) => outcome !== 'verified').map((line) => [nameOf(line), line.outcome]));
