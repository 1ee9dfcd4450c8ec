import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { InputError, loadContract, packageFile, version, type Contract } from '../spec/index.js';
import { adminRoutes, createAdmin, type AdminSubject } from './admin/index.js';
import type { Answered } from './answered.js';
import { outside, scriptRequestOf } from './asked.js';
import { parseText } from './body.js';
import { createAtsSandbox } from './ats/index.js';
import { createClock } from './clock.js';
import type { Engine } from './engine.js';
import { streamUntil } from './frames.js';
import { isLoopback } from './hosts.js';
import { createLoadWatch, routeOf, shareWithPages, type LoadOptions } from './http/index.js';
import type { Exchange, Moments } from './exchange.js';
import type { Journal } from './journal.js';
import { createTally, type Counted, type Report, type Tally } from './metrics/index.js';
import { now as realTime } from './moment.js';
import { startRecording, type LiveRecording, type RecordOptions } from './recording/index.js';
import { problem, storeUnavailable } from './problem.js';
import { watchScripts, type ScriptEvent, type WatchOptions } from './script/index.js';
import {
  address,
  beginningOf,
  DEFAULT,
  isControl,
  openSessions,
  readReplay,
  replay,
  SessionError,
  usable,
  withoutPrefix,
  type Addressed,
  type CrewPlace,
  type Server,
  type Sessions,
  type Unaddressed,
  type World,
} from './sessions/index.js';
import { isUnavailable, WorldGone } from './state/index.js';
import type { Store, StoreEvent } from './stores/index.js';
import type { App, Served } from './server.js';
import { whenThere, type Soon } from './soon.js';
import type { JournalEntry, MockAnswer, MockRequest, Sandbox, SandboxFactory } from './types.js';
import { createAudit, judgeBehaviour, reportVerdict, type Audit, type Shown } from './verification/index.js';
import { createTargets } from './targets.js';
import { splitUrl, type WireMockSubject } from './wiremock/index.js';

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
  /** Where worlds are kept and shared; by default in memory, until the process ends. It is closed with the mock. */
  readonly store?: Store | undefined;
  /** A replay token: what the mock's own world is to be at the start. */
  readonly replay?: string | undefined;
  /** How much is taken on at once before requests are answered with a declared 503. */
  readonly load?: LoadOptions | undefined;
  /** How many sessions there may be at a time in memory; 10,000 by default. */
  readonly sessions?: number | undefined;
  /** What the mock is, where it is one of several processes. */
  readonly crew?: Crew | undefined;
  /** Told that the store has gone away, and that it is back. */
  readonly onStore?: ((event: StoreEvent) => void) | undefined;
  /** Told of every answer; the place for a log. */
  readonly onRequest?: ((entry: JournalEntry) => void) | undefined;
}

/** What one of several processes of a mock knows of the others. */
export interface Crew extends CrewPlace {
  /** Whether each of them answers; nobody asks a worker. */
  readonly states?: (() => readonly { readonly pid: number; readonly status: string }[]) | undefined;
  /** How the others are; nobody asks a worker. */
  readonly reports?: (() => Promise<readonly Report[]>) | undefined;
}

/** A mock without sockets: its worlds, and the app that answers. */
export interface Assembly {
  readonly app: App;
  readonly contract: Contract;
  /** What the admin routes ask for. */
  readonly adminToken: string | undefined;
  /** That of requests that name no session. */
  readonly main: World;
  readonly sessions: Sessions;
  readonly audit: Audit;
  readonly recording: LiveRecording | undefined;
  readonly tally: Tally;
  /** Counts an answer that another process has given. */
  count(exchange: Exchange): void;
  /** Why somebody may not ask the control API at all. */
  guard(request: Pick<MockRequest, 'headers'>): MockAnswer | undefined;
  /** The main world back to its beginning. */
  reset(): void;
  /** Ends every wait that is under way, and watches no file any more. */
  close(): void;
  /** Lets go of the store, once nobody is answered any more. */
  end(): Promise<void>;
}

/** The built-in sandboxes, by the `api` that a contract names. */
const SANDBOXES: Readonly<Record<string, SandboxFactory>> = { ats: createAtsSandbox };

/**
 * Puts the parts of a mock together.
 *
 * @throws {InputError} `usage` for a server that cannot be sent to, whatever `loadContract` throws, for script files that cannot be used,
 *   and for a store, or a situation to replay, that cannot
 */
export async function assemble(options: AssemblyOptions): Promise<Assembly> {
  const { host = '127.0.0.1', dynamic, proxyTo = [], cors = true, onRequest } = options;
  const seed = options.seed === undefined ? undefined : String(options.seed);
  const contract = typeof options.contract === 'object' ? options.contract : await loadContract(options.contract ?? defaultContract());
  const mayProxyTo = createTargets(proxyTo);
  const adminToken = tokenFor(host, options.adminToken);
  const audit: Audit = createAudit(contract, journals);
  const sandbox = sandboxOf(contract, options.sandbox);
  const { webhooksTo, webhookPatienceMs } = options;
  const server: Server = {
    contract,
    sandbox,
    surroundings: { webhooksTo, webhookPatienceMs },
    // Of this server alone: whoever has the same array sends on by itself.
    engine: { proxyTo: [...proxyTo], cors, dynamic, open: adminToken === undefined },
    unusedRules: options.record !== undefined,
    beforeReset: audit.settle,
  };
  const situation = options.replay === undefined ? undefined : await orUnusable(() => readReplay(options.replay ?? ''));
  const open = { server, seed, store: options.store, capacity: options.sessions, crew: options.crew };
  const sessions: Sessions = await (situation === undefined
    ? openSessions(open)
    : orUnusable(() => openSessions({ ...open, main: beginningOf(situation, contract.sha256) })));
  const { main } = sessions;
  function* journals(): Iterable<Journal> {
    for (const { journal } of sessions.worlds()) yield journal;
  }
  const files = watchRules(options, { contract, scripts: main.scripts, identities: main.sandbox?.identities, mayProxyTo });
  const recording =
    options.record === undefined ? undefined : startRecording(options.record, { contract, clock: main.clock, sandbox: main.sandbox });
  const recordingEngine = recording?.engine(main.engine);
  const started = performance.now();
  const closing = new AbortController();
  // Every delay that is under way listens to it.
  setMaxListeners(0, closing.signal);
  const tally = createTally();
  const load = createLoadWatch(options.load);
  const counted = (answer: Shown & Counted): void => {
    audit.add(answer);
    tally.add(answer);
  };
  const count = (exchange: Exchange): void => {
    counted(exchange);
    if (onRequest !== undefined) tell(onRequest, exchange.entry);
  };
  let away: string | undefined;
  const { store, crew } = options;
  store?.onReach?.((why) => {
    away = why;
    options.onStore?.(why === undefined ? { type: 'back', store: store.name } : { type: 'away', store: store.name, why });
  });
  const catchUp = async (): Promise<void> => {
    await Promise.all(Array.from(journals(), (journal) => journal.refresh()));
  };
  const subjectOf = (world: World): AdminSubject => ({
    contract,
    clock: world.clock,
    sandbox: world.sandbox,
    scripts: world.scripts,
    journal: world.journal,
    settings: world.settings,
    sessions,
    audit,
    tally,
    reports: options.crew?.reports ?? (async () => []),
    catchUp,
    closing: closing.signal,
    records: recording !== undefined,
    cors,
    identities: world.sandbox?.identities,
    reset: () => world.reset(world === main ? files.restore : undefined),
    changed: world.journal.worldChanged.bind(world.journal),
    restoreDefaults: world === main ? files.restore : () => undefined,
    asScriptRequest: createReader(contract, world.sandbox),
    verdicts: () => judgeBehaviour(contract, world.journal.exchanges()).map(reportVerdict),
    mayProxyTo,
    health: () => ({
      status: away === undefined ? 'ok' : 'store-away',
      ...(store === undefined || crew?.inMemory === true
        ? {}
        : { store: { name: store.name, status: away === undefined ? 'ok' : 'away', why: away } }),
      ...(crew?.states === undefined ? {} : { workers: crew.states() }),
      ...healthOf(contract, world),
    }),
    version: version(),
    uptime: () => (performance.now() - started) / 1_000,
  });
  const admin = createAdmin({
    contract,
    version: version(),
    main,
    routesOf: (world: World) => adminRoutes(subjectOf(world)),
    token: adminToken,
    host,
    early: typeof options.sandbox === 'function',
  });
  const record = (world: World, { answer, exchange }: Answered, since: Moments): Soon<MockAnswer> => {
    const { journal, id } = world;
    const added = journal.keep(exchange.complete(since, now(world), answer.headers['retry-after'], id === DEFAULT ? undefined : id));
    const kept = (): MockAnswer => {
      counted(exchange);
      if (onRequest !== undefined) tell(onRequest, exchange.entry);
      return answer;
    };
    // An answer that could be given is given, whether or not it can be listed later.
    return added instanceof Promise ? added.catch(() => undefined).then(kept) : kept();
  };
  /** Where nobody waits for it. */
  const recordAside = (answered: Answered): MockAnswer => {
    const recorded = record(main, answered, now(main));
    if (recorded instanceof Promise) recorded.catch((error: unknown) => process.emitWarning(String(error)));
    return answered.answer;
  };
  const engineOf = (world: World): Engine => (world === main && recordingEngine !== undefined ? recordingEngine : world.engine);
  const answerIn = (world: World, request: MockRequest): Soon<Answered> => {
    tally.begin();
    try {
      const answered = engineOf(world).answer(request);
      if (answered instanceof Promise || answered.delay > 0) return late(world, answered);
      tally.end();
      return answered;
    } catch (error) {
      tally.end();
      throw error;
    }
  };
  const late = async (world: World, soon: Soon<Answered>): Promise<Answered> => {
    try {
      const answered = await soon;
      if (answered.delay > 0) await wait(answered.delay, undefined, { signal: world.closing() }).catch(() => undefined);
      return answered;
    } finally {
      tally.end();
    }
  };
  const now = ({ clock }: World): Moments => ({ real: realTime(), time: clock.now() });
  const shared = (request: MockRequest, answer: MockAnswer): MockAnswer => (cors ? shareWithPages(request, answer) : answer);
  const answerTo = ({ request, world }: Addressed, isTooMuch: boolean | undefined): Soon<Served> => {
    if (admin.handles(request.path)) return admin.answer(request, world).then((answer) => ({ answer }));
    const since = now(world);
    const shed = (isTooMuch ?? load.arrives()) ? engineOf(world).overloaded(request) : undefined;
    if (shed !== undefined) return whenThere(record(world, shed, since), (answer) => ({ answer: shared(request, answer) }));
    return whenThere(answerIn(world, request), (answered) =>
      whenThere(record(world, answered, since), (answer) => {
        const { stream } = answer;
        const lasting = stream === undefined ? answer : { ...answer, stream: streamUntil(world.closing(), stream) };
        return { answer: shared(request, lasting), fault: answered.fault, closing: answered.fault && world.closing() };
      }),
    );
  };
  const unanswerable = (sent: MockRequest, error: unknown): Served => {
    const path = withoutPrefix(sent.path);
    if (admin.handles(path)) return { answer: refuseWorld(error) };
    const answer = isUnavailable(error) ? main.engine.unavailable({ ...sent, path }, error).answer : refuseWorld(error);
    return { answer: shared(sent, answer) };
  };
  const app: App = {
    answer: (sent, isTooMuch) => {
      try {
        const served = whenThere(address(sessions, sent), (addressed) => answerTo(requireWorld(addressed), isTooMuch));
        return served instanceof Promise ? served.catch((error: unknown) => unanswerable(sent, error)) : served;
      } catch (error) {
        return unanswerable(sent, error);
      }
    },
    isControl,
    closing: closing.signal,
    refuseFraming: (why, answering) =>
      answering === true ? main.engine.refuseFraming(why).answer : recordAside(main.engine.refuseFraming(why)),
    refuseRoute: (request, why) => recordAside(main.engine.refuseRoute(request, why)),
    upgrades: (request) =>
      routeOf(contract, { ...request, path: withoutPrefix(request.path) })?.operation.answers.some(({ status }) => status === 101) === true,
  };
  if (situation !== undefined) {
    await orUnusable(() => replay(main, situation)).catch((error: unknown) => {
      files.close();
      sessions.close();
      throw error;
    });
  }
  return {
    app,
    contract,
    adminToken,
    main,
    sessions,
    audit,
    recording,
    tally,
    count,
    guard: (request) => admin.guard(request),
    reset: () => main.reset(files.restore),
    close: () => {
      closing.abort();
      load.close();
      files.close();
      sessions.close();
    },
    end: async () => options.store?.close(),
  };
}

/** The ATS contract that comes with failpath. */
export function defaultContract(): string {
  return packageFile('openapi.yaml');
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

/** Requests that were only told of, as rules would see them. */
function createReader(contract: Contract, sandbox: Sandbox | undefined): WireMockSubject['asScriptRequest'] {
  return ({ method, url, headers, repeated, body }) => {
    const { path, search } = splitUrl(url);
    const asked = outside({ method, path, query: new URLSearchParams(search), url, headers, repeated });
    const identity = sandbox?.identity(headers) ?? 'unknown';
    return scriptRequestOf({ ...asked, identity, body: parseText(body ?? '') }, routeOf(contract, { method, path })?.operation);
  };
}

function healthOf(contract: Contract, { sandbox, journal }: World): Readonly<Record<string, unknown>> {
  return {
    contract: { title: contract.title, version: contract.version, sha256: contract.sha256 },
    sandbox: sandbox === undefined ? null : (contract.api ?? null),
    operations: contract.operations.length,
    failures: contract.failures.length,
    requests: journal.total,
  };
}

/** A session that somebody names, and that is not there. */
class NoSession extends Error {}

function requireWorld(addressed: Addressed | Unaddressed): Addressed {
  if ('world' in addressed) return addressed;
  throw new NoSession(`There is no session ${JSON.stringify(addressed.session.slice(0, 60))}: it has expired, or was removed.`);
}

/** Only what keeps a world from being found or kept comes here. */
function refuseWorld(error: unknown): MockAnswer {
  if (isUnavailable(error)) return storeUnavailable(error);
  if (error instanceof NoSession || error instanceof WorldGone) {
    return problem('unknown-session', `${error.message} POST /__admin/sessions begins another.`);
  }
  return problem('internal-error', `The mock could not answer: ${error instanceof Error ? error.message : String(error)}`);
}

/** @throws {InputError} `replay-unusable` */
async function orUnusable<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await usable(work);
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    throw new InputError([
      {
        problem: 'replay-unusable',
        what: 'the situation cannot be replayed',
        why: error.message,
        remedy: 'Take it again with GET /__admin/sessions/default/replay, and serve it with the same contract and version.',
      },
    ]);
  }
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
  sandboxOf(contract, undefined)?.({ contract, clock: createClock() });
}

/** Whether the mock of a contract remembers what was done: there is a sandbox for it. */
export function hasSandbox(contract: Contract): boolean {
  return sandboxOf(contract, undefined) !== undefined;
}

function sandboxOf(contract: Contract, choice: AssemblyOptions['sandbox']): SandboxFactory | undefined {
  if (choice === false) return undefined;
  const known = contract.api !== undefined && Object.hasOwn(SANDBOXES, contract.api) ? SANDBOXES[contract.api] : undefined;
  return choice ?? known;
}

/** A log that fails is no reason for a request to fail. */
function tell(onRequest: NonNullable<AssemblyOptions['onRequest']>, entry: JournalEntry): void {
  try {
    onRequest(entry);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}
