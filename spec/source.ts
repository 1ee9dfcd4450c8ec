import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { isAlias, isMap, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { InputError } from './errors.js';
import { split } from './pointer.js';
import type { Location } from './types.js';

/** A YAML or JSON file that has been read: its value, and the place of every pointer in it. */
export interface Source {
  /** As people should see it: relative to the working folder when it is inside. */
  readonly file: string;
  /** Absolute. */
  readonly path: string;
  /** Hex, over the file's bytes. */
  readonly sha256: string;
  readonly value: unknown;
  /** The nearest place that exists: for a missing member, its parent. */
  locate(pointer: string): Location;
}

/**
 * Reads a YAML or JSON file; its syntax tree is kept only once a place is asked for.
 *
 * @example
 * readSource('openapi.yaml').locate('/info/title'); // { file: 'openapi.yaml', line: 5, column: 3 }
 *
 * @throws {InputError} `contract-unreadable`, `contract-syntax`
 */
export function readSource(path: string): Source {
  const absolute = resolve(path);
  const file = displayName(absolute);
  const text = readText(absolute, file);
  let tree: SyntaxTree | undefined;
  return {
    file,
    path: absolute,
    sha256: createHash('sha256').update(text).digest('hex'),
    value: parseValue(text, file),
    locate: (pointer) => {
      tree ??= parseTree(text);
      return placeOf(file, tree, offsetOf(tree.document, split(pointer)));
    },
  };
}

/** A path as people should see it: relative to the working folder when it is inside, absolute otherwise. */
export function displayName(path: string): string {
  const name = relative(process.cwd(), path);
  return name.startsWith('..') || name === '' ? path : name;
}

interface SyntaxTree {
  readonly document: Document;
  readonly lines: LineCounter;
}

function parseTree(text: string): SyntaxTree {
  const lines = new LineCounter();
  return { lines, document: parseDocument(text, { lineCounter: lines, prettyErrors: false }) };
}

function readText(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'it is a folder' : message;
    throw new InputError([
      {
        problem: 'contract-unreadable',
        what: `${file}: ${reason}`,
        why: 'The contract is what everything else derives from.',
        remedy: 'Name an existing OpenAPI file, such as --contract openapi.yaml.',
      },
    ]);
  }
}

function parseValue(text: string, file: string): unknown {
  const tree = file.endsWith('.json') ? undefined : parseTree(text);
  if (tree === undefined) {
    try {
      return JSON.parse(text);
    } catch {
      // Fall through: the YAML parser reads JSON as well, and knows where the mistake is.
    }
  }
  const { document, lines } = tree ?? parseTree(text);
  if (document.errors.length > 0) {
    throw new InputError(
      document.errors.map((error) => ({
        problem: 'contract-syntax',
        what: error.message,
        why: 'A file that cannot be parsed declares nothing.',
        remedy: 'Correct the syntax at this place.',
        location: placeOf(file, { document, lines }, error.pos[0]),
      })),
    );
  }
  return document.toJS({ maxAliasCount: 10_000 });
}

function placeOf(file: string, { lines }: SyntaxTree, offset: number): Location {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Where a member's key, or an item's value, begins. */
function offsetOf(document: Document, members: readonly string[]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const member of members) {
    if (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    let start: number | undefined;
    if (isMap(node)) {
      const pair = node.items.find((item) => keyOf(item.key) === member);
      next = pair?.value;
      start = startOf(pair?.key);
    } else if (isSeq(node)) {
      next = node.items[Number(member)];
      start = startOf(next);
    }
    if (start === undefined) return offset;
    offset = start;
    node = next;
  }
  return offset;
}

function keyOf(key: unknown): string {
  return String((key as { value?: unknown } | null)?.value ?? key);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
