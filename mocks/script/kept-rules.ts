import type { Contract } from '../../spec/index.js';
import type { Table, Tables, WatchedTable } from '../state/index.js';
import { admit, type Admitted } from './admit.js';
import type { Names } from './compile.js';
import { RuleIndex, type Ranked } from './rule-index.js';
import { Scenarios } from './scenarios.js';
import type { Entry, RuleState } from './state.js';
import type { Rule, ScriptRequest } from './types.js';

/** A rule as it is kept. */
interface KeptRule {
  readonly rule: Rule;
  /** What it was added with. */
  readonly group: string;
  readonly rank: Ranked['rank'];
}

export interface KeptRulesOptions extends Names {
  readonly contract: Contract;
  readonly tables: Tables;
  /** Of rules. */
  readonly capacity: number;
  /** Characters of a rule's JSON. */
  readonly ruleSize: number;
  /** Told when rules were added or removed. */
  readonly onChange: () => void;
}

const NEW = { seen: 0, uses: 0 };

/** The rules of a world as its tables keep them, and what is made of them to be asked; it follows the tables, whoever changes them. */
export class KeptRules {
  readonly #options: KeptRulesOptions;
  readonly #kept: WatchedTable<KeptRule>;
  readonly #states: Table<RuleState>;
  readonly #entries = new Map<string, Entry>();
  readonly #index = new RuleIndex<Entry>();
  /** The rule that is about to be kept: it has been compiled already. */
  #admitted: Admitted | undefined;
  #characters = 0;
  readonly scenarios: Scenarios;

  constructor(options: KeptRulesOptions) {
    const { tables, capacity } = options;
    this.#options = options;
    this.#states = tables.table<RuleState>('ruleStates', { capacity });
    this.scenarios = new Scenarios(tables);
    this.#kept = tables.table<KeptRule>('rules', { capacity });
    for (const kept of this.#kept.list()) this.#take(kept);
    this.#kept.watch((id, kept) => (kept === undefined ? this.#forget(id) : this.#take(kept)));
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Of all rules' JSON. */
  get characters(): number {
    return this.#characters;
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** In the order of their table, which is that in which they were added. */
  all(): readonly Entry[] {
    return [...this.#kept.list()].flatMap(({ rule }) => this.#entries.get(rule.id) ?? []);
  }

  candidates(request: ScriptRequest): Iterable<Entry> {
    return this.#index.candidates(request);
  }

  put(admitted: Admitted, group: string, rank: Ranked['rank'], state: Pick<RuleState, 'addedAt'> & Partial<RuleState>): void {
    const { rule } = admitted.compiled;
    this.#states.put(rule.id, { ...NEW, ...state });
    this.#admitted = admitted;
    this.#kept.put(rule.id, { rule, group, rank });
    this.#admitted = undefined;
  }

  drop({ compiled: { rule } }: Entry): void {
    this.#kept.delete(rule.id);
    this.#states.delete(rule.id);
  }

  count({ compiled: { rule }, state: { addedAt, seen, uses } }: Entry, next: Partial<RuleState>): void {
    this.#states.put(rule.id, { addedAt, seen, uses, ...next });
  }

  #take({ rule, group, rank }: KeptRule): void {
    this.#forget(rule.id);
    const { compiled, content } = this.#admitted ?? this.#compile(rule);
    const states = this.#states;
    const entry: Entry = {
      compiled,
      content,
      group,
      rank,
      get state() {
        return states.get(rule.id) ?? { addedAt: 0, ...NEW };
      },
    };
    this.#entries.set(rule.id, entry);
    this.#index.add(entry);
    this.scenarios.add(compiled.rule);
    this.#characters += content.length;
    this.#options.onChange();
  }

  /** @throws {Error} for a rule of another contract */
  #compile(rule: Rule): Admitted {
    const [admitted] = admit([rule], this.#options, this.#options.ruleSize);
    if (admitted === undefined) throw new Error(`The rule ${rule.id} cannot be used.`);
    return admitted;
  }

  #forget(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#index.remove(entry);
    this.scenarios.remove(entry.compiled.rule);
    this.#characters -= entry.content.length;
    this.#options.onChange();
  }
}
