import { endOfLine, NEWLINE, SPACE, unsure, type Cursor } from './cursor.js';

const HEADER = /[|>]-?\n/y;

/**
 * A text of several lines: as they stand after `|`, folded after `>`.
 *
 * @param indent Of what it stands in: its lines are indented by more.
 */
export function readBlockScalar(cursor: Cursor, indent: number): string {
  HEADER.lastIndex = cursor.at;
  const header = HEADER.exec(cursor.text)?.[0] ?? unsure();
  cursor.at += header.length;
  const isFolded = header.startsWith('>');
  const lines = readLines(cursor, indent, isFolded);
  const text = isFolded ? fold(lines) : lines.join('\n');
  return header.includes('-') ? text : `${text}\n`;
}

/** Without their indentation, and without the empty ones at the end. */
function readLines(cursor: Cursor, indent: number, isFolded: boolean): readonly string[] {
  const { text } = cursor;
  const lines: string[] = [];
  let width: number | undefined;
  let [widest, filled] = [0, 0];
  while (cursor.at < text.length) {
    const end = endOfLine(cursor, cursor.at);
    let first = cursor.at;
    while (text.charCodeAt(first) === SPACE) first++;
    const isBlank = text.charCodeAt(first) === NEWLINE;
    // Spaces past the indentation are a part of the text, even if there is nothing else on the line.
    const isEmpty = isBlank && first - cursor.at <= (width ?? Infinity);
    if (isBlank && !isEmpty && isFolded) unsure();
    if (isBlank && width === undefined) widest = Math.max(widest, first - cursor.at);
    if (!isEmpty) {
      width ??= first - cursor.at;
      if (width <= indent || width < widest) unsure();
      if (first - cursor.at < width) break;
    }
    lines.push(isEmpty ? '' : text.slice(cursor.at + width!, end));
    if (!isEmpty) filled = lines.length;
    cursor.at = end + 1;
  }
  return filled === 0 ? unsure() : lines.slice(0, filled);
}

/** An end of a line becomes a space, and of several, one less remains; beside lines that are indented by more they all do. */
function fold(lines: readonly string[]): string {
  let [text, ends, wasIndented] = ['', '', false];
  for (const line of lines) {
    if (line === '') {
      if (ends === '\n') text += '\n';
      else ends = '\n';
      continue;
    }
    const isIndented = line.startsWith(' ');
    if (isIndented) ends = ends === ' ' || wasIndented ? '\n' : ends.repeat(2);
    text += ends + line;
    ends = isIndented ? '\n' : ' ';
    wasIndented = isIndented;
  }
  return text;
}
