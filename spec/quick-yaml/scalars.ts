import { isDigit, SPACE, unsure, type Cursor } from './cursor.js';

/** What the core schema of YAML 1.2 makes of a text without quotes (section 10.3.2), as far as it needs no closer look. */
export function plainValue(text: string): unknown {
  const first = text.charCodeAt(0);
  // -, +, . and digits
  if (isDigit(first) || first === 45 || first === 43 || first === 46) return numeric(text);
  if (text.length > 5) return text;
  if (OTHERS.has(text)) unsure();
  const word = WORDS.get(text);
  return word === undefined ? text : word;
}

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...['true', 'True', 'TRUE'].map((word): [string, boolean] => [word, true]),
  ...['false', 'False', 'FALSE'].map((word): [string, boolean] => [word, false]),
  ...['null', 'Null', 'NULL'].map((word): [string, null] => [word, null]),
]);

/** What means something of its own in one dialect or another. */
const OTHERS: ReadonlySet<string> = new Set(['~', '<<', '=']);

/** Numbers as JSON writes them, of as many digits as surely have the same value; `-0` is none of them. */
const NUMBER = /^(?:0|-?[1-9]\d{0,14}|-?[1-9]\d{0,7}\.\d{1,6}|0\.\d{1,6})$/;
/** Whatever else the core schema might take for a number. */
const MAYBE_NUMBER = /^[-+]?(?:0o[0-7]*|0x[\da-fA-F]*|\.?(?:inf|nan)|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d*)?)$/i;

function numeric(text: string): unknown {
  if (NUMBER.test(text)) return Number(text);
  return MAYBE_NUMBER.test(text) ? unsure() : text;
}

/** Keys are texts, whatever they would be as values. */
export function plainKey(text: string): string {
  const value = plainValue(text);
  if (value === null) unsure();
  return typeof value === 'number' && String(value) !== text ? unsure() : typeof value === 'boolean' ? booleanKey(text) : text;
}

const booleanKey = (text: string): string => (text === 'true' || text === 'false' ? text : unsure());

/** Where a text without spaces at its end would end. */
export function trimmedEnd({ text }: Cursor, from: number, end: number): number {
  let last = end;
  while (last > from && text.charCodeAt(last - 1) === SPACE) last--;
  return last;
}
