import { SHOP_TOKEN } from '../shop/server.js';
import { express, HttpError, json, type App, type Handler, type Req, type Res } from './express.js';

const ORDER = { id: 'order-1', item: 'teapot' };

interface Wanted {
  readonly item: string;
  readonly count: number;
  readonly note?: string;
}

const bearer = ({ headers }: Req): string | undefined => /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];

/** The shop as somebody writes it on a good day with little time: what clients send is what the documentation asks for. */
export function carelessOrders(): App {
  const app = express();
  app.use(json);
  const signedIn =
    (handler: Handler): Handler =>
    (req, res) => {
      if (bearer(req) === SHOP_TOKEN) handler(req, res);
      else refuse(res, 401, 'shop.unauthorized');
    };
  app.on(
    'POST',
    '/v1/orders',
    signedIn((req, res) => {
      const { item, count } = req.body as Wanted;
      if (item.trim().length === 0 || item.length > 20 || count > 10) return refuse(res, 422, 'shop.invalid');
      res.status(201).json({ id: 'order-2', item });
    }),
  );
  app.on(
    'GET',
    '/v1/orders/:id',
    signedIn((req, res) => {
      if (req.params['id'] === ORDER.id) res.json(ORDER);
      else refuse(res, 404, 'shop.not_found');
    }),
  );
  return app;
}

/** The same by somebody who has read the contract: strict routes, every refusal in the envelope, every member looked at. */
export function carefulOrders(): App {
  const app = express({
    strict: true,
    notFound: (_, res) => refuse(res, 404, 'shop.not_found'),
    onError: (error, req, res) => {
      const isBody = error instanceof HttpError && req.path === '/v1/orders';
      refuse(res, isBody ? 400 : 404, isBody ? 'shop.malformed' : 'shop.not_found');
    },
  });
  app.on('POST', '/v1/orders', (req, res) => {
    if (bearer(req) !== SHOP_TOKEN) return refuse(res, 401, 'shop.unauthorized');
    const body = parsed(req);
    return isWanted(body) ? res.status(201).json({ id: 'order-2', item: body.item }) : refuse(res, 422, 'shop.invalid');
  });
  app.on('GET', '/v1/orders/:id', (req, res) => {
    if (bearer(req) !== SHOP_TOKEN) return refuse(res, 401, 'shop.unauthorized');
    const { lines } = req.query;
    if (lines !== undefined && !/^(?:[1-9]|[1-4]\d|50)$/.test(lines)) return refuse(res, 422, 'shop.invalid');
    return req.params['id'] === ORDER.id ? res.json(ORDER) : refuse(res, 404, 'shop.not_found');
  });
  return app;
}

function parsed(req: Req): unknown {
  if (!/^application\/json\s*(?:;|$)/i.test(req.headers['content-type'] ?? '')) throw new HttpError(400, 'no JSON');
  if (!/^(?:identity)?$/i.test(req.headers['content-encoding'] ?? '')) throw new HttpError(400, 'encoded');
  try {
    return JSON.parse(req.raw);
  } catch (error) {
    throw new HttpError(400, (error as Error).message);
  }
}

function isWanted(body: unknown): body is Wanted {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  const { item, count, note } = body as Partial<Record<keyof Wanted, unknown>>;
  return (
    typeof item === 'string' &&
    item !== '' &&
    [...item].length <= 20 &&
    typeof count === 'number' &&
    Number.isInteger(count) &&
    count >= 1 &&
    count <= 10 &&
    (note === undefined || typeof note === 'string')
  );
}

let refusals = 0;

function refuse(res: Res, status: number, code: string): void {
  res.status(status).json({ error: { code, message: 'No.', request_id: `req_${++refusals}` } });
}
