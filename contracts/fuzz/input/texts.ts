import { repeated } from '../placeholders.js';

/** A text that has broken software before, and what kind of trouble it is. */
export interface HostileText {
  readonly family: 'unicode' | 'text' | 'long' | 'regular-expression' | 'prototype' | 'injection';
  readonly says: string;
  readonly text: string;
}

/** The header that shows up in an answer where line ends of a value are written into headers. */
export const INJECTED = 'x-failpath-injected';

const of =
  (family: HostileText['family']) =>
  ([says, text]: readonly [says: string, text: string]): HostileText => ({ family, says, text });

const quoted = (text: string): readonly [string, string] => [JSON.stringify(text), text];

/** Patterns with nested repetitions take longer and longer over what nearly fits: letters, digits, blanks, words, and what looks like an address. */
const NEARLY = ['a', '1', ' ', 'a ', 'a.', 'a-', 'aA1', '/', 'a@', '\t'];

/** Texts to try wherever a text may stand. */
export const TEXTS: readonly HostileText[] = [
  ...(
    [
      ['a NUL', 'a\u0000b'],
      ['astral characters', '𝄞😀'],
      ['right-to-left marks', '\u202eabc\u2066'],
      ['combining marks', 'Z\u0351\u036b\u0343'],
      ['zero-width characters', '\u200b\u2060\ufeff'],
      ['control characters', '\u0001\u001b[31m\u007f'],
      ['a letter that changes its length with its case', 'İẞﬁ'],
      ['a line separator', 'a\u2028b'],
      ['a noncharacter', 'a\uffffb'],
    ] as const
  ).map(of('unicode')),
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'].map(quoted).map(of('prototype')),
  ...['null', 'undefined', 'NaN', 'true', '0', '-1', '[object Object]', '1e400', '00000000-0000-0000-0000-000000000000']
    .map(quoted)
    .map(of('text')),
  ...(
    [
      ['line ends and a header', `x\r\n${INJECTED}: 1`],
      ['a quote', "' OR '1'='1"],
      ['quotes and a comment', '"; --'],
      ['format characters', '%s%n%x'],
      ['a path upwards', '../../../../etc/passwd'],
      ['markup', '<img src=x onerror=1>'],
      ['a template', '{{7*7}}#{7*7}'],
      ['line ends, percent-encoded', `x%0d%0a${INJECTED}: 1`],
    ] as const
  ).map(of('injection')),
  ...NEARLY.map((unit): HostileText => ({
    family: 'regular-expression',
    says: `${JSON.stringify(unit)} again and again, then "!"`,
    text: `${repeated(unit, 40)}!`,
  })),
  { family: 'long', says: '5000 characters', text: repeated('a', 5000) },
  { family: 'regular-expression', says: '30000 blanks before a letter', text: `${repeated(' ', 30_000)}x` },
];

/** Only inside of JSON, where they can be written as escapes. */
export const ONLY_IN_JSON: readonly HostileText[] = [
  { family: 'unicode', says: 'a lone high surrogate', text: '\ud800' },
  { family: 'unicode', says: 'a lone low surrogate', text: 'a\udc00b' },
  { family: 'long', says: '100000 characters', text: repeated('a', 100_000) },
  { family: 'long', says: '20000 astral characters', text: repeated('😀', 20_000) },
];

/** What may stand in a URL or a header without breaking HTTP itself: short enough for everybody's buffers. */
export const SHORT_TEXTS: readonly HostileText[] = TEXTS.filter(
  ({ text }) => !text.includes('${repeat 30000') && !text.includes('${repeat 5000'),
).concat({
  family: 'long',
  says: '2000 characters',
  text: repeated('a', 2000),
});

/** Numbers that do not fit where they go, as they are written. */
export const NUMBERS: readonly (readonly [says: string, text: string])[] = [
  ['0', '0'],
  ['-0', '-0'],
  ['-1', '-1'],
  ['1.5', '1.5'],
  ['1.0', '1.0'],
  ['1e400', '1e400'],
  ['-1e400', '-1e400'],
  ['1e-400', '1e-400'],
  ['2^31', '2147483648'],
  ['2^53+1', '9007199254740993'],
  ['2^63', '9223372036854775808'],
  ['2^64', '18446744073709551616'],
  ['a number of 400 digits', repeated('9', 400)],
  ['1E+2', '1E+2'],
];
