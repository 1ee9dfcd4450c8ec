import type { Pace } from './pace.js';

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
});
