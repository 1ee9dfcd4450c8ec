import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { displayName, InputError, readFileText, type Finding } from '../spec/index.js';

/** In bytes: what a text can be that is parsed at once. */
const LARGEST = 256 * 1_048_576;
const MOST_FINDINGS = 5;

/**
 * Reads saved ledgers by a schema of as much of them as is needed; a folder stands for the `ledger.json` in it, and one that is named twice,
 * or is a copy, counts once.
 *
 * @example
 * readLedgerFiles(['failpath-report'], schema, 'What nobody has seen is only known if every ledger is read.');
 *
 * @throws {InputError} `ledger-invalid`, for every file that cannot be used
 */
export function readLedgerFiles<T extends object>(
  files: readonly string[],
  schema: z.ZodType<T>,
  why: string,
): (T & { readonly file: string })[] {
  const findings: Finding[] = [];
  const known = new Set<string>();
  const ledgers = files.flatMap((file) => {
    const path = statSync(file, { throwIfNoEntry: false })?.isDirectory() === true ? join(file, 'ledger.json') : file;
    const read = readOne(path, schema);
    if ('wrong' in read) {
      findings.push(...read.wrong.map((what) => invalid(`${displayName(path)}: ${what}`, why)));
      return [];
    }
    // By whatever name, or as a copy.
    const sum = createHash('sha256').update(JSON.stringify(read.ledger)).digest('hex');
    if (known.has(sum)) return [];
    known.add(sum);
    return [{ ...read.ledger, file: displayName(path) }];
  });
  if (findings.length > 0) throw new InputError(findings);
  return ledgers;
}

function readOne<T>(path: string, schema: z.ZodType<T>): { readonly ledger: T } | { readonly wrong: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(readFileText(path, LARGEST));
  } catch (error) {
    const { message } = error as Error;
    return { wrong: [error instanceof SyntaxError ? `it is not valid JSON (${message.slice(0, 200)})` : message] };
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return { ledger: data };
  return { wrong: error.issues.slice(0, MOST_FINDINGS).map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`) };
}

function invalid(what: string, why: string): Finding {
  return { problem: 'ledger-invalid', what, why, remedy: 'Name ledgers that `failpath verify` or `failpath observe` has written.' };
}
