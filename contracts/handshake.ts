import type { Operation } from '../spec/index.js';
import type { WireRequest } from './types.js';

/** What asks for a WebSocket (RFC 6455, section 4.1). The key is no secret: it shows that the server knows the protocol. */
export const HANDSHAKE: Readonly<Record<string, string>> = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'ZmFpbHBhdGggYXNrcy4uLg==',
};

/** Whether an operation succeeds by opening a WebSocket. */
export function opensWebSocket({ successes }: Operation): boolean {
  return successes.some(({ status }) => status === 101);
}

/** Whether a request asks for a WebSocket. */
export function isHandshake({ headers }: Pick<WireRequest, 'headers'>): boolean {
  return headers['upgrade'] === HANDSHAKE['upgrade'];
}
