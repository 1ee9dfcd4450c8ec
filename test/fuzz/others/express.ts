import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a handler gets, as Express hands it over. */
export interface Req {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  params: Readonly<Record<string, string>>;
  body: unknown;
  /** The body as it came. */
  readonly raw: string;
}

export interface Res {
  status(code: number): Res;
  json(value: unknown): void;
}

export type Handler = (req: Req, res: Res) => void;
/** What it throws ends the request. */
export type Middleware = (req: Req) => void;

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly handler: Handler;
}

/** An error with a status, as body parsers throw it. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface AppOptions {
  /** Express takes `/Orders/` for `/orders` unless it is told to be strict. */
  readonly strict?: boolean;
  readonly notFound?: Handler;
  readonly onError?: (error: HttpError | Error, req: Req, res: Res) => void;
}

export interface App {
  use(middleware: Middleware): void;
  on(method: string, path: string, handler: Handler): void;
  listen(): Promise<{ readonly url: string; close(): Promise<void> }>;
}

/**
 * As much of Express 4 as a small application needs, with its defaults: pages of HTML for what is not found and for errors, which have
 * the stack in them, routes in any case and with a slash at their end.
 */
export function express({ strict = false, notFound, onError }: AppOptions = {}): App {
  const middlewares: Middleware[] = [];
  const routes: Route[] = [];
  const page = (res: ServerResponse, status: number, text: string): void => {
    res.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
    res.end(`<!DOCTYPE html><html><body><pre>${text.replaceAll('<', '&lt;')}</pre></body></html>`);
  };
  const handle = (req: Req, out: ServerResponse): void => {
    const res = responder(out);
    try {
      for (const middleware of middlewares) middleware(req);
      const method = req.method === 'HEAD' ? 'GET' : req.method;
      for (const route of routes) {
        const match = route.method === method ? route.pattern.exec(req.path) : null;
        if (match === null) continue;
        req.params = Object.fromEntries(route.names.map((name, index) => [name, decode(match[index + 1] ?? '')]));
        return route.handler(req, res);
      }
      if (notFound === undefined) page(out, 404, `Cannot ${req.method} ${req.path}`);
      else notFound(req, res);
    } catch (error) {
      if (onError !== undefined) return onError(error as Error, req, res);
      page(out, error instanceof HttpError ? error.status : 500, (error as Error).stack ?? '');
    }
  };
  return {
    use: (middleware) => void middlewares.push(middleware),
    on: (method, path, handler) => {
      const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
      const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '([^/]+)')}${strict ? '' : '/?'}$`, strict ? '' : 'i');
      routes.push({ method, pattern, names, handler });
    },
    listen: async () => {
      const server = createServer((incoming, outgoing) => {
        void read(incoming).then((raw) => handle(toReq(incoming, raw), outgoing));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: async () => {
          server.closeAllConnections();
          await new Promise((resolve) => server.close(resolve));
        },
      };
    },
  };
}

function responder(out: ServerResponse): Res {
  const res: Res = {
    status: (code) => {
      out.statusCode = code;
      return res;
    },
    json: (value) => {
      out.setHeader('content-type', 'application/json; charset=utf-8');
      out.end(out.req.method === 'HEAD' ? undefined : JSON.stringify(value));
    },
  };
  return res;
}

/** What is no percent-encoding is 400, as Express has it. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HttpError(400, `Failed to decode param '${text}'`);
  }
}

function toReq({ method = 'GET', url = '/', headers }: IncomingMessage, raw: string): Req {
  const [path = '/', query = ''] = url.split(/\?(.*)/s);
  return { method, path, query: Object.fromEntries(new URLSearchParams(query)), headers, params: {}, body: {}, raw };
}

async function read(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** `express.json()`: only what says that it is JSON is parsed, and only objects and arrays; of all else the body is empty. */
export const json: Middleware = (req) => {
  const { raw } = req;
  if (!/^application\/json\s*(?:;|$)/i.test(req.headers['content-type'] ?? '') || raw === '') return;
  if (!/^(?:identity)?$/i.test(req.headers['content-encoding'] ?? '')) throw new HttpError(415, 'unsupported content encoding');
  if (Buffer.byteLength(raw) > 100 * 1024) throw new HttpError(413, 'request entity too large');
  if (!/^\s*[[{]/.test(raw)) throw new HttpError(400, `Unexpected token ${raw.trim().charAt(0)} in JSON at position 0`);
  try {
    req.body = JSON.parse(raw);
  } catch (error) {
    throw new HttpError(400, (error as Error).message);
  }
};
