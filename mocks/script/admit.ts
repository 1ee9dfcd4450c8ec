import { InputError, type Contract, type Finding } from '../../spec/index.js';
import { compileRule, type CompiledRule, type Names } from './compile.js';
import { findingOf, NOT_READ, ScriptError, type Problem } from './errors.js';
import { readRule } from './in-full.js';
import { tooDeep } from './json.js';
import { show } from './show.js';
import type { Rule } from './types.js';
import { labelOf, placeOf } from './words.js';

/** A rule that has passed every check, and is not in use yet. */
export interface Admitted {
  readonly compiled: CompiledRule;
  /** Its JSON without what may change while the rule stays the same. */
  readonly content: string;
}

/**
 * Checks and compiles rules, all or none.
 *
 * @param most Characters of a rule's JSON.
 * @throws {InputError} `script-invalid`, with everything that is wrong with any of them
 * @throws {ScriptError} `rule-too-large`
 */
export function admit(rules: readonly Rule[], options: Names & { readonly contract: Contract }, most: number): Admitted[] {
  const findings: Finding[] = [];
  const ids = new Set<string>();
  const admitted = rules.flatMap((given): Admitted[] => {
    const { rule, content, unread } = copyOf(given, most);
    if (unread.length > 0) {
      findings.push(...unread.map((problem) => refusal(given, problem)));
      return [];
    }
    const { compiled, problems } = compileRule(rule, options.contract, options);
    const all = ids.has(rule.id) ? [...problems, sameId(rule)] : problems;
    ids.add(rule.id);
    findings.push(...all.map((problem) => refusal(rule, problem)));
    return [{ compiled, content }];
  });
  if (findings.length > 0) throw new InputError(findings);
  return admitted;
}

function sameId({ id }: Rule): Problem {
  return { pointer: '/id', what: `another rule has the id ${show(id)}`, why: NOT_READ, remedy: 'Give each its own.' };
}

function refusal(rule: Rule, { what, why, remedy }: Pick<Problem, 'what' | 'why' | 'remedy'>): Finding {
  return findingOf({ what: `${labelOf(rule)}: ${what}`, why, remedy }, placeOf(rule.source));
}

interface Copy extends Pick<Admitted, 'content'> {
  readonly rule: Rule;
  /** What is not understood; the rest cannot be judged then. */
  readonly unread: readonly Problem[];
}

/** A copy that no one else can change. */
function copyOf(given: Rule, most: number): Copy {
  const refuse = (what: string): InputError => new InputError([refusal(given, { what, why: NOT_READ, remedy: 'Write it as JSON could.' })]);
  if (tooDeep(given)) throw refuse('its values are nested too deeply, or hold themselves');
  const unread: Problem[] = [];
  let rule: Rule;
  try {
    rule = readRule(structuredClone(given), (problem) => void unread.push(problem));
  } catch {
    throw refuse('it holds something that is no JSON');
  }
  const { id: _, source: __, ...rest } = rule;
  const content = JSON.stringify(rest);
  if (content.length > most)
    throw new ScriptError('rule-too-large', `${labelOf(given)} has ${content.length} characters, of ${most} at most.`);
  return { rule: freeze(rule), content, unread };
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}
