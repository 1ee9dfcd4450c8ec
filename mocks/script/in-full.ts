import { z } from 'zod';
import { answerShape, delaySchema, KINDS, requestShape, scenarioSchema, when, type WrittenRule } from './format.js';
import { refuse } from './draft.js';
import { NOT_READ, type Report } from './errors.js';
import { tooDeep } from './json.js';
import { misreadings, named, strict, understand, type Reading } from './strict.js';
import type { Delay, Rule, RuleAnswer, RuleMatch } from './types.js';

/** Numbers and names that are judged with the whole rule are only read here. */
const occurrence = z.union([z.number(), strict({ from: z.number().optional(), to: z.number().optional(), every: z.number().optional() })]);
const match = strict({ ...named(['on']), ...requestShape, occurrence: occurrence.optional(), ...named(['wiremock']) });
const anyMatch = strict({ ...named(['on']), ...when.shape });

const answer = strict({
  ...answerShape,
  status: z.number().optional(),
  responds: strict({
    status: z.number(),
    headers: z.record(z.string(), z.string()).optional(),
    json: z.unknown().optional(),
    body: z.string().optional(),
  }).optional(),
  offContract: z.string().optional(),
  proxies: z.string().optional(),
}).superRefine((written, context) => {
  const refusal = (message: string, path: string[] = []): void => context.addIssue({ code: 'custom', message, path });
  const given = [...KINDS, 'status' as const].filter((kind) => written[kind] !== undefined);
  if (given.length === 0) refusal(`it does not say what to answer: add one of ${KINDS.join(', ')}`);
  // What a rule responds may be spoiled on its way.
  const spoilt = given.length === 2 && written.responds !== undefined && written.fault !== undefined;
  if (given.length > 1 && !spoilt) refusal(`an answer is one of ${given.join(', ')}, not several`);
  for (const member of ['details', 'message', 'headers'] as const) {
    if (written[member] !== undefined && written.fails === undefined && given.length === 1)
      refusal(`${member} belongs to fails, not to ${given[0]}`, [member]);
  }
});

const REMEDY = 'Write it as docs/scripts.md shows.';

function read<Schema extends z.ZodType>(schema: Schema, value: unknown, called: string): z.output<Schema> {
  const reading: Reading = { problem: 'script-invalid', called, why: NOT_READ, remedy: REMEDY };
  if (tooDeep(value)) refuse(`${called}: its values are nested too deeply, or hold themselves`, NOT_READ, 'Write it as JSON could.');
  return understand(schema, value, reading);
}

/**
 * What a request must be, as code says it.
 *
 * @example
 * readMatch({ headers: { 'x-client': { contains: 'ios' } } });
 *
 * @throws {InputError} `script-invalid`, for a member that there is not as well
 */
export function readMatch(value: unknown): RuleMatch {
  return matchOf(read(when, value, 'the conditions'));
}

/** As {@link readMatch}, the operation included. */
export function readAnyMatch(value: unknown): RuleMatch {
  const { on, ...others } = read(anyMatch, value, 'the conditions');
  return { ...(on === undefined ? {} : { on: on as NonNullable<RuleMatch['on']> }), ...matchOf(others) };
}

/** An answer in full, as code says it; faults in whatever way they are written. */
export function readAnswer(value: unknown): RuleAnswer {
  return answerOf(read(answer, value, 'the answer'));
}

/** A delay that is drawn. */
export function readDelay(value: unknown): Delay {
  return read(delaySchema, value, 'the delay') as Delay;
}

/** The states of a scenario. */
export function readScenario(value: unknown): NonNullable<Rule['scenario']> {
  return read(scenarioSchema, value, 'the scenario') as NonNullable<Rule['scenario']>;
}

/** A value that stands alone in `at` is one that must be equal; a text already means that. */
export function matchOf(written: WrittenRule['when']): RuleMatch {
  const at = Object.entries(written?.body?.at ?? {}).map(([place, matcher]) => [
    place,
    typeof matcher === 'object' && matcher !== null ? matcher : typeof matcher === 'string' ? matcher : { equals: matcher },
  ]);
  const body =
    written?.body === undefined ? {} : { body: { ...written.body, ...(at.length === 0 ? {} : { at: Object.fromEntries(at) as object }) } };
  return { ...written, ...body } as RuleMatch;
}

/** What is left out is not there at all: answers are told apart by their members. */
function answerOf(written: object): RuleAnswer {
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined)) as unknown as RuleAnswer;
}

const ruleSchema = strict({
  ...named([
    'id',
    'name',
    'priority',
    'end',
    'perIdempotencyKey',
    'uses',
    'lastsMs',
    'probability',
    'seed',
    'source',
    'stub',
  ] satisfies (keyof Rule)[]),
  match,
  answers: z.array(z.unknown()),
  delay: delaySchema.optional(),
  scenario: scenarioSchema.optional(),
} satisfies Record<keyof Rule, z.ZodType>);

/**
 * A rule with its answers as they are applied, whoever has put it together; what is not understood is reported.
 *
 * @param rule A copy that holds no circles.
 */
export function readRule(rule: Rule, report: Report): Rule {
  const refuse = (error: z.ZodError, base: string): void => {
    for (const { pointer, message } of misreadings(error.issues)) {
      const at = `${base}${pointer}`;
      report({ pointer: at, what: `${at.slice(1).replaceAll('/', '.')}: ${message}`, why: NOT_READ, remedy: REMEDY });
    }
  };
  const parsed = ruleSchema.safeParse(rule);
  if (!parsed.success) {
    refuse(parsed.error, '');
    return rule;
  }
  // A sequence is mostly the same few answers, many times.
  const known = new Map<unknown, RuleAnswer>();
  rule.answers.forEach((one, index) => {
    if (known.has(one)) return;
    const read = answer.safeParse(one);
    if (!read.success) refuse(read.error, `/answers/${index}`);
    known.set(one, read.success ? answerOf(read.data) : one);
  });
  const answers = rule.answers.map((one) => known.get(one) ?? one);
  return { ...rule, match: matchOf(rule.match), answers: answers as unknown as Rule['answers'] };
}
