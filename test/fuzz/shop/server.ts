import { isUtf8 } from 'node:buffer';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

export const SHOP_CONTRACT: string = fileURLToPath(new URL('shop.yaml', import.meta.url));
export const SHOP_TOKEN = 'shop-Token-0123456789';

/** From the request after this one on, what is in front of a shop shows. */
const QUIET = 50;

/** What a shop may be careless about. */
export type Bug =
  | 'null crashes'
  | 'no upper limit'
  | 'token in any case'
  | 'slash opens'
  | 'content type ignored'
  | 'trace shown'
  | 'token shown'
  | 'gateway down'
  | 'gateway limits'
  | 'limits in the envelope'
  | 'bytes crash'
  | 'ends on a word'
  | 'ends behind a word'
  | 'silent on a word'
  | 'declared but for nothing'
  | 'message missing'
  | 'refuses everything'
  | 'answers 503 to everything';

export interface Shop {
  readonly url: string;
  /** May be changed while it runs. */
  bugs: ReadonlySet<Bug>;
  /** How many requests it has had. */
  readonly count: () => number;
  /** When it has had so many. */
  reaches(count: number): Promise<void>;
  /** The methods of the requests that it has had. */
  readonly methods: () => readonly string[];
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** A shop that keeps its contract but for its bugs. */
export async function startShop(...bugs: readonly Bug[]): Promise<Shop> {
  let count = 0;
  const waiting = new Map<number, () => void>();
  const methods = new Set<string>();
  const shop: Pick<Shop, 'bugs'> = { bugs: new Set(bugs) };
  const end = (): void => {
    server.close();
    server.closeAllConnections();
  };
  const reply = async (req: IncomingMessage, res: ServerResponse, id: number): Promise<void> => {
    const bytes = await read(req);
    const ends = bytes.includes('%s');
    if (ends && shop.bugs.has('ends on a word')) return end();
    if (ends && shop.bugs.has('ends behind a word')) res.once('finish', end);
    const crashes = shop.bugs.has('bytes crash') && !isUtf8(bytes);
    const replied = crashes ? { status: 500, body: '<h1>Internal Server Error</h1>' } : answer(req, bytes.toString(), shop.bugs, id);
    if (replied === undefined) return;
    const isPage = typeof replied.body === 'string';
    res.writeHead(replied.status, { 'content-type': isPage ? 'text/html' : 'application/json' });
    res.end(req.method === 'HEAD' ? undefined : isPage ? replied.body : JSON.stringify(replied.body));
  };
  const server = createServer((req, res) => {
    const id = ++count;
    waiting.get(id)?.();
    methods.add(req.method ?? '');
    void reply(req, res, id);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(shop, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    reaches: (wanted: number) => new Promise<void>((resolve) => waiting.set(wanted, resolve)),
    methods: () => [...methods],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

async function read(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const refusal = (status: number, code: string, id: number, message = 'No.'): Reply => ({
  status,
  body: { error: { code, message, request_id: `req_${id}` } },
});

function answer(req: IncomingMessage, text: string, bugs: ReadonlySet<Bug>, id: number): Reply | undefined {
  const path = (req.url ?? '').replace(/\?.*/s, '');
  const query = new URLSearchParams((req.url ?? '').slice(path.length));
  const order = /^\/v1\/orders\/([^/]+)$/.exec(path)?.[1];
  const isPlace = path === '/v1/orders' && req.method === 'POST';
  const isGet = order !== undefined && (req.method === 'GET' || req.method === 'HEAD');
  if (id > QUIET && bugs.has('gateway down')) return { status: 502, body: '<h1>502 Bad Gateway</h1>' };
  if (id > QUIET && bugs.has('gateway limits')) return { status: 429, body: { message: 'Too Many Requests' } };
  if (id > QUIET && bugs.has('limits in the envelope')) return refusal(429, 'shop.limited', id);
  if (bugs.has('answers 503 to everything')) return { status: 503, body: 'down' };
  if (bugs.has('slash opens') && path === '/v1/orders/') return { status: 201, body: { id: 'order-2', item: 'x' } };
  if (!isPlace && !isGet) return refusal(404, 'shop.not_found', id);
  if (bugs.has('refuses everything') || !isAllowed(req, bugs)) return refusal(401, 'shop.unauthorized', id);
  return isPlace ? place(req, text, bugs, id) : get(order ?? '', query, bugs, id);
}

function isAllowed({ headers: { authorization = '' } }: IncomingMessage, bugs: ReadonlySet<Bug>): boolean {
  const [scheme = '', token = ''] = authorization.split(' ');
  const same = bugs.has('token in any case') ? token.toLowerCase() === SHOP_TOKEN.toLowerCase() : token === SHOP_TOKEN;
  return scheme.toLowerCase() === 'bearer' && same && authorization.split(' ').length === 2;
}

function place(req: IncomingMessage, text: string, bugs: ReadonlySet<Bug>, id: number): Reply | undefined {
  const isJson = /^application\/json\b/i.test(req.headers['content-type'] ?? '');
  if (!isJson && bugs.has('content type ignored')) return { status: 201, body: { id: 'order-2', item: 'nothing' } };
  if (!isJson || /^(?!identity$)./.test(req.headers['content-encoding'] ?? '')) return refusal(400, 'shop.malformed', id);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refusal(400, 'shop.malformed', id);
  }
  const { item, count, note } = (body ?? {}) as { readonly item?: unknown; readonly count?: unknown; readonly note?: unknown };
  if (count === null && bugs.has('null crashes')) return { status: 500, body: '<h1>Internal Server Error</h1>' };
  if (note === null && bugs.has('trace shown')) return trace(id);
  if (item === null && bugs.has('token shown')) return refusal(422, 'shop.invalid', id, `${req.headers.authorization} sent no item`);
  if (typeof item === 'string' && item.includes('%s') && bugs.has('silent on a word')) return undefined;
  const most = bugs.has('no upper limit') ? Infinity : 10;
  const valid =
    typeof item === 'string' &&
    item !== '' &&
    [...item].length <= 20 &&
    Number.isInteger(count) &&
    Number(count) >= 1 &&
    Number(count) <= most &&
    (note === undefined || typeof note === 'string');
  if (valid) return { status: 201, body: { id: 'order-2', item } };
  if (bugs.has('message missing')) return { status: 422, body: { error: { code: 'shop.invalid', request_id: `req_${id}` } } };
  return refusal(422, 'shop.invalid', id);
}

function trace(id: number): Reply {
  const message = 'TypeError: x\n    at place (/srv/shop/orders.js:12:7)';
  return { status: 422, body: { error: { code: 'shop.invalid', message, request_id: `req_${id}` } } };
}

function get(order: string, query: URLSearchParams, bugs: ReadonlySet<Bug>, id: number): Reply {
  const lines = query.get('lines');
  if (bugs.has('declared but for nothing') && lines === 'x') return { status: 500, body: { error: 'x' } };
  if (lines !== null && !(/^\d{1,2}$/.test(lines) && Number(lines) >= 1 && Number(lines) <= 50)) return refusal(422, 'shop.invalid', id);
  return order === 'order-1' ? { status: 200, body: { id: 'order-1', item: 'teapot' } } : refusal(404, 'shop.not_found', id);
}
