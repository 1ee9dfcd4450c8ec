import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH } from './paths.js';

/** A file of a package that is installed for the bench. */
export const installed = (name: string, ...file: readonly string[]): string => join(BENCH, 'node_modules', name, ...file);

/** The version of such a package. */
export const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(installed(name, 'package.json'), 'utf8')) as { readonly version: string }).version;
