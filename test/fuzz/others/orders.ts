import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response } from 'express';
import type { AddressInfo } from 'node:net';
import { SHOP_TOKEN } from '../shop/server.js';

const ORDER = { id: 'order-1', item: 'teapot' };

interface Wanted {
  readonly item: string;
  readonly count: number;
  readonly note?: string;
}

const bearer = (req: Request): string | undefined => /^Bearer (\S+)$/i.exec(req.get('authorization') ?? '')?.[1];

const signedIn: RequestHandler = (req, res, next) => {
  if (bearer(req) === SHOP_TOKEN) next();
  else refuse(res, 401, 'shop.unauthorized');
};

/** As Express is by itself, but that it does not write errors to the console; those that it answers with show their stack. */
function quiet(): Express {
  const app = express();
  app.set('env', 'test');
  return app;
}

/** The shop as somebody writes it on a good day with little time: what clients send is what the documentation asks for. */
export function carelessOrders(): Express {
  const app = quiet();
  app.use(express.json());
  app.post('/v1/orders', signedIn, (req, res) => {
    const { item, count } = req.body as Wanted;
    if (item.trim().length === 0 || item.length > 20 || count > 10) return refuse(res, 422, 'shop.invalid');
    res.status(201).json({ id: 'order-2', item });
  });
  app.get('/v1/orders/:id', signedIn, (req, res) => {
    if (req.params['id'] === ORDER.id) res.json(ORDER);
    else refuse(res, 404, 'shop.not_found');
  });
  return app;
}

/** The same by somebody who has read the contract: strict routes, every refusal in the envelope, every member looked at. */
export function carefulOrders(): Express {
  const app = quiet();
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.post('/v1/orders', signedIn, express.json({ limit: '2mb', strict: false, inflate: false }), (req, res) => {
    if (req.is('application/json') === false) return refuse(res, 400, 'shop.malformed');
    const body: unknown = req.body;
    if (isWanted(body)) res.status(201).json({ id: 'order-2', item: body.item });
    else refuse(res, 422, 'shop.invalid');
  });
  app.get('/v1/orders/:id', signedIn, (req, res) => {
    const { lines } = req.query;
    if (lines !== undefined && !(typeof lines === 'string' && /^(?:[1-9]|[1-4]\d|50)$/.test(lines)))
      return refuse(res, 422, 'shop.invalid');
    if (req.params['id'] === ORDER.id) res.json(ORDER);
    else refuse(res, 404, 'shop.not_found');
  });
  app.use((_, res) => refuse(res, 404, 'shop.not_found'));
  const inEnvelope: ErrorRequestHandler = (_error, req, res, _next) => {
    const isBody = req.path === '/v1/orders';
    refuse(res, isBody ? 400 : 404, isBody ? 'shop.malformed' : 'shop.not_found');
  };
  app.use(inEnvelope);
  return app;
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

function refuse(res: Response, status: number, code: string): void {
  res.status(status).json({ error: { code, message: 'No.', request_id: `req_${++refusals}` } });
}

/** Serves an application for as long as it is used. */
export async function withApp<T>(app: Express, use: (url: string) => Promise<T>): Promise<T> {
  const server = await new Promise<ReturnType<Express['listen']>>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
