import { join } from 'node:path';
import { ROOT } from './paths.js';
import type { Server } from './types.js';

/** failpath's mock as it is installed, with journal, metrics and request ids; `args` go to `failpath mock`. */
export function failpath(...args: readonly string[]): Server {
  return {
    name: 'failpath',
    version: () => 'this one',
    configured: 'as it starts by itself',
    command: (port) => ({
      command: process.execPath,
      args: [join(ROOT, 'dist/cli/main.js'), 'mock', '--port', String(port), ...args],
    }),
  };
}
