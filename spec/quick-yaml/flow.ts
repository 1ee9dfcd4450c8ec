import {
  beginsPlain,
  codeAt,
  COLON,
  DASH,
  DOUBLE,
  HASH,
  NEWLINE,
  notePlace,
  OPEN_LIST,
  OPEN_MAP,
  readAlias,
  setMember,
  SINGLE,
  SPACE,
  STAR,
  unsure,
  type Cursor,
} from './cursor.js';
import { readQuoted } from './quoted.js';
import { plainKey, plainValue, trimmedEnd } from './scalars.js';

const COMMA = 44;
const CLOSE_LIST = 93;
const CLOSE_MAP = 125;

/**
 * A list in brackets or a map in braces.
 *
 * @param indent Of what it stands in: further lines have to be indented by more.
 */
export function readFlow(cursor: Cursor, indent: number): unknown {
  return codeAt(cursor, cursor.at) === OPEN_LIST ? readList(cursor, indent) : readMap(cursor, indent);
}

function readList(cursor: Cursor, indent: number): unknown[] {
  const items: unknown[] = [];
  cursor.at++;
  for (;;) {
    if (skip(cursor, indent) === CLOSE_LIST) break;
    notePlace(cursor, items, items.length, cursor.at);
    items.push(readValue(cursor, indent));
    const code = skip(cursor, indent);
    if (code === CLOSE_LIST) break;
    if (code !== COMMA) unsure();
    cursor.at++;
  }
  cursor.at++;
  return items;
}

function readMap(cursor: Cursor, indent: number): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  cursor.at++;
  for (;;) {
    if (skip(cursor, indent) === CLOSE_MAP) break;
    const { at } = cursor;
    const key = readKey(cursor);
    notePlace(cursor, map, key, at);
    skip(cursor, indent);
    setMember(map, key, readValue(cursor, indent));
    const code = skip(cursor, indent);
    if (code === CLOSE_MAP) break;
    if (code !== COMMA) unsure();
    cursor.at++;
  }
  cursor.at++;
  return map;
}

/** A key with its colon, which a space or the end of the line follows. */
function readKey(cursor: Cursor): string {
  const code = codeAt(cursor, cursor.at);
  const key = code === DOUBLE || code === SINGLE ? readQuoted(cursor) : plainKey(readPlain(cursor));
  if (codeAt(cursor, cursor.at) !== COLON || !(codeAt(cursor, cursor.at + 1) <= SPACE) || key.length > LONGEST_KEY) unsure();
  cursor.at++;
  return key;
}

const LONGEST_KEY = 1_000;

function readValue(cursor: Cursor, indent: number): unknown {
  const code = codeAt(cursor, cursor.at);
  if (code === DOUBLE || code === SINGLE) return afterwards(cursor, readQuoted(cursor, indent));
  if (code === OPEN_LIST || code === OPEN_MAP) return afterwards(cursor, readFlow(cursor, indent));
  if (code === STAR) return readAlias(cursor);
  return plainValue(readPlain(cursor));
}

/** Behind what needs no space, a colon would make a key of it. */
function afterwards<T>(cursor: Cursor, value: T): T {
  return codeAt(cursor, cursor.at) === COLON ? unsure() : value;
}

/** On one line, up to what ends it; of a value, that must not be the colon of a pair. */
function readPlain(cursor: Cursor): string {
  const { text, at } = cursor;
  const first = text.charCodeAt(at);
  if (first === DASH ? !/[\w.]/.test(text.charAt(at + 1)) : !beginsPlain(first)) unsure();
  let end = at;
  for (; ; end++) {
    const code = text.charCodeAt(end);
    if (code === NEWLINE || code === COMMA || code === CLOSE_LIST || code === CLOSE_MAP) break;
    if (code === OPEN_LIST || code === OPEN_MAP) unsure();
    if (code === COLON && !/[^\s,[\]{}]/.test(text.charAt(end + 1))) break;
    if (code === HASH && text.charCodeAt(end - 1) === SPACE) unsure();
  }
  const last = trimmedEnd(cursor, at, end);
  cursor.at = text.charCodeAt(end) === COLON ? end : last;
  if (text.charCodeAt(end) === COLON && last !== end) unsure();
  return text.slice(at, last);
}

/** Past spaces and ends of lines; what comes then. */
function skip(cursor: Cursor, indent: number): number {
  const { text } = cursor;
  for (;;) {
    const code = text.charCodeAt(cursor.at);
    if (code === NEWLINE) {
      const start = ++cursor.at;
      while (text.charCodeAt(cursor.at) === SPACE) cursor.at++;
      if (cursor.at - start <= indent && text.charCodeAt(cursor.at) !== NEWLINE) unsure();
    } else if (code === SPACE) cursor.at++;
    else return code === HASH || Number.isNaN(code) ? unsure() : code;
  }
}
