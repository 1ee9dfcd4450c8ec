import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stub } from '../works/stubs.js';
import { installed, versionOf } from './installed.js';
import type { Server } from './types.js';

const responseOf = ({ key, status, body }: Stub): unknown => ({
  uuid: randomUUID(),
  label: key,
  statusCode: status,
  headers: [{ key: 'Content-Type', value: 'application/json' }],
  body,
  bodyType: 'INLINE',
  latency: 0,
  filePath: '',
  databucketID: '',
  sendFileAsBody: false,
  rules: [{ target: 'header', modifier: 'x-case', value: key, invert: false, operator: 'equals' }],
  rulesOperator: 'OR',
  disableTemplating: true,
  fallbackTo404: false,
  default: false,
  crudKey: 'id',
  callbacks: [],
});

/** A route per operation, and a response with a rule for each of its stubs. */
function environmentOf(stubs: readonly Stub[], port: number): unknown {
  const operations = [...new Set(stubs.map(({ method, template }) => `${method} ${template}`))];
  const routes = operations.map((operation) => ({
    uuid: randomUUID(),
    type: 'http',
    documentation: '',
    method: operation.split(' ')[0]?.toLowerCase(),
    endpoint: operation.replace(/^\w+ \//, '').replaceAll(/\{(\w+)\}/g, ':$1'),
    responses: stubs.filter(({ method, template }) => `${method} ${template}` === operation).map(responseOf),
    responseMode: null,
    streamingMode: null,
    streamingInterval: 0,
  }));
  return {
    uuid: randomUUID(),
    lastMigration: 33,
    name: 'stubs',
    port,
    hostname: '127.0.0.1',
    endpointPrefix: '',
    latency: 0,
    folders: [],
    routes,
    rootChildren: routes.map(({ uuid }) => ({ type: 'route', uuid })),
    proxyMode: false,
    proxyHost: '',
    proxyRemovePrefix: false,
    cors: false,
    headers: [],
    proxyReqHeaders: [],
    proxyResHeaders: [],
    data: [],
    callbacks: [],
  };
}

export function mockoon(stubs: readonly Stub[]): Server {
  return {
    name: 'Mockoon',
    version: () => versionOf('@mockoon/cli'),
    configured: '`--max-transaction-logs 0 --disable-admin-api --disable-log-to-file`; templating off',
    command(port, folder) {
      const file = join(folder, 'stubs.json');
      writeFileSync(file, JSON.stringify(environmentOf(stubs, port)));
      const flags = ['--port', String(port), '--repair', '--max-transaction-logs', '0', '--disable-admin-api', '--disable-log-to-file'];
      return { command: process.execPath, args: [installed('@mockoon/cli', 'bin/run.js'), 'start', '--data', file, ...flags] };
    },
  };
}
