import type { JsonPathQuery } from 'jsonpath-rfc9535/parser';
import { Unusable } from './errors.js';
import { isObject, sameJson } from './json.js';
import { compileExpression } from './regex.js';
import { spendWork, VALUE_WORK } from './work.js';

export type Segment = JsonPathQuery['segments'][number];
type Bracketed = Extract<Segment['node'], { type: 'BracketedSelection' }>;
export type Selector = Bracketed['selectors'][number];
type Filter = Extract<Selector, { type: 'FilterSelector' }>['value'];
type Comparison = Extract<Filter, { type: 'ComparisonExpr' }>;
type Comparable = Comparison['left'];
type Call = Extract<Comparable, { type: 'FunctionExpr' }>;
type Argument = Call['arguments'][number];
type Query = Extract<Argument, { type: 'FilterQuery' }>['value'];

/** One evaluation: the whole value, and how many more values it may look at. */
export interface Run {
  readonly root: unknown;
  left: number;
}

/** Thrown by a walk that takes too long. */
export class TooFar extends Error {}

/** Counts one value that is looked at. */
export function spend(run: Run): void {
  if (--run.left < 0) throw new TooFar();
  spendWork(VALUE_WORK);
}

/** Counts a value that is read to its end: a text costs more the longer it is. */
function spendOn(value: unknown, run: Run): void {
  spend(run);
  if (typeof value === 'string') spendWork(value.length >> 3);
}

/** What a path leads to from a value. */
export type Walk = (from: unknown, run: Run) => readonly unknown[];
type Compile = (segments: readonly Segment[]) => Walk;
type Test = (value: unknown, run: Run) => boolean;
/** A value, or `NOTHING`. */
type Read = (value: unknown, run: Run) => unknown;

const NOTHING = Symbol('nothing');

/**
 * Compiles a filter of a JSONPath (RFC 9535, section 2.3.5).
 *
 * @param compile Compiles the paths inside of it.
 * @throws {Unusable} for what is not well-typed (section 2.4.3)
 */
export function compileFilter(filter: Filter, compile: Compile): Test {
  switch (filter.type) {
    case 'LogicalNotExpr': {
      const inner = compileFilter(filter.expression, compile);
      return (value, run) => !inner(value, run);
    }
    case 'LogicalAndExpr': {
      const [left, right] = [compileFilter(filter.left, compile), compileFilter(filter.right, compile)];
      return (value, run) => left(value, run) && right(value, run);
    }
    case 'LogicalOrExpr': {
      const [left, right] = [compileFilter(filter.left, compile), compileFilter(filter.right, compile)];
      return (value, run) => left(value, run) || right(value, run);
    }
    case 'ComparisonExpr':
      return compileComparison(filter, compile);
    default:
      return compileTest(filter, compile);
  }
}

function compileTest({ expression }: Extract<Filter, { type: 'TestExpr' }>, compile: Compile): Test {
  if (expression.type === 'FunctionExpr') {
    const call = compileCall(expression, 'logical', compile);
    return (value, run) => call(value, run) === true;
  }
  const walk = compileQuery(expression.value, compile);
  return (value, run) => walk(value, run).length > 0;
}

function compileQuery(query: Query, compile: Compile): Walk {
  const walk = compile(query.segments);
  return query.type === 'JsonPathQuery' ? (_, run) => walk(run.root, run) : walk;
}

function compileComparison({ left, right, op }: Comparison, compile: Compile): Test {
  const [readLeft, readRight] = [compileComparable(left, compile), compileComparable(right, compile)];
  const compare = COMPARE[op];
  return (value, run) => {
    const [a, b] = [readLeft(value, run), readRight(value, run)];
    if (typeof a === 'string') spendOn(b, run);
    return compare(a, b, () => sameJson(a, b, (one) => spendOn(one, run)));
  };
}

const COMPARE: Readonly<Record<Comparison['op'], (a: unknown, b: unknown, same: () => boolean) => boolean>> = {
  '==': (_a, _b, same) => same(),
  '!=': (_a, _b, same) => !same(),
  '<': less,
  '>': (a, b) => less(b, a),
  '<=': (a, b, same) => less(a, b) || same(),
  '>=': (a, b, same) => less(b, a) || same(),
};

type Index = Extract<Selector, { type: 'IndexSelector' }>;

/** In comparisons the parser (1.3.0) puts the index one level deeper than its types say. */
function indexOf(node: Index & { readonly selector?: Index }): Index {
  return node.selector ?? node;
}

function less(a: unknown, b: unknown): boolean {
  return (typeof a === 'number' && typeof b === 'number' && a < b) || (typeof a === 'string' && typeof b === 'string' && a < b);
}

function compileComparable(comparable: Comparable, compile: Compile): Read {
  switch (comparable.type) {
    case 'Literal':
      return () => comparable.value;
    case 'FunctionExpr':
      return compileCall(comparable, 'value', compile);
    default: {
      const selectors = comparable.segments.map(({ node }): Selector =>
        node.type === 'IndexSelector' ? indexOf(node) : { type: 'NameSelector', value: node.value },
      );
      const walk = compile(
        selectors.map((selector) => ({ type: 'ChildSegment', node: { type: 'BracketedSelection', selectors: [selector] } })),
      );
      const absolute = comparable.type === 'AbsSingularQuery';
      return (value, run) => single(walk(absolute ? run.root : value, run));
    }
  }
}

const RETURNS: Readonly<Record<string, 'value' | 'logical'>> = {
  length: 'value',
  count: 'value',
  value: 'value',
  match: 'logical',
  search: 'logical',
};

/** The functions of RFC 9535, section 2.4. */
function compileCall({ name, arguments: given }: Call, wanted: 'value' | 'logical', compile: Compile): Read {
  if (!Object.hasOwn(RETURNS, name))
    throw new Unusable(`there is no function ${name}()`, `The functions are ${Object.keys(RETURNS).join(', ')}.`);
  if (RETURNS[name] !== wanted) {
    const remedy = wanted === 'value' ? `Write ${name}(...) alone, without comparing it.` : `Compare it: ${name}(@.name) == 1.`;
    throw new Unusable(`what ${name}() returns is used in the wrong way`, remedy);
  }
  const expected = RETURNS[name] === 'logical' ? 2 : 1;
  // The parser (1.3.0) leaves null where there are none.
  const all = (given as readonly Argument[] | null) ?? [];
  const [first, second] = all;
  if (all.length !== expected || first === undefined) {
    throw new Unusable(`${name}() has ${all.length} arguments`, `Give it ${expected}.`);
  }
  switch (name) {
    case 'length': {
      const read = compileValue(first, compile);
      return (value, run) => lengthOf(read(value, run), run);
    }
    case 'count': {
      const walk = compileNodes(first, compile);
      return (value, run) => walk(value, run).length;
    }
    case 'value': {
      const walk = compileNodes(first, compile);
      return (value, run) => single(walk(value, run));
    }
    default:
      return compilePattern(name, compileValue(first, compile), second);
  }
}

function compilePattern(name: string, read: Read, pattern: Argument | undefined): Read {
  if (pattern?.type !== 'Literal') {
    throw new Unusable(`the pattern of ${name}() comes out of the request`, 'Write the pattern into the path, in quotes.');
  }
  if (typeof pattern.value !== 'string') return () => false;
  const { test } = compileExpression(fromInteroperable(name === 'match' ? `^(?:${pattern.value})$` : pattern.value));
  return (value, run) => {
    const text = read(value, run);
    return typeof text === 'string' && test(text);
  };
}

/** RFC 9485's dot is RE2's but for the carriage return, which it does not match either. */
function fromInteroperable(pattern: string): string {
  return pattern.replaceAll(/\\.|\[(?:\\.|[^\]\\])*\]|\./gs, (part) => (part === '.' ? '[^\\n\\r]' : part));
}

function compileValue(argument: Argument, compile: Compile): Read {
  if (argument.type === 'Literal') return () => argument.value;
  if (argument.type === 'FunctionExpr') return compileCall(argument, 'value', compile);
  if (argument.type !== 'FilterQuery' || !isSingular(argument.value)) {
    throw new Unusable('an argument can be several values where one is due', 'Give a path to one value, such as @.name.');
  }
  const walk = compileQuery(argument.value, compile);
  return (value, run) => single(walk(value, run));
}

function compileNodes(argument: Argument, compile: Compile): Walk {
  if (argument.type !== 'FilterQuery') throw new Unusable('an argument is no path', 'Give a path, such as @.name.');
  return compileQuery(argument.value, compile);
}

function isSingular({ segments }: Query): boolean {
  return segments.every(({ type, node }) => {
    if (type !== 'ChildSegment' || node.type === 'WildcardSelector') return false;
    if (node.type === 'MemberNameShorthand') return true;
    const [only, ...others] = node.selectors;
    return others.length === 0 && (only?.type === 'NameSelector' || only?.type === 'IndexSelector');
  });
}

function single(values: readonly unknown[]): unknown {
  return values.length === 1 ? values[0] : NOTHING;
}

function lengthOf(value: unknown, run: Run): unknown {
  if (typeof value === 'string') {
    spendOn(value, run);
    return characters(value);
  }
  if (Array.isArray(value)) return value.length;
  if (!isObject(value)) return NOTHING;
  const { length } = Object.keys(value);
  spendWork(length * VALUE_WORK);
  return length;
}

/** Unicode's characters, of which some take two places of a text; counted without a copy. */
function characters(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const isPair = unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    if (isPair) at++;
    count++;
  }
  return count;
}
