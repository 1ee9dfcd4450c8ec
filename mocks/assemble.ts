import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadContract, type Contract } from '../spec/index.js';
import { createAdmin } from './admin/index.js';
import type { Answered } from './answered.js';
import { outside, scriptRequestOf } from './asked.js';
import { parseText } from './body.js';
import { createAtsSandbox } from './ats/index.js';
import { createClock, type MockClock } from './clock.js';
import { createEngine } from './engine.js';
import { createRandom, drawDelay } from './faults/index.js';
import { isLoopback } from './hosts.js';
import { routeOf, shareWithPages } from './http/index.js';
import { createJournal, type Journal } from './journal.js';
import { createTally } from './metrics/index.js';
import { startRecording, type LiveRecording, type RecordOptions } from './recording/index.js';
import { createScripts, watchScripts, type ScriptEvent, type Scripts, type WatchOptions } from './script/index.js';
import type { App } from './server.js';
import type { Clock, JournalEntry, MockAnswer, Sandbox, SandboxFactory } from './types.js';
import { createAudit, judgeBehaviour, reportVerdict, type Audit } from './verification/index.js';
import { createTargets } from './targets.js';
import { version } from './version.js';
import { settingsDelay, splitUrl, type GlobalSettings, type WireMockSubject } from './wiremock/index.js';

export interface AssemblyOptions {
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
  /** Whether web pages from anywhere may call the API, never the admin routes; they may by default. */
  readonly cors?: boolean | undefined;
  /** URLs of servers that rules may send requests on to. */
  readonly proxyTo?: readonly string[] | undefined;
  /** URLs of servers that webhooks may be sent to; those on this machine may always. */
  readonly webhooksTo?: readonly string[] | undefined;
  /** For how long in real time an advance of the clock waits for a receiver of webhooks, in milliseconds; 1,000 by default. */
  readonly webhookPatienceMs?: number | undefined;
  /** Sends every request on to a deployment, and writes a script of what it answers; rules and sandbox then have no part in it. */
  readonly record?: RecordOptions | undefined;
  /** Told of every answer; the place for a log. */
  readonly onRequest?: ((entry: JournalEntry) => void) | undefined;
}

/** A mock without sockets: its world, and the app that answers. */
export interface Assembly {
  readonly app: App;
  readonly contract: Contract;
  /** What the admin routes ask for. */
  readonly adminToken: string | undefined;
  readonly sandbox: Sandbox | undefined;
  readonly journal: Journal;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly scripts: Scripts;
  readonly recording: LiveRecording | undefined;
  reset(): void;
  /** Ends every wait that is under way, and watches no file any more. */
  close(): void;
}

/** The built-in sandboxes, by the `api` that a contract names. */
const SANDBOXES: Readonly<Record<string, SandboxFactory>> = { ats: createAtsSandbox };

/**
 * Puts the parts of a mock together.
 *
 * @throws {InputError} `usage` for a server that cannot be sent to, whatever `loadContract` throws, and for script files that cannot be used
 */
export async function assemble(options: AssemblyOptions): Promise<Assembly> {
  const { host = '127.0.0.1', dynamic, proxyTo = [], cors = true, onRequest } = options;
  const seed = options.seed === undefined ? undefined : String(options.seed);
  const contract = typeof options.contract === 'object' ? options.contract : await loadContract(options.contract ?? defaultContract());
  const journal = createJournal({ contract, beforeReset: () => audit.settle() });
  const audit: Audit = createAudit(contract, journal);
  const clock = createClock(Date.now, journal.worldChanged);
  const sandbox = createSandbox(contract, clock, options);
  const identities = sandbox?.identities;
  const mayProxyTo = createTargets(proxyTo);
  const scripts = createScripts({ contract, clock, identities, onChange: journal.worldChanged, unused: options.record !== undefined });
  const files = watchRules(options, { contract, scripts, identities, mayProxyTo });
  const adminToken = tokenFor(host, options.adminToken);
  const delays = createDelays(seed ?? 'delays');
  const reset = (): void => {
    clock.reset();
    sandbox?.reset();
    delays.set({});
    scripts.clear();
    files.restore();
    journal.reset();
  };

  const recording = options.record === undefined ? undefined : startRecording(options.record, { contract, clock, sandbox });
  const own = createEngine({
    contract,
    clock,
    sandbox,
    scripts,
    proxyTo,
    cors,
    dynamic,
    seed,
    delay: delays.draw,
    open: adminToken === undefined,
  });
  const engine = recording?.engine(own) ?? own;
  const started = performance.now();
  const closing = new AbortController();
  const tally = createTally();
  const admin = createAdmin({
    contract,
    clock,
    sandbox,
    scripts,
    journal,
    audit,
    tally,
    closing: closing.signal,
    records: recording !== undefined,
    cors,
    identities,
    token: adminToken,
    host,
    reset,
    changed: journal.worldChanged,
    restoreDefaults: files.restore,
    settings: delays,
    asScriptRequest: createReader(contract, sandbox),
    verdicts: () => judgeBehaviour(contract, journal.exchanges()).map(reportVerdict),
    mayProxyTo,
    health: () => healthOf(contract, sandbox, journal),
    version: version(),
    uptime: () => (performance.now() - started) / 1_000,
  });
  // Every delay that is under way listens to it.
  setMaxListeners(0, closing.signal);
  const record = ({ answer, record, witnessed }: Answered, since: Moments): MockAnswer => {
    const real = { arrived: since.real, answered: performance.now() };
    const milliseconds = Math.round((real.answered - real.arrived) * 1_000) / 1_000;
    const time = { arrived: since.time, answered: clock.now() };
    const entry = journal.add({ ...record, milliseconds }, { ...witnessed, answerHeaders: answer.headers, time, real });
    audit.add(entry);
    tally.add(entry);
    tell(onRequest, entry);
    return answer;
  };
  const now = (): Moments => ({ real: performance.now(), time: clock.now() });
  const app: App = {
    answer: async (request) => {
      if (admin.handles(request.path)) return { answer: await admin.answer(request) };
      const since = now();
      tally.begin();
      const answered = await engine.answer(request);
      if (answered.delay > 0) await wait(answered.delay, undefined, { signal: closing.signal }).catch(() => undefined);
      tally.end();
      const answer = record(answered, since);
      return { answer: cors ? shareWithPages(request, answer) : answer, fault: answered.fault };
    },
    closing: closing.signal,
    refuseFraming: (why, answering) => (answering === true ? engine.refuseFraming(why).answer : record(engine.refuseFraming(why), now())),
    refuseRoute: (request, why) => record(engine.refuseRoute(request, why), now()),
  };
  return {
    app,
    contract,
    adminToken,
    sandbox,
    journal,
    audit,
    clock,
    scripts,
    recording,
    reset,
    close: () => {
      closing.abort();
      clock.agenda.close();
      sandbox?.close?.();
      files.close();
    },
  };
}

/** When a request arrived: by a clock that never goes back, and by the mock's. */
interface Moments {
  readonly real: number;
  readonly time: number;
}

/** The ATS contract that comes with failpath: beside the sources, or one level up from what is built of them. */
export function defaultContract(): string {
  const candidates = ['../openapi.yaml', '../../openapi.yaml'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return candidates.find((path) => existsSync(path)) ?? candidates[0] ?? '';
}

/** The rules of script files, as long as the mock runs. */
function watchRules(
  { script = [], onScript }: AssemblyOptions,
  target: Omit<WatchOptions, 'paths' | 'onEvent'>,
): { readonly restore: () => void; readonly close: () => void } {
  const paths = typeof script === 'string' ? [script] : script;
  if (paths.length === 0) return { restore: () => undefined, close: () => undefined };
  return watchScripts({ ...target, paths, onEvent: (event) => onScript?.(event) });
}

/** The delay of all answers that have none of their own, as the admin routes set it. */
function createDelays(seed: string): WireMockSubject['settings'] & { readonly draw: () => number } {
  const random = createRandom(seed);
  let settings: GlobalSettings = {};
  let delay = settingsDelay(settings);
  return {
    get: () => settings,
    set: (next) => {
      settings = next;
      delay = settingsDelay(next);
    },
    draw: () => (delay === undefined ? 0 : drawDelay(delay, random)),
  };
}

/** Requests that were only told of, as rules would see them. */
function createReader(contract: Contract, sandbox: Sandbox | undefined): WireMockSubject['asScriptRequest'] {
  return ({ method, url, headers, body }) => {
    const { path, search } = splitUrl(url);
    const asked = outside({ method, path, query: new URLSearchParams(search), url, headers });
    const identity = sandbox?.identity(headers) ?? 'unknown';
    return scriptRequestOf({ ...asked, identity, body: parseText(body ?? '') }, routeOf(contract, { method, path })?.operation);
  };
}

function healthOf(contract: Contract, sandbox: Sandbox | undefined, journal: Journal): Readonly<Record<string, unknown>> {
  return {
    status: 'ok',
    contract: { title: contract.title, version: contract.version, sha256: contract.sha256 },
    sandbox: sandbox === undefined ? null : (contract.api ?? null),
    operations: contract.operations.length,
    failures: contract.failures.length,
    requests: journal.total,
  };
}

/** An empty token is none: beyond this machine it must not open the admin routes to everyone. */
function tokenFor(host: string, given: string | undefined): string | undefined {
  if (given !== undefined && given !== '') return given;
  return isLoopback(host) ? undefined : randomBytes(24).toString('base64url');
}

/**
 * Whether the built-in sandbox of a contract's API can work with it.
 *
 * @throws {InputError} naming the limits and codes that it lacks
 */
export function requireSandbox(contract: Contract): void {
  createSandbox(contract, createClock(), {});
}

function createSandbox(contract: Contract, clock: MockClock, options: AssemblyOptions): Sandbox | undefined {
  const { sandbox: choice, webhooksTo, webhookPatienceMs } = options;
  if (choice === false) return undefined;
  const known = contract.api !== undefined && Object.hasOwn(SANDBOXES, contract.api) ? SANDBOXES[contract.api] : undefined;
  return (choice ?? known)?.({ contract, clock, webhooksTo, webhookPatienceMs });
}

/** A log that fails is no reason for a request to fail. */
function tell(onRequest: AssemblyOptions['onRequest'], entry: JournalEntry): void {
  try {
    onRequest?.(entry);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}
