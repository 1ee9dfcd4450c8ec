import type { Explanation, FieldComparison, Scripts, ScriptRequest } from './types.js';
import { labelOf } from './words.js';

/** How a rule stands to a request, for people and programs. */
export interface ExplainedRule {
  readonly id: string;
  readonly name: string | undefined;
  /** Where it was written. */
  readonly source: string;
  readonly priority: number;
  readonly matches: boolean;
  /** What it asks for and what the request has, field by field. */
  readonly fields: readonly FieldComparison[];
}

/** Asking more rules than these takes longer than an answer may that nobody has asked to explain. */
const MOST_ASKED = 1_000;
const MOST_SHOWN = 3;

export function explainedRule({ rule, matches, fields }: Explanation): ExplainedRule {
  const { id, name, source, priority } = rule;
  return { id, name, source, priority, matches, fields };
}

/** The rules that come nearest to a request, the nearest first; none when there are too many to ask in passing. */
export function nearestRules(scripts: Scripts, request: ScriptRequest): readonly ExplainedRule[] {
  if (scripts.size === 0 || scripts.size > MOST_ASKED) return [];
  return scripts.explain(request).slice(0, MOST_SHOWN).map(explainedRule);
}

/** The rule that came nearest to a request without answering it. */
export function nearestRule(scripts: Scripts, request: ScriptRequest): ExplainedRule | undefined {
  return nearestRules(scripts, request).find(({ matches, fields }) => !matches && fields.some((field) => !field.matches));
}

/**
 * How near a rule came, in a sentence.
 *
 * @example
 * sayNearest(rule, true); // 'the nearest is rule "down" (retry.yaml:1:3), but header x-client is "web" and not "ios"'
 *
 * @param whole Whether to tell what the rule expects: not to everybody, since that can be a secret of the test.
 */
export function sayNearest(rule: ExplainedRule, whole: boolean): string {
  const missed = rule.fields.filter(({ matches }) => !matches).slice(0, MOST_SHOWN);
  const reasons = missed.map(({ field, expected, actual }) => (whole ? `${field} is ${actual} and not ${expected}` : `${field} differs`));
  return `the nearest is ${labelOf(rule)}, but ${reasons.join(', and ')}`;
}
