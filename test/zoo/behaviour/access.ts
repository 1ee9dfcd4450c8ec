import { RULES } from '../../../mocks/ats/index.js';
import { contract } from '../../support/judge.js';
import type { Mutant } from '../mutant.js';
import { changed, lenient, reordered, together } from './rules.js';

const WITH_KEYS = contract.operations.filter(({ credentials }) => credentials[0]?.scheme === 'apiKey').map(({ id }) => id);

/** Checks that deployments really lose, everywhere at once: one line of code each, and no happy path notices. */
const everywhere: readonly Mutant[] = [
  {
    name: 'revoked key accepted',
    class: 'behaviour',
    breaks: 'Revoking a key has no effect.',
    lines: ['* api_key.revoked'],
    everything: 'lines and probes',
    outcome: 'not-reached',
    sandbox: () => lenient('revokedKey'),
  },
  {
    name: 'revoked key called unknown',
    class: 'behaviour',
    breaks: 'Revoked keys are deleted, so that their holders are told that there was never such a key.',
    lines: ['* api_key.revoked'],
    outcome: 'wrong-path',
    sandbox: () => changed('revokedKey', (refusal) => refusal && { code: 'api_key.not_found', why: 'a lie' }),
  },
  {
    name: 'other organization accepted',
    class: 'behaviour',
    breaks: 'A key opens the doors of every organization.',
    lines: ['* api_key.org_mismatch'],
    outcome: 'not-reached',
    sandbox: () => lenient('otherOrganization'),
  },
  {
    name: 'soft-deleted organization accepted',
    class: 'behaviour',
    breaks: 'Only the flag for inactive organizations is looked at; those that were deleted go on.',
    lines: ['* api_key.org_inactive (soft-deleted)'],
    sandbox: () => lenient('inactiveOrganization', ({ organization }) => organization?.deleted === true),
  },
  {
    name: 'inactive organization accepted',
    class: 'behaviour',
    breaks: 'Only deleted organizations are looked for; those that were made inactive go on.',
    lines: ['* api_key.org_inactive (inactive)'],
    sandbox: () => lenient('inactiveOrganization', ({ organization }) => organization?.deleted === false),
  },
  {
    name: 'scope unchecked',
    class: 'behaviour',
    breaks: 'Every key may do everything.',
    lines: ['* api_key.scope_denied'],
    outcome: 'not-reached',
    sandbox: () => lenient('missingScope'),
  },
  {
    name: 'scopes that need only be there',
    class: 'behaviour',
    breaks: 'A key with any scope may do everything.',
    lines: ['* api_key.scope_denied'],
    outcome: 'not-reached',
    sandbox: () => lenient('missingScope', ({ key }) => key !== undefined && key.scopes.length > 0),
  },
  {
    name: 'Basic accepted for Bearer',
    class: 'behaviour',
    breaks: 'A credential that is not Bearer is looked at as if it were, and found to be no key.',
    lines: WITH_KEYS.map((id) => `${id} common.unauthorized (not Bearer)`),
    outcome: 'wrong-path',
    sandbox: () =>
      changed('noCredential', (refusal, { credential, call }) =>
        credential.scheme === 'other' && WITH_KEYS.includes(call.operation.id) ? { code: 'api_key.invalid_format', why: 'a lie' } : refusal,
      ),
  },
  {
    name: 'key of another organization revoked',
    class: 'behaviour',
    breaks: "An administrator's session revokes keys under any organization's path.",
    lines: ['revokeApiKey common.not_found (key of another organization)'],
    outcome: 'not-reached',
    sandbox: () => lenient('keyOwned'),
  },
  {
    name: "prefix of a key unchecked for administrators' routes",
    class: 'behaviour',
    breaks: 'Operations on keys take the keys that they manage.',
    lines: ['*ApiKey* common.unauthorized (an API key)'],
    outcome: 'not-reached',
    sandbox: () => lenient('notAdministrator', ({ key }) => key !== undefined),
  },
];

/** Whoever invents a key of the right form is let in. */
const unknownKeys: readonly Mutant[] = WITH_KEYS.map((id) => ({
  name: `${id} accepts unknown keys`,
  class: 'behaviour',
  breaks: `${id} takes every token of the right form for a key with all scopes.`,
  lines: [`${id} api_key.not_found`],
  outcome: 'not-reached',
  sandbox: () => ({
    ...reordered(id, (rules) => rules.filter((rule) => rule !== 'unknownToken')),
    ...together(lenient('missingScope', ({ key, call }) => key === undefined && call.operation.id === id)),
  }),
}));

/** The same checks where jobs and works are owned. */
const owners: readonly Mutant[] = [
  {
    name: 'ownership of jobs unchecked',
    class: 'behaviour',
    breaks: "Whoever knows a job's id may go on with it, whoever began it.",
    lines: ['* registration.upload_session_forbidden', '* registration.prepared_forbidden'],
    sandbox: () => together(lenient('sessionOwned'), lenient('quoteOwned')),
  },
  {
    name: 'ownership of works unchecked',
    class: 'behaviour',
    breaks: 'Every organization may add versions to every work.',
    lines: ['*Version work.access_forbidden', '*VersionUpload work.access_forbidden'],
    sandbox: () => lenient('workOwned'),
  },
  {
    name: 'job of another organization called unknown',
    class: 'behaviour',
    breaks: 'Jobs are looked for among those of the organization, so that the job of another one is not found.',
    lines: ['* registration.upload_session_forbidden', '* registration.prepared_forbidden'],
    outcome: 'wrong-path',
    sandbox: () =>
      together(
        changed('sessionOwned', (refusal) => refusal && { code: 'registration.upload_session_not_found', why: 'a lie' }),
        changed('quoteOwned', (refusal) => refusal && { code: 'registration.prepared_not_found', why: 'a lie' }),
      ),
  },
  {
    name: 'work of another organization called unknown',
    class: 'behaviour',
    breaks: 'Works are looked for among those of the organization.',
    lines: ['* work.access_forbidden'],
    outcome: 'wrong-path',
    sandbox: () =>
      together(
        changed('workOwned', (refusal) => refusal && { code: 'work.not_found', why: 'a lie' }),
        changed('userWorkOwned', (refusal) => refusal && { code: 'work.not_found', why: 'a lie' }),
      ),
  },
  {
    name: 'unknown job called forbidden',
    class: 'behaviour',
    breaks: 'A job that is not there is nobody’s, and refused as that of somebody else.',
    lines: ['* registration.upload_session_not_found (never existed)'],
    outcome: 'wrong-path',
    sandbox: () =>
      changed('sessionExists', (refusal, facts) =>
        facts.session === undefined && facts.spent === undefined && RULES.sessionExists(facts) !== undefined
          ? { code: 'registration.upload_session_forbidden', why: 'a lie' }
          : refusal,
      ),
  },
];

/** Credentials of one kind where another kind is due: only the identity matrix asks for them. */
const strangers: readonly Mutant[] = [
  {
    name: 'administrator let in for a key',
    class: 'behaviour',
    breaks: "An administrator's session opens whatever an API key opens.",
    lines: WITH_KEYS.map((id) => `${id}: administrator`),
    sandbox: () => {
      const isAdministrator = ({ administrator }: Parameters<typeof RULES.body>[0]): boolean => administrator !== undefined;
      return together(
        lenient('wrongPrefix', isAdministrator),
        lenient('unknownToken', isAdministrator),
        lenient('missingScope', isAdministrator),
      );
    },
  },
  {
    name: 'partner session called unknown',
    class: 'behaviour',
    breaks: 'A partner session where a key is due is looked for among the keys.',
    lines: WITH_KEYS.map((id) => `${id}: partner session`),
    outcome: 'wrong-path',
    sandbox: () => lenient('wrongPrefix', ({ partnerSession }) => partnerSession !== undefined),
  },
  {
    name: 'revoked keys manage keys',
    class: 'behaviour',
    breaks: 'Operations on keys refuse keys that are good, and not those that were revoked.',
    lines: ['*ApiKey*: revoked'],
    outcome: 'not-reached',
    sandbox: () => lenient('notAdministrator', ({ key }) => typeof key?.revoked_at === 'number'),
  },
  {
    name: 'keys of other organizations manage keys',
    class: 'behaviour',
    breaks: 'Operations on keys refuse the keys of their own organization, and of no other.',
    lines: ['*ApiKey*: other organization', '*ApiKey*: inactive organization', '*ApiKey*: deleted organization'],
    outcome: 'not-reached',
    sandbox: () => lenient('notAdministrator', ({ key, organizationId }) => key !== undefined && key.organization_id !== organizationId),
  },
];

/** Who is let in, and to what. */
export const ACCESS: readonly Mutant[] = [...everywhere, ...unknownKeys, ...owners, ...strangers];
