import { createHash } from 'node:crypto';
import { relative, resolve } from 'node:path';
import type { Document, LineCounter, Node, Pair, YAMLMap } from 'yaml';
import type * as Yaml from 'yaml';
import { InputError, type ProblemName } from './errors.js';
import { notTooDeep, tooDeep } from './depth.js';
import { readFileText } from './file.js';
import { onDemand } from './on-demand.js';
import { split } from './pointer.js';
import { readPlaces, readQuickly } from './quick-yaml/index.js';
import type { Location } from './types.js';

const yaml = (): typeof Yaml => onDemand('yaml') as typeof Yaml;

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
  let locate: ((members: readonly string[]) => Location) | undefined;
  return {
    file,
    path: absolute,
    sha256: createHash('sha256').update(text).digest('hex'),
    value: notTooDeep(parseValue(text, file), file),
    locate: (pointer) => (locate ??= createLocate(text, file))(split(pointer)),
  };
}

/** Reads a text once more, and keeps where everything is. */
function createLocate(text: string, file: string): (members: readonly string[]) => Location {
  const places = file.endsWith('.json') ? undefined : readPlaces(text);
  if (places === undefined) {
    const tree = parseTree(text);
    return (members) => placeOf(file, tree, offsetOf(tree.document, members));
  }
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return (members) => {
    const offset = places(members);
    const line = countUpTo(starts, offset);
    return { file, line, column: offset - (starts[line - 1] ?? 0) + 1 };
  };
}

/** How many of the ascending numbers are no greater than the limit. */
function countUpTo(numbers: readonly number[], limit: number): number {
  let [from, to] = [0, numbers.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((numbers[middle] ?? 0) <= limit) from = middle + 1;
    else to = middle;
  }
  return from;
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
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  return { lines, document: parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, logLevel: 'error' }) };
}

function readText(path: string, file: string): string {
  try {
    return readFileText(path);
  } catch (error) {
    throw new InputError([
      {
        problem: 'contract-unreadable',
        what: `${file}: ${(error as Error).message}`,
        why: 'The contract is what everything else derives from.',
        remedy: 'Name an existing OpenAPI file, such as --contract openapi.yaml.',
      },
    ]);
  }
}

function parseValue(text: string, file: string): unknown {
  if (file.endsWith('.json')) {
    try {
      return JSON.parse(text);
    } catch {
      // Fall through: the YAML parser reads JSON as well, and knows where the mistake is.
    }
  } else {
    const quick = readQuickly(text);
    if (quick !== undefined) return quick.value;
  }
  const parsed = parseTree(text);
  const { document } = parsed;
  const faults = [
    ...document.errors.map(({ code, message, pos }): Fault => ({
      message: code === 'MULTIPLE_DOCS' ? 'A second document begins' : message,
      offset: pos[0],
    })),
    ...(BEYOND_JSON.test(text) ? faultsBeyondJson(document) : []),
  ];
  if (faults.some(({ message }) => message === OUT_OF_STACK)) throw tooDeep(file);
  if (faults.length > 0) throw syntaxError(file, parsed, faults);
  try {
    return document.toJS({ maxAliasCount: 10_000 });
  } catch (error) {
    throw syntaxError(file, parsed, [{ message: (error as Error).message, offset: 0 }]);
  }
}

interface Fault {
  readonly message: string;
  readonly offset: number;
}

/** What the parser says of what it cannot follow any deeper. */
const OUT_OF_STACK = 'Maximum call stack size exceeded';

/** What is no YAML at all has a fault at every word. */
const MOST_FAULTS = 5;

function syntaxError(file: string, tree: SyntaxTree, faults: readonly Fault[]): InputError {
  const left = faults.length - MOST_FAULTS;
  return new InputError(
    faults.slice(0, MOST_FAULTS).map(({ message, offset }, index) => ({
      problem: 'contract-syntax',
      what: message,
      why: 'A file that cannot be parsed declares nothing.',
      remedy: `Correct the syntax at this place${left > 0 && index === MOST_FAULTS - 1 ? `; ${left} more faults follow in this file` : ''}.`,
      location: placeOf(file, tree, offset),
    })),
  );
}

/** An anchor, an alias, a tag or a complex key, or a word in a text that looks like one: hardly any contract needs the closer look. */
const BEYOND_JSON = /(?:^|[\s,[{])(?:[&*!][\w!<:]|\?\s)/;

/** What YAML can say and JSON cannot: values of other types, keys that are no words, and a value inside of itself. */
function faultsBeyondJson(document: Document): Fault[] {
  const { isAlias, isCollection, visit } = yaml();
  const faults: Fault[] = [];
  const anchors = new Map<string, Node>();
  const report = (node: unknown, message: string): void => void faults.push({ message, offset: startOf(node) ?? 0 });
  visit(document, {
    Pair: (_, { key }) => {
      if (isCollection(key)) report(key, 'A key is a list or a map');
    },
    Node: (_, node) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        if (node.tag !== undefined && !JSON_TAGS.has(node.tag))
          report(node, `The tag ${node.tag} stands for a value that JSON does not have`);
        return;
      }
      const [start, end] = [startOf(node) ?? 0, anchors.get(node.source)?.range?.[1]];
      if (end === undefined) report(node, `The alias *${node.source} comes before any anchor of that name`);
      else if (start < end) report(node, `The alias *${node.source} stands inside of what it names`);
    },
  });
  return faults;
}

const JSON_TAGS: ReadonlySet<string> = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((type) => `tag:yaml.org,2002:${type}`),
);

function placeOf(file: string, { lines }: SyntaxTree, offset: number): Location {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Where a member's key, or an item's value, begins. */
function offsetOf(document: Document, members: readonly string[]): number {
  const { isAlias, isMap, isSeq } = yaml();
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const member of members) {
    if (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    let start: number | undefined;
    if (isMap(node)) {
      const pair = pairsOf(node).get(member);
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

/** Many findings in one long list of members must not cost a search each. */
const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  let index = indexes.get(map);
  if (index === undefined) indexes.set(map, (index = new Map(map.items.map((pair) => [String(pair.key), pair]))));
  return index;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/**
 * Reads a file that an option names, such as a policy: whatever keeps it from being read is a problem of that file.
 *
 * @example
 * readFileSource('staging.yaml', { problem: 'deployment-invalid', why: 'It says where the API is.', option: '--deployment' });
 *
 * @throws {InputError} the problem that is named, with the first fault only: what follows the first of a syntax follows from it
 */
export function readFileSource(
  file: string,
  { problem, why, option }: { readonly problem: ProblemName; readonly why: string; readonly option: string },
): Source {
  try {
    return readSource(file);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.findings.slice(0, 1).map((found) => ({
        ...found,
        ...{ problem, why, remedy: found.location === undefined ? `Name an existing file with ${option}.` : found.remedy },
      })),
    );
  }
}
