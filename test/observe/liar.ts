import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a server says that was made in a hurry; each way of lying has a path of its own. */
const LIES: Readonly<Record<string, readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>]>> = {
  'GET /v1/transactions/right': [404, error('transaction.not_found', 1)],
  'GET /v1/transactions/wrong-status': [400, error('transaction.not_found', 2)],
  'GET /v1/transactions/no-envelope': [404, { code: 'transaction.not_found', message: 'Gone.' }],
  'GET /v1/transactions/undeclared': [404, error('transaction.gone', 3)],
  'GET /v1/transactions/teapot': [418, error('transaction.not_found', 4)],
  'GET /v1/transactions/broke': [
    500,
    { message: 'Error: null\n    at Object.<anonymous> (/srv/app/transactions.js:12:7)' },
    { 'set-cookie': 'sid=9f2c41aa07; Path=/' },
  ],
  'GET /v1/transactions/success': [200, { transaction_id: 7, secret_key: 'k-5afe0123456789' }],
  'GET /v1/transactions/page': [200, '<html>Welcome</html>', { 'content-type': 'text/html' }],
  'GET /v1/transactions/twice': [404, error('transaction.not_found', 1)],
  'GET /v1/transactions/gateway': [502, '<html><center>nginx</center></html>', { 'content-type': 'text/html', server: 'nginx' }],
  'DELETE /v1/transactions/right': [405, 'Method Not Allowed', { 'content-type': 'text/plain' }],
  'GET /health': [200, 'ok', { 'content-type': 'text/plain' }],
};

function error(code: string, id: number): object {
  return { error: { code, message: 'No.', request_id: `req_${String(id).padStart(32, '0')}` } };
}

/** Every request to it that is not right in some way, in an order. */
export const REQUESTS: readonly (readonly [method: string, path: string])[] = Object.keys(LIES).map((key) => {
  const [method = '', path = ''] = key.split(' ');
  return [method, path];
});

/** Serves lies; `/leak` repeats the credential of the request. */
export function liar(req: IncomingMessage, res: ServerResponse): void {
  const path = (req.url ?? '').replace(/\?.*/, '');
  const [status, body, headers] =
    path === '/v1/transactions/leak'
      ? [
          404,
          {
            error: {
              code: 'transaction.not_found',
              message: `Not for ${req.headers.authorization ?? ''}`,
              request_id: 'req_leak_0000000000000000000000000',
            },
          },
        ]
      : (LIES[`${req.method ?? ''} ${path}`] ?? [404, error('transaction.not_found', 9)]);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  res.writeHead(status, { 'content-type': 'application/json', ...headers });
  res.end(text);
}
