import { http, HttpResponse, type HttpHandler } from 'msw';
import { InputError, withoutSlash } from '../spec/index.js';
import type { MockFetch } from './fetch.js';

export interface MswOptions {
  /** Where the client believes that the API is: what stands before the contract's paths, such as `https://api.example.com/v2`. */
  readonly baseUrl: string;
  /**
   * How a request ends that gets no answer.
   *
   * - `msw`, the default: as MSW's `HttpResponse.error()`. `fetch` rejects with a `TypeError` whose cause has Node's `code`; what is
   *   built on `node:http`, such as axios, gets an error without one.
   * - `node`: with the `code` of Node's own errors, for all clients; MSW prints each of them.
   */
  readonly networkErrors?: 'msw' | 'node' | undefined;
}

/**
 * Handlers for MSW 2 that let a mock answer whatever is sent to a base URL; other URLs stay as they are. The mock needs no socket.
 *
 * @example
 * const mock = await startMock({ listen: false });
 * const server = setupServer(...mswHandlers(mock, { baseUrl: 'https://api.example.com' }));
 * server.listen();
 * await fetch('https://api.example.com/v1/transactions/unknown'); // 404 transaction.not_found
 *
 * @throws {InputError} `usage` for a base URL that is none
 */
export function mswHandlers(mock: { readonly fetch: MockFetch }, { baseUrl, networkErrors = 'msw' }: MswOptions): HttpHandler[] {
  const base = readBase(baseUrl);
  const below = new RegExp(`^${escape(base)}(?:/|$)`);
  const handler = http.all(below, async ({ request }) => {
    try {
      return await mock.fetch(request, { base });
    } catch (error) {
      // The client has left, and been told so.
      if (request.signal.aborted) return HttpResponse.error();
      const cause: unknown = error instanceof TypeError ? error.cause : undefined;
      if (!(cause instanceof Error)) throw error;
      if (networkErrors === 'msw') return asMsw(cause);
      throw asNode(error as TypeError, cause);
    }
  });
  return [handler];
}

function readBase(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return withoutSlash(`${url.origin}${url.pathname}`);
  throw new InputError([
    {
      problem: 'usage',
      what: `the base URL is ${JSON.stringify(baseUrl.slice(0, 200))}`,
      why: 'Requests are told apart by what their whole URL begins with.',
      remedy: "Say an absolute URL, as in { baseUrl: 'https://api.example.com' }.",
    },
  ]);
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

type Told = Error & { readonly code?: string; readonly errno?: number };

/** MSW makes this response the cause of what `fetch` rejects with: so it can say what happened. */
function asMsw({ code, message }: Told): HttpResponse<undefined> {
  return Object.assign(HttpResponse.error(), { code, message });
}

/** MSW hands an error on to the client, instead of a 500, if it has a `code` and an `errno` as Node's do. */
function asNode(error: TypeError, { code, errno }: Told): TypeError {
  return Object.assign(error, { code, errno });
}
