/** Whatever is not surely understood: the whole text is left to the parser that knows all of YAML. */
export class Unsure extends Error {
  override readonly name = 'Unsure';
}

/** Where reading has come to in a text, and what was named so far. */
export interface Cursor {
  readonly text: string;
  at: number;
  /** By the names of their anchors, once they are complete. */
  readonly anchors: Map<string, unknown>;
  aliases: number;
  /** Where members and items begin, for whoever asks for places: of each map and list, by its keys and numbers. */
  readonly places?: Places | undefined;
}

/** Offsets of keys and of items, by the map or list that they are of. */
export type Places = WeakMap<object, Map<string | number, number>>;

export function unsure(): never {
  throw new Unsure();
}

export const NEWLINE = 10;
export const SPACE = 32;
export const HASH = 35;
export const DASH = 45;
export const COLON = 58;
export const DOUBLE = 34;
export const SINGLE = 39;
export const OPEN_LIST = 91;
export const OPEN_MAP = 123;
export const AMPERSAND = 38;
export const STAR = 42;

/** What no plain text begins with; a dash may, when something follows it. */
const INDICATORS: ReadonlySet<number> = new Set([...'-?:,[]{}#&*!|>\'"%@`'].map((character) => character.charCodeAt(0)));

/** Whether a character is one that a plain text surely begins with. */
export const beginsPlain = (code: number): boolean => code > SPACE && !INDICATORS.has(code);

/** On further lines, most indicators are only characters. */
export const goesOnPlain = (code: number): boolean => code > SPACE && code !== DASH && code !== COLON && code !== HASH && code !== 63;

export const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** The character at a place; NaN after the end, which equals nothing. */
export const codeAt = ({ text }: Cursor, at: number): number => text.charCodeAt(at);

export function skipSpaces(cursor: Cursor): void {
  while (cursor.text.charCodeAt(cursor.at) === SPACE) cursor.at++;
}

/** Where the line ends that a place is in; every line has an end, since the text was given one. */
export const endOfLine = ({ text }: Cursor, at: number): number => text.indexOf('\n', at);

/** What is left of a line must be nothing, or a comment; the next line is where reading goes on. */
export function endLine(cursor: Cursor): void {
  skipSpaces(cursor);
  const code = codeAt(cursor, cursor.at);
  if (code !== NEWLINE && !(code === HASH && codeAt(cursor, cursor.at - 1) === SPACE)) unsure();
  cursor.at = endOfLine(cursor, cursor.at) + 1;
}

/** From the beginning of a line past empty lines and comments; how far the next line is indented, or -1 at the end. */
export function nextIndent(cursor: Cursor): number {
  for (;;) {
    const start = cursor.at;
    let at = start;
    while (cursor.text.charCodeAt(at) === SPACE) at++;
    const code = cursor.text.charCodeAt(at);
    if (Number.isNaN(code)) return -1;
    if (code !== NEWLINE && code !== HASH) return at - start;
    cursor.at = endOfLine(cursor, at) + 1;
  }
}

const NAME = /[A-Za-z0-9_-]+/y;

/** The name after `&` or `*`. */
export function readName(cursor: Cursor): string {
  NAME.lastIndex = cursor.at + 1;
  const name = NAME.exec(cursor.text)?.[0] ?? unsure();
  cursor.at += 1 + name.length;
  return name;
}

/** More than one text needs; what many aliases in each other come to is for the other parser to judge. */
const MOST_ALIASES = 5_000;

export function readAlias(cursor: Cursor): unknown {
  const name = readName(cursor);
  if (!cursor.anchors.has(name) || ++cursor.aliases > MOST_ALIASES) unsure();
  return cursor.anchors.get(name);
}

/** Reads what an anchor names; it must be complete before it is used, and be made of no aliases itself. */
export function readAnchored(cursor: Cursor, read: () => unknown): unknown {
  const name = readName(cursor);
  const before = cursor.aliases;
  if (!(codeAt(cursor, cursor.at) <= SPACE)) unsure();
  skipSpaces(cursor);
  const value = read();
  if (value === null || cursor.anchors.has(name) || cursor.aliases !== before) unsure();
  cursor.anchors.set(name, value);
  return value;
}

/** Notes where a member or an item begins, if somebody wants to know. */
export function notePlace({ places }: Cursor, of: object, name: string | number, at: number): void {
  if (places === undefined) return;
  const own = places.get(of) ?? new Map<string | number, number>();
  places.set(of, own);
  own.set(name, at);
}

/** Sets a member that is not there yet. */
export function setMember(map: Record<string, unknown>, key: string, value: unknown): void {
  if (Object.hasOwn(map, key) || key === '__proto__' || key === '<<') unsure();
  map[key] = value;
}
