import type { ServerResponse } from 'node:http';
import type { MockAnswer } from '../types.js';
import { bodiless, noHttp, NO_CHUNK, portionsOf, STAND_IN, withoutFraming } from './parts.js';
import type { Fault } from './types.js';
import { connect, hangUp, pause, pauseInSilence, reset, settled, type FaultSurroundings, type Wire } from './wire.js';

/**
 * Whether a fault spoils an answer, rather than taking its place.
 *
 * @example
 * spoilsAnswer({ type: 'dribble', chunks: 5, durationMs: 1_000 }); // true: work out the answer first
 * spoilsAnswer({ type: 'EMPTY_RESPONSE' }); // false
 */
export function spoilsAnswer({ type }: Fault): boolean {
  return type === 'limit_data' || type === 'dribble' || type === 'MALFORMED_RESPONSE_CHUNK';
}

/**
 * Answers a request with a fault, on its connection and on no other.
 *
 * - `CONNECTION_RESET_BY_PEER`: a real RST, over TLS as well.
 * - `EMPTY_RESPONSE`: the connection ends without a byte.
 * - `MALFORMED_RESPONSE_CHUNK`: status line and headers, then a chunk that is none, then the end.
 * - `RANDOM_DATA_THEN_CLOSE`: bytes that are no HTTP, then the end.
 * - `limit_data`: the whole Content-Length, so many bytes of the body, then the end; a body that is no longer than that
 *   arrives whole (so does the answer to HEAD, which has none).
 * - `dribble`: the body in so many chunks, evenly over the duration, the last at its end; each has a byte at least. The
 *   connection can be used again.
 * - `timeout`: nothing, then the end; with 0 only when the client leaves or the server closes.
 *
 * @example
 * createServer((_req, res) => void applyFault({ type: 'timeout', timeoutMs: 500 }, res, undefined, { closing }));
 *
 * @param answer What the fault spoils; without one, a small JSON answer of the mock's own.
 * @returns Resolved when the response is over; never rejected, whatever the client does.
 */
export async function applyFault(
  fault: Fault,
  response: ServerResponse,
  answer: MockAnswer | undefined,
  surroundings: FaultSurroundings = {},
): Promise<void> {
  const wire = await connect(response, surroundings);
  if (wire === undefined) return;
  try {
    await spoil(wire, fault, answer ?? STAND_IN, surroundings.random ?? Math.random);
  } catch {
    // Only headers that cannot be written come here; the connection is of no more use.
    wire.socket.destroy();
  }
  await settled(wire);
}

async function spoil(wire: Wire, fault: Fault, answer: MockAnswer, random: () => number): Promise<void> {
  switch (fault.type) {
    case 'CONNECTION_RESET_BY_PEER':
      return reset(wire);
    case 'EMPTY_RESPONSE':
      return hangUp(wire);
    case 'MALFORMED_RESPONSE_CHUNK':
      return malform(wire, answer);
    case 'RANDOM_DATA_THEN_CLOSE':
      wire.socket.write(noHttp(random));
      return hangUp(wire);
    case 'limit_data':
      return truncate(wire, answer, fault.bytes);
    case 'dribble':
      return dribble(wire, answer, fault);
    case 'timeout':
      // The server's own patience with silent sockets is not what was asked for.
      wire.socket.setTimeout(0);
      await pauseInSilence(wire, fault.timeoutMs === 0 ? undefined : fault.timeoutMs);
      return hangUp(wire);
  }
}

function malform(wire: Wire, { status, headers }: MockAnswer): void {
  const { response, socket } = wire;
  // An answer without a body would be over before its chunk.
  response.writeHead(bodiless(status) ? 200 : status, { ...withoutFraming(headers), 'transfer-encoding': 'chunked' });
  response.flushHeaders();
  socket.write(NO_CHUNK);
  hangUp(wire);
}

function truncate(wire: Wire, { status, headers, body = '' }: MockAnswer, limit: number): void {
  const { response } = wire;
  const bytes = Buffer.from(body);
  if (bytes.length <= limit || hasNoBody(wire, status)) {
    deliver(wire, { status, headers, body });
    return;
  }
  response.writeHead(status, { ...withoutFraming(headers), 'content-length': bytes.length });
  response.flushHeaders();
  response.write(bytes.subarray(0, limit));
  hangUp(wire);
}

async function dribble(
  wire: Wire,
  { status, headers, body = '' }: MockAnswer,
  { chunks, durationMs }: Extract<Fault, { type: 'dribble' }>,
): Promise<void> {
  const { response, socket } = wire;
  socket.setTimeout(0);
  if (hasNoBody(wire, status)) {
    await pause(wire, durationMs);
    deliver(wire, { status, headers, body: undefined });
    return;
  }
  response.writeHead(status, withoutFraming(headers));
  response.flushHeaders();
  for (const { waitMs, bytes } of portionsOf(Buffer.from(body), chunks, durationMs)) {
    await pause(wire, waitMs);
    if (response.destroyed) return;
    response.write(bytes);
  }
  response.end();
}

/** The answer as it is. */
function deliver({ response }: Wire, { status, headers, body = '' }: MockAnswer): void {
  if (response.destroyed) return;
  const length = bodiless(status) ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...withoutFraming(headers), ...length });
  response.end(bodiless(status) ? undefined : body);
}

function hasNoBody({ response }: Wire, status: number): boolean {
  return bodiless(status) || response.req.method === 'HEAD';
}
