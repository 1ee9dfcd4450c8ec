import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licences of the packages that are built in, which ask to go with every copy.
 *
 * @param inputs Files that were built in, relative to the root.
 * @throws {Error} for a package without one
 */
export function notices(root: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  return [...folders]
    .toSorted()
    .map((folder) => notice(join(root, folder)))
    .join(`\n${'-'.repeat(78)}\n\n`);
}

function notice(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
  };
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  if (file === undefined) throw new Error(`${name} is built in, and has no licence that could go with it`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}
