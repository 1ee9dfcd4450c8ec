import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Calls back after so many milliseconds of real time; what it returns cancels that. */
export type After = (milliseconds: number, run: () => void) => () => void;

/** What a fault needs of the world around it. */
export interface FaultSurroundings {
  /** The passing of time; by default Node's timers, which keep no process alive. */
  readonly after?: After | undefined;
  /** Aborted when the server closes: what hangs ends at once, what is slow is finished at once. */
  readonly closing?: AbortSignal | undefined;
  /** For bytes that are drawn; by default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** A response and the connection that it has to itself. */
export interface Wire {
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly after: After;
  readonly closing: AbortSignal | undefined;
}

const afterRealTime: After = (milliseconds, run) => {
  const timer = setTimeout(run, milliseconds).unref();
  return () => clearTimeout(timer);
};

const ignore = (): void => undefined;

/** How long a client may take to close its side once it has been hung up on. */
const LINGER_MS = 1_000;

/** Waits for the connection: behind another request on it, a response gets it only after the other's. */
export async function connect(response: ServerResponse, { after = afterRealTime, closing }: FaultSurroundings): Promise<Wire | undefined> {
  const shared = response.req.socket;
  if (response.socket === null && !shared.destroyed && !response.writableEnded) {
    // Many may wait for their turn: that is no leak.
    setMaxListeners(0, shared);
    await new Promise<void>((resolve) => {
      const done = (): void => {
        response.off('socket', done);
        shared.off('close', done);
        resolve();
      };
      response.once('socket', done);
      shared.once('close', done);
    });
  }
  const { socket } = response;
  if (socket === null || socket.destroyed || response.destroyed || response.writableEnded) return undefined;
  // A client that leaves is no news: node:http reports it on any of the three.
  // The connection may have been through this before.
  for (const end of [socket, response, response.req]) if (!end.listeners('error').includes(ignore)) end.on('error', ignore);
  // Bytes left unread would turn the end of the connection into a reset, and hide that the client has gone.
  response.req.resume();
  // Many faults wait for one server: that is no leak.
  if (closing !== undefined) setMaxListeners(0, closing);
  return { response, socket, after, closing };
}

/** Resolves once nothing more will happen to a response. */
export function settled({ response, socket }: Wire): Promise<void> {
  if (response.closed || socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => void response.once('close', resolve));
}

/** Waits for so long (`undefined`: forever), but no longer than the client stays and the server is open. */
export function pause(wire: Wire, milliseconds: number | undefined): Promise<void> {
  return wait(wire, milliseconds, []);
}

/** The same where nothing will be written: that a client leaves shows in nothing but that it closes its side. */
export function pauseInSilence(wire: Wire, milliseconds: number | undefined): Promise<void> {
  return wire.socket.readableEnded ? Promise.resolve() : wait(wire, milliseconds, [wire.socket]);
}

/** @param leaving What may end as well. */
function wait({ response, after, closing }: Wire, milliseconds: number | undefined, leaving: readonly Socket[]): Promise<void> {
  if (response.closed || closing?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel?.();
      for (const socket of leaving) socket.off('end', done);
      response.off('close', done);
      closing?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = milliseconds === undefined ? undefined : after(milliseconds, done);
    for (const socket of leaving) socket.once('end', done);
    response.once('close', done);
    closing?.addEventListener('abort', done);
  });
}

/** Ends the connection with a FIN behind what has been written; a client that keeps its side open is cut off in the end. */
export function hangUp({ socket, after, closing }: Wire): void {
  const cut = (): void => void socket.destroy();
  // Only what has left can be waited for: a slow reader gets all of it.
  socket.end(() => {
    if (socket.destroyed) return;
    if (closing?.aborted === true) {
      cut();
      return;
    }
    const cancel = after(LINGER_MS, cut);
    closing?.addEventListener('abort', cut);
    socket.once('close', () => {
      cancel();
      closing?.removeEventListener('abort', cut);
    });
  });
}

/** Ends the connection with a RST. */
export function reset({ socket }: Wire): void {
  // TLS has no such thing: it is the TCP connection below that is reset, and Node offers no public way down to it.
  const { _parent: parent } = socket as { readonly _parent?: Socket | null };
  try {
    (parent ?? socket).resetAndDestroy();
  } finally {
    socket.destroy();
  }
}
