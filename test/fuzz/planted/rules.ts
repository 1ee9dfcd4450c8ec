import { RULES, type Replacements, type Rule, type RuleName } from '../../../mocks/ats/index.js';

type Facts = Parameters<Rule>[0];

/** A rule of the sandbox that does something else first, in one operation. */
export function before(name: RuleName, operation: string, work: (facts: Facts) => void): Replacements {
  const original = RULES[name];
  const rule = (facts: Facts): ReturnType<Rule> => {
    if (facts.call.operation.id === operation) work(facts);
    return original(facts);
  };
  return { rules: { [name]: Object.assign(rule, original.code === undefined ? {} : { code: original.code }) } };
}

/** A rule that does something once it has let a call pass. */
export function behind(name: RuleName, operation: string, work: (facts: Facts) => void): Replacements {
  const original = RULES[name];
  const rule = (facts: Facts): ReturnType<Rule> => {
    const refusal = original(facts);
    if (refusal === undefined && facts.call.operation.id === operation) work(facts);
    return refusal;
  };
  return { rules: { [name]: Object.assign(rule, original.code === undefined ? {} : { code: original.code }) } };
}

/** Several bugs in one sandbox: where they are in the same rule, one looks after the other. */
export function joined(all: readonly Replacements[]): Replacements {
  const rules: Partial<Record<RuleName, Rule>> = {};
  for (const [name, rule] of all.flatMap(({ rules: own = {} }) => Object.entries(own) as [RuleName, Rule][])) {
    const earlier = rules[name];
    rules[name] = earlier === undefined ? rule : Object.assign((facts: Facts) => earlier(facts) ?? rule(facts), { ...rule });
  }
  return { rules, operations: Object.assign({}, ...all.map(({ operations }) => operations)) as NonNullable<Replacements['operations']> };
}

export type { Facts };
