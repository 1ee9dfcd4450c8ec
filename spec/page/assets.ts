import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of styles and scripts: two levels over the sources, three over what is built of them, one over a bundle. */
const FOLDERS = ['../../assets/', '../../../assets/', '../assets/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/**
 * A style or a script that pages are made of, as the package has it.
 *
 * @example
 * page({ title: 'A report', body, style: asset('report.css'), script: asset('report.js') });
 */
export function asset(name: string): string {
  const folder = FOLDERS.find((candidate) => existsSync(candidate + name)) ?? FOLDERS[0] ?? '';
  return readFileSync(folder + name, 'utf8');
}
