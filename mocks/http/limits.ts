import type { Pace } from './pace.js';

/** How much patience and room a server has for those whom it sends to over WebSockets; times in milliseconds. */
export interface WebSocketLimits {
  /** Open at once; more are refused. */
  readonly connections: number;
  /** Of a message from a client; a longer one ends the connection with 1009. */
  readonly messageBytes: number;
  /** From a client within `window`, pings included; more end the connection with 1008. */
  readonly messages: number;
  readonly window: number;
  /** That wait for a client to read them. */
  readonly bufferedBytes: number;
  /** How often a client is asked whether it is still there. */
  readonly pingInterval: number;
  /** How long a client may take to receive a frame, and to close its side. */
  readonly patience: number;
}

/** How much patience and room a server has for its clients; times in milliseconds. */
export interface HttpLimits {
  /** Of the request line and all headers together, in bytes. */
  readonly headerBytes: number;
  /** Until the headers are complete, counted from when the connection is opened. */
  readonly headersTimeout: number;
  /** How often connections are asked for their headers. */
  readonly checkInterval: number;
  readonly body: Pace;
  /** Of silence, on a socket that is in use; a slow upload is not silent. */
  readonly socketTimeout: number;
  /** Longer than the usual client keeps a connection, so that it is the client who closes it. */
  readonly keepAliveTimeout: number;
  /** More at once are closed as they come. */
  readonly connections: number;
  /** The rest of a refused body is thrown away up to here, so that the connection can go on; beyond it is cut. */
  readonly drainBytes: number;
  readonly webSocket: WebSocketLimits;
}

export const HTTP_LIMITS: HttpLimits = Object.freeze({
  headerBytes: 16_384,
  headersTimeout: 60_000,
  checkInterval: 10_000,
  // The rate is that of Kestrel's MinRequestBodyDataRate; the grace is for those who type their requests.
  body: Object.freeze({ graceMs: 60_000, bytesPerSecond: 240 }),
  socketTimeout: 300_000,
  keepAliveTimeout: 75_000,
  connections: 4_096,
  drainBytes: 64 * 1_048_576,
  webSocket: Object.freeze({
    connections: 2_048,
    messageBytes: 4_096,
    messages: 100,
    window: 10_000,
    bufferedBytes: 65_536,
    pingInterval: 30_000,
    patience: 1_000,
  }),
});
