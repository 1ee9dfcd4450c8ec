import { readFileSync } from 'node:fs';
import { packageFile } from '../package-file.js';

/**
 * A style or a script that pages are made of, as the package has it.
 *
 * @example
 * page({ title: 'A report', body, style: asset('report.css'), script: asset('report.js') });
 */
export function asset(name: string): string {
  return readFileSync(packageFile(`assets/${name}`), 'utf8');
}
