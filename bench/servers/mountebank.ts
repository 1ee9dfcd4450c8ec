import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../test/support/ports.js';
import type { Stub } from '../works/stubs.js';
import { installed, versionOf } from './installed.js';
import type { Server } from './types.js';

const stubOf = ({ key, method, template, status, body }: Stub): unknown => ({
  predicates: [{ equals: { method, headers: { 'X-Case': key } } }, { matches: { path: `^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$` } }],
  responses: [{ is: { statusCode: status, headers: { 'Content-Type': 'application/json' }, body } }],
});

export function mountebank(stubs: readonly Stub[]): Server {
  return {
    name: 'mountebank',
    version: () => versionOf('mountebank'),
    configured: '`--nologfile --loglevel error`, requests are not recorded',
    async command(port, folder) {
      const file = join(folder, 'imposters.json');
      const imposter = { protocol: 'http', port, recordRequests: false, stubs: stubs.map(stubOf) };
      writeFileSync(file, JSON.stringify({ imposters: [imposter] }));
      const flags = [
        '--port',
        String(await freePort()),
        '--localOnly',
        '--nologfile',
        '--loglevel',
        'error',
        '--noParse',
        '--configfile',
        file,
      ];
      return { command: process.execPath, args: [installed('mountebank', 'bin/mb'), 'start', ...flags] };
    },
  };
}
