import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { InputError } from '../spec/index.js';
import { authority, NO_SOCKET } from './hosts.js';
import { HTTP_LIMITS } from './http/index.js';

/** @throws {InputError} `usage` */
export function checkAddress(host: string, port: number, listens: boolean): void {
  if (!listens && (host !== NO_SOCKET || port !== 0)) {
    throw new InputError([
      {
        problem: 'usage',
        what: `a mock without a socket is given the address ${authority(host, port)}`,
        why: 'With `listen: false` nothing listens there, whoever expects it.',
        remedy: 'Leave out `port` and `host`, or `listen: false`.',
      },
    ]);
  }
  if (Number.isInteger(port) && port >= 0 && port <= 65_535 && host !== '') return;
  throw new InputError([
    {
      problem: 'usage',
      what: host === '' ? 'the host is empty' : `the port is ${port}`,
      why: 'A mock listens on a host and on a port from 0 to 65535.',
      remedy: 'Say --host 127.0.0.1 --port 4010; port 0 takes any that is free.',
    },
  ]);
}

/**
 * Listens, and answers the port.
 *
 * @throws {InputError} `address-unavailable`
 */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new InputError([addressFinding(error, host, port)])));
    // As many may come at once as there may be; the system's own limit counts as well.
    server.listen({ host, port, backlog: HTTP_LIMITS.connections }, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function addressFinding({ code, message }: NodeJS.ErrnoException, host: string, port: number): InputError['findings'][number] {
  const place = authority(host, port);
  const why =
    code === 'EADDRINUSE'
      ? 'Something else listens there already.'
      : code === 'EACCES'
        ? 'The system does not allow this user to listen there.'
        : `The system has no such address (${code ?? message}).`;
  return {
    problem: 'address-unavailable',
    what: `cannot listen on ${place}`,
    why,
    remedy: 'Choose another --port or --host; port 0 takes any that is free.',
  };
}

/** The address of this machine by which a wildcard address can be reached. */
export function reachable(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
}

/** What a server is busy with. */
export interface Traffic {
  /** Waits for the requests under way. */
  idle(): Promise<void>;
  /** Ends every connection, those on which no request has begun included: a TLS handshake may be as far as they got. */
  cut(): void;
}

/** Watches the requests and connections of a server from now on. */
export function watchTraffic(server: Server): Traffic {
  let pending = 0;
  const waiting = new Set<() => void>();
  const done = (): void => {
    if (--pending > 0) return;
    for (const go of waiting) go();
    waiting.clear();
  };
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const watch = (_req: unknown, exchange: ServerResponse | Duplex): void => {
    pending++;
    exchange.on('close', done);
  };
  server.on('request', watch);
  server.on('upgrade', watch);
  return {
    idle: () => new Promise((resolve) => void (pending === 0 ? resolve() : waiting.add(resolve))),
    cut: () => {
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** How long an answer under way may take once the mock is closing; an upload that never ends must not hold it up. */
export const GRACE_MS = 1_000;

const closings = new WeakMap<Server, Promise<void>>();

/** Stops listening, lets the requests under way be answered as far as there is time, and closes every connection. */
export function close(server: Server, traffic: Traffic, graceMs: number = GRACE_MS): Promise<void> {
  let closing = closings.get(server);
  if (closing === undefined) closings.set(server, (closing = shutDown(server, traffic, graceMs)));
  return closing;
}

async function shutDown(server: Server, { idle, cut }: Traffic, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeIdleConnections();
  const patience = new AbortController();
  await Promise.race([idle(), wait(graceMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
  patience.abort();
  cut();
  await closed;
}
