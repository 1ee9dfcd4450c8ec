import { readBlock } from './block.js';
import { nextIndent, Unsure, unsure, type Cursor, type Places } from './cursor.js';

/** Marks between documents, directives, and what is indented in another way. */
const BEYOND = /\t|\r|^\uFEFF|^(?:---|\.\.\.|%)/m;

/**
 * Reads the YAML that contracts are written in, several times as fast as a parser that knows all of it and keeps every place: maps and lists,
 * texts in all their forms, numbers, anchors and aliases. Whatever is not surely understood, every mistake included, is left to that parser.
 *
 * @example
 * readQuickly('a: [1, two]'); // { value: { a: [1, 'two'] } }
 * readQuickly('a: !!set { 1 }'); // undefined: ask the other one
 */
export function readQuickly(source: string): { readonly value: unknown } | undefined {
  const unix = source.includes('\r') ? source.replaceAll('\r\n', '\n') : source;
  const text = unix.startsWith('---\n') ? unix.slice(4) : unix;
  if (!text.endsWith('\n') || BEYOND.test(text)) return undefined;
  const value = readWhole({ text, at: 0, anchors: new Map(), aliases: 0 });
  return value === undefined ? undefined : { value };
}

/**
 * Where everything in such a text begins: the offset of the key of a pointer's last member, or of its item; of what is missing, that of its
 * nearest parent. `undefined` for a text that is not surely understood.
 *
 * @example
 * readPlaces('a:\n  b: 1\n')?.(['a', 'b']); // 5
 */
export function readPlaces(text: string): ((members: readonly string[]) => number) | undefined {
  if (!text.endsWith('\n') || BEYOND.test(text)) return undefined;
  const places: Places = new WeakMap();
  const root = readWhole({ text, at: 0, anchors: new Map(), aliases: 0, places });
  if (root === undefined) return undefined;
  const first = Math.min(...(places.get(root)?.values() ?? [0]));
  return (members) => {
    let [node, offset]: [unknown, number] = [root, Array.isArray(root) ? 0 : first];
    for (const member of members) {
      if (typeof node !== 'object' || node === null) return offset;
      const name = Array.isArray(node) ? Number(member) : member;
      const at = places.get(node)?.get(name);
      if (at === undefined) return offset;
      offset = at;
      node = (node as Readonly<Record<string | number, unknown>>)[name];
    }
    return offset;
  };
}

/** A map or a list that is all of the text. */
function readWhole(cursor: Cursor): object | undefined {
  try {
    const value = readBlock(cursor, -1);
    if (typeof value !== 'object' || value === null || nextIndent(cursor) !== -1) unsure();
    return value;
  } catch (error) {
    // What is nested too deeply to be read is for the other parser to refuse.
    if (error instanceof Unsure || error instanceof RangeError) return undefined;
    throw error;
  }
}
