import { join } from 'node:path';
import { installed, versionOf } from './installed.js';
import { ROOT } from './paths.js';
import type { Server } from './types.js';

export const prism: Server = {
  name: 'Prism',
  version: () => versionOf('@stoplight/prism-cli'),
  configured: '`-v silent`, in one process; asked by `Prefer: code=, example=`',
  command: (port) => ({
    command: process.execPath,
    args: [
      installed('@stoplight/prism-cli', 'dist/index.js'),
      ...['mock', '--port', String(port), '--host', '127.0.0.1', '-v', 'silent', join(ROOT, 'openapi.yaml')],
    ],
  }),
};
