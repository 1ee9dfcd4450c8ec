import { Socket } from 'node:net';
import { InputError, type Finding } from '../../spec/index.js';
import { assemble, type Assembly } from '../assemble.js';
import type { Exchange } from '../exchange.js';
import { exchangeFrom, type Row } from '../exchange-row.js';
import { authority } from '../hosts.js';
import { close, listen, reachable, watchTraffic } from '../listen.js';
import { reportMetrics, type Report } from '../metrics/index.js';
import { connectionsFrom, createHttpServer, type App } from '../server.js';
import { isControl } from '../sessions/index.js';
import { openStore, type Store } from '../stores/index.js';
import type { MockAnswer, MockRequest } from '../types.js';
import { createPeer, type Peer } from './peer.js';
import { borrowStore } from './store.js';
import type { Forwarded, Orders } from './types.js';

/** What a worker answers when it is told to begin. */
export type Begun = { readonly port: number } | { readonly findings: readonly Finding[] };

/** The descriptor by which a worker reaches its primary; 3 is what node itself uses. */
const CHANNEL = 4;
/** Connections of all workers have ids of their own, as long as none has more than so many. */
const CONNECTIONS = 2 ** 32;
/** More than the control API takes: beyond it, the primary refuses without having it all. */
const MOST_BODY = 8_388_608 + 65_536;

/** Serves what its primary says, until that ends. */
export function work(): void {
  // An interrupt at the terminal reaches every process: what becomes of it is for the primary to say.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const borrowed = borrowStore('the primary process');
  let serving: Promise<Serving> | undefined;
  const peer = createPeer(
    new Socket({ fd: CHANNEL }),
    {
      ...borrowed.handlers,
      begin: async ([orders]): Promise<Begun> => {
        try {
          serving = serve(orders as Orders, peer, borrowed.store);
          return { port: (await serving).port };
        } catch (error) {
          if (error instanceof InputError) return { findings: error.findings };
          throw error;
        }
      },
      beat: () => null,
      report: async (): Promise<Report> => reportMetrics((await serving)?.assembly.tally),
      close: async ([graceMs]) => (await serving)?.close(graceMs as number),
    },
    // Nobody has any use for a worker without its primary.
    () => process.exit(),
  );
  borrowed.use(peer);
}

interface Serving {
  readonly port: number;
  readonly assembly: Assembly;
  close(graceMs: number): Promise<void>;
}

async function serve(orders: Orders, peer: Peer, borrowed: Store): Promise<Serving> {
  const { host, port, contract, sha256, dynamic, adminToken, sandbox, cors, proxyTo, webhooksTo, webhookPatienceMs, tls } = orders;
  connectionsFrom(orders.number * CONNECTIONS);
  const own = await openStore(orders);
  const store = own === undefined ? borrowed : counting(own, peer);
  const assembly = await assemble({
    ...{ host, contract, dynamic, adminToken, cors, proxyTo, webhooksTo, webhookPatienceMs, store },
    ...(sandbox === undefined ? {} : { sandbox }),
    crew: { inMemory: own === undefined },
  });
  if (assembly.contract.sha256 !== sha256) throw changed(contract);
  let bound = '';
  const server = createHttpServer(withControl(assembly, peer), () => bound, { tls });
  const traffic = watchTraffic(server);
  const actual = await listen(server, host, port);
  bound = authority(reachable(host), actual);
  return {
    port: actual,
    assembly,
    close: async (graceMs) => {
      assembly.close();
      await close(server, traffic, graceMs);
    },
  };
}

function changed(contract: string): InputError {
  const why = 'It has changed since the mock was started, and workers of one mock must serve the same.';
  return new InputError([{ problem: 'usage', what: `${contract} is another contract now`, why, remedy: 'Start the mock again.' }]);
}

/** What the primary lends is counted there as it is kept; the entries of another store have to be told. */
function counting(store: Store, peer: Peer): Store {
  const count = async (id: number, entries: readonly unknown[]): Promise<void> => void (await peer.call('count', id, entries));
  return {
    ...store,
    append: async (world, entries, keep) => {
      // An answer that says that the store is away is an answer as well.
      const last = await store.append(world, entries, keep).catch(async (error: unknown) => {
        await count(0, entries);
        throw error;
      });
      await count(last, entries);
      return last;
    },
  };
}

/** The control API is the primary's: whatever is asked of it is asked of all workers. */
function withControl({ app, guard }: Assembly, peer: Peer): App {
  const ask = async (request: MockRequest): Promise<MockAnswer> =>
    guard(request) ?? ((await peer.call('control', await forwarded(request))) as MockAnswer);
  return {
    ...app,
    answer: async (request, isTooMuch) => (isControl(request.path) ? { answer: await ask(request) } : app.answer(request, isTooMuch)),
  };
}

async function forwarded({ method, path, query, url, headers, baseUrl, body }: MockRequest): Promise<Forwarded> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let broken: string | undefined;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_BODY) break;
    }
  } catch (error) {
    broken = (error as Error).message;
  }
  return { method, path, search: query.toString(), url, headers, baseUrl, body: Buffer.concat(chunks).toString('base64'), broken };
}

/** A request of which a journal has kept this. */
export function exchangeOfEntry(id: number, kept: unknown): Exchange {
  const exchange = exchangeFrom(kept as Row);
  exchange.id = id;
  return exchange;
}
