import type { FailurePath } from '../path.js';
import type { Steps } from '../steps.js';
import type { PathRequest } from '../types.js';

/** One required member of each operation's body, and what the body is after a change that keeps it valid. */
const REQUIRED: Readonly<Record<string, string>> = {
  initWork: 'network',
  prepareWork: 'job_id',
  confirmWork: 'job_id',
  initVersion: 'network',
  initVersionUpload: 'network',
  prepareVersion: 'job_id',
  confirmVersion: 'job_id',
  createApiKey: 'name',
  createPartnerSession: 'external_user_ref',
};

const IDEMPOTENT = ['initWork', 'initVersion', 'initVersionUpload'] as const;
/** The most that may be: characters of an Idempotency-Key and of a key's name, bytes of an external user. */
const LONGEST = { idempotencyKey: 255, name: 100, externalUser: 255 } as const;

export const withBody = (request: PathRequest, members: Readonly<Record<string, unknown>>): PathRequest => ({
  ...request,
  body: { ...(request.body as object), ...members },
});

const withKey = (request: PathRequest, key: string): PathRequest => ({
  ...request,
  headers: { ...request.headers, 'idempotency-key': key },
});

/** What is sent in place of JSON; the body itself must not be sent as well. */
const raw = ({ body, ...request }: PathRequest, contentType: string, text: string = JSON.stringify(body)): PathRequest => ({
  ...request,
  raw: { contentType, text },
});

const unreadable = (operation: string, member: string): FailurePath[] => [
  { operation, code: 'common.bad_request', cause: 'not JSON', when: (request) => raw(request, 'application/json', `{"${member}": `) },
  { operation, code: 'common.bad_request', cause: 'not application/json', when: (request) => raw(request, 'text/plain') },
  {
    operation,
    code: 'common.validation_failed',
    cause: 'member absent',
    when: (request) => withBody(request, { [member]: undefined }),
  },
  { operation, code: 'common.validation_failed', cause: 'wrong type', when: (request) => withBody(request, { [member]: 7 }) },
];

/** A text of this run of just so many characters. */
const long = (steps: Steps, length: number): string => steps.unique().padEnd(length, 'x');

const idempotency = (operation: string): FailurePath[] => [
  {
    operation,
    code: 'common.bad_request',
    cause: 'malformed Idempotency-Key',
    when: (request, steps) => withKey(request, long(steps, LONGEST.idempotencyKey + 1)),
    control: async (steps, request) => withKey(request, long(steps, LONGEST.idempotencyKey)),
    boundary: `an Idempotency-Key of ${LONGEST.idempotencyKey} characters`,
  },
  {
    operation,
    code: 'common.bad_request',
    cause: 'Idempotency-Key reused',
    given: async (steps) => {
      const request = withKey(await steps.scenario(operation), steps.unique('key'));
      await steps.call(request);
      return withBody(request, { creators: [{ ...creatorOf(request), full_name: 'Somebody Else' }] });
    },
    control: async (steps, request) => withKey(request, steps.unique('key')),
  },
];

function creatorOf(request: PathRequest): object {
  return (request.body as { creators: readonly object[] }).creators[0] ?? {};
}

const refused = (
  operation: string,
  code: string,
  cause: string,
  members: Readonly<Record<string, unknown>>,
  more: Pick<FailurePath, 'thenAlso' | 'control' | 'boundary'> = {},
): FailurePath => ({ operation, code, cause, when: (request) => withBody(request, members), ...more });

/** A request of its own with members that are just allowed. */
const valid = async (steps: Steps, operation: string, members: Readonly<Record<string, unknown>>): Promise<PathRequest> =>
  withBody(await steps.scenario(operation), members);

/** The twin of what must not be empty has one character: the least that is allowed. */
const notEmpty = (operation: string, code: string, cause: string, member: string, value: string): FailurePath =>
  refused(
    operation,
    code,
    cause,
    { [member]: value },
    { control: (steps) => valid(steps, operation, { [member]: 'f' }), boundary: `a ${member} of one character` },
  );

/** Bodies that cannot be read, do not have the shape, or say what is not allowed. */
export const bodyPaths: readonly FailurePath[] = [
  ...Object.entries(REQUIRED).flatMap(([operation, member]) => unreadable(operation, member)),
  ...IDEMPOTENT.flatMap(idempotency),
  notEmpty('initWork', 'registration.title_required', 'blank', 'title', ' \t '),
  notEmpty('initWork', 'registration.filename_required', 'empty', 'filename', ''),
  notEmpty('initVersionUpload', 'registration.filename_required', 'empty', 'filename', ''),
  ...IDEMPOTENT.map((operation) => refused(operation, 'registration.creators_required', 'empty', { creators: [] })),
  refused('createApiKey', 'api_key.invalid_name', 'empty', { name: '' }),
  {
    operation: 'createApiKey',
    code: 'api_key.invalid_name',
    cause: 'too long',
    when: (request, steps) => withBody(request, { name: long(steps, LONGEST.name + 1) }),
    control: (steps) => valid(steps, 'createApiKey', { name: long(steps, LONGEST.name) }),
    boundary: `a name of ${LONGEST.name} characters`,
  },
  refused('createApiKey', 'api_key.scopes_required', 'empty', { scopes: [] }),
  refused(
    'createApiKey',
    'api_key.unknown_scope',
    'not recognised',
    { scopes: ['works:read', 'works:fly'] },
    { thenAlso: ({ details }, expect) => expect(details['value'], 'the scope that is not recognised').to.equal('works:fly') },
  ),
  refused('createApiKey', 'api_key.webhook_url_invalid', 'no URL', { webhook_url: 'not a URL' }),
  refused('createApiKey', 'api_key.webhook_url_invalid', 'not http(s)', { webhook_url: 'ftp://hooks.example.org/ats' }),
  notEmpty('createPartnerSession', 'session.invalid_external_user_ref', 'empty', 'external_user_ref', ''),
  // 128 characters, and one byte too many; its twin has just so many bytes.
  refused(
    'createPartnerSession',
    'session.invalid_external_user_ref',
    'too long',
    { external_user_ref: 'é'.repeat((LONGEST.externalUser + 1) / 2) },
    {
      control: (steps) => valid(steps, 'createPartnerSession', { external_user_ref: 'é'.repeat(127).padEnd(128, 'e') }),
      boundary: `an external_user_ref of ${LONGEST.externalUser} bytes`,
    },
  ),
];
