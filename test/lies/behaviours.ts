import type { Outcome } from '../../contracts/index.js';
import { RULES, type Replacements } from '../../mocks/ats/index.js';
import type { Failure } from '../../spec/index.js';
import { PARTNER_LIES } from './partner-behaviours.js';

/** A deployment whose envelopes are perfect, and one of whose checks is wrong. */
export interface BehaviourLie {
  readonly name: string;
  /** What is broken, in a sentence. */
  readonly breaks: string;
  readonly lies: Replacements;
  /** The lines that are about it. */
  about(failure: Failure, cause: string): boolean;
  /** What they come to. */
  outcome(failure: Failure): Outcome;
}

const accepts = (): undefined => undefined;
const notReached = (): Outcome => 'not-reached';
const code =
  (...codes: readonly string[]): BehaviourLie['about'] =>
  (failure) =>
    codes.includes(failure.code);

/** Checks that deployments really lose: one line of code each, and no happy path notices. */
export const BEHAVIOUR_LIES: readonly BehaviourLie[] = [
  {
    name: 'revoked key accepted',
    breaks: 'Revoking a key has no effect.',
    lies: { rules: { revokedKey: accepts } },
    about: code('api_key.revoked'),
    outcome: notReached,
  },
  {
    name: 'other organization accepted',
    breaks: 'A key opens the doors of every organization.',
    lies: { rules: { otherOrganization: accepts } },
    about: code('api_key.org_mismatch'),
    outcome: notReached,
  },
  {
    name: 'soft-deleted organization accepted',
    breaks: 'Only the flag for inactive organizations is looked at; those that were deleted go on.',
    lies: {
      rules: { inactiveOrganization: (facts) => (facts.organization?.deleted === true ? undefined : RULES.inactiveOrganization(facts)) },
    },
    about: ({ code: name }, cause) => name === 'api_key.org_inactive' && cause === 'soft-deleted',
    // The organization has neither works nor jobs, so that the next check refuses.
    outcome: ({ operation }) => (['initWork', 'createPartnerSession'].includes(operation.id) ? 'not-reached' : 'wrong-path'),
  },
  {
    name: 'scope unchecked',
    breaks: 'Every key may do everything.',
    lies: { rules: { missingScope: accepts } },
    about: code('api_key.scope_denied'),
    outcome: notReached,
  },
  {
    name: 'second confirm accepted',
    breaks: 'Confirming does not take the quote away, so that a second confirm pays again.',
    lies: { policies: { takeQuote: (quotes, jobId) => quotes.get(jobId) } },
    about: ({ code: name }, cause) => name === 'registration.prepared_not_found' && cause === 'confirmed already',
    outcome: notReached,
  },
  {
    name: 'expired quote accepted',
    breaks: 'A quote binds for ever.',
    lies: { policies: { quoteLives: () => true } },
    about: ({ code: name }, cause) => name === 'registration.prepared_not_found' && cause === 'expired',
    outcome: notReached,
  },
  {
    name: 'size limit off by one',
    breaks: 'One byte over the maximum still passes.',
    lies: { policies: { sizeAllowed: (bytes, max) => bytes <= max + 1 } },
    about: code('registration.audio_too_large'),
    outcome: notReached,
  },
  {
    name: 'ownership of jobs unchecked',
    breaks: "Whoever knows a job's id may go on with it, whoever began it.",
    lies: { rules: { sessionOwned: accepts, quoteOwned: accepts } },
    about: code('registration.upload_session_forbidden', 'registration.prepared_forbidden'),
    // A version's job belongs to its work as well: another work is another path, which is refused with its own code.
    outcome: ({ operation }) => (operation.id.endsWith('Version') ? 'wrong-path' : 'not-reached'),
  },
  {
    name: 'ownership of works unchecked',
    breaks: 'Every organization may add versions to every work.',
    lies: { rules: { workOwned: accepts } },
    about: ({ code: name, operation }) => name === 'work.access_forbidden' && operation.id !== 'downloadVersionFile',
    // With its own work's job, the path of another work is where the job was not begun.
    outcome: ({ operation }) => (operation.id.startsWith('init') ? 'not-reached' : 'wrong-path'),
  },
  {
    name: 'quota ignored',
    breaks: 'The month has no end of free confirmations.',
    lies: { rules: { quotaLeft: accepts } },
    about: code('common.quota_exceeded'),
    outcome: notReached,
  },
  {
    name: 'credits ignored',
    breaks: 'Whoever has no credits may confirm as well.',
    lies: { rules: { creditsSuffice: accepts } },
    about: ({ code: name }, cause) => name === 'common.forbidden' && cause === 'too few credits',
    outcome: notReached,
  },
  {
    name: 'key limit ignored',
    breaks: 'An organization may have any number of keys.',
    lies: { rules: { keysLeft: accepts } },
    about: code('api_key.limit_reached'),
    outcome: notReached,
  },
  {
    name: 'key of another organization revoked',
    breaks: "An administrator's session revokes keys under any organization's path.",
    lies: { rules: { keyOwned: accepts } },
    about: ({ code: name }, cause) => name === 'common.not_found' && cause === 'key of another organization',
    outcome: notReached,
  },
  {
    name: 'revoked key called unknown',
    breaks: 'Revoked keys are deleted, so that their holders are told that there was never such a key.',
    lies: {
      rules: { revokedKey: (facts) => (RULES.revokedKey(facts) === undefined ? undefined : { code: 'api_key.not_found', why: 'a lie' }) },
    },
    about: code('api_key.revoked'),
    outcome: () => 'wrong-path',
  },
  ...PARTNER_LIES,
];
