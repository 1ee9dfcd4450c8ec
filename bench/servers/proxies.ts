import { join } from 'node:path';
import { PROCESSES, ROOT } from './paths.js';
import type { Running, Server } from './types.js';

/** A proxy of node:http that sends everything on. */
export const bareProxy = (upstream: Running): Server => ({
  name: 'bare proxy',
  version: () => process.version,
  configured: 'node:http, both sides kept alive',
  command: (port) => ({ command: process.execPath, args: [join(PROCESSES, 'proxy.js'), String(port), String(upstream.port)] }),
});

/** `failpath observe` before the same server. */
export const observer = (upstream: Running): Server => ({
  name: 'failpath observe',
  version: () => 'this one',
  configured: 'with --quiet',
  command: (port) => ({
    command: process.execPath,
    args: [join(ROOT, 'dist/cli/main.js'), 'observe', '--upstream', upstream.url, '--port', String(port), '--quiet'],
  }),
});
