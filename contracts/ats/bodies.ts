import type { FailurePath } from '../path.js';
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
/** One more than an Idempotency-Key may have. */
const TOO_LONG_KEY = 'k'.repeat(256);

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

const idempotency = (operation: string): FailurePath[] => [
  { operation, code: 'common.bad_request', cause: 'malformed Idempotency-Key', when: (request) => withKey(request, TOO_LONG_KEY) },
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
  thenAlso?: FailurePath['thenAlso'],
): FailurePath => ({
  operation,
  code,
  cause,
  when: (request) => withBody(request, members),
  ...(thenAlso === undefined ? {} : { thenAlso }),
});

/** Bodies that cannot be read, do not have the shape, or say what is not allowed. */
export const bodyPaths: readonly FailurePath[] = [
  ...Object.entries(REQUIRED).flatMap(([operation, member]) => unreadable(operation, member)),
  ...IDEMPOTENT.flatMap(idempotency),
  refused('initWork', 'registration.title_required', 'blank', { title: ' \t ' }),
  refused('initWork', 'registration.filename_required', 'empty', { filename: '' }),
  refused('initVersionUpload', 'registration.filename_required', 'empty', { filename: '' }),
  ...IDEMPOTENT.map((operation) => refused(operation, 'registration.creators_required', 'empty', { creators: [] })),
  refused('createApiKey', 'api_key.invalid_name', 'empty', { name: '' }),
  refused('createApiKey', 'api_key.invalid_name', 'too long', { name: 'n'.repeat(101) }),
  refused('createApiKey', 'api_key.scopes_required', 'empty', { scopes: [] }),
  refused('createApiKey', 'api_key.unknown_scope', 'not recognised', { scopes: ['works:read', 'works:fly'] }, ({ details }, expect) =>
    expect(details['value'], 'the scope that is not recognised').to.equal('works:fly'),
  ),
  refused('createApiKey', 'api_key.webhook_url_invalid', 'no URL', { webhook_url: 'not a URL' }),
  refused('createApiKey', 'api_key.webhook_url_invalid', 'not http(s)', { webhook_url: 'ftp://hooks.example.org/ats' }),
  refused('createPartnerSession', 'session.invalid_external_user_ref', 'empty', { external_user_ref: '' }),
  // 128 characters, and one byte too many.
  refused('createPartnerSession', 'session.invalid_external_user_ref', 'too long', { external_user_ref: 'é'.repeat(128) }),
];
