import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { isIPv6, type AddressInfo } from 'node:net';
import { InputError } from '../../spec/index.js';
import type { Arrival } from './types.js';

/** Where webhooks arrive. */
export interface Listener {
  /** Where it listens, as this machine reaches it. */
  readonly url: string;
  /** The first request to a hook, waited for so long; `undefined` when none has come by then. */
  first(hook: string, timeoutMs: number): Promise<Arrival | undefined>;
  close(): Promise<void>;
}

/** More than any webhook has; a longer one is cut, and breaks its schema. */
const MAX_BODY_BYTES = 1_048_576;
/** A hook may be called by anybody who knows its name: what comes after the first few is not kept. */
const MOST_KEPT = 16;
const HOOK = 'hook';

/**
 * The URL under which a hook is called: a member of the query tells hooks apart, since whoever passes requests on keeps that.
 *
 * @example
 * hookUrl('https://my-tunnel.example.com/hook', 'work_failed-5afe'); // 'https://my-tunnel.example.com/hook?hook=work_failed-5afe'
 */
export function hookUrl(base: string, hook: string): string {
  const url = new URL(base);
  url.searchParams.set(HOOK, hook);
  return url.href;
}

/**
 * Listens for webhooks, and acknowledges each that names a hook.
 *
 * @example
 * const listener = await listen({ host: '127.0.0.1', port: 0 });
 * const arrival = await listener.first('work_failed-5afe', 30_000);
 *
 * @throws {InputError} `address-unavailable`
 */
export async function listen({ host, port }: { readonly host: string; readonly port: number }): Promise<Listener> {
  const arrived = new Map<string, Arrival[]>();
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    void read(request).then((raw) => {
      const hook = new URL(request.url ?? '/', 'http://hooks').searchParams.get(HOOK);
      if (raw === undefined || hook === null) return response.writeHead(404).end();
      const before = arrived.get(hook) ?? [];
      const arrival = { method: request.method ?? '', headers: request.headers, raw };
      if (arrived.size < MOST_KEPT || before.length > 0) arrived.set(hook, [...before, arrival].slice(0, MOST_KEPT));
      for (const wake of waiting) wake();
      return response.writeHead(204).end();
    });
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw unavailable(`${host}:${port}`, error);
  }
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${actual}`,
    first: async (hook, timeoutMs) => {
      const until = performance.now() + timeoutMs;
      for (;;) {
        const [arrival] = arrived.get(hook) ?? [];
        const left = until - performance.now();
        if (arrival !== undefined || left <= 0) return arrival;
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake);
            clearTimeout(timer);
            resolve();
          };
          const timer = setTimeout(wake, left);
          waiting.add(wake);
        });
      }
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** `undefined` for a request that broke off. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      if (length < MAX_BODY_BYTES) chunks.push(chunk);
      length += chunk.length;
    }
    return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES);
  } catch {
    return undefined;
  }
}

function unavailable(address: string, error: unknown): InputError {
  return new InputError([
    {
      problem: 'address-unavailable',
      what: `webhooks.listen is ${address}: ${(error as Error).message}`,
      why: 'Webhooks have to arrive somewhere.',
      remedy: 'Name an address of this machine and a free port, or port 0 for any.',
    },
  ]);
}
