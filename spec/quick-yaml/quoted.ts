import { codeAt, DOUBLE, SINGLE, SPACE, unsure, type Cursor } from './cursor.js';

/**
 * A text in quotes.
 *
 * @param indent Of what it stands in, if it may go on over lines: they are indented by more.
 */
export function readQuoted(cursor: Cursor, indent?: number): string {
  const isDouble = codeAt(cursor, cursor.at) === DOUBLE;
  const end = isDouble ? endOfDouble(cursor) : endOfSingle(cursor);
  const inside = cursor.text.slice(cursor.at + 1, end);
  cursor.at = end + 1;
  const text = inside.includes('\n') ? fold(inside.split('\n'), indent ?? unsure(), isDouble) : inside;
  if (!isDouble) return text.includes("''") ? text.replaceAll("''", "'") : text;
  return text.includes('\\') ? text.replace(ESCAPE, meant) : text;
}

function endOfDouble({ text, at }: Cursor): number {
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === DOUBLE) return end;
    if (code === 92) end++;
  }
  return unsure();
}

function endOfSingle({ text, at }: Cursor): number {
  for (let end = at + 1; ; end += 2) {
    end = text.indexOf("'", end);
    if (end < 0) return unsure();
    if (text.charCodeAt(end + 1) !== SINGLE) return end;
  }
}

/** An end of a line becomes a space, and of several, one less remains; after a backslash it is not there at all. */
function fold([first = '', ...others]: readonly string[], indent: number, isDouble: boolean): string {
  let text = first;
  let ends = 0;
  for (const [index, line] of others.entries()) {
    let width = 0;
    while (line.charCodeAt(width) === SPACE) width++;
    if (width === line.length && index < others.length - 1) {
      ends++;
      continue;
    }
    if (width <= indent) unsure();
    text = joined(text, ends, isDouble) + line.slice(width);
    ends = 0;
  }
  return text;
}

function joined(text: string, ends: number, isDouble: boolean): string {
  const trimmed = text.replace(/ +$/, '');
  const isEscaped = isDouble && /(?:^|[^\\])(?:\\\\)*\\$/.test(trimmed);
  // What is escaped may be the end of the line, or a space before it.
  if (isEscaped) return ends > 0 || trimmed !== text ? unsure() : text.slice(0, -1);
  return trimmed + (ends === 0 ? ' ' : '\n'.repeat(ends));
}

const ESCAPE = /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|[^])?/g;

/** The escapes that JSON has as well, and those of spaces. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ...[...'"\\/ '].map((character): [string, string] => [`\\${character}`, character]),
  ...([
    ['\\n', '\n'],
    ['\\t', '\t'],
    ['\\r', '\r'],
    ['\\b', '\b'],
    ['\\f', '\f'],
    ['\\e', '\u001B'],
    ['\\0', '\0'],
  ] satisfies [string, string][]),
]);

function meant(escape: string): string {
  if (escape.length > 2) return String.fromCharCode(Number.parseInt(escape.slice(2), 16));
  return ESCAPES.get(escape) ?? unsure();
}
