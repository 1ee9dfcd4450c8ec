import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { SeenBody, SeenExchange } from '../../spec/index.js';
import type { WrittenRule } from '../../mocks/script/index.js';
import { temporaryFolder } from '../support/cli.js';

/** A file that does not exist yet. */
export const newFile = (): string => join(temporaryFolder(), 'recorded.yaml');

/** The rules of a script, as they are written. */
export function rulesIn(text: string): readonly WrittenRule[] {
  return (parse(text) as { rules: WrittenRule[] }).rules;
}

export interface Deployment {
  readonly url: string;
  close(): Promise<void>;
}

/** A server that answers what a test says. */
export async function deployment(serve: (req: IncomingMessage, res: ServerResponse) => void): Promise<Deployment> {
  const server = createServer(serve);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

export const body = (value: unknown): SeenBody => (value === undefined ? { kind: 'absent' } : { kind: 'json', value });

export interface Spoken {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly asked?: unknown;
  readonly status: number;
  readonly told?: unknown;
  readonly answerHeaders?: Readonly<Record<string, string>>;
}

/** An exchange in few words; bodies are JSON. */
export function exchange({ method = 'GET', url, headers = {}, asked, status, told, answerHeaders = {} }: Spoken): SeenExchange {
  const { pathname, searchParams } = new URL(url, 'http://api.example');
  return {
    request: { method, path: pathname, query: searchParams, headers, body: body(asked) },
    answer: {
      status,
      headers: { ...(told === undefined ? {} : { 'content-type': 'application/json' }), 'x-request-id': 'req_1', ...answerHeaders },
      body: body(told),
    },
  };
}

/** An error body. */
export function envelope(code: string, details?: Readonly<Record<string, unknown>>): object {
  return { error: { code, message: 'Because.', ...(details === undefined ? {} : { details }), request_id: 'req_0123456789abcdef' } };
}
