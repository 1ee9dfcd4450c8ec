import { OPERATIONS, RULES, type Replacements, type Rule, type RuleName } from '../../../mocks/ats/index.js';

/** Changes that are made to a sandbox; each leaves the code of a rule with it, since the sandbox compares it with the contract. */

type Facts = Parameters<Rule>[0];
type Refusal = NonNullable<ReturnType<Rule>>;

/** A rule that says something else about some calls; `undefined` lets a call pass. */
export function changed(name: RuleName, change: (refusal: Refusal | undefined, facts: Facts) => Refusal | undefined): Replacements {
  const original = RULES[name];
  const rule: Rule = Object.assign(
    (facts: Facts) => change(original(facts), facts),
    original.code === undefined ? {} : { code: original.code },
  );
  return { rules: { [name]: rule } };
}

/** A rule that lets some of the calls pass that it refuses. */
export function lenient(name: RuleName, passes: (facts: Facts, refusal: Refusal) => boolean = () => true): Replacements {
  return changed(name, (refusal, facts) => (refusal !== undefined && passes(facts, refusal) ? undefined : refusal));
}

/** A rule that also refuses calls that are right. */
export function strict(name: RuleName, code: string, refuses: (facts: Facts) => boolean): Replacements {
  return changed(name, (refusal, facts) => refusal ?? (refuses(facts) ? { code, why: 'too strict' } : undefined));
}

/** Every rule is asked as before, and what it says may be changed. */
export function everyRule(change: (refusal: Refusal | undefined, facts: Facts, name: RuleName) => Refusal | undefined): Replacements {
  return together(...(Object.keys(RULES) as RuleName[]).map((name) => changed(name, (refusal, facts) => change(refusal, facts, name))));
}

/** Another order of refusal of one operation, or a shorter one. */
export function reordered(operation: string, order: (rules: readonly RuleName[]) => readonly RuleName[]): Replacements {
  return { operations: { [operation]: { rules: order(OPERATIONS[operation]?.rules ?? []) } } };
}

/** Several changes of different things at once. */
export function together(...changes: readonly Replacements[]): Replacements {
  return {
    rules: Object.assign({}, ...changes.map(({ rules }) => rules)) as NonNullable<Replacements['rules']>,
    policies: Object.assign({}, ...changes.map(({ policies }) => policies)) as NonNullable<Replacements['policies']>,
  };
}
