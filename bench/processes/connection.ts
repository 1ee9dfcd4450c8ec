import { connect, type Socket } from 'node:net';
import type { Flow, Step } from '../load-types.js';

/** Who is told of answers. */
export interface Seen {
  onAnswer(connection: Connection, status: number, nanoseconds: number, wanted: number, body: () => string): void;
  onBroken(connection: Connection): void;
}

/** One connection that is kept alive, and asks the next request of its flow when told. */
export interface Connection {
  readonly opened: Promise<void>;
  next(): void;
  close(): void;
}

/** The bytes of a request; always the same ones where nothing has to be filled in. */
function bytesOf(step: Step, port: number): (values: ReadonlyMap<string, string>) => Buffer {
  const build = (fill: (text: string) => string): Buffer => {
    const body = step.body === undefined ? '' : fill(step.body);
    const headers = Object.entries({ host: `127.0.0.1:${port}`, ...step.headers, 'content-length': String(Buffer.byteLength(body)) });
    const head = [`${step.method} ${fill(step.path)} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${fill(value)}`)];
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
  };
  if (!JSON.stringify(step).includes('${')) {
    const fixed = build((text) => text);
    return () => fixed;
  }
  return (values) => build((text) => text.replace(/\$\{(\w+)\}/g, (_, name: string) => values.get(name) ?? ''));
}

const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;
const CLOSES = /\r\nconnection: *close/i;
const LAST_CHUNK = '0\r\n\r\n';

interface Answer {
  readonly status: number;
  readonly bodyAt: number;
  readonly closes: boolean;
}

/** The answer that the bytes hold, as soon as they hold all of it. Requests take turns, so that nothing comes after it. */
function answerIn(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const bodyAt = end + 4;
  const length = LENGTH.exec(head)?.[1];
  if (length !== undefined && bytes.length < bodyAt + Number(length)) return undefined;
  if (length === undefined && CHUNKED.test(head) && bytes.toString('latin1', bytes.length - LAST_CHUNK.length) !== LAST_CHUNK)
    return undefined;
  return { status: Number(head.slice(9, 12)), bodyAt, closes: CLOSES.test(head) };
}

/** A connection to a server on this machine. */
export function createConnection(port: number, flow: Flow, seen: Seen): Connection {
  const steps = flow.map((step) => ({
    status: step.status,
    bytes: bytesOf(step, port),
    take: Object.entries(step.take ?? {}).map(([name, pattern]) => [name, new RegExp(pattern)] as const),
  }));
  const values = new Map<string, string>();
  let [socket, at, asked, closed]: [Socket | undefined, number, bigint, boolean] = [undefined, 0, 0n, false];
  let pending: Buffer | undefined;

  const onData = (chunk: Buffer): void => {
    const bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk]);
    const answer = answerIn(bytes);
    const step = steps[at];
    if (answer === undefined || step === undefined) {
      pending = bytes;
      return;
    }
    pending = undefined;
    const nanoseconds = Number(process.hrtime.bigint() - asked);
    const body = (): string => bytes.toString('utf8', answer.bodyAt);
    for (const [name, pattern] of step.take) values.set(name, pattern.exec(body())?.[1] ?? '');
    // A flow whose step went wrong begins anew: its later steps would only repeat the trouble.
    at = answer.status === step.status ? (at + 1) % steps.length : 0;
    if (answer.closes) reopen();
    seen.onAnswer(connection, answer.status, nanoseconds, step.status, body);
  };
  const onEnd = (): void => {
    if (closed) return;
    pending = undefined;
    at = 0;
    reopen();
    seen.onBroken(connection);
  };
  const open = (): Socket => {
    const one = connect({ port, host: '127.0.0.1', noDelay: true });
    one.on('data', onData);
    one.on('error', () => one.destroy());
    one.on('close', () => {
      if (one === socket) onEnd();
    });
    return one;
  };
  const reopen = (): void => {
    const old = socket;
    socket = open();
    old?.destroy();
  };
  socket = open();
  const first = socket;
  const connection: Connection = {
    opened: new Promise((resolve, reject) => {
      first.once('connect', resolve);
      first.once('error', reject);
    }),
    next() {
      const step = steps[at];
      if (closed || step === undefined) return;
      asked = process.hrtime.bigint();
      socket?.write(step.bytes(values));
    },
    close() {
      closed = true;
      socket?.destroy();
    },
  };
  return connection;
}
