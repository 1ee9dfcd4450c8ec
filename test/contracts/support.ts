import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDeployment, createPlan, run, toAnswer } from '../../contracts/index.js';
import type {
  Capability,
  CauseLine,
  Deployment,
  FailurePath,
  RunEvent,
  RunOptions,
  Scenario,
  Suite,
  Transport,
  WireAnswer,
  WireRequest,
} from '../../contracts/index.js';
import type { DeploymentFile } from '../../contracts/index.js';
import { InputError, loadContract, type Contract, type Failure } from '../../spec/index.js';

export const repository: string = fileURLToPath(new URL('../../', import.meta.url));

let ats: Promise<Contract> | undefined;
let toy: Promise<Contract> | undefined;

/** The contract that ships with failpath, loaded once for all suites. */
export const atsContract = (): Promise<Contract> => (ats ??= loadContract(join(repository, 'openapi.yaml')));

/** An API small enough to script every answer of. */
export const toyContract = (): Promise<Contract> => (toy ??= loadContract(fileURLToPath(new URL('toy.yaml', import.meta.url))));

/** A declared failure, by operation and code. */
export function failureOf(contract: Contract, operation: string, code: string): Failure {
  const failure = contract.operation(operation)?.failures.find((one) => one.code === code);
  if (failure === undefined) throw new Error(`${operation} does not declare ${code}`);
  return failure;
}

let requestIds = 0;

/** An answer as it comes from a transport. */
export function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): WireAnswer {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  return toAnswer(status, { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json', ...headers }, text);
}

/** An answer in the envelope, with a request id of its own. */
export function refusal(status: number, code: string, members: Readonly<Record<string, unknown>> = {}): WireAnswer {
  return answer(status, { error: { code, message: 'No.', request_id: `req_${++requestIds}`, ...members } });
}

/** A transport whose answers a test writes; what was sent is kept, and how much of it at once. */
export interface FakeTransport extends Transport {
  readonly requests: WireRequest[];
  readonly most: () => number;
}

export function fakeTransport(reply: (request: WireRequest, index: number) => WireAnswer | Promise<WireAnswer>): FakeTransport {
  const requests: WireRequest[] = [];
  let [busy, most] = [0, 0];
  return {
    requests,
    most: () => most,
    async send(request) {
      requests.push(request);
      const index = requests.length - 1;
      most = Math.max(most, ++busy);
      try {
        // One turn of the event loop, so that requests of other paths can come in between.
        await new Promise(setImmediate);
        return await reply(request, index);
      } finally {
        busy -= 1;
      }
    },
    close: () => Promise.resolve(),
  };
}

export const CALL = { method: 'PUT', url: '/faults', headers: {} } as const;

/** A deployment of the toy API that has everything; members are replaced one by one. */
export function toyDeployment(members: Partial<DeploymentFile> = {}): Deployment {
  return createDeployment({
    url: 'http://toy.test',
    organization: 'org',
    identities: { active: { token: 'active-token', public: false }, admin: { token: 'admin-token', public: false } },
    capabilities: { 'upstream.fault': { set: { ...CALL, body: { down: true } }, restore: { ...CALL, body: { down: false } } } },
    ...members,
  });
}

const scenario = (operation: string, needs: readonly Capability[] = []): Scenario => ({
  needs,
  given: async (steps) => ({ operation, ...(operation === 'makeThing' ? { body: { name: steps.unique() } } : { params: { id: '1' } }) }),
});

/** The smallest suite for the toy API: the test brings the paths. */
export function toySuite(paths: readonly FailurePath[], members: Partial<Suite> = {}): Suite {
  return {
    name: 'toy',
    scenarios: { makeThing: scenario('makeThing'), removeThing: scenario('removeThing') },
    paths,
    identityOf: { key: 'active' },
    sequences: {},
    params: () => ({}),
    created: () => undefined,
    leftovers: () => Promise.resolve([]),
    keyPlaces: () => Promise.resolve(10),
    ...members,
  };
}

/** Runs a suite against a transport to its end. */
export async function runToy(
  suite: Suite,
  transport: Transport,
  options: Partial<RunOptions> & { deployment?: Deployment } = {},
): Promise<{ events: RunEvent[]; lines: CauseLine[]; line(cause: string, operation?: string): CauseLine }> {
  const events: RunEvent[] = [];
  const plan = createPlan(await toyContract(), suite, options.deployment ?? toyDeployment());
  for await (const event of run(plan, { transport, concurrency: 4, run: 'abc123', ...options })) events.push(event);
  const lines = events.flatMap((event) => (event.type === 'path-finished' ? [event.line] : []));
  const line = (cause: string, operation = 'makeThing'): CauseLine => {
    const found = lines.find((one) => one.cause === cause && one.failure.operation.id === operation);
    if (found === undefined) throw new Error(`there is no line for ${cause}`);
    return found;
  };
  return { events, lines, line };
}

/** Writes files into a folder of their own while `use` works with it. */
export async function withFiles<T>(files: Readonly<Record<string, string>>, use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'failpath-test-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The findings of the {@link InputError} that `work` throws. */
export function findingsOf(work: () => unknown): InputError['findings'] {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return error.findings;
    throw error;
  }
  throw new Error('nothing was thrown');
}
