import { readFileSync } from 'node:fs';
import { createServer } from '@mswjs/http-middleware';
import { http, HttpResponse } from 'msw';

// JavaScript, since what it imports is installed for the bench only.
const [port, file] = process.argv.slice(2);

const handlers = JSON.parse(readFileSync(file, 'utf8')).map(({ key, method, template, status, body }) =>
  http[method.toLowerCase()](`*${template.replaceAll(/\{(\w+)\}/g, ':$1')}`, ({ request }) => {
    if (request.headers.get('x-case') !== key) return undefined;
    return new HttpResponse(body, { status, headers: { 'content-type': 'application/json' } });
  }),
);

createServer(...handlers).listen(Number(port), '127.0.0.1');
