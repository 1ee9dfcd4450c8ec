import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stub } from '../works/stubs.js';
import { versionOf } from './installed.js';
import { BENCH } from './paths.js';
import type { Server } from './types.js';

export function msw(stubs: readonly Stub[]): Server {
  return {
    name: 'MSW',
    version: () => `${versionOf('msw')}, @mswjs/http-middleware ${versionOf('@mswjs/http-middleware')}`,
    configured: 'a handler per stub, behind its HTTP adapter for express',
    command(port, folder) {
      const file = join(folder, 'stubs.json');
      writeFileSync(file, JSON.stringify(stubs));
      return { command: process.execPath, args: [join(BENCH, 'servers/msw-server.mjs'), String(port), file] };
    },
  };
}
