import { METHODS } from 'node:http';
import { InputError, withoutSlash } from '../spec/index.js';
import { ended, fetchFault, noAnswer, systemError, toResponse } from './faults/index.js';
import { HTTP_LIMITS } from './http/index.js';
import { newConnection, type App, type Served } from './server.js';
import type { Connection, MockAnswer, MockRequest } from './types.js';

export interface MockFetchInit extends RequestInit {
  /**
   * What stands before the contract's paths in the URL, and in the URLs of answers: `https://api.example.com/v2`. By default the
   * URL's origin, whatever that is.
   */
  readonly base?: string | undefined;
}

/** As the global `fetch`; wherever one is taken, this can be passed. */
export type MockFetch = (input: string | URL | Request, init?: MockFetchInit) => Promise<Response>;

/**
 * A `fetch` that asks an app, not the network: same answers, rules, journal, delays and admin routes as over its socket, and
 * faults end as Node's `fetch` sees them end. Redirects are answered, not followed.
 *
 * @example
 * const fetch = createFetch(app, 'http://127.0.0.1:4010');
 * await fetch('/v1/transactions/unknown'); // 404 transaction.not_found
 * await fetch('https://api.example.com/v1/transactions/unknown'); // the same
 *
 * @param home Before what begins with a slash. The admin routes are to be found there; a `Host` of elsewhere is turned away.
 * @throws {TypeError} as the global one: `fetch failed`, with what happened as its cause; for what is no request; and what a
 *   signal was aborted with
 * @throws {InputError} `usage` for a URL that is not below `init.base`
 */
export function createFetch(app: App, home: string): MockFetch {
  const idle: Connection[] = [];
  return async (input, { base, ...init } = {}) => {
    const request = new Request(typeof input === 'string' ? locate(input, base ?? home) : input, init);
    request.signal.throwIfAborted();
    if (app.closing.aborted) throw noAnswer(systemError('connect', 'ECONNREFUSED'));
    const connection = idle.pop() ?? newConnection();
    const upload = watch(request);
    const {
      answer,
      fault,
      closing = app.closing,
    } = await unlessAborted(serve(app, toMockRequest(request, { base, connection, body: upload.body })), request.signal);
    upload.end();
    if (upload.failed()) throw noAnswer(upload.reason());
    if (fault !== undefined) return located(await fetchFault(fault, answer, request, { closing }), request);
    idle.push(connection);
    return located(respond(answer, request), request);
  };
}

/** The URL of what may be a path: from the base on, not from its host. */
function locate(input: string, base: string): URL {
  return input.startsWith('/') ? new URL(withoutSlash(base) + input) : new URL(input, `${withoutSlash(base)}/`);
}

/** What would be no HTTP on a socket is none here. */
async function serve(app: App, request: MockRequest): Promise<Served> {
  if (!METHODS.includes(request.method)) {
    return { answer: app.refuseFraming('this is not valid HTTP (Invalid method encountered)') };
  }
  const lines = [request.url, ...Object.entries(request.headers).flatMap(([name, value]) => [name, String(value)])];
  if (Buffer.byteLength(lines.join('')) > HTTP_LIMITS.headerBytes) {
    return { answer: app.refuseFraming(`the request line and headers are longer than ${HTTP_LIMITS.headerBytes} bytes`) };
  }
  return app.answer(request);
}

type Of = Pick<MockRequest, 'connection' | 'body'> & { readonly base: string | undefined };

function toMockRequest(request: Request, { base, connection, body }: Of): MockRequest {
  const url = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  const host = headers['host'] ?? url.host;
  const prefix = base === undefined ? '' : prefixOf(base, url);
  const path = url.pathname.slice(prefix.length) || '/';
  return {
    method: request.method,
    path,
    query: url.searchParams,
    url: path + url.search,
    headers: { ...headers, host },
    baseUrl: `${url.protocol}//${host}${prefix}`,
    body,
    connection,
  };
}

/** The path of a base, without a slash at its end. */
function prefixOf(base: string, url: URL): string {
  const { origin, pathname } = new URL(base);
  const prefix = withoutSlash(pathname);
  if (url.origin === origin && `${url.pathname}/`.startsWith(`${prefix}/`)) return prefix;
  throw new InputError([
    {
      problem: 'usage',
      what: `${url.origin}${url.pathname} is not below ${base}`,
      why: 'The path of an operation is what comes after the base.',
      remedy: 'Leave `base` out, or ask for a URL that begins with it.',
    },
  ]);
}

interface Upload {
  readonly body: AsyncIterable<Uint8Array>;
  /** Nobody reads on. */
  end(): void;
  failed(): boolean;
  reason(): Error;
}

/** A body on its way in: a caller whose body fails is told so, not answered. */
function watch({ body, signal }: Request): Upload {
  let failure: { readonly reason: unknown } | undefined;
  const read = async function* (): AsyncGenerator<Uint8Array> {
    if (body === null) return;
    try {
      for await (const chunk of body) {
        signal.throwIfAborted();
        yield chunk;
      }
      // Who leaves has not sent all of it.
      signal.throwIfAborted();
    } catch (reason) {
      failure = { reason };
      throw reason;
    }
  };
  return {
    body: { [Symbol.asyncIterator]: read },
    end: () => {
      if (body?.locked === false) body.cancel().catch(() => undefined);
    },
    failed: () => failure !== undefined,
    reason: () => (failure?.reason instanceof Error ? failure.reason : new Error(String(failure?.reason))),
  };
}

/** @throws the reason of the signal, as soon as it is aborted; what comes afterwards is of interest to nobody */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

function respond(answer: MockAnswer, request: Request): Response {
  try {
    return toResponse(answer, request);
  } catch {
    // Only headers that cannot be written come here; a socket would be closed.
    throw noAnswer(ended());
  }
}

/** As the answers of the global one, whose `url` says what was asked. */
function located(response: Response, { url }: Request): Response {
  return Object.defineProperty(response, 'url', { value: url.replace(/#.*$/, '') });
}
