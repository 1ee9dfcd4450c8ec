import { setMaxListeners } from 'node:events';
import type { Contract } from '../spec/index.js';
import { assemble, type AssemblyOptions } from './assemble.js';
import type { AtsWorld } from './ats/index.js';
import type { Api as AtsApi } from './ats/types.js';
import { createFetch, type MockFetch } from './fetch.js';
import { authority, NO_SOCKET } from './hosts.js';
import { keyPairFor, type KeyPair } from './http/index.js';
import type { Journal } from './journal.js';
import { checkAddress, close, GRACE_MS, listen, reachable, watchTraffic } from './listen.js';
import type { Report } from './metrics/index.js';
import type { LiveRecording } from './recording/index.js';
import { createBuilder, type ApiTypes, type OperationName, type Scripting, type Scripts } from './script/index.js';
import { requireOptions } from './options.js';
import { createHttpServer } from './server.js';
import { SessionError } from './sessions/index.js';
import { createMemoryStore, openStore, unservable, type Store } from './stores/index.js';
import type { Clock } from './types.js';
import { workersOf } from './workers/count.js';
import type { Crew, WorkerEvent } from './workers/index.js';
import {
  received,
  waitFor,
  type Coverage,
  type ExchangeQuery,
  type Expectation,
  type RecordedExchange,
  type Verdict,
  type WaitOptions,
} from './verification/index.js';

export interface StartOptions extends Omit<AssemblyOptions, 'store' | 'crew'> {
  /** A folder that keeps everything across restarts; by default nothing outlives the process. */
  readonly state?: string | undefined;
  /** A Redis whose worlds this mock shares with others: `redis://127.0.0.1:6379`. Or a store of your own, which is closed with the mock. */
  readonly store?: string | Store | undefined;
  /** 0, the default, lets the system choose. */
  readonly port?: number | undefined;
  /** `false` for a mock without a socket: `mock.fetch` reaches it, and nothing else. */
  readonly listen?: boolean | undefined;
  /**
   * Answers in so many processes, which share the port and everything that a mock remembers; `auto` for as many as there are processors to
   * use. By default this process answers by itself.
   */
  readonly workers?: number | 'auto' | undefined;
  /** Told when a worker has died, and when another is there. */
  readonly onWorker?: ((event: WorkerEvent) => void) | undefined;
  /** HTTPS: `true` for a new certificate that signs itself, or a certificate and its key as PEM. */
  readonly tls?: boolean | KeyPair | undefined;
}

/** A running mock; `on` and `onAny` add rules to it. */
export interface Mock<World = AtsWorld, Api extends ApiTypes<Api> = AtsApi> extends Scripting<Api> {
  /** Where it can be reached from this machine, without a slash at the end; without a socket, by `fetch` alone. */
  readonly url: string;
  /** As it was asked for. */
  readonly host: string;
  /** 0 without a socket. */
  readonly port: number;
  /**
   * Asks the mock without a socket: a path, or a URL of any origin, is answered as the socket would answer it, faults included.
   *
   * @example
   * const answer = await mock.fetch('/v1/transactions/unknown'); // 404 transaction.not_found
   * const client = createClient({ baseUrl: 'https://api.example.com', fetch: mock.fetch });
   */
  readonly fetch: MockFetch;
  readonly contract: Contract;
  /** What the admin routes ask for; `undefined` on loopback unless one was given. */
  readonly adminToken: string | undefined;
  /** What clients of a mock with TLS have to trust, as PEM; `undefined` without TLS. */
  readonly certificate: string | undefined;
  /** The well-known world of the sandbox; `undefined` without one. */
  readonly world: World;
  /** With workers it may be a tenth of a second behind; `received` and `waitFor` are not. */
  readonly journal: Pick<Journal, 'contract' | 'entries' | 'exchanges' | 'onExchange' | 'total'>;
  readonly clock: Clock;
  /** The rules, in the order in which they were added. */
  readonly scripts: Scripts;
  /**
   * Asserts which requests have arrived.
   *
   * @example
   * await mock.received('confirmWork', { times: 2, status: 503 });
   *
   * @throws {ReceivedError} with the nearest misses, field by field
   */
  received(
    what: OperationName<Api> | ExchangeQuery<OperationName<Api>>,
    expectation?: Expectation<OperationName<Api>>,
  ): Promise<readonly RecordedExchange[]>;
  /** Waits until requests have arrived; those in the journal count. Rejects when the mock is closed before. */
  waitFor(query: OperationName<Api> | ExchangeQuery<OperationName<Api>>, options?: WaitOptions): Promise<readonly RecordedExchange[]>;
  /** Which declared failures clients have been shown since the start, however often the mock was reset. */
  coverage(): Coverage;
  /** How clients have treated failures since the start. */
  verdicts(): readonly Verdict[];
  /** The processes that answer for it; empty unless there are workers. */
  readonly workers: readonly number[];
  /** What is being recorded, if `record` said so. */
  readonly recording: Pick<LiveRecording, 'from' | 'file' | 'rules' | 'summary'> | undefined;
  /** Back to the well-known world, an empty journal, real time, and the rules of the script files from their beginning. */
  reset(): void;
  /**
   * Refuses new connections, answers what is under way, as far as it can be within `graceMs` (1,000 by default), and closes
   * every connection. What waits on purpose is answered at once.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Starts a mock: an HTTP server that fails the way the API of a contract fails.
 *
 * @example
 * const mock = await startMock({ port: 0 });
 * await fetch(`${mock.url}/v1/transactions/unknown`); // 404 transaction.not_found
 * await mock.close();
 *
 * @throws {InputError} `usage` for an option that there is not or an impossible port, `address-unavailable` when the address is taken or not allowed,
 *   `state-unusable` and `store-unusable` for a store that cannot be used, `replay-unusable` for a situation that cannot,
 *   and whatever `loadContract` throws.
 */
export async function startMock<World = AtsWorld, Api extends ApiTypes<Api> = AtsApi>(
  options: StartOptions = {},
): Promise<Mock<World, Api>> {
  requireOptions(options);
  const { listen: listens = true, port = 0, host = listens ? '127.0.0.1' : NO_SOCKET, tls = false } = options;
  checkAddress(host, port, listens);
  const workers = workersOf(options);
  const memory = workers !== undefined && options.state === undefined && options.store === undefined ? createMemoryStore() : undefined;
  const store = memory ?? (await openStore(options));
  const keyPair = tls === false ? undefined : await keyPairFor(tls, host);
  let crew: Crew | undefined;
  const reports = async (): Promise<readonly Report[]> => (await crew?.reports()) ?? [];
  const place = { inMemory: memory !== undefined, leads: true, reports, states: () => crew?.states() ?? [] };
  const assembly = await assemble({ ...options, host, store, ...(workers === undefined ? {} : { crew: place }) }).catch(
    async (error: unknown) => {
      await store?.close();
      throw error instanceof SessionError ? unservable(options, error.message) : error;
    },
  );
  const { app, contract, adminToken, main, audit, recording, reset } = assembly;
  const { sandbox, journal, clock, scripts } = main;
  let bound = '';
  const server = createHttpServer(app, () => bound, { tls: keyPair, load: options.load });
  const traffic = watchTraffic(server);
  const open = async (): Promise<number> => {
    if (workers === undefined) return listens ? listen(server, host, port) : 0;
    const { hireFor } = await import('./workers/index.js');
    crew = await hireFor(workers, { options, host, port, keyPair, memory, assembly });
    return crew.port;
  };
  const actual = await open().catch(async (error: unknown) => {
    recording?.discard();
    assembly.close();
    await assembly.end();
    throw error;
  });
  bound = listens ? authority(reachable(host), actual) : host;
  const closed = new AbortController();
  // Many may wait for requests: that is no leak.
  setMaxListeners(0, closed.signal);
  const url = `${keyPair === undefined ? 'http' : 'https'}://${bound}`;
  return {
    ...createBuilder<Api>({ contract, add: (rule) => scripts.add(rule) }),
    url,
    host,
    port: actual,
    fetch: createFetch(app, url),
    contract,
    adminToken,
    certificate: keyPair?.cert,
    world: sandbox?.world as World,
    journal,
    clock,
    scripts,
    get workers() {
      return crew?.pids ?? [];
    },
    recording,
    received: async (what, expectation) => {
      if (workers !== undefined) await journal.refresh();
      return received(journal, what, expectation, closed.signal);
    },
    waitFor: async (query, wait) => {
      if (workers !== undefined) await journal.refresh();
      return waitFor(journal, query, wait, closed.signal);
    },
    coverage: () => audit.coverage(),
    verdicts: () => audit.verdicts(),
    reset,
    close: async ({ graceMs } = {}) => {
      assembly.close();
      await (crew === undefined ? close(server, traffic, graceMs) : crew.close(graceMs ?? GRACE_MS));
      await assembly.end();
      closed.abort(new Error('The mock is closed: no request will arrive any more.'));
      recording?.close();
    },
  };
}
