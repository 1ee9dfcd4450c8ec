import type * as Re2 from 're2js';
import { onDemand } from '../../spec/index.js';
import { Unusable } from './errors.js';
import { refuseWork, REQUEST_WORK, spendWork } from './work.js';

const MAX_PATTERN = 1_000;
/** Instructions of the compiled expression. */
const MAX_PROGRAM = 1_000;

/** A compiled regular expression. */
export interface Expression {
  /** Whether any part of the text matches; a text that is longer than `longest` does not, nor does it not match within a budget. */
  test(text: string): boolean;
  /** The longest text that is looked at, in characters; short expressions look at longer ones. */
  readonly longest: number;
}

/**
 * Compiles a regular expression in RE2's dialect: no look-around and no back references, hence linear time. Linear is not
 * yet short, so the work of one expression on one text is bounded as well, and that of all of them on one request by `within`.
 *
 * @example
 * compileExpression('^(a+)+$').test('a'.repeat(50_000) + 'b'); // false, at once
 *
 * @throws {Unusable} for what is no such expression, or a huge one
 */
export function compileExpression(pattern: string, ignoreCase = false): Expression {
  if (pattern.length > MAX_PATTERN) {
    throw new Unusable(`the expression has ${pattern.length} characters`, `Write one of at most ${MAX_PATTERN} characters.`);
  }
  const compiled = compile(pattern, ignoreCase);
  const size = compiled.programSize();
  if (size > MAX_PROGRAM) {
    throw new Unusable(
      `${JSON.stringify(pattern)} comes to ${size} instructions, of ${MAX_PROGRAM} at most`,
      'Repeat less: {1,20} instead of {1,1000}, or * where any number will do.',
    );
  }
  const longest = Math.floor(REQUEST_WORK / Math.max(size, 1));
  return {
    longest,
    test: (text) => {
      if (text.length > longest) return refuseWork();
      spendWork(size * (text.length + 1));
      return compiled.test(text);
    },
  };
}

function compile(pattern: string, ignoreCase: boolean): Re2.RE2JS {
  const { RE2JS, RE2JSException } = onDemand('re2js') as typeof Re2;
  try {
    return RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const why = error.message.replace(/^error parsing regexp: /, '');
    throw new Unusable(
      `${JSON.stringify(pattern)} is no regular expression: ${why}`,
      "Write it in RE2's dialect, which knows no look-around and no back references.",
    );
  }
}
