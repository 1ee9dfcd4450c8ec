import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { passOn } from './headers.js';
import { bringBack, fail } from './relay.js';
import { refuse } from './refuse.js';
import type { Upstream } from './upstream.js';
import type { Watched } from './watch.js';

/**
 * Sends on a request that asks for a WebSocket. If one is opened, its bytes go by untouched and unseen; if it is refused, the answer is one like
 * any other.
 */
export function tunnel(upstream: Upstream, incoming: IncomingMessage, socket: Socket, head: Buffer, watched: Watched): void {
  socket.on('error', () => undefined);
  const outgoing = answerOn(incoming, socket);
  let sent: ReturnType<Upstream['request']>;
  try {
    sent = upstream.request(incoming, incoming.headers.upgrade);
  } catch (error) {
    watched.unanswered('it could not be sent on');
    refuse(outgoing, 'not-passed', `It cannot be sent on: ${(error as Error).message}`);
    return;
  }
  let answered = false;
  const onGone = (): void => {
    if (!answered) watched.abandoned();
    sent.destroy();
  };
  socket.once('close', onGone);
  sent.once('upgrade', (answer, behind, first) => {
    answered = true;
    socket.removeListener('close', onGone);
    outgoing.detachSocket(socket);
    watched.answered(answer);
    watched.done();
    const lines = passOn(answer.rawHeaders, undefined, { upgrade: answer.headers.upgrade });
    const text = lines.map((part, index) => (index % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join('');
    socket.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${text}\r\n`, 'latin1');
    join(socket, behind, head, first);
  });
  sent.once('response', (answer) => {
    answered = true;
    bringBack(answer, outgoing, watched);
  });
  sent.on('error', (error) => {
    if (!answered && !socket.destroyed) fail(upstream, outgoing, watched, error);
  });
  sent.end();
}

/** Answers in HTTP where node has handed the socket over already. */
export function answerOn(incoming: IncomingMessage, socket: Socket): ServerResponse {
  const outgoing = new ServerResponse(incoming);
  outgoing.shouldKeepAlive = false;
  outgoing.assignSocket(socket);
  outgoing.once('finish', () => socket.end());
  return outgoing;
}

/** Two connections become one: each is read as fast as the other is written, and ends with it. */
function join(one: Socket, other: Duplex, toOther: Buffer, toOne: Buffer): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.once('close', () => to.destroy());
  }
  one.setTimeout(0);
  if (toOther.length > 0) other.write(toOther);
  if (toOne.length > 0) one.write(toOne);
  one.pipe(other);
  other.pipe(one);
}
