import jwt from 'jsonwebtoken';
import { RULES } from '../../mocks/ats/index.js';
import type { BehaviourLie } from './behaviours.js';

const accepts = (): undefined => undefined;
const notReached = (): 'not-reached' => 'not-reached';

const READS: ReadonlySet<string> = new Set(['listExternalUserWorks', 'downloadVersionFile']);

/** Lines of the operations that a partner session opens. */
const ofReads =
  (code: string, ...causes: readonly string[]): BehaviourLie['about'] =>
  (failure, cause) =>
    failure.code === code && READS.has(failure.operation.id) && causes.includes(cause);

const ofCursor = (cause: string): boolean => cause.includes('cursor');

/** What deployments get wrong about partner sessions, pages and files. */
export const PARTNER_LIES: readonly BehaviourLie[] = [
  {
    name: 'expired session accepted',
    breaks: 'A partner session opens its doors for ever.',
    lies: { policies: { sessionLives: () => true } },
    about: ofReads('common.unauthorized', 'expired'),
    outcome: notReached,
  },
  {
    name: 'algorithm of the token believed',
    breaks: 'A token that says that it is not signed needs no signature.',
    lies: {
      policies: {
        sessionClaims: (token, secret) => {
          const options = { algorithms: ['HS256' as const], ignoreExpiration: true };
          try {
            return token.endsWith('.') ? jwt.decode(token) : jwt.verify(token, secret, options);
          } catch {
            return undefined;
          }
        },
      },
    },
    about: ofReads('common.unauthorized', 'unsigned'),
    outcome: notReached,
  },
  {
    name: 'signature unchecked',
    breaks: 'Tokens are decoded and not verified.',
    lies: { policies: { sessionClaims: (token) => jwt.decode(token) ?? undefined } },
    about: ofReads('common.unauthorized', 'unsigned', 'bad signature'),
    outcome: notReached,
  },
  {
    name: 'API key accepted for reading',
    breaks: 'Whoever has a key may read the works of every external user, without a session.',
    lies: { rules: { notPartnerSession: (facts) => (facts.key === undefined ? RULES.notPartnerSession(facts) : undefined) } },
    about: ofReads('common.unauthorized', 'an API key'),
    outcome: notReached,
  },
  {
    name: 'administrator accepted for reading',
    breaks: "An administrator's session reads whatever it likes.",
    lies: { rules: { notPartnerSession: (facts) => (facts.administrator === undefined ? RULES.notPartnerSession(facts) : undefined) } },
    about: ofReads('common.unauthorized', "an administrator's session"),
    outcome: notReached,
  },
  {
    name: 'session of another organization accepted',
    breaks: 'Two organizations that call their users alike read the works of each other.',
    lies: { rules: { sessionOrganization: accepts } },
    about: ofReads('common.forbidden', 'another organization'),
    outcome: notReached,
  },
  {
    name: 'session of another user accepted',
    breaks: 'Any user of a partner may read the works of all of its users.',
    lies: { rules: { sessionUser: accepts } },
    about: ofReads('common.forbidden', 'another external user'),
    outcome: notReached,
  },
  {
    name: 'query unchecked',
    breaks: 'Every query is answered with something.',
    lies: { rules: { query: accepts } },
    about: ({ operation, code }, cause) =>
      operation.id === 'listExternalUserWorks' && code === 'common.validation_failed' && !ofCursor(cause),
    outcome: notReached,
  },
  {
    name: 'unknown cursor ignored',
    breaks: 'A cursor that leads nowhere starts the list from its beginning.',
    lies: { rules: { cursorKnown: accepts } },
    about: ({ operation, code }, cause) =>
      operation.id === 'listExternalUserWorks' && code === 'common.validation_failed' && ofCursor(cause),
    outcome: notReached,
  },
  {
    name: 'cursor of another list accepted',
    breaks: 'Cursors are numbers in disguise, good for every list.',
    lies: {
      rules: {
        cursorKnown: (facts) => {
          const { cursor } = facts;
          return cursor !== undefined && 'refused' in cursor && cursor.refused === 'cursor of another list'
            ? undefined
            : RULES.cursorKnown(facts);
        },
      },
    },
    about: ofReads('common.validation_failed', 'cursor of another list'),
    outcome: notReached,
  },
  {
    name: 'ownership of downloads unchecked',
    breaks: "Whoever has a session may download every work whose id is known, be it another user's or another organization's.",
    lies: { rules: { userWorkOwned: accepts } },
    about: ({ operation, code }) => operation.id === 'downloadVersionFile' && code === 'work.access_forbidden',
    outcome: notReached,
  },
  {
    name: "organization's own works downloaded by users",
    breaks: "A work that was registered for nobody in particular counts as everybody's.",
    lies: {
      rules: { userWorkOwned: (facts) => (facts.workOfUser?.external_user_ref === null ? undefined : RULES.userWorkOwned(facts)) },
    },
    about: ofReads('work.access_forbidden', 'no external user'),
    outcome: notReached,
  },
  {
    name: 'unknown work called an unknown version',
    breaks: 'The work is not looked for before its version.',
    lies: { rules: { userWorkExists: accepts } },
    about: ({ operation, code }) => operation.id === 'downloadVersionFile' && code === 'work.not_found',
    outcome: () => 'wrong-path',
  },
  {
    name: 'unknown version and file downloaded',
    breaks: 'A URL is given for files that are not there.',
    lies: { rules: { versionExists: accepts, fileExists: accepts } },
    about: ofReads('common.not_found', 'unknown version', 'unknown file'),
    outcome: notReached,
  },
  {
    name: 'characters counted for bytes',
    breaks: 'A name of 128 characters that take two bytes each is within the limit.',
    lies: {
      rules: {
        body: (facts) => {
          const name = facts.text('external_user_ref') ?? '';
          const refusal = RULES.body(facts);
          return refusal?.code === 'session.invalid_external_user_ref' && name !== '' && name.length <= 255 ? undefined : refusal;
        },
      },
    },
    about: ({ code }, cause) => code === 'session.invalid_external_user_ref' && cause === 'too long',
    outcome: notReached,
  },
];
