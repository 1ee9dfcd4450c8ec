import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, and its version. */
let found: { readonly root: string; readonly version: string } | undefined;

/**
 * The path of a file that comes with failpath: sources, what is built of them, and a bundle lie at different depths.
 *
 * @example
 * packageFile('openapi.yaml'); // '/home/me/project/node_modules/failpath/openapi.yaml'
 */
export function packageFile(path: string): string {
  return join((found ??= findPackage()).root, path);
}

/** The version of this package, from its own description. */
export function version(): string {
  return (found ??= findPackage()).version;
}

function findPackage(): { readonly root: string; readonly version: string } {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    const description = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string }) : {};
    if (description.name === 'failpath') return { root: folder, version: description.version ?? 'unknown' };
    // In somebody's bundle there is no package of ours.
    if (folder === dirname(folder)) return { root: here, version: 'unknown' };
  }
}
