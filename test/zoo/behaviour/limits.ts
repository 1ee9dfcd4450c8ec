import type { Rule } from '../../../mocks/ats/index.js';
import { REFUSES_TOO_MUCH, type Mutant } from '../mutant.js';
import { lenient, strict } from './rules.js';

type Facts = Parameters<Rule>[0];

/** A limit of a body, a header or a query that is measured: what it measures, and the largest measure that is allowed. */
interface Measured {
  readonly what: string;
  readonly line: string;
  readonly code: string;
  readonly rule: 'body' | 'query';
  readonly max: number;
  readonly operation: string;
  measure(facts: Facts): number;
}

const keyLength = ({ call }: Facts): number => String(call.headers['idempotency-key'] ?? '').length;

const MEASURED: readonly Measured[] = [
  {
    what: 'name of a key',
    line: 'createApiKey api_key.invalid_name (too long)',
    code: 'api_key.invalid_name',
    rule: 'body',
    max: 100,
    operation: 'createApiKey',
    measure: (facts) => facts.text('name')?.length ?? 0,
  },
  {
    what: 'name of an external user',
    line: 'createPartnerSession session.invalid_external_user_ref (too long)',
    code: 'session.invalid_external_user_ref',
    rule: 'body',
    max: 255,
    operation: 'createPartnerSession',
    measure: (facts) => Buffer.byteLength(facts.text('external_user_ref') ?? ''),
  },
  ...['initWork', 'initVersion', 'initVersionUpload'].map((operation): Measured => ({
    what: `Idempotency-Key of ${operation}`,
    line: `${operation} common.bad_request (malformed Idempotency-Key)`,
    code: 'common.bad_request',
    rule: 'body',
    max: 255,
    operation,
    measure: keyLength,
  })),
  {
    what: 'page of works',
    line: 'listExternalUserWorks common.validation_failed (first out of range)',
    code: 'common.validation_failed',
    rule: 'query',
    max: 100,
    operation: 'listExternalUserWorks',
    measure: ({ call }) => Number(call.query.get('first')),
  },
];

const isOf = ({ operation, measure }: Measured, size: number) => {
  return (facts: Facts): boolean => facts.call.operation.id === operation && measure(facts) === size;
};

const measured = MEASURED.flatMap((limit): Mutant[] => [
  {
    name: `${limit.what}: one more`,
    class: 'behaviour',
    breaks: `The ${limit.what} may be ${limit.max + 1} long, which is one too many.`,
    lines: [limit.line],
    outcome: 'not-reached',
    sandbox: () => lenient(limit.rule, isOf(limit, limit.max + 1)),
  },
  {
    name: `${limit.what}: one less`,
    class: 'behaviour',
    breaks: `The ${limit.what} must not be ${limit.max} long, which is allowed.`,
    lines: [limit.line],
    outcome: REFUSES_TOO_MUCH,
    says: /control twin/,
    sandbox: () => strict(limit.rule, limit.code, isOf(limit, limit.max)),
  },
]);

/** A text that must not be empty, and may be as short as it likes. */
const shortest = (
  [
    ['initWork', 'title', 'registration.title_required', 'blank'],
    ['initWork', 'filename', 'registration.filename_required', 'empty'],
    ['initVersionUpload', 'filename', 'registration.filename_required', 'empty'],
    ['createPartnerSession', 'external_user_ref', 'session.invalid_external_user_ref', 'empty'],
  ] as const
).map(([operation, member, code, cause]): Mutant => ({
  name: `${operation} with ${member} of one character`,
  class: 'behaviour',
  breaks: `${operation} takes a ${member} of one character for one that is empty.`,
  lines: [`${operation} ${code} (${cause})`],
  outcome: REFUSES_TOO_MUCH,
  says: /control twin/,
  sandbox: () => strict('body', code, (facts) => facts.call.operation.id === operation && facts.text(member)?.length === 1),
}));

const TOO_LARGE = ['* registration.audio_too_large'];
const LIMIT_REACHED = ['createApiKey api_key.limit_reached'];
const QUOTA = ['* common.quota_exceeded'];
const CREDITS = ['* common.forbidden (too few credits)'];
const GENEROUS = { class: 'behaviour', outcome: 'not-reached' } as const;
const STINGY = { class: 'behaviour', outcome: REFUSES_TOO_MUCH } as const;

const counted: readonly Mutant[] = [
  {
    ...GENEROUS,
    name: 'size limit off by one',
    breaks: 'One byte over the maximum still passes.',
    lines: TOO_LARGE,
    sandbox: () => ({ policies: { sizeAllowed: (bytes, max) => bytes <= max + 1 } }),
  },
  {
    ...STINGY,
    name: 'size limit too small',
    breaks: 'Audio of exactly the maximum is refused.',
    lines: TOO_LARGE,
    sandbox: () => ({ policies: { sizeAllowed: (bytes, max) => bytes < max } }),
  },
  {
    ...GENEROUS,
    name: 'size limit of keys ignored',
    breaks: "Only the platform's maximum is looked at, and not the stricter one of the key.",
    lines: TOO_LARGE,
    sandbox: () => ({ policies: { sizeAllowed: (bytes) => bytes <= 524_288_000 } }),
  },
  {
    ...GENEROUS,
    name: 'key limit ignored',
    breaks: 'An organization may have any number of keys.',
    lines: LIMIT_REACHED,
    sandbox: () => lenient('keysLeft'),
  },
  {
    ...GENEROUS,
    name: 'one key more',
    breaks: 'The key limit is compared with the wrong sign: one key too many passes.',
    lines: LIMIT_REACHED,
    sandbox: () => ({ limits: { keysPerOrganization: 11 } }),
  },
  {
    ...STINGY,
    name: 'one key less',
    breaks: 'The last key that an organization may have is refused.',
    lines: LIMIT_REACHED,
    sandbox: () => ({ limits: { keysPerOrganization: 9 } }),
  },
  {
    ...STINGY,
    spreads: true,
    name: 'revoked keys count',
    breaks: 'Revoked keys count towards the limit, so that revoking one makes no room.',
    lines: LIMIT_REACHED,
    sandbox: () =>
      strict('keysLeft', 'api_key.limit_reached', ({ service, organizationId, maxKeys }) => {
        return [...service.state.keys.list()].filter((key) => key.organization_id === organizationId).length > maxKeys;
      }),
  },
  {
    ...GENEROUS,
    name: 'quota ignored',
    breaks: 'The month has no end of free confirmations.',
    lines: QUOTA,
    sandbox: () => lenient('quotaLeft'),
  },
  {
    ...GENEROUS,
    name: 'one confirmation more',
    breaks: 'The quota is reached one confirmation too late.',
    lines: QUOTA,
    sandbox: () => lenient('quotaLeft', ({ quota: { limit, used } }) => used === limit),
  },
  {
    ...STINGY,
    name: 'one confirmation less',
    breaks: 'The last free confirmation of a month is refused.',
    lines: QUOTA,
    sandbox: () =>
      strict(
        'quotaLeft',
        'common.quota_exceeded',
        ({ quote, quota: { limit, used } }) => quote?.network === 'testnet' && used + 1 === limit,
      ),
  },
  {
    ...GENEROUS,
    name: 'credits ignored',
    breaks: 'Whoever has no credits may confirm as well.',
    lines: CREDITS,
    sandbox: () => lenient('creditsSuffice'),
  },
  {
    ...GENEROUS,
    name: 'one credit less than it costs',
    breaks: 'One credit too few is enough.',
    lines: CREDITS,
    sandbox: () =>
      lenient('creditsSuffice', ({ quote, organization }) => {
        return quote !== undefined && organization !== undefined && organization.credits[quote.network] + 1 >= quote.fees.total;
      }),
  },
  {
    ...STINGY,
    name: 'one credit more than it costs',
    breaks: 'Who has just the credits that it costs is refused.',
    lines: CREDITS,
    sandbox: () =>
      strict('creditsSuffice', 'common.forbidden', ({ quote, organization }) => {
        return quote !== undefined && quote.fees.total > 0 && organization?.credits[quote.network] === quote.fees.total;
      }),
  },
];

/** Characters are not bytes. */
const units: readonly Mutant[] = [
  {
    name: 'characters counted for bytes',
    class: 'behaviour',
    breaks: 'A name of 128 characters that take two bytes each is within the limit.',
    lines: ['createPartnerSession session.invalid_external_user_ref (too long)'],
    outcome: 'not-reached',
    sandbox: () =>
      lenient('body', (facts, { code }) => {
        const name = facts.text('external_user_ref') ?? '';
        return code === 'session.invalid_external_user_ref' && name !== '' && name.length <= 255;
      }),
  },
];

/**
 * Every limit off by one, both ways. Left out: the platform's own maximum of 500 MB, which no run uploads; the shortest name of a key
 * and the smallest page, since a path has one faulty request and one twin.
 */
export const LIMITS: readonly Mutant[] = [...measured, ...shortest, ...counted, ...units];
