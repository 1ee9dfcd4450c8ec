import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { loadContract, type Contract, type Operation, type Violation } from '../../../spec/index.js';

export const LAMPS_CONTRACT: string = fileURLToPath(new URL('lamps.yaml', import.meta.url));
export const LAMPS_TOKEN = 'lamps-Token-0123456789';

let loaded: Promise<Contract> | undefined;
export const lampsContract = (): Promise<Contract> => (loaded ??= loadContract(LAMPS_CONTRACT));

export interface Came {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  /** A text is a page. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a server gets wrong, everywhere. */
export interface Lie {
  /** Answers in place of the application. */
  readonly before?: (came: Came) => Reply | undefined;
  /** What of a request it takes for another one, such as its path; and what it is let in for. */
  readonly rewrite?: (came: Came) => Came;
  readonly opens?: (came: Came) => boolean;
  /** Constraints that it does not know. */
  readonly ignores?: (violation: Violation) => boolean;
  /** What it answers in place of what it should. */
  readonly instead?: (reply: Reply, came: Came) => Reply;
}

let refusals = 0;
export const refusal = (status: number, code: string): Reply => ({
  status,
  body: { error: { code, message: 'No.', request_id: `req_${++refusals}` } },
});

/** Lamps as their contract says, but for a lie. */
export async function withLamps<T>(lie: Lie, use: (url: string) => Promise<T>): Promise<T> {
  const contract = await lampsContract();
  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { status, body, headers } = reply(contract, await read(req), lie);
    const isText = typeof body === 'string';
    res.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
    res.end(req.method === 'HEAD' ? undefined : isText ? body : JSON.stringify(body));
  };
  const server = createServer((req, res) => {
    void serve(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function read(req: IncomingMessage): Promise<Came> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const [path = '', query = ''] = (req.url ?? '').split(/\?(.*)/s);
  return { method: req.method ?? '', path, query: new URLSearchParams(query), headers: req.headers, body: Buffer.concat(chunks) };
}

function reply(contract: Contract, first: Came, lie: Lie): Reply {
  const came = lie.rewrite?.(first) ?? first;
  const own = lie.before?.(came) ?? answer(contract, came, lie);
  return lie.instead?.(own, came) ?? own;
}

function answer(contract: Contract, came: Came, lie: Lie): Reply {
  const found = contract.route(came.method === 'HEAD' ? 'GET' : came.method, came.path);
  if (found === undefined || (came.method === 'HEAD' && found.operation.method !== 'GET')) return refusal(404, 'lamps.not_found');
  const { operation, params } = found;
  if (lie.opens?.(came) !== true && came.headers.authorization !== `Bearer ${LAMPS_TOKEN}`) return refusal(401, 'lamps.unauthorized');
  if (params['lamp_id'] !== undefined && params['lamp_id'] !== 'lamp-1') return refusal(404, 'lamps.not_found');
  const isBroken = (violations: readonly Violation[]): boolean => violations.some((one) => lie.ignores?.(one) !== true);
  for (const { name, in: place, validate } of operation.parameters) {
    const value = place === 'query' ? came.query.get(name) : null;
    if (value !== null && isBroken(validate(/^-?\d+$/.test(value) ? Number(value) : value))) return refusal(422, 'lamps.invalid');
  }
  return bodyOf(operation, came, isBroken) ?? success(operation);
}

function bodyOf({ body }: Operation, came: Came, isBroken: (violations: readonly Violation[]) => boolean): Reply | undefined {
  if (body?.json === undefined) return undefined;
  const type = came.headers['content-type'] ?? '';
  if (!/^application\/json *(?:;|$)/i.test(type) || !/^(?:identity)?$/.test(came.headers['content-encoding'] ?? ''))
    return refusal(400, 'lamps.malformed');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(came.body));
  } catch {
    return refusal(400, 'lamps.malformed');
  }
  return isBroken(body.json.validate(value)) ? refusal(422, 'lamps.invalid') : undefined;
}

const success = ({ successes: [first] }: Operation): Reply => ({
  status: first?.status ?? 500,
  body: first?.status === undefined ? {} : (first.content?.examples[0]?.value ?? {}),
});
