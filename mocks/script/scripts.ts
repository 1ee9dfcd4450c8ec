import type { Contract } from '../../spec/index.js';
import type { Clock } from '../types.js';
import { admit, type Admitted } from './admit.js';
import type { Names } from './compile.js';
import { ScriptError, unusedRules } from './errors.js';
import { explainAll } from './explain.js';
import { kitOf } from '../kit.js';
import { SCRIPT_LIMITS, type ScriptLimits } from './limits.js';
import { createPositions, type Positions } from './positions.js';
import { KeptRules } from './kept-rules.js';
import type { Ranked } from './rule-index.js';
import { counts, countsUses, delayOf, goOn, isExpired, isUsedUp, nextAnswer, takes, type Entry, type RuleState } from './state.js';
import { Records, type Table, type Tables } from '../state/index.js';
import type { Decision, Explanation, Rule, RuleAnswer, ScriptRequest, Scripts } from './types.js';
import { newWork, OverBudget, within } from './work.js';

export interface ScriptOptions extends Names {
  readonly contract: Contract;
  /** Rules expire by it. */
  readonly clock: Pick<Clock, 'now'>;
  readonly limits?: Partial<ScriptLimits> | undefined;
  /** Told when rules or scenarios were changed from outside. */
  readonly onChange?: (() => void) | undefined;
  /** Where the rules and their state are kept; by default in memory. */
  readonly tables?: Tables | undefined;
  /** How they are changed from outside; by default at once. */
  readonly change?: (<T>(step: () => T) => T) | undefined;
  /** Whether nobody asks the rules: then none is taken. */
  readonly unused?: boolean | undefined;
}

/**
 * The rules of one world. Each is checked against the contract and compiled when it is added; a request then costs only the rules
 * that can match it.
 *
 * @example
 * const scripts = createScripts({ contract, clock });
 * scripts.add(rule);
 * scripts.decide(request)?.answer; // { fails: 'common.service_unavailable' }
 *
 * Occurrence and probability count every request that matches a rule otherwise, its scenario included, whichever rule answers it: so
 * what a rule does depends on its own requests only, and the same seed decides the same. Without a seed the rule's id is one.
 *
 * `add` and `replace` take a rule in place of the one that has its id; a rule that is the same but for id and source keeps its state in `replace`.
 *
 * @throws {InputError} `script-invalid`, from `add` and `replace`, which then change nothing
 * @throws {ScriptError} from `add` and `replace` at a limit, from `setScenario` for a scenario or state that no rule names
 */
export function createScripts(options: ScriptOptions): Scripts {
  return new RuleSet(options);
}

class RuleSet implements Scripts {
  readonly #options: ScriptOptions;
  readonly #limits: ScriptLimits;
  readonly #change: <T>(step: () => T) => T;
  readonly #kept: KeptRules;
  /** The place of each group that is replaced as a whole; under an empty name, the lowest place that was given to any. */
  readonly #groups: Table<number>;
  readonly #positions: Positions;

  constructor(options: ScriptOptions) {
    const {
      contract,
      identities,
      mayProxyTo,
      tables = new Records(false),
      change = (step) => step(),
      onChange = () => undefined,
    } = options;
    this.#options = options;
    this.#change = change;
    const limits = (this.#limits = { ...SCRIPT_LIMITS, ...options.limits });
    const capacity = 2 * limits.rules;
    this.#kept = new KeptRules({ contract, identities, mayProxyTo, tables, capacity, ruleSize: limits.ruleSize, onChange });
    this.#groups = tables.table<number>('ruleGroups', { capacity });
    this.#positions = createPositions(tables, limits.idempotencyKeys);
  }

  get rules(): readonly Rule[] {
    const now = this.#options.clock.now();
    return this.#kept
      .all()
      .filter((entry) => !isExpired(entry, now))
      .map(({ compiled }) => compiled.rule);
  }

  get size(): number {
    return this.#kept.size;
  }

  get scenarios(): ReadonlyMap<string, string> {
    return this.#kept.scenarios.all;
  }

  add(rule: Rule): void {
    this.#change(() => this.#add(rule));
  }

  replace(source: string, rules: readonly Rule[]): void {
    this.#change(() => this.#replace(source, rules));
  }

  remove(id: string): boolean {
    return this.#change(() => {
      const entry = this.#kept.get(id);
      if (entry !== undefined) this.#drop(entry);
      return entry !== undefined;
    });
  }

  clear(): void {
    this.#change(() => {
      for (const entry of this.#kept.all()) this.#drop(entry);
      const last = this.#groups.get('');
      this.#groups.clear();
      if (last !== undefined) this.#groups.put('', last);
      this.#positions.clear();
    });
  }

  #add(rule: Rule): void {
    const [checked] = this.#admit([rule]);
    if (checked === undefined) return;
    const before = this.#kept.get(rule.id);
    this.#requireRoom([checked], before === undefined ? [] : [before]);
    if (before !== undefined) this.#drop(before);
    const [, major, minor] = before?.rank ?? [0, this.#nextPlace(), 0];
    this.#put(checked, rule.source, [checked.compiled.rule.priority, major, minor]);
  }

  #replace(source: string, rules: readonly Rule[]): void {
    const checked = this.#admit(rules);
    const ids = new Set(rules.map(({ id }) => id));
    const before = this.#kept.all().filter(({ group, compiled }) => group === source || ids.has(compiled.rule.id));
    this.#requireRoom(checked, before);
    const states = statesOf(before.filter(({ group }) => group === source));
    before.forEach((entry) => this.#drop(entry, true));
    const major = this.#groups.get(source) ?? this.#nextPlace();
    if (rules.length === 0) this.#groups.delete(source);
    else this.#groups.put(source, major);
    checked.forEach((one, index) => this.#put(one, source, [one.compiled.rule.priority, major, -index], states.get(one.content)?.shift()));
    this.#kept.scenarios.forgetUnused();
  }

  decide(request: ScriptRequest): Decision | undefined {
    return within(request.work ?? newWork(), () => this.#decide(request));
  }

  #decide(request: ScriptRequest): Decision | undefined {
    const now = this.#options.clock.now();
    let winner: Entry | undefined;
    for (const entry of this.#kept.candidates(request)) {
      // Whoever answers, a rule that counts requests has seen this one: the third is the third, whatever the order of rules.
      const counting = counts(entry);
      if ((winner !== undefined && !counting) || !this.#matches(entry, request, now)) continue;
      if (winner === undefined && !isUsedUp(entry) && takes(entry, entry.state.seen + 1)) winner = entry;
      if (counting) this.#kept.count(entry, { seen: entry.state.seen + 1 });
    }
    return winner === undefined ? undefined : this.#apply(winner, request);
  }

  explain(request: ScriptRequest): readonly Explanation[] {
    const standing = { now: this.#options.clock.now(), stateOf: (name: string) => this.#kept.scenarios.stateOf(name) };
    return explainAll(this.#kept.all(), request, standing);
  }

  setScenario(name: string, state: string): void {
    this.#change(() => this.#kept.scenarios.set(name, state));
    this.#options.onChange?.();
  }

  resetScenarios(): void {
    this.#change(() => this.#kept.scenarios.reset());
    this.#options.onChange?.();
  }

  #matches(entry: Entry, request: ScriptRequest, now: number): boolean {
    const { fields, rule } = entry.compiled;
    if (isExpired(entry, now)) return false;
    if (rule.scenario?.is !== undefined && this.#kept.scenarios.stateOf(rule.scenario.name) !== rule.scenario.is) return false;
    try {
      for (const field of fields) if (!field.holds(request)) return false;
    } catch (error) {
      if (error instanceof OverBudget) return false;
      throw error;
    }
    return true;
  }

  #apply(entry: Entry, request: ScriptRequest): Decision {
    const { rule, label } = entry.compiled;
    const at = nextAnswer(entry, request, this.#positions);
    const answer = rule.answers[at];
    // What nobody will ask for changes nothing in the world, so that there is nothing to be kept, shared and replayed.
    if (countsUses(entry)) this.#kept.count(entry, { uses: entry.state.uses + 1 });
    goOn(entry, request, this.#positions);
    if (answer === undefined) {
      const why = `${label}: its ${rule.answers.length} answers are used up`;
      return { rule, answer: { usedUp: rule.answers.length }, delayMs: 0, why };
    }
    if (rule.scenario?.becomes !== undefined) this.#kept.scenarios.move(rule.scenario.name, rule.scenario.becomes);
    return { rule, answer: this.#resolved(answer, request), delayMs: delayOf(entry), why: sayUse(entry, at) };
  }

  /** A status by the code of the operation that was asked. */
  #resolved(answer: RuleAnswer, { operation }: ScriptRequest): Decision['answer'] {
    if (!('status' in answer)) return answer;
    const failure = operation && kitOf(this.#options.contract).catalogue.entry(operation).answers.get(answer.status)?.failures[0];
    // Only operations that declare such a failure are candidates.
    return failure === undefined ? { passes: true } : { fails: failure.code };
  }

  #admit(rules: readonly Rule[]): Admitted[] {
    if (this.#options.unused === true && rules.length > 0) throw unusedRules();
    return admit(rules, this.#options, this.#limits.ruleSize);
  }

  #requireRoom(added: readonly Admitted[], leaving: readonly Entry[]): void {
    const { rules, totalSize } = this.#limits;
    const countOf = (): number => this.#kept.size - leaving.length + added.length;
    if (countOf() > rules) {
      const now = this.#options.clock.now();
      for (const entry of this.#kept.all()) if (isExpired(entry, now) && !leaving.includes(entry)) this.#drop(entry);
    }
    if (countOf() > rules)
      throw new ScriptError('too-many-rules', `There would be ${countOf()} rules, of ${rules} at most. Remove some first.`);
    const size = this.#kept.characters - sizeOf(leaving) + sizeOf(added);
    if (size > totalSize)
      throw new ScriptError('rules-too-large', `The rules would have ${size} characters, of ${totalSize} at most. Remove some first.`);
  }

  #put(admitted: Admitted, group: string, rank: Ranked['rank'], state?: RuleState): void {
    this.#kept.put(admitted, group, rank, state ?? { addedAt: this.#options.clock.now() });
  }

  #drop(entry: Entry, keepScenarios = false): void {
    this.#kept.drop(entry);
    if (!keepScenarios) this.#kept.scenarios.forgetUnused();
  }

  #nextPlace(): number {
    const place = (this.#groups.get('') ?? 0) - 1;
    this.#groups.put('', place);
    return place;
  }
}

/** A rule by its name, and which of its answers, uses and occurrences this is. */
function sayUse({ compiled: { rule, label, occurrence }, state }: Entry, at: number): string {
  const { answers, uses } = rule;
  if (answers.length === 1 && uses === undefined && occurrence === undefined) return label;
  const counted = [
    ...(answers.length > 1 ? [`answer ${at + 1} of ${answers.length}`] : []),
    ...(uses === undefined ? [] : [`use ${state.uses} of ${uses}`]),
    ...(occurrence === undefined ? [] : [`occurrence ${state.seen}`]),
  ];
  return `${label}: ${counted.join(', ')}`;
}

/** States by the content of their rules; two rules can be the same. */
function statesOf(entries: readonly Entry[]): Map<string, RuleState[]> {
  const states = new Map<string, RuleState[]>();
  for (const { content, state } of entries) {
    const same = states.get(content);
    if (same === undefined) states.set(content, [state]);
    else same.push(state);
  }
  return states;
}

const sizeOf = (rules: readonly { readonly content: string }[]): number => rules.reduce((sum, { content }) => sum + content.length, 0);
