import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

/**
 * Expects a text to be what a golden file holds; with `UPDATE_GOLDENS=1` the file is written instead.
 *
 * @example
 * expectGolden(report, new URL('./golden/report.txt', import.meta.url));
 */
export function expectGolden(actual: string, fileUrl: URL): void {
  const file = fileURLToPath(fileUrl);
  if (process.env['UPDATE_GOLDENS'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
    return;
  }
  expect(actual, `differs from ${file}; if it is meant to, run again with UPDATE_GOLDENS=1`).to.equal(read(file));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new Error(`There is no golden file ${file} yet: run again with UPDATE_GOLDENS=1.`);
  }
}
