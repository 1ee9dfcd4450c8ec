import type { Finding, ProblemName } from '../errors.js';
import type { Contract, Operation } from '../types.js';

/** One thing that a sound contract does; what breaks it comes back as findings. */
export type Rule = (contract: Contract) => readonly Finding[];

/** What a rule says about a place; the location follows from the pointer. */
export interface Statement {
  readonly problem: ProblemName;
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

export function at(contract: Contract, pointer: string, statement: Statement): Finding {
  return { ...statement, location: contract.locate(pointer) };
}

/**
 * Operations by name, shortened where there are many.
 *
 * @example
 * names(operations); // 'initWork, initVersion and 5 more'
 */
export function names(operations: Iterable<Pick<Operation, 'id'>>): string {
  return list([...new Set([...operations].map(({ id }) => id))]);
}

/** Words in a sentence: `a`, `a and b`, `a, b and c`, `a, b and 5 more`. */
export function list(words: readonly string[]): string {
  if (words.length > 3) return `${words.slice(0, 2).join(', ')} and ${words.length - 2} more`;
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** A value as it may be quoted in a sentence. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
