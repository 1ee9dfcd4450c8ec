import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { InputError, type Contract } from '../../../spec/index.js';
import { createObserver, type Observer } from '../observer.js';
import type { ObservedViolation } from '../types.js';
import { Incoming } from './incoming.js';
import { refuse } from './refuse.js';
import { relay } from './relay.js';
import { answerOn, tunnel } from './tunnel.js';
import { createUpstream, LONGEST_HEAD, type Upstream, type UpstreamOptions } from './upstream.js';
import { createWatch, type Watch } from './watch.js';

export interface ObserveOptions extends UpstreamOptions {
  /** Where the API is: origin and path prefix. */
  readonly upstream: string;
  readonly contract: Contract;
  /** 0 takes a free one. */
  readonly port: number;
  /** Loopback by default. */
  readonly host?: string;
  /** Told of each kind of violation when it is first seen. */
  readonly onViolation?: (violation: ObservedViolation) => void;
}

/** A checking proxy that runs. */
export interface Observing {
  /** Where it listens. */
  readonly url: string;
  readonly upstream: string;
  /** What has gone by; complete once the proxy is closed. */
  readonly observer: Observer;
  readonly startedAt: Date;
  /** Lets requests under way be answered as far as there is time, and judges what has gone by. Called again with 0, it waits no longer. */
  close(graceMs?: number): Promise<void>;
}

const GRACE_MS = 1_000;
/** Clients keep connections for as long as they like; a proxy should not be the one to close them. */
const KEEP_ALIVE_MS = 120_000;

/**
 * Starts a proxy in front of an API that checks every answer against the contract, and changes none.
 *
 * @example
 * const observing = await startObserving({ upstream: 'http://127.0.0.1:4010', contract, port: 0 });
 * await fetch(`${observing.url}/v1/transactions/unknown`);
 * await observing.close();
 * observing.observer.traffic.violations; // 0
 *
 * @throws {InputError} `usage` for a URL that cannot be sent to, `address-unavailable`
 */
export async function startObserving(options: ObserveOptions): Promise<Observing> {
  const { contract, port, host = '127.0.0.1', onViolation = () => undefined } = options;
  const upstream = createUpstream(options.upstream, options);
  const observer = createObserver(contract, upstream.url);
  const watch = createWatch(contract, observer, onViolation);
  const { server, sockets } = serve(upstream, watch);
  try {
    server.listen({ port, host });
    await once(server, 'listening');
  } catch (error) {
    upstream.close();
    throw unavailable(`${host}:${port}`, error as NodeJS.ErrnoException);
  }
  const { port: actual } = server.address() as AddressInfo;
  const patience = new AbortController();
  const end = async (graceMs: number): Promise<void> => {
    await shutDown({ server, sockets, giveUp: watch.giveUp }, graceMs, patience);
    upstream.close();
    watch.finish();
  };
  let closing: Promise<void> | undefined;
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${actual}`,
    upstream: upstream.url,
    observer,
    startedAt: new Date(),
    close: (graceMs = GRACE_MS) => {
      if (graceMs === 0) patience.abort();
      return (closing ??= end(graceMs));
    },
  };
}

function serve(upstream: Upstream, watch: Watch): { readonly server: Server; readonly sockets: ReadonlySet<Socket> } {
  const sockets = new Set<Socket>();
  const settings = { IncomingMessage: Incoming, maxHeaderSize: LONGEST_HEAD, keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 };
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const refusal = upstream.refusalOf(incoming);
    if (refusal === undefined) return relay(upstream, incoming, outgoing, watch.begin(incoming));
    incoming.resume();
    refuse(outgoing, refusal.name, refusal.detail);
  };
  const server = createServer(settings, answer);
  server.on('checkContinue', answer);
  server.on('checkExpectation', answer);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    const refusal = upstream.refusalOf(incoming);
    if (refusal === undefined) tunnel(upstream, incoming, socket, head, watch.begin(incoming));
    else refuse(answerOn(incoming, socket), refusal.name, refusal.detail);
  });
  server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    socket.on('error', () => undefined);
    refuse(answerOn(incoming, socket), 'not-passed', 'This is no proxy to anywhere: requests are sent on to one server only.');
  });
  return { server, sockets };
}

interface Open {
  readonly server: Server;
  readonly sockets: ReadonlySet<Socket>;
  readonly giveUp: () => void;
}

async function shutDown({ server, sockets, giveUp }: Open, graceMs: number, patience: AbortController): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeIdleConnections();
  await Promise.race([closed, wait(graceMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
  patience.abort();
  // Before their connections are closed, which would look as if their clients had gone away.
  giveUp();
  server.closeAllConnections();
  for (const socket of sockets) socket.destroy();
  await closed;
}

function unavailable(address: string, { code, message }: NodeJS.ErrnoException): InputError {
  const why = code === 'EADDRINUSE' ? 'Something else listens there already.' : `The system does not allow it (${code ?? message}).`;
  const remedy = 'Choose another --port or --host; port 0 takes any that is free.';
  return new InputError([{ problem: 'address-unavailable', what: `cannot listen on ${address}`, why, remedy }]);
}
