import { z } from 'zod';
import { OUTCOMES } from '../../contracts/index.js';
import { isDay, MOST_DAYS } from './dates.js';
import { GRADES } from './types.js';

const text = z
  .string({ error: ({ input }) => (input === undefined ? 'it is missing' : 'it must be a text') })
  .trim()
  .min(1, 'it is empty');

const day = z
  .string('a day is written as 2026-09-30')
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day is written as 2026-09-30')
  .refine(isDay, 'there is no such day');

const AT_LEAST_ONE = 'the list is empty';
const A_LIST = 'it must be a list, with a - before each of its entries';

const globs = z
  .union([text, z.array(text).min(1, AT_LEAST_ONE)], 'it must be a glob, or a list of globs')
  .describe('A glob, in which `*` stands for any text and `?` for one character, or a list of them.');

const A_STATUS = 'it must be a status or a glob, such as 404 or "4*"';

const statuses = z
  .union([text, z.int(), z.array(z.union([text, z.int()], A_STATUS)).min(1, AT_LEAST_ONE)], `${A_STATUS}, or a list of them`)
  .describe('A status, a glob such as "4*", or a list of them.');

/** What an entry is about. */
const match = {
  deployment: globs.optional().describe('Only for runs at deployments like this.'),
  operation: globs.optional(),
  status: statuses.optional(),
  code: globs.optional(),
  cause: globs.optional(),
  probe: globs.optional().describe('Probes that are called so, in place of causes.'),
  webhook: globs.optional().describe('Webhooks that are called so, in place of causes.'),
};

export const MATCH_MEMBERS: readonly (keyof typeof match)[] = ['operation', 'status', 'code', 'cause', 'probe', 'webhook'];

type Matching = { readonly [name in keyof typeof match]?: unknown };

const isAboutSomething = (entry: Matching): boolean => MATCH_MEMBERS.some((name) => entry[name] !== undefined);
const ABOUT = 'say what it is about: operation, status, code, cause, probe or webhook';

const isOfOneKind = ({ status, code, cause, probe, webhook, operation }: Matching): boolean => {
  const named = [status, code, cause].some((one) => one !== undefined);
  if (webhook !== undefined) return !named && probe === undefined && operation === undefined;
  return probe === undefined || !named;
};
const ONE_KIND = 'a probe has an operation and no status, code or cause; a webhook has none of these';

const requirement = z
  .strictObject({
    ...match,
    requires: z
      .enum(GRADES, `it must be one of: ${GRADES.join(', ')}`)
      .describe('What a line must at least stand on; with `nothing` it may be unproven. A wrong answer is a finding even so.'),
  })
  .refine(isOfOneKind, ONE_KIND);

const WAIVABLE = OUTCOMES.filter((one) => !['waived', 'verified', 'not-selected'].includes(one));

const waiver = z
  .strictObject({
    ...match,
    outcomes: z
      .array(z.enum(WAIVABLE, `it must be one of: ${WAIVABLE.join(', ')}`), A_LIST)
      .min(1, AT_LEAST_ONE)
      .optional()
      .describe('What it waives; by default anything that is wrong or unproven.'),
    owner: text.describe('Who answers for it.'),
    reason: text.describe('Why it is let pass.'),
    expires: day.describe('The last day, in UTC, on which it holds.'),
  })
  .refine(isAboutSomething, ABOUT)
  .refine(isOfOneKind, ONE_KIND);

const DAYS = `it must be a whole number of days, from 1 to ${MOST_DAYS}`;

const pending = z
  .strictObject({
    ...match,
    until: day.optional().describe('The last day, in UTC, on which it holds.'),
    from: day.optional().describe('With `days`: the day from which they are counted.'),
    days: z.int(DAYS).min(1, DAYS).max(MOST_DAYS, DAYS).optional().describe('It holds up to and with this many days after `from`.'),
  })
  .refine(isAboutSomething, ABOUT)
  .refine(isOfOneKind, ONE_KIND)
  .refine(
    ({ until, from, days }) => (until === undefined ? from !== undefined && days !== undefined : from === undefined && days === undefined),
    'say until when: `until: 2026-09-30`, or `from: 2026-09-01` and `days: 30`',
  );

const A_PROMOTION = 'it must be a map of deployments, each with a list of others: `production: [staging]`';

/** The policy file. */
export const policySchema = z.strictObject({
  requirements: z.array(requirement, A_LIST).default([]).describe('What lines must stand on; of several that match, the last one counts.'),
  waivers: z.array(waiver, A_LIST).default([]).describe('Lines that are not as they must be, and that somebody answers for until a date.'),
  baseline: text.optional().describe('The file of known violations, relative to this one; `failpath gate --write-baseline` writes it.'),
  pending: z.array(pending, A_LIST).default([]).describe('Failures that are declared already and not there yet, until a date.'),
  promotion: z
    .record(text, z.array(text, A_LIST).min(1, AT_LEAST_ONE), A_PROMOTION)
    .default({})
    .describe('Where a build must have been proven before it goes to a deployment.'),
});

export type PolicyFile = z.output<typeof policySchema>;

/**
 * The policy file's JSON Schema, for editors; `schemas/policy.schema.json` holds it.
 *
 * @example
 * JSON.stringify(policyJsonSchema());
 */
export function policyJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(policySchema, { io: 'input' });
  return { $schema, title: 'failpath policy', ...schema };
}
