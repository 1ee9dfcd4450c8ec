import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { pairsOf, passOn } from './headers.js';
import { refuse } from './refuse.js';
import type { Upstream } from './upstream.js';
import type { Watched } from './watch.js';

/** Methods that may be sent twice (RFC 9110, section 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/**
 * Sends a request on and its answer back, each as it comes: neither body is held, each is taken as fast as the other side takes it, and what
 * one side breaks off is broken off on the other.
 */
export function relay(upstream: Upstream, incoming: IncomingMessage, outgoing: ServerResponse, watched: Watched): void {
  linger(incoming, outgoing);
  const attempt = (isRetry: boolean): void => {
    let sent: ClientRequest;
    try {
      sent = upstream.request(incoming);
    } catch (error) {
      incoming.resume();
      watched.unanswered('it could not be sent on');
      refuse(outgoing, 'not-passed', `It cannot be sent on: ${(error as Error).message}`);
      return;
    }
    const onGone = (): void => {
      if (outgoing.writableFinished) return;
      watched.abandoned();
      sent.destroy();
    };
    outgoing.once('close', onGone);
    let answered = false;
    sent.once('response', (answer) => {
      answered = true;
      bringBack(answer, outgoing, watched);
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (answered || outgoing.destroyed) return;
      // The server has closed a connection that it had kept, at the moment when it was used again.
      if (!isRetry && sent.reusedSocket && !hasBody(incoming) && IDEMPOTENT.has(incoming.method ?? '')) {
        outgoing.removeListener('close', onGone);
        attempt(true);
        return;
      }
      fail(upstream, outgoing, watched, error);
    });
    passInformation(sent, outgoing);
    passBody(incoming, sent, watched.asked);
  };
  attempt(false);
}

/** Says that there was no answer. */
export function fail(upstream: Upstream, outgoing: ServerResponse, watched: Watched, error: NodeJS.ErrnoException): void {
  const why = reasonOf(error);
  watched.unanswered(why);
  outgoing.req.unpipe();
  outgoing.req.resume();
  refuse(outgoing, 'upstream-unavailable', `${upstream.url} gave no answer: ${why}.`);
}

/**
 * Lets whoever still sends a body end before the connection does: node would close it behind the answer, and a client that writes before it
 * reads would lose what it was told.
 */
function linger(incoming: IncomingMessage, { socket }: ServerResponse): void {
  if (socket === null || !hasBody(incoming)) return;
  const destroySoon = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    socket.destroySoon = destroySoon;
    if (incoming.complete) return destroySoon();
    socket.end();
    incoming.once('close', destroySoon);
    incoming.once('end', destroySoon);
    return undefined;
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** What comes before the answer: that the body may be sent, and hints. */
function passInformation(sent: ClientRequest, outgoing: ServerResponse): void {
  sent.on('continue', () => outgoing.writeContinue());
  sent.on('information', ({ statusCode, headers }) => {
    if (statusCode === 102) outgoing.writeProcessing();
    if (statusCode !== 103 || headers.link === undefined) return;
    try {
      outgoing.writeEarlyHints({ link: headers.link });
    } catch {
      // A hint that node does not take is only a hint.
    }
  });
}

/** The body of a request, and its trailers; what is left when nobody takes it any more is thrown away, so that the answer can be read. */
function passBody(incoming: IncomingMessage, sent: ClientRequest, look: Watched['asked']): void {
  if (!hasBody(incoming)) {
    sent.end();
    return;
  }
  if (look !== undefined) incoming.on('data', look);
  incoming.pipe(sent, { end: false });
  incoming.once('end', () => {
    if (sent.destroyed) return;
    if (incoming.rawTrailers.length > 0) sent.addTrailers(pairsOf(incoming.rawTrailers));
    sent.end();
  });
  incoming.once('close', () => {
    if (!incoming.complete) sent.destroy();
  });
  sent.once('close', () => {
    if (incoming.complete) return;
    incoming.unpipe(sent);
    incoming.resume();
  });
}

/** An answer on its way back. */
export function bringBack(answer: IncomingMessage, outgoing: ServerResponse, watched: Watched): void {
  const { statusCode = 502, statusMessage, rawHeaders, headers } = answer;
  // Nothing is added to what the API says, not even when it was said.
  outgoing.sendDate = false;
  const chunked = headers['transfer-encoding'] !== undefined && outgoing.req.httpVersionMinor > 0;
  try {
    outgoing.writeHead(
      statusCode,
      statusMessage,
      passOn(rawHeaders, headers.connection, { chunked: chunked && outgoing.req.method !== 'HEAD' }),
    );
  } catch {
    answer.destroy();
    watched.unanswered('its head cannot be passed on');
    outgoing.destroy();
    return;
  }
  const copy = watched.answered(answer);
  let written = false;
  answer.on('data', (chunk: Buffer) => {
    written = true;
    copy?.(chunk);
    if (outgoing.write(chunk)) return;
    answer.pause();
    outgoing.once('drain', () => answer.resume());
  });
  answer.once('end', () => {
    written = true;
    if (chunked && answer.rawTrailers.length > 0) outgoing.addTrailers(pairsOf(answer.rawTrailers));
    outgoing.end();
    watched.done();
  });
  answer.on('error', () => undefined);
  answer.once('close', () => {
    if (answer.complete) return;
    watched.unanswered('its answer broke off');
    outgoing.destroy();
  });
  // Of a stream that is silent at first, whoever asked wants to know at once that there is one.
  setImmediate(() => {
    if (!written && !outgoing.destroyed) outgoing.flushHeaders();
  });
}

/** Several addresses that all refuse are one error without a message. */
function reasonOf({ message, code }: NodeJS.ErrnoException): string {
  return message === '' ? (code ?? 'it cannot be reached') : message;
}
