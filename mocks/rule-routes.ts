import { randomUUID } from 'node:crypto';
import { formatFinding, InputError } from '../spec/index.js';
import { invalidInput, ok, route, unknownRoute } from './admin-answers.js';
import { addAll, parseScript, ScriptError, type ParseOptions, type Rule, type Scripts } from './script/index.js';
import type { AdminAnswer, AdminRoute } from './types.js';

export interface RuleSubject extends ParseOptions {
  readonly scripts: Scripts;
}

const REMEDY = 'Write rules as in a script file: {"on": "prepareWork", "answers": [503, 503, "ok"]}, a list of them, or {"rules": [...]}.';

/** The routes of rules in the words of script files. WireMock's `/mappings` list and remove the same rules. */
export function ruleRoutes(subject: RuleSubject): readonly AdminRoute[] {
  const { scripts } = subject;
  return [
    route('GET', '/rules', () => ok({ rules: scripts.rules.map(shown), meta: { total: scripts.rules.length } })),
    route('POST', '/rules', ({ body }) => add(subject, body)),
    route('DELETE', '/rules', () => {
      scripts.clear();
      return ok({});
    }),
    route('DELETE', '/rules/:id', ({ params: { id = '' } }) =>
      scripts.remove(id) ? ok({}) : unknownRoute(`There is no rule ${JSON.stringify(id.slice(0, 60))}.`, 'GET /__admin/rules lists them.'),
    ),
  ];
}

function add({ scripts, ...options }: RuleSubject, body: unknown): AdminAnswer {
  if (typeof body !== 'object' || body === null) return invalidInput('The body is no rule.', REMEDY);
  const script = Array.isArray(body) ? { rules: body } : 'rules' in body ? body : { rules: [body] };
  try {
    // What is sent twice is two rules, even if it is the same.
    const rules = parseScript(script, { name: 'admin' }, options).map((rule) => ({ ...rule, id: randomUUID() }));
    addAll(scripts, rules);
    return { status: 201, body: { rules: rules.map(shown) } };
  } catch (error) {
    if (error instanceof InputError) return invalidInput(error.findings.map(formatFinding).join('\n'), REMEDY);
    if (error instanceof ScriptError) return invalidInput(error.message, 'Remove rules with DELETE /__admin/rules.');
    throw error;
  }
}

/** A rule without what it is inside: how WireMock would write it. */
function shown({ stub: _, ...rule }: Rule): Omit<Rule, 'stub'> {
  return rule;
}
