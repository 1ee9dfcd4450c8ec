import { readBlockScalar } from './block-scalar.js';
import {
  AMPERSAND,
  beginsPlain,
  goesOnPlain,
  codeAt,
  COLON,
  DASH,
  DOUBLE,
  endLine,
  endOfLine,
  HASH,
  NEWLINE,
  nextIndent,
  notePlace,
  OPEN_LIST,
  OPEN_MAP,
  readAlias,
  readAnchored,
  setMember,
  SINGLE,
  skipSpaces,
  SPACE,
  STAR,
  unsure,
  type Cursor,
} from './cursor.js';
import { readFlow } from './flow.js';
import { readQuoted } from './quoted.js';
import { plainKey, plainValue, trimmedEnd } from './scalars.js';

/**
 * What stands on the lines that follow, from the beginning of a line on.
 *
 * @param indent Of what it belongs to: it is indented by more. A list in a map may be indented as the map is.
 * @returns null where there is nothing
 */
export function readBlock(cursor: Cursor, indent: number, isMember = false): unknown {
  const from = cursor.at;
  const width = nextIndent(cursor);
  if (width < indent || width < 0) return null;
  if (width === indent) {
    if (!isMember || !isItem(cursor, cursor.at + width)) return null;
  }
  const line = cursor.at;
  cursor.at += width;
  if (isItem(cursor, cursor.at)) return readList(cursor, width);
  if (hasKey(cursor)) return readMap(cursor, width);
  // The other parser takes the next item for more of a text without quotes that a comment stands before.
  if (cursor.text.slice(from, line).includes('#')) unsure();
  return readScalar(cursor, indent);
}

/** From the dash of its first item on. */
function readList(cursor: Cursor, indent: number): unknown[] {
  const items: unknown[] = [];
  do {
    cursor.at++;
    if (cursor.places !== undefined) notePlace(cursor, items, items.length, beginOfItem(cursor));
    const item = readItem(cursor, indent);
    if (item === null && cursor.places !== undefined) unsure();
    items.push(item);
  } while (goesOn(cursor, indent) && (isItem(cursor, cursor.at) || leave(cursor, indent)));
  return items;
}

/** From the first character of its first key on. */
function readMap(cursor: Cursor, indent: number): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  do {
    const { at } = cursor;
    const key = readKey(cursor);
    notePlace(cursor, map, key, at);
    setMember(map, key, readMember(cursor, indent));
  } while (goesOn(cursor, indent));
  return map;
}

/** Whether the next line is one of the same map or list; reading then stands behind its indentation. */
function goesOn(cursor: Cursor, indent: number): boolean {
  const width = nextIndent(cursor);
  if (width > indent) unsure();
  if (width !== indent) return false;
  cursor.at += width;
  return true;
}

/** A list that is indented as the map that it is in ends with the next key. */
function leave(cursor: Cursor, indent: number): boolean {
  cursor.at -= indent;
  return false;
}

/** What follows a colon. */
function readMember(cursor: Cursor, indent: number): unknown {
  skipSpaces(cursor);
  const code = codeAt(cursor, cursor.at);
  if (code === NEWLINE || code === HASH) {
    endLine(cursor);
    return readBlock(cursor, indent, true);
  }
  if (code === AMPERSAND)
    return readAnchored(cursor, () => (isNamedBlock(cursor) ? readMember(cursor, indent) : readInline(cursor, indent)));
  return readInline(cursor, indent);
}

/** An anchor may stand before what begins on the next line. */
const isNamedBlock = (cursor: Cursor): boolean => codeAt(cursor, cursor.at) === NEWLINE;

/** What follows the dash of an item, which may be a list or a map that begins on the same line. */
function readItem(cursor: Cursor, indent: number): unknown {
  const dash = cursor.at - 1;
  skipSpaces(cursor);
  const code = codeAt(cursor, cursor.at);
  if (code === NEWLINE || code === HASH) {
    endLine(cursor);
    return readBlock(cursor, indent);
  }
  if (code === AMPERSAND) return readAnchored(cursor, () => (isNamedBlock(cursor) ? readItem(cursor, indent) : readInline(cursor, indent)));
  const width = indent + cursor.at - dash;
  if (isItem(cursor, cursor.at)) return readList(cursor, width);
  return hasKey(cursor) ? readMap(cursor, width) : readInline(cursor, indent);
}

/** Where that begins which the dash before this place is of; reading does not go on. */
function beginOfItem(cursor: Cursor): number {
  const before = cursor.at;
  skipSpaces(cursor);
  const code = codeAt(cursor, cursor.at);
  // What is named, and what is not there, has a place that only the other parser knows.
  if (code === AMPERSAND) unsure();
  if (code === NEWLINE || code === HASH) {
    endLine(cursor);
    const width = nextIndent(cursor);
    if (width < 0) unsure();
    cursor.at += width;
  }
  const begin = cursor.at;
  cursor.at = before;
  return begin;
}

function readInline(cursor: Cursor, indent: number): unknown {
  const code = codeAt(cursor, cursor.at);
  // | and >
  if (code === 124 || code === 62) return readBlockScalar(cursor, indent);
  if (code !== STAR) return readScalar(cursor, indent);
  const value = readAlias(cursor);
  endLine(cursor);
  return value;
}

/** A text in quotes, a list in brackets, a map in braces, or a text without any of that. */
function readScalar(cursor: Cursor, indent: number): unknown {
  const code = codeAt(cursor, cursor.at);
  if (code === DOUBLE || code === SINGLE || code === OPEN_LIST || code === OPEN_MAP) {
    const value = code === DOUBLE || code === SINGLE ? readQuoted(cursor, indent) : readFlow(cursor, indent);
    endLine(cursor);
    return value;
  }
  return readPlain(cursor, indent);
}

/** A text without quotes, which may go on over lines that are indented by more than what it is in. */
function readPlain(cursor: Cursor, indent: number): unknown {
  const begin = codeAt(cursor, cursor.at);
  if (begin === DASH ? codeAt(cursor, cursor.at + 1) <= SPACE : !beginsPlain(begin)) unsure();
  const first = readPlainLine(cursor);
  if (first.commented) return plainValue(first.text);
  let text = first.text;
  let isLong = false;
  for (;;) {
    let [start, ends] = [cursor.at, 1];
    while (codeAt(cursor, start) === NEWLINE) [start, ends] = [start + 1, ends + 1];
    let at = start;
    while (codeAt(cursor, at) === SPACE) at++;
    const code = codeAt(cursor, at);
    if (at - start <= indent || Number.isNaN(code) || code === HASH) break;
    // Spaces on lines that are otherwise empty, or what might be an item, a key or a pair.
    if (!goesOnPlain(code)) unsure();
    cursor.at = at;
    const line = readPlainLine(cursor);
    if (line.commented) unsure();
    text += (ends === 1 ? ' ' : '\n'.repeat(ends - 1)) + line.text;
    isLong = true;
  }
  return isLong ? text : plainValue(text);
}

/** One line of a text without quotes; a pair on it would make it something else. */
function readPlainLine(cursor: Cursor): { readonly text: string; readonly commented: boolean } {
  const { text, at } = cursor;
  const line = endOfLine(cursor, at);
  let end = at;
  for (; end < line; end++) {
    const code = text.charCodeAt(end);
    if (code === COLON && text.charCodeAt(end + 1) <= SPACE) unsure();
    if (code === HASH && text.charCodeAt(end - 1) === SPACE) break;
  }
  cursor.at = line + 1;
  return { text: text.slice(at, trimmedEnd(cursor, at, end)), commented: end < line };
}

const isItem = ({ text }: Cursor, at: number): boolean => text.charCodeAt(at) === DASH && text.charCodeAt(at + 1) <= SPACE;

/** Whether what stands here, up to the end of the line, begins with a key and its colon. */
function hasKey(cursor: Cursor): boolean {
  const from = cursor.at;
  const code = codeAt(cursor, from);
  if (code === DOUBLE || code === SINGLE) {
    // Over several lines it is a text.
    readQuoted(cursor, -1);
    const found = codeAt(cursor, cursor.at) === COLON;
    cursor.at = from;
    return found;
  }
  return beginsPlain(code) && endOfKey(cursor) !== undefined;
}

const LONGEST_KEY = 1_000;

/** The place of the colon of a key without quotes. */
function endOfKey(cursor: Cursor): number | undefined {
  const { text, at } = cursor;
  const line = endOfLine(cursor, at);
  for (let end = at; end < line; end++) {
    const code = text.charCodeAt(end);
    if (code === COLON && text.charCodeAt(end + 1) <= SPACE) return end;
    if (code === HASH && text.charCodeAt(end - 1) === SPACE) return undefined;
  }
  return undefined;
}

/** A key with its colon; reading goes on behind it. */
function readKey(cursor: Cursor): string {
  const { at } = cursor;
  const code = codeAt(cursor, at);
  let key: string;
  if (code === DOUBLE || code === SINGLE) {
    key = readQuoted(cursor);
    if (codeAt(cursor, cursor.at) !== COLON || !(codeAt(cursor, cursor.at + 1) <= SPACE)) unsure();
  } else {
    const end = beginsPlain(code) ? (endOfKey(cursor) ?? unsure()) : unsure();
    if (trimmedEnd(cursor, at, end) !== end) unsure();
    key = plainKey(cursor.text.slice(at, end));
    cursor.at = end;
  }
  if (cursor.at - at > LONGEST_KEY) unsure();
  cursor.at++;
  return key;
}
