import { z } from 'zod';
import type { Contract } from '../../spec/index.js';
import { faultSchema } from '../faults/index.js';
import { profileSchema } from '../profiles/index.js';
import { strict } from './strict.js';

type TextInput =
  string | { equals?: string; contains?: string; matches?: string; absent?: boolean; ignoreCase?: boolean; not?: TextInput | undefined };

const expression = z.string().min(1).describe("A regular expression in RE2's dialect; any part may match.");
const said = {
  contains: z.string().optional(),
  matches: expression.optional(),
  absent: z.boolean().optional(),
  ignoreCase: z.boolean().optional(),
};

const text: z.ZodType<TextInput> = z
  .union([z.string(), z.lazy(() => strict({ equals: z.string().optional(), ...said, not: text.optional() }))], {
    error: 'write a text (in quotes if it looks like a number), or { contains }, { matches }, { absent: true }, { not }',
  })
  .meta({ id: 'text', description: 'A text that must be just so, or what is said of it.' }) as z.ZodType<TextInput>;

const value = z
  .union([z.string(), z.number(), z.boolean(), z.null(), strict({ equals: z.unknown().optional(), ...said, not: text.optional() })], {
    error: 'write a value, or { equals }, { contains }, { matches }, { absent: true }, { not }',
  })
  .meta({ id: 'value', description: 'A value that must be just so, or what is said of it.' });

const body = strict({
  equals: z.unknown().optional().describe('The body must be just this, key order aside.'),
  contains: z.unknown().optional().describe('The body must hold at least this: objects by their members, lists by their items in order.'),
  at: z.record(z.string(), value).optional().describe('By JSON pointer (/title), or by JSONPath ($.creators[*].email).'),
  matches: expression.optional().describe("A regular expression in RE2's dialect over the body's text."),
  absent: z.boolean().optional(),
});

const count = z.int().min(1);
const operation = z.string().min(1).meta({ id: 'operation', description: 'The id of an operation; * and ? stand for what may differ.' });

/** What a request must be, its operation and occurrence aside. */
export const requestShape = {
  method: z.string().min(1).optional(),
  path: text.optional().describe('Percent-encoded, without the query.'),
  query: z.record(z.string(), text).optional(),
  headers: z.record(z.string(), text).optional(),
  body: body.optional(),
  identity: z.string().min(1).optional().describe('The name of an identity, none, or unknown.'),
};

/** What a request must be, beyond its operation. */
export const when = strict({
  ...requestShape,
  occurrence: z
    .union([count, strict({ from: count.optional(), to: count.optional(), every: count.optional() })])
    .optional()
    .describe('Which of the requests that match otherwise: 3, { from: 2 }, { every: 10 }.'),
});

const code = z.string().min(1).meta({ id: 'code', description: 'A code that the contract declares.' });
const responds = strict({
  status: z.int().min(200).max(599),
  headers: z.record(z.string(), z.string()).optional(),
  json: z.unknown().optional(),
  body: z.string().optional(),
});

/** The ways to answer; a rule has one of them, or `answers`. */
export const KINDS = ['fails', 'example', 'responds', 'fault', 'offContract', 'passes', 'proxies'] as const;

/** The members of an answer. */
export const answerShape = {
  fails: code.optional(),
  details: z.record(z.string(), z.unknown()).optional().describe("Members over those of the example's details."),
  message: z.string().min(1).optional(),
  headers: z.record(z.string(), z.string()).optional().describe('Headers of the failure, over those that it has anyway.'),
  example: z.string().min(1).optional().describe('The name of an example that the contract declares.'),
  responds: responds.optional().describe('An answer that need not be in the contract.'),
  fault: faultSchema.optional(),
  offContract: profileSchema.optional(),
  passes: z.literal(true).optional().describe('What is answered without a rule.'),
  proxies: z.string().min(1).optional().describe('The URL of a deployment that answers.'),
};

const brief = z.string().min(1).meta({ id: 'brief', description: 'A code, or ok for what is answered without a rule.' });
const ANSWER = { error: `write a status, a code, ok, or an object with one of ${KINDS.join(', ')}` };
const answer = z.union(
  [
    z.int().min(100).max(599).describe("That status's first declared failure."),
    brief,
    strict(answerShape).superRefine((written, context) => onlyOne(written, KINDS, context)),
  ],
  ANSWER,
);

const duration = z.union([z.number().min(0), z.string().regex(/^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/, 'write a number and ms, s, m, h or d')], {
  error: 'write milliseconds, or a duration such as 500ms, 30s, 5m',
});
const milliseconds = z.number().min(0);

/** How long to wait. */
export const delaySchema = z.union(
  [
    duration,
    strict({ uniform: z.tuple([milliseconds, milliseconds]) }),
    strict({ lognormal: strict({ median: milliseconds, sigma: z.number().min(0) }) }),
  ],
  { error: 'write milliseconds, a duration, { uniform: [100, 300] } or { lognormal: { median: 90, sigma: 0.4 } }' },
);

/** The state in which a rule applies, and to which it leads. */
export const scenarioSchema = strict({
  name: z.string().min(1),
  is: z.string().min(1).optional(),
  becomes: z.string().min(1).optional(),
});

const rule = strict({
  name: z.string().min(1).max(200).optional(),
  on: z.union([operation, z.array(operation).min(1)], { error: 'write the id of an operation, or a list' }).optional(),
  when: when.optional(),
  answers: z.union([answer, z.array(answer).min(1).max(10_000)], ANSWER).optional(),
  ...answerShape,
  // oxlint-disable-next-line unicorn/no-thenable -- the word of the format; nothing awaits what is written in a file
  then: z.enum(['repeat-last', 'cycle', 'fail']).optional().describe('What comes after the last answer.'),
  per: z.literal('Idempotency-Key').optional().describe('Each Idempotency-Key goes through the answers by itself.'),
  delay: delaySchema.optional(),
  uses: count.optional().describe('How many times the rule applies.'),
  lasts: duration.optional().describe("How long the rule is there, by the mock's clock."),
  probability: z.number().min(0).max(1).optional(),
  seed: z.union([z.string(), z.number()]).optional(),
  priority: z.int().optional().describe('The lowest number is asked first; 5 unless told otherwise. Of equals, the rule that came last.'),
  scenario: scenarioSchema.optional(),
}).superRefine((written, context) => onlyOne(written, ['answers', ...KINDS], context));

type Written = Readonly<Record<string, unknown>>;

function onlyOne(written: Written, kinds: readonly string[], context: z.core.$RefinementCtx): void {
  const given = kinds.filter((kind) => written[kind] !== undefined);
  const refuse = (member: string | undefined, message: string): void =>
    context.addIssue({ code: 'custom', message, path: member === undefined ? [] : [member] });
  if (given.length === 0) refuse(undefined, `it does not say what to answer: add one of ${kinds.join(', ')}`);
  if (given.length > 1) refuse(given[1], `an answer is one of ${given.join(', ')}, not several`);
  if (written['fails'] !== undefined || given.length !== 1) return;
  for (const member of ['details', 'message', 'headers'])
    if (written[member] !== undefined) refuse(member, `${member} belongs to fails, not to ${given[0]}`);
}

const MOST_RULES = 10_000;

/** A script file, before its short forms are written out. */
export const scriptSchema = strict({
  $schema: z.string().optional().describe('For editors.'),
  rules: z.array(rule).max(MOST_RULES),
});

const writtenRule = rule.meta({ id: 'WrittenRule', description: 'Which requests it is for, and what they are answered with.' });
const writtenRules = z.array(writtenRule).max(MOST_RULES);

/** What the control API takes: a rule, a list of them, or a script. */
export const rulesInput = z.union([writtenRule, writtenRules, scriptSchema.extend({ rules: writtenRules })]);

/** A rule as it is written. */
export type WrittenRule = z.output<typeof rule>;
export type WrittenAnswer = z.output<typeof answer>;

/**
 * The JSON Schema of script files, for editors; with a contract it also knows operations and codes.
 *
 * @example
 * JSON.stringify(scriptJsonSchema(contract));
 */
export function scriptJsonSchema(contract?: Contract): Record<string, unknown> {
  const { $schema, $defs, ...schema } = z.toJSONSchema(scriptSchema, { io: 'input', unrepresentable: 'any' });
  const known = contract === undefined ? {} : definitionsOf(contract);
  const definitions = Object.entries($defs ?? {}).map(([id, definition]) => [id, { ...definition, ...known[id] }]);
  return { $schema, title: 'failpath script', ...schema, $defs: Object.fromEntries(definitions) as Record<string, unknown> };
}

/** What completes the definitions of `operation`, `code` and `brief`. */
export function definitionsOf({ operations, failures }: Contract): Readonly<Record<string, object>> {
  const codes = [...new Set(failures.map(({ code }) => code))];
  return {
    operation: { anyOf: [{ enum: operations.map(({ id }) => id) }, { pattern: '[*?]' }] },
    code: { enum: codes },
    brief: { enum: ['ok', 'passes', ...codes] },
  };
}
