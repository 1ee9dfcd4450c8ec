import jwt from 'jsonwebtoken';
import type { Policies } from '../../../mocks/ats/index.js';
import type { Mutant } from '../mutant.js';
import { lenient, together } from './rules.js';

const READS = ['listExternalUserWorks', 'downloadVersionFile'];

/** Lines of the operations that a partner session opens. */
const ofReads = (...lines: readonly string[]): readonly string[] => READS.flatMap((id) => lines.map((line) => `${id} ${line}`));

/** Reads a token as a careless verifier does; one that it does not like is no session. */
const reading = (read: (token: string, secret: Buffer) => unknown) => (): { readonly policies: Partial<Policies> } => ({
  policies: {
    sessionClaims: (token, secret) => {
      try {
        return read(token, secret) ?? undefined;
      } catch {
        return undefined;
      }
    },
  },
});

const verified = (token: string, secret: Buffer): unknown => jwt.verify(token, secret, { algorithms: ['HS256'], ignoreExpiration: true });

const sessions: readonly Mutant[] = [
  {
    name: 'algorithm of the token believed',
    class: 'behaviour',
    breaks: 'A token that says that it is not signed needs no signature.',
    lines: ofReads('common.unauthorized (unsigned)'),
    outcome: 'not-reached',
    sandbox: reading((token, secret) => (token.endsWith('.') ? jwt.decode(token) : verified(token, secret))),
  },
  {
    name: 'signature unchecked',
    class: 'behaviour',
    breaks: 'Tokens are decoded and not verified.',
    lines: ofReads('common.unauthorized (unsigned)', 'common.unauthorized (bad signature)'),
    outcome: 'not-reached',
    sandbox: reading((token) => jwt.decode(token)),
  },
  {
    name: 'signature checked only if there is one',
    class: 'behaviour',
    breaks: 'Tokens without a signature are believed, those with a wrong one are not.',
    lines: ofReads('common.unauthorized (unsigned)'),
    outcome: 'not-reached',
    sandbox: reading((token, secret) => (token.split('.')[2] === '' ? jwt.decode(token) : verified(token, secret))),
  },
  {
    name: 'API key accepted for reading',
    class: 'behaviour',
    breaks: 'Whoever has a key may read the works of every external user, without a session.',
    lines: ofReads('common.unauthorized (an API key)'),
    outcome: 'not-reached',
    sandbox: () => lenient('notPartnerSession', ({ key }) => key !== undefined),
  },
  {
    name: 'administrator accepted for reading',
    class: 'behaviour',
    breaks: "An administrator's session reads whatever it likes.",
    lines: ofReads("common.unauthorized (an administrator's session)"),
    outcome: 'not-reached',
    sandbox: () => lenient('notPartnerSession', ({ administrator }) => administrator !== undefined),
  },
  {
    name: 'session of another organization accepted',
    class: 'behaviour',
    breaks: 'Two organizations that call their users alike read the works of each other.',
    lines: ofReads('common.forbidden (another organization)'),
    outcome: 'not-reached',
    sandbox: () => lenient('sessionOrganization'),
  },
  {
    name: 'session of another user accepted',
    class: 'behaviour',
    breaks: 'Any user of a partner may read the works of all of its users.',
    lines: ofReads('common.forbidden (another external user)'),
    outcome: 'not-reached',
    sandbox: () => lenient('sessionUser'),
  },
];

const LIST = 'listExternalUserWorks common.validation_failed';

const pages: readonly Mutant[] = [
  {
    name: 'first that is no number ignored',
    class: 'behaviour',
    breaks: 'A page size that cannot be read is the usual one.',
    lines: [`${LIST} (first no number)`],
    outcome: 'not-reached',
    sandbox: () => lenient('query', ({ call }) => Number.isNaN(Number(call.query.get('first')))),
  },
  {
    name: 'first cut to its maximum',
    class: 'behaviour',
    breaks: 'A page that is too long is cut, and nobody is told.',
    lines: [`${LIST} (first out of range)`],
    outcome: 'not-reached',
    sandbox: () => lenient('query', ({ call }) => Number(call.query.get('first')) > 100),
  },
  {
    name: 'unknown network read as testnet',
    class: 'behaviour',
    breaks: 'A network that there is not is the usual one.',
    lines: [`${LIST} (unknown network)`],
    outcome: 'not-reached',
    sandbox: () => lenient('query', ({ call }) => call.query.has('network') && !call.query.has('first')),
  },
  {
    name: 'network that may be left out',
    class: 'behaviour',
    breaks: 'Whoever does not say the network gets the works of the usual one.',
    lines: [`${LIST} (network absent)`],
    outcome: 'not-reached',
    sandbox: () => lenient('query', ({ call }) => !call.query.has('network')),
  },
  {
    name: 'unknown cursor ignored',
    class: 'behaviour',
    breaks: 'A cursor that leads nowhere starts the list from its beginning.',
    lines: [`${LIST} (unknown cursor)`],
    outcome: 'not-reached',
    sandbox: () =>
      lenient('cursorKnown', ({ cursor }) => cursor !== undefined && 'refused' in cursor && cursor.refused === 'unknown cursor'),
  },
  {
    name: 'cursor of another list accepted',
    class: 'behaviour',
    breaks: 'Cursors are numbers in disguise, good for every list.',
    lines: [`${LIST} (cursor of another list)`],
    outcome: 'not-reached',
    sandbox: () =>
      lenient('cursorKnown', ({ cursor }) => cursor !== undefined && 'refused' in cursor && cursor.refused === 'cursor of another list'),
  },
];

const downloads: readonly Mutant[] = [
  {
    name: "organization's own works downloaded by users",
    class: 'behaviour',
    breaks: "A work that was registered for nobody in particular counts as everybody's.",
    lines: ['downloadVersionFile work.access_forbidden (no external user)'],
    outcome: 'not-reached',
    sandbox: () => lenient('userWorkOwned', ({ workOfUser }) => workOfUser?.external_user_ref === null),
  },
  {
    name: 'works of all users of an organization downloaded',
    class: 'behaviour',
    breaks: 'The organization of a work is looked at, and its user is not.',
    lines: ['downloadVersionFile work.access_forbidden (another external user)'],
    outcome: 'not-reached',
    sandbox: () =>
      lenient(
        'userWorkOwned',
        ({ workOfUser, organizationId }) => workOfUser?.organization_id === organizationId && workOfUser.external_user_ref !== null,
      ),
  },
  {
    name: 'works of users of the same name downloaded',
    class: 'behaviour',
    breaks: 'The name of the user is looked at, and the organization is not.',
    lines: ['downloadVersionFile work.access_forbidden (another organization)'],
    outcome: 'not-reached',
    sandbox: () => lenient('userWorkOwned', ({ workOfUser, organizationId }) => workOfUser?.organization_id !== organizationId),
  },
  {
    name: 'unknown version and file downloaded',
    class: 'behaviour',
    breaks: 'A URL is given for files that are not there.',
    lines: ['downloadVersionFile common.not_found'],
    outcome: 'not-reached',
    sandbox: () => together(lenient('versionExists'), lenient('fileExists')),
  },
];

/** What deployments get wrong about partner sessions, pages and files. */
export const PARTNERS: readonly Mutant[] = [...sessions, ...pages, ...downloads];
