import { InputError } from './errors.js';

/** Three times as deep as any contract that is known, and as deep as Redocly reads; whatever walks one must not be driven out of its stack. */
const DEEPEST = 99;

/** @throws {InputError} `contract-syntax` */
export function notTooDeep(value: unknown, file: string): unknown {
  if (isDeeper(value, DEEPEST)) throw tooDeep(file);
  return value;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const member of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) if (isDeeper(member, levels - 1)) return true;
  return false;
}

/** What cannot be walked to its ground. */
export function tooDeep(file: string): InputError {
  return new InputError([
    {
      problem: 'contract-syntax',
      what: `the file is nested deeper than ${DEEPEST} levels`,
      why: 'No contract needs it, and not every tool can follow it there.',
      remedy: 'Give what lies deep a name of its own under components, and refer to it.',
      location: { file, line: 1, column: 1 },
    },
  ]);
}
