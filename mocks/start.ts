import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadContract, type Contract } from '../spec/index.js';
import { createAdmin } from './admin.js';
import { createAtsSandbox, type AtsWorld } from './ats/index.js';
import type { Api as AtsApi } from './ats/types.js';
import { createClock } from './clock.js';
import { createEngine, type Answered } from './engine.js';
import { authority, isLoopback } from './hosts.js';
import { createJournal, type Journal } from './journal.js';
import { checkAddress, close, countRequests, listen, reachable } from './listen.js';
import { startRecording, type LiveRecording, type RecordOptions } from './recording/index.js';
import {
  createBuilder,
  createScripts,
  watchScripts,
  type ApiTypes,
  type Scripting,
  type ScriptEvent,
  type Scripts,
  type ScriptWatcher,
  type WatchOptions,
} from './script/index.js';
import { createHttpServer, type App } from './server.js';
import type { Clock, JournalEntry, MockAnswer, Sandbox, SandboxFactory } from './types.js';

export interface StartOptions {
  /** 0, the default, lets the system choose. */
  readonly port?: number | undefined;
  /** The address to listen on; 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** A contract or the path of one; by default the ATS contract that comes with failpath. */
  readonly contract?: Contract | string | undefined;
  /** Whether answers are filled with plausible data instead of the contract's examples. */
  readonly dynamic?: boolean | undefined;
  /** Of plausible data: the same seed gives the same answers. */
  readonly seed?: string | number | undefined;
  /** Asked of every admin request; generated when the mock listens beyond this machine and none is given. */
  readonly adminToken?: string | undefined;
  /** By default the built-in sandbox of the contract's API; `false` for answers from the contract alone. */
  readonly sandbox?: SandboxFactory | false | undefined;
  /** Rules: script files, and folders of them; loaded again whenever they change. */
  readonly script?: string | readonly string[] | undefined;
  /** Told what happens to script files after the start. */
  readonly onScript?: ((event: ScriptEvent) => void) | undefined;
  /** URLs of servers that rules may send requests on to. */
  readonly proxyTo?: readonly string[] | undefined;
  /** Sends every request on to a deployment, and writes a script of what it answers; rules and sandbox then have no part in it. */
  readonly record?: RecordOptions | undefined;
  /** Told of every answer; the place for a log. */
  readonly onRequest?: ((entry: JournalEntry) => void) | undefined;
}

/** A running mock; `on` and `onAny` add rules to it. */
export interface Mock<World = AtsWorld, Api extends ApiTypes<Api> = AtsApi> extends Scripting<Api> {
  /** Where it can be reached from this machine, without a slash at the end. */
  readonly url: string;
  /** As it was asked for. */
  readonly host: string;
  readonly port: number;
  readonly contract: Contract;
  /** What the admin routes ask for; `undefined` on loopback unless one was given. */
  readonly adminToken: string | undefined;
  /** The well-known world of the sandbox; `undefined` without one. */
  readonly world: World;
  readonly journal: Pick<Journal, 'entries' | 'total'>;
  readonly clock: Clock;
  /** The rules, in the order in which they were added. */
  readonly scripts: Scripts;
  /** What is being recorded, if `record` said so. */
  readonly recording: Pick<LiveRecording, 'from' | 'file' | 'rules' | 'summary'> | undefined;
  /** Back to the well-known world, an empty journal, real time, and the rules of the script files from their beginning. */
  reset(): void;
  /** Answers what is under way, then closes every connection. */
  close(): Promise<void>;
}

/** The built-in sandboxes, by the `api` that a contract names. */
const SANDBOXES: Readonly<Record<string, SandboxFactory>> = { ats: createAtsSandbox };

/**
 * Starts a mock: an HTTP server that fails the way the API of a contract fails.
 *
 * @example
 * const mock = await startMock({ port: 0 });
 * await fetch(`${mock.url}/v1/transactions/unknown`); // 404 transaction.not_found
 * await mock.close();
 *
 * @throws {InputError} `usage` for an impossible port, `address-unavailable` when the address is taken or not allowed,
 *   and whatever `loadContract` throws.
 */
export async function startMock<World = AtsWorld, Api extends ApiTypes<Api> = AtsApi>(
  options: StartOptions = {},
): Promise<Mock<World, Api>> {
  const { port = 0, host = '127.0.0.1', dynamic, seed, proxyTo, onRequest } = options;
  checkAddress(host, port);
  const contract = typeof options.contract === 'object' ? options.contract : await loadContract(options.contract ?? defaultContract());
  const clock = createClock();
  const journal = createJournal();
  const sandbox = createSandbox(contract, clock, options.sandbox);
  const scripts = createScripts({ contract, clock, identities: sandbox?.identities });
  const rules = watchRules(options, { contract, scripts, identities: sandbox?.identities });
  const adminToken = tokenFor(host, options.adminToken);
  const reset = (): void => {
    clock.reset();
    sandbox?.reset();
    journal.reset();
    rules.reset();
  };

  const recording = options.record === undefined ? undefined : startRecording(options.record, { contract, clock, sandbox });
  const own = createEngine({ contract, clock, sandbox, scripts, proxyTo, dynamic, seed: seed === undefined ? undefined : String(seed) });
  const engine = recording?.engine(own) ?? own;
  const admin = createAdmin({ contract, clock, journal, sandbox, token: adminToken, host, reset });
  const closing = new AbortController();
  // Every delay that is under way listens to it.
  setMaxListeners(0, closing.signal);
  const record = (answered: Answered, since: number): MockAnswer => {
    tell(onRequest, journal.add({ ...answered.record, milliseconds: Math.round((performance.now() - since) * 1_000) / 1_000 }));
    return answered.answer;
  };
  const app: App = {
    answer: async (request) => {
      if (admin.handles(request.path)) return { answer: await admin.answer(request) };
      const since = performance.now();
      const answered = await engine.answer(request);
      if (answered.delay > 0) await wait(answered.delay, undefined, { signal: closing.signal }).catch(() => undefined);
      return { answer: record(answered, since), fault: answered.fault };
    },
    closing: closing.signal,
    refuseFraming: (why) => record(engine.refuseFraming(why), performance.now()),
    refuseRoute: (request, why) => record(engine.refuseRoute(request, why), performance.now()),
  };

  let bound = '';
  const server = createHttpServer(app, () => bound);
  const idle = countRequests(server);
  const actual = await listen(server, host, port).catch((error: unknown) => {
    recording?.discard();
    throw error;
  });
  bound = authority(reachable(host), actual);
  return {
    ...createBuilder<Api>({ contract, add: (rule) => scripts.add(rule) }),
    url: `http://${bound}`,
    host,
    port: actual,
    contract,
    adminToken,
    world: sandbox?.world as World,
    journal,
    clock,
    scripts,
    recording,
    reset,
    close: async () => {
      closing.abort();
      rules.close();
      await close(server, idle);
      recording?.close();
    },
  };
}

/** The ATS contract that comes with failpath: beside the sources, or one level up from what is built of them. */
export function defaultContract(): string {
  const candidates = ['../openapi.yaml', '../../openapi.yaml'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return candidates.find((path) => existsSync(path)) ?? candidates[0] ?? '';
}

/** The rules of script files, as long as the mock runs. */
function watchRules(
  { script = [], onScript }: StartOptions,
  target: Omit<WatchOptions, 'paths' | 'onEvent' | 'scripts'> & { readonly scripts: Scripts },
): { reset(): void; close(): void } {
  const paths = typeof script === 'string' ? [script] : script;
  const start = (): ScriptWatcher | undefined =>
    paths.length === 0 ? undefined : watchScripts({ ...target, paths, onEvent: (event) => onScript?.(event) });
  let watcher = start();
  return {
    reset: () => {
      watcher?.close();
      target.scripts.clear();
      watcher = start();
    },
    close: () => watcher?.close(),
  };
}

/** An empty token is none: beyond this machine it must not open the admin routes to everyone. */
function tokenFor(host: string, given: string | undefined): string | undefined {
  if (given !== undefined && given !== '') return given;
  return isLoopback(host.toLowerCase()) ? undefined : randomBytes(24).toString('base64url');
}

/**
 * Whether the built-in sandbox of a contract's API can work with it.
 *
 * @throws {InputError} naming the limits and codes that it lacks
 */
export function requireSandbox(contract: Contract): void {
  createSandbox(contract, createClock(), undefined);
}

function createSandbox(contract: Contract, clock: Clock, choice: StartOptions['sandbox']): Sandbox | undefined {
  if (choice === false) return undefined;
  const known = contract.api !== undefined && Object.hasOwn(SANDBOXES, contract.api) ? SANDBOXES[contract.api] : undefined;
  return (choice ?? known)?.({ contract, clock });
}

/** A log that fails is no reason for a request to fail. */
function tell(onRequest: StartOptions['onRequest'], entry: JournalEntry): void {
  try {
    onRequest?.(entry);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}
