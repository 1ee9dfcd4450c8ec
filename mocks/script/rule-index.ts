import type { Operation } from '../../spec/index.js';
import type { Key } from './field.js';
import type { CompiledRule } from './compile.js';
import type { ScriptRequest } from './types.js';

/** What the index holds: a rule and its place in the order. */
export interface Ranked {
  readonly compiled: CompiledRule;
  /** Compared from the left; the lowest is asked first. */
  readonly rank: readonly [priority: number, major: number, minor: number];
}

/** Which of two rules is asked first. */
export function compareRanks({ rank: a }: Ranked, { rank: b }: Ranked): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** A rule for more operations than these is kept once, not in the list of each. */
const WIDE = 8;

/**
 * Finds the rules that can match a request without looking at the others: by operation, and among the rules of an operation
 * by a value that the request must have. Finding too many is allowed, missing one is not.
 */
export class RuleIndex<T extends Ranked> {
  readonly #byOperation = new Map<Operation, Bucket<T>>();
  // Made when there is something to put in: most worlds have no rules.
  #outside: Bucket<T> | undefined;
  #wide: Bucket<T> | undefined;

  add(entry: T): void {
    for (const bucket of this.#bucketsOf(entry)) bucket.add(entry);
  }

  remove(entry: T): void {
    for (const bucket of this.#bucketsOf(entry)) bucket.remove(entry);
    for (const operation of entry.compiled.operations) {
      if (this.#byOperation.get(operation)?.isEmpty === true) this.#byOperation.delete(operation);
    }
  }

  /** In the order in which they are asked. */
  candidates(request: ScriptRequest): Iterable<T> {
    const { operation } = request;
    const own = operation === undefined ? this.#outside : this.#byOperation.get(operation);
    const lists: (readonly T[])[] = [];
    own?.find(request, lists);
    if (operation !== undefined) this.#wide?.find(request, lists);
    return lists.length <= 1 ? (lists[0] ?? []) : merge(lists);
  }

  #bucketsOf({ compiled: { operations, outside } }: T): Bucket<T>[] {
    const buckets = operations.length > WIDE ? [(this.#wide ??= new Bucket())] : operations.map((operation) => this.#bucket(operation));
    return outside ? [...buckets, (this.#outside ??= new Bucket())] : buckets;
  }

  #bucket(operation: Operation): Bucket<T> {
    let bucket = this.#byOperation.get(operation);
    if (bucket === undefined) this.#byOperation.set(operation, (bucket = new Bucket()));
    return bucket;
  }
}

/** The rules of one operation: by the value of one thing that each of them asks for, and those that ask for none. */
class Bucket<T extends Ranked> {
  readonly #plain: T[] = [];
  readonly #dimensions = new Map<string, { readonly read: Key['read']; readonly lists: Map<string, T[]> }>();
  readonly #keys = new Map<T, Key>();

  get isEmpty(): boolean {
    return this.#plain.length === 0 && this.#dimensions.size === 0;
  }

  add(entry: T): void {
    const key = this.#leastCommon(entry.compiled.keys);
    if (key === undefined) return insert(this.#plain, entry);
    this.#keys.set(entry, key);
    let dimension = this.#dimensions.get(key.dimension);
    if (dimension === undefined) this.#dimensions.set(key.dimension, (dimension = { read: key.read, lists: new Map() }));
    const list = dimension.lists.get(key.value);
    if (list === undefined) dimension.lists.set(key.value, [entry]);
    else insert(list, entry);
  }

  remove(entry: T): void {
    const key = this.#keys.get(entry);
    if (key === undefined) return erase(this.#plain, entry);
    this.#keys.delete(entry);
    const lists = this.#dimensions.get(key.dimension)?.lists;
    const list = lists?.get(key.value);
    if (lists === undefined || list === undefined) return;
    erase(list, entry);
    if (list.length === 0) lists.delete(key.value);
    if (lists.size === 0) this.#dimensions.delete(key.dimension);
  }

  find(request: ScriptRequest, found: (readonly T[])[]): void {
    if (this.#plain.length > 0) found.push(this.#plain);
    for (const { read, lists } of this.#dimensions.values()) {
      const values = read(request);
      for (const value of values.length > 1 ? new Set(values) : values) {
        const list = lists.get(value);
        if (list !== undefined) found.push(list);
      }
    }
  }

  /** Rules that differ in one of several equalities come apart by just that one. */
  #leastCommon(keys: readonly Key[]): Key | undefined {
    let best: Key | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const key of keys) {
      const count = this.#dimensions.get(key.dimension)?.lists.get(key.value)?.length ?? 0;
      if (count < fewest) [best, fewest] = [key, count];
    }
    return best;
  }
}

/** Where an entry stands in an ordered list, or would stand. */
function placeIn<T extends Ranked>(list: readonly T[], entry: T): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareRanks(list[middle] as T, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insert<T extends Ranked>(list: T[], entry: T): void {
  list.splice(placeIn(list, entry), 0, entry);
}

function erase<T extends Ranked>(list: T[], entry: T): void {
  const at = placeIn(list, entry);
  if (list[at] === entry) list.splice(at, 1);
}

/** Several ordered lists as one, as far as it is read. */
function* merge<T extends Ranked>(lists: readonly (readonly T[])[]): Generator<T> {
  const next = lists.map(() => 0);
  for (;;) {
    let from = -1;
    let best: T | undefined;
    lists.forEach((list, index) => {
      const head = list[next[index] ?? 0];
      if (head !== undefined && (best === undefined || compareRanks(head, best) < 0)) [best, from] = [head, index];
    });
    if (best === undefined) return;
    next[from] = (next[from] ?? 0) + 1;
    yield best;
  }
}
