import { ScriptError } from './errors.js';
import { list, show } from './show.js';
import type { Table, Tables } from '../state/index.js';
import { FIRST_STATE } from './state.js';
import type { Rule } from './types.js';

interface Moved {
  readonly name: string;
  readonly state: string;
}

/** As many as there can be rules. */
const MOST = 10_000;

/** The scenarios that rules speak of, each in a state; WireMock's semantics: they begin as `Started`. */
export class Scenarios {
  /** By name; a scenario that has not moved is not in it. */
  readonly #moved: Table<Moved>;
  /** The rules of each scenario. */
  readonly #rules = new Map<string, Set<Rule>>();

  constructor(tables: Tables) {
    this.#moved = tables.table<Moved>('scenarios', { capacity: MOST });
  }

  get all(): ReadonlyMap<string, string> {
    return new Map([...this.#rules.keys()].map((name) => [name, this.stateOf(name)]));
  }

  stateOf(name: string): string {
    return this.#moved.get(name)?.state ?? FIRST_STATE;
  }

  add(rule: Rule): void {
    if (rule.scenario === undefined) return;
    const rules = this.#rules.get(rule.scenario.name);
    if (rules === undefined) this.#rules.set(rule.scenario.name, new Set([rule]));
    else rules.add(rule);
  }

  remove(rule: Rule): void {
    if (rule.scenario === undefined) return;
    const rules = this.#rules.get(rule.scenario.name);
    rules?.delete(rule);
    if (rules?.size === 0) this.#rules.delete(rule.scenario.name);
  }

  /** Forgets the states of scenarios that no rule speaks of any more. */
  forgetUnused(): void {
    for (const { name } of [...this.#moved.list()]) if (!this.#rules.has(name)) this.#moved.delete(name);
  }

  /** As a rule says. */
  move(name: string, state: string): void {
    if (state === FIRST_STATE) this.#moved.delete(name);
    else this.#moved.put(name, { name, state });
  }

  /** @throws {ScriptError} for a scenario, or a state of it, that no rule names */
  set(name: string, state: string): void {
    const rules = this.#rules.get(name);
    if (rules === undefined) {
      throw new ScriptError(
        'unknown-scenario',
        `No rule speaks of a scenario ${show(name)}, only of ${list([...this.#rules.keys()], 20)}.`,
      );
    }
    const states = new Set(
      [FIRST_STATE, ...[...rules].flatMap(({ scenario }) => [scenario?.is, scenario?.becomes])].filter((one) => one !== undefined),
    );
    if (!states.has(state)) {
      throw new ScriptError('unknown-state', `The scenario ${show(name)} has no state ${show(state)}, only ${list([...states], 20)}.`);
    }
    this.move(name, state);
  }

  reset(): void {
    this.#moved.clear();
  }
}
