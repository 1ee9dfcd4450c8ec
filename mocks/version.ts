import { readFileSync } from 'node:fs';

/** The version of this package: from its own description, seen from the sources as well as from the build. */
export function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version;
    } catch {
      // The other place, then.
    }
  }
  return 'unknown';
}
