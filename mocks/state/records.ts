import type { Change } from '../stores/index.js';
import type { Bounds, TableClock, Tables, WatchedTable } from './table.js';

/** A record and its place in the order of its table. */
interface Placed {
  readonly place: number;
  readonly record: unknown;
}

/** What a step has changed, and how to take it back. */
export interface Step {
  readonly changes: readonly Change[];
  undo(): void;
}

/** What the tables of a world tell of, and ask. */
class Notebook {
  readonly #isStrict: boolean;
  /** What the step under way has changed. */
  noted: Noted[] | undefined = undefined;
  #fill: ((table: RecordTable) => void) | undefined = undefined;
  #isFilling = false;

  constructor(isStrict: boolean) {
    this.#isStrict = isStrict;
  }

  /** Is told of a change before it is made. */
  note(table: RecordTable, id: string, before: Placed | undefined, after: Placed | undefined): void {
    if (this.#isFilling) return;
    if (this.noted !== undefined) this.noted.push({ table, id, before, after });
    else if (this.#isStrict) throw new Error(`The record ${id} of ${table.name} is changed outside of a step.`);
  }

  set filling(fill: (table: RecordTable) => void) {
    this.#fill = fill;
  }

  /** Fills a table that is looked at, outside of any step: it might have been filled before. */
  fill(table: RecordTable): void {
    const wasFilling = this.#isFilling;
    this.#isFilling = true;
    try {
      this.#fill?.(table);
    } finally {
      this.#isFilling = wasFilling;
    }
  }
}

type Listener = (id: string, record: unknown) => void;

/** Of tables that have none; a world has many such, and there are many worlds. */
const NO_RECORDS: ReadonlyMap<string, Placed> = new Map();
const NO_LISTENERS: readonly Listener[] = [];

/** One table in a world's memory; it cannot grow for ever. */
class RecordTable implements WatchedTable<unknown> {
  readonly name: string;
  #bounds: Bounds<unknown> | undefined;
  #clock: TableClock | undefined;
  readonly #notebook: Notebook;
  #listeners: readonly Listener[] = NO_LISTENERS;
  #own: Map<string, Placed> | undefined;
  #last = 0;
  #sweepAt = SMALL;
  #isSorted = true;
  /** Whether what it begins with is still to be made. */
  isPending = false;

  constructor(name: string, notebook: Notebook) {
    this.name = name;
    this.#notebook = notebook;
  }

  get #records(): ReadonlyMap<string, Placed> {
    if (this.isPending) this.#notebook.fill(this);
    return this.#own ?? NO_RECORDS;
  }

  /** A table may be filled before its owner comes, who says what may stay. */
  own(bounds: Bounds<unknown>, clock: TableClock | undefined): void {
    this.#bounds ??= bounds;
    this.#clock ??= clock;
    this.#sweepAt = Math.min(this.#sweepAt, bounds.capacity);
  }

  get(id: string): unknown {
    return this.#records.get(id)?.record;
  }

  put(id: string, record: unknown): void {
    const before = this.#records.get(id);
    if (before === undefined && this.#records.size >= this.#sweepAt) this.#makeRoom();
    this.#change(id, before, { place: before?.place ?? this.#last + 1, record });
  }

  /** Puts a record where it was before. */
  putBack(id: string, placed: Placed): void {
    const before = this.#records.get(id);
    if (before === undefined || before.record !== placed.record || before.place !== placed.place) this.#change(id, before, placed);
  }

  delete(id: string): unknown {
    const before = this.#records.get(id);
    if (before === undefined) return undefined;
    this.#change(id, before, undefined);
    return before.record;
  }

  get size(): number {
    return this.#records.size;
  }

  clear(): void {
    for (const id of [...this.#records.keys()]) this.delete(id);
  }

  *list(): Iterable<unknown> {
    this.#sort();
    for (const { record } of this.#records.values()) yield record;
  }

  /** In their order, with their places. */
  placed(): Iterable<[string, Placed]> {
    this.#sort();
    return this.#records;
  }

  watch(listener: (id: string, record: unknown) => void): void {
    this.#listeners = [...this.#listeners, listener];
  }

  /** Whether nobody will miss a record. */
  isOver(record: unknown): boolean {
    return this.#bounds?.over?.(record, this.#now) === true;
  }

  /** Puts a record where others have it; nothing is noted. */
  set(id: string, placed: Placed | undefined): void {
    this.#replace(id, this.#records.get(id), placed);
  }

  #replace(id: string, before: Placed | undefined, placed: Placed | undefined): void {
    if (placed === undefined) this.#own?.delete(id);
    else {
      if (before === undefined ? placed.place < this.#last : placed.place !== before.place) this.#isSorted = false;
      (this.#own ??= new Map()).set(id, placed);
      if (placed.place > this.#last) this.#last = placed.place;
    }
    for (const listener of this.#listeners) listener(id, placed?.record);
  }

  #change(id: string, before: Placed | undefined, after: Placed | undefined): void {
    this.#notebook.note(this, id, before, after);
    this.#replace(id, before, after);
  }

  get #now(): number {
    return this.#clock?.now() ?? Date.now();
  }

  #drop(condition: (record: unknown, now: number) => boolean, downTo: number): void {
    this.#sort();
    const now = this.#now;
    for (const [id, { record }] of this.#records) {
      if (this.#records.size <= downTo) return;
      if (condition(record, now)) this.delete(id);
    }
  }

  /** Is called when the table has doubled since the last time, and gives up a tenth when it is full: no timer, and little per record. */
  #makeRoom(): void {
    const { capacity = Infinity, expendable = () => true } = this.#bounds ?? {};
    if (this.#bounds?.over !== undefined) this.#drop(this.#bounds.over, 0);
    if (this.#records.size >= capacity) this.#drop(expendable, Math.floor(capacity * 0.9));
    const { size } = this.#records;
    this.#sweepAt = Math.max(Math.min(Math.max(2 * size, SMALL), capacity), Math.ceil(size * 1.1));
  }

  /** A record that is put back where it was is not the last, wherever a Map would have it. */
  #sort(): void {
    if (this.#isSorted) return;
    this.#isSorted = true;
    this.#own = new Map([...this.#records].sort(([, a], [, b]) => a.place - b.place));
  }
}

/** Below this size, looking for what is over is not worth the while. */
const SMALL = 256;

interface Noted {
  readonly table: RecordTable;
  readonly id: string;
  readonly before: Placed | undefined;
  readonly after: Placed | undefined;
}

function changeOf({ table: { name }, id, before, after }: Noted): Change {
  return { table: name, id, place: after?.place ?? before?.place ?? 0, record: after?.record ?? null };
}

/**
 * All that a world remembers: tables of records, changed in steps of which each is done as a whole or not at all.
 *
 * @example
 * const records = new Records();
 * const jobs = records.table<{ until: number }>('jobs', { capacity: 1000, over: ({ until }) => until < clock.now() });
 * const { changes } = records.step(() => jobs.put('a', { until: 5 }));
 *
 * @throws {Error} from `put` and `delete` outside of a step, which nobody would keep
 */
export class Records implements Tables {
  readonly #tables = new Map<string, RecordTable>();
  readonly #notebook: Notebook;

  /** @param isStrict Without it, records may be changed outside of a step too: for what is never kept. */
  constructor(isStrict: boolean = true) {
    this.#notebook = new Notebook(isStrict);
  }

  table<T>(name: string, bounds: Bounds<T>, clock?: TableClock): WatchedTable<T> {
    const table = this.#table(name);
    table.own(bounds as Bounds<unknown>, clock);
    return table as unknown as WatchedTable<T>;
  }

  begin<Group extends readonly string[]>(groups: readonly Group[], fill: (group: Group) => void): void {
    const mark = (group: Group, isPending: boolean): void => {
      for (const name of group) this.#table(name).isPending = isPending;
    };
    this.#notebook.filling = ({ name }) => {
      const group = groups.find((one) => one.includes(name));
      if (group === undefined) return;
      mark(group, false);
      fill(group);
    };
    for (const group of groups) mark(group, true);
  }

  /** Whether a step is under way. */
  get inStep(): boolean {
    return this.#notebook.noted !== undefined;
  }

  /** Takes a step; one that throws has changed nothing. */
  step<T>(take: () => T): Step & { readonly result: T } {
    const noted: Noted[] = (this.#notebook.noted = []);
    try {
      return new Taken(take(), noted);
    } catch (error) {
      undo(noted);
      throw error;
    } finally {
      this.#notebook.noted = undefined;
    }
  }

  /** Takes over what others have changed. */
  apply(changes: readonly Change[]): void {
    for (const { table, id, place, record } of changes) this.#table(table).set(id, record === null ? undefined : { place, record });
  }

  /** Everything there is, as changes of nothing. */
  dump(without: ReadonlySet<string> = NONE): Change[] {
    const all: Change[] = [];
    for (const [name, table] of this.#tables) {
      if (!without.has(name)) for (const [id, placed] of table.placed()) all.push({ table: name, id, ...placed });
    }
    return all;
  }

  /** The same without what is over: what is swept sooner here and later there makes no difference to it. */
  present(without: ReadonlySet<string> = NONE): Change[] {
    return this.dump(without).filter(({ table, record }) => !this.#table(table).isOver(record));
  }

  /** Turns the present into what a dump holds, each record in its place; part of a step. */
  restore(dump: readonly Change[], without: ReadonlySet<string> = NONE): void {
    const restored = new Set(dump.map(nameOf));
    for (const change of this.dump(without)) if (!restored.has(nameOf(change))) this.#table(change.table).delete(change.id);
    for (const { table, id, place, record } of dump) if (!without.has(table)) this.#table(table).putBack(id, { place, record });
  }

  /** Takes over all that others have, in the place of everything. */
  replace(all: readonly Change[]): void {
    const there = new Set(all.map(nameOf));
    for (const { table, id } of this.dump()) if (!there.has(nameOf({ table, id }))) this.#table(table).set(id, undefined);
    this.apply(all);
  }

  /** What the step under way has changed so far. */
  get changes(): readonly Change[] {
    return (this.#notebook.noted ?? []).map(changeOf);
  }

  get hasChanges(): boolean {
    const { noted } = this.#notebook;
    return noted !== undefined && noted.length > 0;
  }

  /** Makes changes once more that were made before; part of a step. */
  redo(changes: readonly Change[]): void {
    for (const { table, id, record } of changes) {
      if (record === null) this.#table(table).delete(id);
      else this.#table(table).put(id, record);
    }
  }

  #table(name: string): RecordTable {
    let table = this.#tables.get(name);
    if (table === undefined) this.#tables.set(name, (table = new RecordTable(name, this.#notebook)));
    return table;
  }
}

const NONE: ReadonlySet<string> = new Set();

/** A step that was taken; whoever keeps records in memory only never asks what it has changed. */
class Taken<T> implements Step {
  readonly result: T;
  readonly undo = (): void => undo(this.#noted);
  readonly #noted: readonly Noted[];

  constructor(result: T, noted: readonly Noted[]) {
    this.result = result;
    this.#noted = noted;
  }

  get changes(): readonly Change[] {
    return this.#noted.map(changeOf);
  }
}

function nameOf({ table, id }: Pick<Change, 'table' | 'id'>): string {
  return `${table}\n${id}`;
}

function undo(noted: readonly Noted[]): void {
  for (const { table, id, before } of noted.toReversed()) table.set(id, before);
}
