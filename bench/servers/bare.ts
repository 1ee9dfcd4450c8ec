import { join } from 'node:path';
import { PROCESSES } from './paths.js';
import type { Server } from './types.js';

/** node:http and nothing else: what everything is compared with. */
export const bare: Server = {
  name: 'bare',
  version: () => process.version,
  configured: 'reads each body to its end and answers recorded bytes',
  command: (port) => ({ command: process.execPath, args: [join(PROCESSES, 'bare.js'), String(port)], ipc: true }),
};
