import type { z } from 'zod';
import { jsonPointer } from '../../spec/index.js';

/** One thing that is wrong with an input, in WireMock's form. */
export interface StubError {
  /** 10, WireMock's code for whatever is wrong with a JSON input, unless it says otherwise. */
  readonly code: number;
  readonly source?: { readonly pointer: string };
  readonly title: string;
  readonly detail?: string;
}

/** Input in WireMock's words that is wrong, or that this mock does not support: every problem by name. */
export class RefusedInput extends Error {
  override readonly name = 'RefusedInput';
  readonly errors: readonly StubError[];

  constructor(errors: readonly StubError[]) {
    super(errors.map(({ title, detail }) => (detail === undefined ? title : `${title}: ${detail}`)).join('; '));
    this.errors = errors;
  }
}

/** Thrown for one value that cannot be used, and caught where its pointer is known. */
export class Unsuitable extends Error {
  override readonly name = 'Unsuitable';
}

/** A problem at a place of the input. */
export function errorAt(path: readonly PropertyKey[], title: string, detail?: string): StubError {
  const pointer = jsonPointer.join('', ...path.map(String));
  return { code: 10, source: { pointer }, title, ...(detail === undefined ? {} : { detail }) };
}

/**
 * What zod has found, in WireMock's form: members that are known of WireMock but not supported are named with the reason,
 * everything else as unknown.
 *
 * @param unsupported What is said of members that WireMock knows, by their names.
 */
export function errorsOf(issues: readonly z.core.$ZodIssue[], unsupported: Readonly<Record<string, string>>): StubError[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [errorAt(issue.path, 'Not usable', sentence(issue.message))];
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const shown = JSON.stringify(key.slice(0, 60));
      if (!Object.hasOwn(unsupported, key)) return errorAt(path, `Unknown member ${shown}`, 'WireMock has no such member here.');
      return errorAt(path, `${shown} is not supported`, unsupported[key]);
    });
  });
}

function sentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}
