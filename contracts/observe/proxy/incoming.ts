import { IncomingMessage } from 'node:http';

/** What node keeps of whether a request asks to leave HTTP. */
const ASKED = Symbol('upgrade');

/**
 * A request that may leave HTTP for a WebSocket and for nothing else: node looks at `upgrade` before it reads on, and would hand over
 * the connection of whoever offers HTTP/2 as well, as Java's client does with every first request.
 */
export class Incoming extends IncomingMessage {
  declare [ASKED]: unknown;

  get upgrade(): boolean {
    return (
      this[ASKED] === true && (this.method === 'CONNECT' || (this.method === 'GET' && /\bwebsocket\b/i.test(this.headers.upgrade ?? '')))
    );
  }

  set upgrade(asked: unknown) {
    this[ASKED] = asked;
  }
}
