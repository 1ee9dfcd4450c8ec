import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/** Where a name that a folder exports comes from. */
interface Origin {
  readonly file: string;
  readonly name: string;
}

/** `import { a, type B } from './folder/index.js';`, and the same with `export`. */
const LIST = /^(import|export) \{([^}]*)\} from '([^']+)';$/gm;

/** The whole of a package in one name: what is not used of it can only be left out when it is imported as a namespace. */
const WHOLE = /^import \{ z \} from 'zod';$/m;

/**
 * Lets modules import what they name from where it is made, and not by way of the `index.ts` of its folder: the bundler takes every module
 * behind an index for one that whoever enters by it needs.
 *
 * @example
 * await build({ entryPoints: ['index.ts'], bundle: true, splitting: true, plugins: [directImports()] });
 */
export function directImports(): Plugin {
  const barrels = new Map<string, ReadonlyMap<string, Origin>>();
  const exportsOf = (barrel: string): ReadonlyMap<string, Origin> => {
    let known = barrels.get(barrel);
    if (known === undefined) barrels.set(barrel, (known = readExports(barrel)));
    return known;
  };
  const originOf = (origin: Origin): Origin => {
    const further = isBarrel(origin.file) ? exportsOf(origin.file).get(origin.name) : undefined;
    return further === undefined ? origin : originOf(further);
  };
  return {
    name: 'direct-imports',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        const contents = text.replace(LIST, (whole, verb: string, list: string, from: string) => {
          if (!isBarrel(from)) return whole;
          const file = sourceOf(path, from);
          return namesOf(list)
            .map(({ name, as }) => {
              const origin = originOf({ file, name });
              return `${verb} { ${origin.name} as ${as} } from '${specifier(path, origin.file)}';`;
            })
            .join(' ');
        });
        return { contents: contents.replace(WHOLE, "import * as z from 'zod';"), loader: 'ts' };
      });
    },
  };
}

const isBarrel = (file: string): boolean => /\/index\.(?:ts|js)$/.test(file);

function readExports(barrel: string): ReadonlyMap<string, Origin> {
  const lists = [...readFileSync(barrel, 'utf8').matchAll(LIST)].filter(([, verb]) => verb === 'export');
  return new Map(
    lists.flatMap(([, , list = '', from = '']) =>
      namesOf(list).map(({ name, as }): [string, Origin] => [as, { file: sourceOf(barrel, from), name }]),
    ),
  );
}

/** Values of a list; types are gone once it is built. */
function namesOf(list: string): { readonly name: string; readonly as: string }[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '' && !item.startsWith('type '))
    .map((item) => {
      const [name = '', as = name] = item.split(' as ');
      return { name, as };
    });
}

function sourceOf(importer: string, from: string): string {
  const source = resolve(dirname(importer), from.replace(/\.js$/, '.ts'));
  if (!existsSync(source)) throw new Error(`${importer} imports ${from}, which is not there`);
  return source;
}

function specifier(importer: string, file: string): string {
  const path = relative(dirname(importer), file).replace(/\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}
