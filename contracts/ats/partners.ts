import { randomBytes, randomUUID } from 'node:crypto';
import type { FailurePath } from '../path.js';
import { SetupFailed } from '../setup-failed.js';
import type { Steps } from '../steps.js';
import type { PathRequest, Token } from '../types.js';
import { noCredential } from './credentials.js';
import { downloadRequest, listRequest, openSession, userWork } from './partner-requests.js';
import { agedSession, expired, nearlyExpired } from './time.js';
import { secondOrganization } from './work.js';

export const PARTNER_OPERATIONS = ['listExternalUserWorks', 'downloadVersionFile'] as const;

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** What a session says, signed by nobody, or by somebody else. */
const forged = (request: PathRequest, name: string, make: (header: string, payload: string) => string): PathRequest => {
  const [header = '', payload = ''] = request.as?.value.split('.') ?? [];
  return { ...request, as: { name, value: make(header, payload) } };
};

const unsigned = (request: PathRequest): PathRequest =>
  forged(request, 'unsigned', (_, payload) => `${base64url(JSON.stringify({ alg: 'none', typ: 'JWT' }))}.${payload}.`);

const badlySigned = (request: PathRequest): PathRequest =>
  forged(request, 'badSignature', (header, payload) => `${header}.${payload}.${randomBytes(32).toString('base64url')}`);

const malformed: Token = { name: 'malformed', value: 'no-partner-session' };

const userOf = (request: PathRequest): string => String(request.params?.['external_user_ref']);

const sessionPaths = PARTNER_OPERATIONS.flatMap((operation): FailurePath[] => {
  const unauthorized = { operation, code: 'common.unauthorized' } as const;
  const forbidden = { operation, code: 'common.forbidden' } as const;
  return [
    ...noCredential(operation),
    {
      ...unauthorized,
      cause: 'an API key',
      needs: ['identity:active'],
      when: async (request, steps) => ({ ...request, as: await steps.identity('active') }),
    },
    {
      ...unauthorized,
      cause: "an administrator's session",
      needs: ['admin.session'],
      when: async (request, steps) => ({ ...request, as: await steps.identity('admin') }),
    },
    { ...unauthorized, cause: 'malformed', when: (request) => ({ ...request, as: malformed }) },
    { ...unauthorized, cause: 'unsigned', when: unsigned },
    { ...unauthorized, cause: 'bad signature', when: badlySigned },
    {
      ...unauthorized,
      cause: 'expired',
      needs: ['expired.session'],
      given: (steps) =>
        expired(steps, 'expired.session', {
          made: () => steps.scenario(operation),
          aged: async () => {
            const { as, user } = agedSession(steps);
            const request = await steps.scenario(operation);
            return { ...request, as, params: { ...request.params, external_user_ref: user } };
          },
        }),
      control: (steps) => nearlyExpired(steps, 'expired.session', () => steps.scenario(operation)),
      boundary: 'a session that has not expired yet',
    },
    {
      ...forbidden,
      cause: 'another organization',
      needs: ['org.second'],
      when: async (request, steps) => ({ ...request, as: await openSession(steps, userOf(request), await secondOrganization(steps)) }),
    },
    {
      ...forbidden,
      cause: 'another external user',
      when: async (request, steps) => ({ ...request, as: await openSession(steps, steps.unique('user')) }),
    },
  ];
});

/** Works of a page, as the contract has it. */
const LARGEST_PAGE = 100;

const withQuery = (cause: string, query: Readonly<Record<string, string>>): FailurePath => ({
  operation: 'listExternalUserWorks',
  code: 'common.validation_failed',
  cause,
  when: (request) => ({ ...request, query: { ...request.query, ...query } }),
});

/** The end of a list that has something in it. */
async function cursorOf(steps: Steps, user: string): Promise<string> {
  const { page_info: page } = await steps.call(await listRequest(steps, user));
  const cursor = (page as { readonly end_cursor?: unknown } | undefined)?.end_cursor;
  if (typeof cursor !== 'string') throw new SetupFailed(`listExternalUserWorks answered no end_cursor for ${user}, who has a work`);
  return cursor;
}

const queryPaths: readonly FailurePath[] = [
  {
    operation: 'listExternalUserWorks',
    code: 'common.validation_failed',
    cause: 'network absent',
    when: ({ query: _, ...request }) => request,
  },
  withQuery('unknown network', { network: 'failnet' }),
  {
    ...withQuery('first out of range', { first: String(LARGEST_PAGE + 1) }),
    control: async (_, request) => ({ ...request, query: { ...request.query, first: String(LARGEST_PAGE) } }),
    boundary: `a page of ${LARGEST_PAGE} works`,
  },
  withQuery('first no number', { first: 'all' }),
  withQuery('unknown cursor', { after: 'failpath' }),
  {
    operation: 'listExternalUserWorks',
    code: 'common.validation_failed',
    cause: 'cursor of another list',
    needs: ['work.external'],
    when: async (request, steps) => ({
      ...request,
      query: { ...request.query, after: await cursorOf(steps, (await userWork(steps)).user) },
    }),
  },
];

const download = (code: string, cause: string, params: () => Readonly<Record<string, string>>): FailurePath => ({
  operation: 'downloadVersionFile',
  code,
  cause,
  when: (request) => ({ ...request, params: { ...request.params, ...params() } }),
});

/** The same work, asked for by somebody else with a session of their own. */
async function asStranger(steps: Steps, user: string, actor: Parameters<typeof openSession>[2] = {}): Promise<PathRequest> {
  const request = await downloadRequest(steps);
  const params = { ...request.params, ...actor.params, external_user_ref: user };
  return { ...request, as: await openSession(steps, user, actor), params };
}

const downloadPaths: readonly FailurePath[] = [
  download('work.not_found', 'unknown', () => ({ work_id: randomUUID() })),
  {
    operation: 'downloadVersionFile',
    code: 'work.access_forbidden',
    cause: 'another organization',
    needs: ['org.second'],
    given: async (steps) => asStranger(steps, (await userWork(steps)).user, await secondOrganization(steps)),
  },
  {
    operation: 'downloadVersionFile',
    code: 'work.access_forbidden',
    cause: 'another external user',
    given: (steps) => asStranger(steps, steps.unique('user')),
  },
  {
    operation: 'downloadVersionFile',
    code: 'work.access_forbidden',
    cause: 'no external user',
    needs: ['work.direct'],
    when: async (request, steps) => ({ ...request, params: { ...request.params, work_id: await directWork(steps) } }),
  },
  download('common.not_found', 'unknown version', () => ({ version: '999999' })),
  download('common.not_found', 'unknown file', () => ({ file: 'stems' })),
];

async function directWork(steps: Steps): Promise<string> {
  const made = await steps.provide('work.direct');
  const id = typeof made === 'string' ? made : steps.deployment.works.direct;
  if (id === undefined) throw new SetupFailed('there is no work.direct');
  return id;
}

/** Partner sessions that are none, have expired or are for somebody else; queries that ask for no page; files that are not there. */
export const partnerPaths: readonly FailurePath[] = [...sessionPaths, ...queryPaths, ...downloadPaths];
