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

export type { Facts };
