import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { formatFinding, InputError } from '../../spec/index.js';
import { invalidInput, ok, route, unknownRoute } from './answers.js';
import { addAll, parseScript, rulesInput, ScriptError, type ParseOptions, type Rule, type Scripts } from '../script/index.js';
import type { AdminAnswer, AdminRoute } from '../types.js';

export interface RuleSubject extends ParseOptions {
  readonly scripts: Scripts;
}

const REMEDY = 'Write rules as in a script file: {"on": "prepareWork", "answers": [503, 503, "ok"]}, a list of them, or {"rules": [...]}.';

/** The routes of rules in the words of script files. WireMock's `/mappings` list and remove the same rules. */
export function ruleRoutes(subject: RuleSubject): readonly AdminRoute[] {
  const { scripts } = subject;
  return [
    route('GET', '/rules', () => ok({ rules: scripts.rules.map(shown), meta: { total: scripts.rules.length } }), {
      group: 'rules',
      summary: 'All rules, in the order in which they were added',
      answers: { 200: z.object({ rules: z.array(listedRule), meta: z.object({ total: z.int() }) }) },
    }),
    route('POST', '/rules', ({ body }) => addRules(subject, body), {
      group: 'rules',
      summary: 'Add a rule, a list of rules or a script: all of them, or none',
      body: rulesInput,
      answers: { 201: z.object({ rules: z.array(listedRule) }) },
    }),
    route(
      'DELETE',
      '/rules',
      () => {
        scripts.clear();
        return ok({});
      },
      { group: 'rules', summary: 'Remove all rules, those of files until the next reset', answers: { 200: nothing } },
    ),
    route(
      'DELETE',
      '/rules/:id',
      ({ params: { id = '' } }) =>
        scripts.remove(id)
          ? ok({})
          : unknownRoute(`There is no rule ${JSON.stringify(id.slice(0, 60))}.`, 'GET /__admin/rules lists them.'),
      { group: 'rules', summary: 'Remove one rule', answers: { 200: nothing }, refuses: [404] },
    ),
  ];
}

const nothing = z.strictObject({});

const listedRule = z
  .object({
    id: z.string(),
    name: z.string().optional(),
    priority: z.int().describe('The lowest number is asked first; of equals, the rule that came last.'),
    match: z.looseObject({}).describe('What a request must be.'),
    answers: z.array(z.looseObject({})).min(1),
    end: z.enum(['repeat-last', 'cycle', 'fail']).describe('What comes after the last answer.'),
    perIdempotencyKey: z.boolean(),
    delay: z
      .union([z.number(), z.looseObject({})])
      .optional()
      .describe('Milliseconds, or how they are drawn.'),
    uses: z.int().optional(),
    lastsMs: z.number().optional(),
    probability: z.number().optional(),
    seed: z.string().optional(),
    scenario: z.object({ name: z.string(), is: z.string().optional(), becomes: z.string().optional() }).optional(),
    source: z.string().describe('Where it was written: a place in a file, admin or code.'),
  })
  .meta({ id: 'Rule', description: 'A rule as it is applied, its short forms written out.' });

/** Adds a rule, a list of rules or a script: all of them, or none. */
export function addRules({ scripts, ...options }: RuleSubject, body: unknown): AdminAnswer {
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
