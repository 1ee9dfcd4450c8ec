import { connect, type Socket } from 'node:net';
import type { Fault } from '../../mocks/faults/index.js';
import { startTiny, type Tiny, type TinyOptions } from './support.js';

/** A connection that is looked at byte by byte. */
export interface Line {
  readonly socket: Socket;
  /** All that has come so far. */
  readonly text: string;
  /** How it ended, FIN or the codes of errors, in order; empty while it has not. */
  readonly ends: readonly string[];
  /** Waits until enough has come. */
  until(enough: (text: string) => boolean): Promise<void>;
  ended(): Promise<void>;
}

/** Looks at a connection. */
export function lineOf(socket: Socket): Line {
  let text = '';
  const ends: string[] = [];
  let look = (): void => undefined;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    look();
  });
  socket.on('end', () => ends.push('FIN'));
  socket.on('error', (error: NodeJS.ErrnoException) => ends.push(error.code ?? error.message));
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  return {
    socket,
    get text() {
      return text;
    },
    ends,
    until: (enough) =>
      new Promise((resolve) => {
        look = () => {
          if (enough(text)) resolve();
        };
        look();
      }),
    ended: () => closed,
  };
}

/** A request as it is written. */
export const get: (path: string, method?: string) => string = (path, method = 'GET') =>
  `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;

/** The tiny servers of a suite, and connections to them. */
export interface Tinies {
  start(fault: Fault, options?: TinyOptions): Promise<Tiny>;
  open(tiny: Tiny, ...texts: readonly string[]): Line;
  closeAll(): Promise<void>;
}

/** Closes every one at the end of a test. */
export function tinies(): Tinies {
  const started: Tiny[] = [];
  return {
    start: async (fault, options) => {
      const tiny = await startTiny(fault, options);
      started.push(tiny);
      return tiny;
    },
    open: ({ port }, ...texts) => {
      const line = lineOf(connect(port, '127.0.0.1'));
      for (const text of texts) line.socket.write(text);
      return line;
    },
    closeAll: async () => void (await Promise.all(started.splice(0).map((tiny) => tiny.close()))),
  };
}

/** Each kind of fault, quickly over. */
export const ALL: readonly Fault[] = [
  { type: 'CONNECTION_RESET_BY_PEER' },
  { type: 'EMPTY_RESPONSE' },
  { type: 'MALFORMED_RESPONSE_CHUNK' },
  { type: 'RANDOM_DATA_THEN_CLOSE' },
  { type: 'limit_data', bytes: 4 },
  { type: 'dribble', chunks: 3, durationMs: 3 },
  { type: 'timeout', timeoutMs: 2 },
];
