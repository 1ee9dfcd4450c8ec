import { lookup as lookUp } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Agent } from 'undici';
import type * as Undici from 'undici';
import { onDemand } from '../../spec/index.js';
import { isLoopback } from '../hosts.js';

/** One request to somebody's server. */
export interface Parcel {
  /** Of http or https. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as it stands. */
  readonly body: string;
}

/** What came of it: the status of an answer, or why there was none. */
export type Sent = { readonly status: number } | { readonly problem: string };

export interface Sender {
  /** Never rejects; without an answer it goes on until the signal ends it. */
  send(parcel: Parcel, signal: AbortSignal): Promise<Sent>;
  /** Ends everything that is under way, and every connection. */
  close(): void;
}

/** Of the body of an answer, which nobody looks at: it is only read so that the connection can be used again. */
const MAX_ANSWER_BYTES = 65_536;
const MAX_ANSWER_MS = 2_000;
/** A connection that is used again may be closed by the receiver at that moment; one that was used just now is not. */
const KEPT_MS = 1_000;
const MAX_CONNECTIONS = 64;

const undici = (): typeof Undici => onDemand('undici') as typeof Undici;

/**
 * Sends requests, each once: no redirect is followed, and nothing is sent again.
 *
 * @example
 * const sender = createSender();
 * await sender.send({ url: 'http://127.0.0.1:8080/hook', headers: {}, body: '{}' }, AbortSignal.timeout(30_000)); // { status: 204 }
 */
export function createSender(): Sender {
  let agent: Agent | undefined;
  let closed = false;
  return {
    send: async ({ url, headers, body }, signal) => {
      if (closed) return { problem: 'the mock is closed' };
      agent ??= createAgent();
      const { origin, pathname, search } = new URL(url);
      try {
        const answer = await agent.request({ origin, path: pathname + search, method: 'POST', headers, body, signal });
        const reading = AbortSignal.timeout(MAX_ANSWER_MS);
        answer.body.dump({ limit: MAX_ANSWER_BYTES, signal: reading }).catch(() => undefined);
        return { status: answer.statusCode };
      } catch (error) {
        return { problem: reasonOf(error) };
      }
    },
    close: () => {
      closed = true;
      agent?.destroy().catch(() => undefined);
    },
  };
}

function createAgent(): Agent {
  return new (undici().Agent)({
    connections: MAX_CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: KEPT_MS,
    keepAliveMaxTimeout: KEPT_MS,
    // How long to wait is for the caller to say, whose time is not real time.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { lookup },
  });
}

/** What is called localhost is this machine, whatever a name server says (RFC 6761, section 6.3). */
const lookup: LookupFunction = (host, options, callback) => {
  if (!isLoopback(host)) return lookUp(host, options, callback);
  const all = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ].filter(({ family }) => options.family === undefined || [0, family, `IPv${family}`].includes(options.family));
  if (options.all === true) callback(null, all);
  else callback(null, all[0]?.address ?? '127.0.0.1', all[0]?.family ?? 4);
};

/** Several addresses that all refuse are one error without a message. */
function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message === '' ? (code ?? 'it cannot be reached') : message;
}
