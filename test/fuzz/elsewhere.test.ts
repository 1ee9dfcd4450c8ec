import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { temporaryFile } from '../support/cli.js';
import { inProcess } from '../support/io.js';

const CONTRACT = `
openapi: 3.1.0
info: { title: Books, version: 1.0.0 }
x-failpath:
  envelope: { code: /code, message: /message }
  refusals: { unknownRoute: route.unknown }
paths:
  /books:
    get:
      operationId: listBooks
      parameters: [{ name: limit, in: query, required: false, schema: { type: integer, minimum: 1 } }]
      responses:
        '200': { description: All. }
        '400': { $ref: '#/components/responses/Invalid' }
        '404': { $ref: '#/components/responses/Unknown' }
  /books/{book_id}:
    get:
      operationId: getBook
      parameters: [{ name: book_id, in: path, required: true, schema: { type: string }, example: emma }]
      responses: { '200': { description: One. }, '404': { $ref: '#/components/responses/Unknown' } }
components:
  responses:
    Invalid:
      description: No such limit.
      content:
        application/json:
          schema: { $ref: '#/components/schemas/query.invalid' }
          examples: { one: { value: { code: query.invalid, message: no } } }
    Unknown:
      description: Nothing is there.
      content:
        application/json:
          schema: { $ref: '#/components/schemas/route.unknown' }
          examples: { one: { value: { code: route.unknown, message: no } } }
  schemas:
    query.invalid: { type: object, required: [code, message], properties: { code: { const: query.invalid }, message: { type: string } } }
    route.unknown: { type: object, required: [code, message], properties: { code: { const: route.unknown }, message: { type: string } } }
`;

describe('fuzz: a request that has become one to another operation', () => {
  it('is held against that one, which knows nothing of what is wrong with it', async () => {
    const server = createServer(({ url = '', method }, response) => {
      const { pathname, searchParams } = new URL(url, 'http://api');
      const refuse = (status: number, code: string): void => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ code, message: code }));
      };
      if (method !== 'GET') return refuse(404, 'route.unknown');
      if (/^\/books\/[^/]+$/.test(pathname)) return response.writeHead(200).end();
      if (pathname !== '/books') return refuse(404, 'route.unknown');
      const limits = searchParams.getAll('limit');
      if (limits.some((limit) => !/^[1-9]\d*$/.test(limit))) return refuse(400, 'query.invalid');
      response.writeHead(200).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { stdout, stderr } = await inProcess([
      ...['fuzz', '--contract', temporaryFile('books.yaml', CONTRACT), '--url', url, '--seed', '1', '--requests', '2000'],
    ]);
    server.closeAllConnections();
    server.close();
    expect(stdout, stderr).to.match(/: 2\d{3} requests to 2 operations/);
    expect(stdout).not.to.contain('✗ accepted');
  });
});
