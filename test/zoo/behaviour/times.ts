import { REFUSES_TOO_MUCH, type Mutant } from '../mutant.js';

/** Something that lives for a while, and what happens when it is used afterwards. */
const LIVES = [
  ['upload session', 'uploadTtl', 'uploadLives', 600_000, '* registration.upload_session_not_found (expired)'],
  ['quote', 'quoteTtl', 'quoteLives', 300_000, '* registration.prepared_not_found (expired)'],
  ['partner session', 'partnerSessionTtl', 'sessionLives', 3_600_000, '* common.unauthorized (expired)'],
] as const;

const lives = LIVES.flatMap(([what, limit, policy, ttl, line]): Mutant[] => [
  {
    name: `${what} for ever`,
    class: 'behaviour',
    breaks: `The time of the ${what} is never looked at.`,
    lines: [line],
    outcome: 'not-reached',
    sandbox: () => ({ policies: { [policy]: () => true } }),
  },
  {
    name: `${what} for too long`,
    class: 'behaviour',
    breaks: `The ${what} lives a tenth longer than it should.`,
    lines: [line],
    outcome: 'not-reached',
    sandbox: () => ({ limits: { [limit]: ttl + ttl / 10 } }),
  },
  {
    name: `${what} too short`,
    class: 'behaviour',
    breaks: `The ${what} lives a tenth less than it should.`,
    lines: [line],
    outcome: REFUSES_TOO_MUCH,
    says: /control twin/,
    sandbox: () => ({ limits: { [limit]: ttl * 0.9 } }),
  },
]);

const REUSED = ['* common.bad_request (Idempotency-Key reused)'];

const answers: readonly Mutant[] = [
  {
    name: 'Idempotency-Key forgotten at once',
    class: 'behaviour',
    breaks: 'Nothing is remembered of a request with an Idempotency-Key.',
    lines: REUSED,
    outcome: 'not-reached',
    sandbox: () => ({ policies: { answerLives: () => false } }),
  },
  {
    name: 'Idempotency-Key that stands for the first answer',
    class: 'behaviour',
    breaks: 'Another body with a used Idempotency-Key gets the answer to the first one.',
    lines: REUSED,
    outcome: 'not-reached',
    sandbox: () => ({ rules: { idempotencyConflict: Object.assign(() => undefined, { code: 'common.bad_request' }) } }),
  },
];

/**
 * Every time to live ignored, and off both ways. Left out: the day for which an Idempotency-Key is remembered, since after it another
 * body is right, which is no failure; the time of a download URL, since the storage is not part of the contract.
 */
export const TIMES: readonly Mutant[] = [...lives, ...answers];
