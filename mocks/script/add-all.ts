import type { Rule, Scripts } from './types.js';

/**
 * Adds several rules, or none: half of what was sent would be a state that nobody has asked for.
 *
 * @throws as {@link Scripts.add}
 */
export function addAll(scripts: Scripts, rules: readonly Rule[]): void {
  const before = new Map(scripts.rules.map((rule) => [rule.id, rule]));
  const added: Rule[] = [];
  try {
    for (const rule of rules) {
      scripts.add(rule);
      added.push(rule);
    }
  } catch (error) {
    for (const { id } of added) {
      const replaced = before.get(id);
      if (replaced === undefined) scripts.remove(id);
      else scripts.add(replaced);
    }
    throw error;
  }
}
