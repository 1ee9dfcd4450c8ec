import type parse from 'jsonpath-rfc9535/parser';
import type { JsonPathQuery } from 'jsonpath-rfc9535/parser';
import { onDemand } from '../../spec/index.js';
import { Unusable } from './errors.js';
import { isObject } from './json.js';
import { compileFilter, spend, TooFar, type Run, type Segment, type Selector, type Walk } from './json-path-filter.js';
import { spendWork, VALUE_WORK } from './work.js';

type Slice = Extract<Selector, { type: 'SliceSelector' }>;
type Pick = (value: unknown, run: Run, found: unknown[]) => void;

const MAX_PATH = 1_000;
/** Values that one path looks at in one request; a path can ask for more than a server has time for. */
const MAX_STEPS = 100_000;

/**
 * Compiles a JSONPath (RFC 9535). Syntax and types are those of the package `jsonpath-rfc9535`; the walk is ours, because it
 * must be compiled once and be bounded, and because `match()` and `search()` must take linear time.
 *
 * @example
 * compilePath("$.creators[?@.roles.author == true].email")({ creators: [{ email: 'a@b.c', roles: { author: true } }] }); // ['a@b.c']
 *
 * @returns The values that the path leads to; `undefined` when there is too much to look through.
 * @throws {Unusable} for what is no JSONPath, and for patterns of `match()` and `search()` that come from the request.
 */
export function compilePath(path: string): (value: unknown) => readonly unknown[] | undefined {
  const walk = compileSegments(parsed(path).segments);
  return (value) => {
    spendWork(VALUE_WORK);
    try {
      return walk(value, { root: value, left: MAX_STEPS });
    } catch (error) {
      if (error instanceof TooFar) return undefined;
      throw error;
    }
  };
}

function parsed(path: string): JsonPathQuery {
  if (path.length > MAX_PATH) throw new Unusable(`the JSONPath has ${path.length} characters`, `Write one of at most ${MAX_PATH}.`);
  try {
    return (onDemand('jsonpath-rfc9535/parser') as { readonly default: typeof parse }).default(path);
  } catch (error) {
    throw new Unusable(
      `${JSON.stringify(path)} is no JSONPath: ${(error as Error).message}`,
      'Write it as in RFC 9535: $.creators[0].email.',
    );
  }
}

function compileSegments(segments: readonly Segment[]): Walk {
  const steps = segments.map((segment) => ({ deep: segment.type === 'DescendantSegment', pick: compileNode(segment.node) }));
  return (from, run) => {
    let values: unknown[] = [from];
    for (const { deep, pick } of steps) {
      const found: unknown[] = [];
      for (const value of values) {
        if (deep) eachDescendant(value, run, (one) => pick(one, run, found));
        else pick(value, run, found);
      }
      values = found;
    }
    return values;
  };
}

/** The value itself, then what is in it, in the order of the document; no recursion, since requests nest as they like. */
function eachDescendant(value: unknown, run: Run, visit: (value: unknown) => void): void {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    spend(run);
    visit(next);
    const children = childrenOf(next);
    for (let index = children.length - 1; index >= 0; index--) open.push(children[index]);
  }
}

function childrenOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

function compileNode(node: Segment['node']): Pick {
  if (node.type === 'BracketedSelection') {
    const picks = node.selectors.map(compileSelector);
    return (value, run, found) => picks.forEach((pick) => pick(value, run, found));
  }
  return node.type === 'WildcardSelector' ? compileSelector(node) : compileSelector({ type: 'NameSelector', value: node.value });
}

function compileSelector(selector: Selector): Pick {
  switch (selector.type) {
    case 'NameSelector':
      return pickName(selector.value);
    case 'IndexSelector':
      return pickIndex(selector.value);
    case 'SliceSelector':
      return pickSlice(selector);
    case 'FilterSelector':
      return pickFiltered(compileFilter(selector.value, compileSegments));
    default:
      return (value, run, found) => childrenOf(value).forEach((child) => take(child, run, found));
  }
}

function pickName(name: string): Pick {
  return (value, run, found) => {
    if (isObject(value) && Object.hasOwn(value, name)) take(value[name], run, found);
  };
}

function pickIndex(index: number): Pick {
  requireExact(index);
  return (value, run, found) => {
    if (!Array.isArray(value)) return;
    const at = index < 0 ? value.length + index : index;
    if (at >= 0 && at < value.length) take(value[at], run, found);
  };
}

function pickSlice(slice: Slice): Pick {
  [slice.start, slice.end, slice.step].forEach((index) => requireExact(index ?? 0));
  return (value, run, found) => {
    if (Array.isArray(value)) for (const at of sliced(slice, value.length)) take(value[at], run, found);
  };
}

function pickFiltered(holds: (value: unknown, run: Run) => boolean): Pick {
  return (value, run, found) => {
    for (const child of childrenOf(value)) {
      spend(run);
      if (holds(child, run)) take(child, run, found);
    }
  };
}

function take(value: unknown, run: Run, found: unknown[]): void {
  spend(run);
  found.push(value);
}

/** The indexes of a slice (RFC 9535, section 2.3.4.2.2). */
function* sliced(slice: Slice, length: number): Generator<number> {
  const step = slice.step ?? 1;
  const normal = (index: number): number => (index >= 0 ? index : length + index);
  const clamp = (index: number, low: number, high: number): number => Math.min(Math.max(index, low), high);
  if (step > 0) {
    const end = clamp(normal(slice.end ?? length), 0, length);
    for (let at = clamp(normal(slice.start ?? 0), 0, length); at < end; at += step) yield at;
  } else if (step < 0) {
    const end = slice.end === null ? -1 : clamp(normal(slice.end), -1, length - 1);
    for (let at = clamp(normal(slice.start ?? length - 1), -1, length - 1); at > end; at += step) yield at;
  }
}

/** Integers are those of I-JSON (RFC 9535, section 2.1). */
function requireExact(index: number): void {
  if (!Number.isSafeInteger(index)) throw new Unusable(`${index} is beyond the integers of JSON`, 'Count less far.');
}
