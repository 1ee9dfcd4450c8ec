import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stub } from '../works/stubs.js';
import { installed, versionOf } from './installed.js';
import type { Server } from './types.js';

/** Stubs in WireMock's JSON; failpath reads them as well. */
export function mappingsOf(stubs: readonly Stub[]): { readonly mappings: readonly unknown[] } {
  return {
    mappings: stubs.map(({ key, method, template, status, body }) => ({
      request: { method, urlPathTemplate: template, headers: { 'X-Case': { equalTo: key } } },
      response: { status, jsonBody: JSON.parse(body) as unknown, headers: { 'Content-Type': 'application/json' } },
    })),
  };
}

export function wiremock(stubs: readonly Stub[]): Server {
  const version = versionOf('wiremock');
  return {
    name: 'WireMock',
    version: () => version,
    configured: '`--no-request-journal --disable-request-logging --container-threads 64`: no journal, no log',
    command(port, folder) {
      mkdirSync(join(folder, 'mappings'));
      writeFileSync(join(folder, 'mappings/stubs.json'), JSON.stringify(mappingsOf(stubs)));
      const jar = installed('wiremock', `build/wiremock-standalone-${version}.jar`);
      const flags = [
        '--port',
        String(port),
        '--root-dir',
        folder,
        '--no-request-journal',
        '--disable-request-logging',
        '--disable-banner',
        '--container-threads',
        '64',
      ];
      return { command: 'java', args: ['-jar', jar, ...flags] };
    },
  };
}
