import { refusal, type Lie } from './server.js';

const PAGE = '<!doctype html><title>Sign in</title><form></form>';

/** What a server gets wrong, and the causes that a reader would write down. */
export const LIARS: Readonly<Record<string, { readonly lie: Lie; readonly causes: readonly string[] }>> = {
  'no length is looked at': {
    lie: { ignores: ({ keyword }) => keyword === 'maxLength' },
    causes: [
      'addLamp | accepted | body /name maxLength',
      'addLamp | accepted | body /note maxLength',
      'renameLamp | accepted | body /name maxLength',
    ],
  },
  'with a slash at the end nobody asks for a credential': {
    lie: {
      rewrite: (came) =>
        /.\/+$/.test(came.path) ? { ...came, path: came.path.replace(/\/+$/, ''), headers: { ...came.headers, 'x-in': '1' } } : came,
      opens: ({ headers }) => headers['x-in'] === '1',
    },
    causes: ['* | accepted | credential (none) + route (slash at the end)'],
  },
  'big bodies are too much, which nobody has declared': {
    lie: { before: ({ body }) => (body.length > 20_000 ? { status: 413, body: { message: 'Too large' } } : undefined) },
    causes: ['* | undeclared | 413 application/json'],
  },
  'whatever is asked, there is a page to sign in': {
    lie: { before: () => ({ status: 200, body: PAGE }) },
    causes: ['* | undeclared | 200 text/html'],
  },
  'everything fails': {
    lie: { before: () => ({ status: 500, body: '<h1>Internal Server Error</h1>' }) },
    causes: ['* | server-error | good request | 500 text/html'],
  },
  'nothing is looked at': {
    lie: { opens: () => true, ignores: () => true },
    causes: [
      '* | accepted | body schema',
      '* | accepted | credential (none)',
      '* | accepted | query first minimum',
      '* | accepted | query first maximum',
      '* | accepted | query first type',
    ],
  },
  'nothing at all is looked at, not even whether it is JSON': {
    lie: {
      before: ({ method, path }) =>
        method === 'POST' || method === 'PATCH'
          ? { status: method === 'POST' ? 201 : 200, body: { id: 'lamp-1' } }
          : path.startsWith('/lamps/')
            ? { status: 200, body: { id: 'lamp-1' } }
            : { status: 200, body: { items: [] } },
    },
    causes: [
      '* | accepted | body schema',
      '* | accepted | body text (syntax)',
      '* | accepted | content-type (content-type)',
      '* | accepted | credential (none)',
      '* | accepted | path lamp_id names nothing',
      '* | accepted | query first minimum',
      '* | accepted | query first maximum',
      '* | accepted | query first type',
      '* | undeclared | 200 application/json status status',
      '* | undeclared | 201 application/json status status',
      'getLamp | undeclared | 200 body /id',
      'listLamps | undeclared | 200 body /items',
    ],
  },
  'what is invalid is an exception': {
    lie: { instead: (reply) => (reply.status === 422 ? { status: 500, body: '<h1>Internal Server Error</h1>' } : reply) },
    causes: ['* | server-error | body schema | 500 text/html', '* | server-error | query first | 500 text/html'],
  },
  'unknown routes are a page': {
    lie: {
      instead: (reply, { path }) =>
        reply.status === 404 && !path.startsWith('/lamps/lamp') ? { status: 404, body: '<h1>Not Found</h1>' } : reply,
    },
    causes: ['* | undeclared | 404 text/html'],
  },
  'no refusal has a request id': {
    lie: {
      instead: (reply) =>
        reply.status >= 400
          ? { ...reply, body: { error: { code: (reply.body as { error: { code: string } }).error.code, message: 'No.' } } }
          : reply,
    },
    causes: ['* | undeclared | envelope /error/request_id'],
  },
  'a code that nobody has declared': {
    lie: { instead: (reply) => (reply.status === 422 ? refusal(422, 'lamps.wrong') : reply) },
    causes: ['* | undeclared | 422 lamps.wrong'],
  },
};
