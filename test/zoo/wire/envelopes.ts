import type { Mutant } from '../mutant.js';
import { telling, withBody, withError, withHeaders, type Rewrite } from './rewrite.js';

const SCOPE = 'api_key.scope_denied';

const PAGE = '<!DOCTYPE html><html><head><title>Forbidden</title></head><body><h1>Forbidden</h1></body></html>';
const TRACE = "TypeError: Cannot read properties of undefined (reading 'scopes')\n    at requireScope (/srv/app/dist/auth/scopes.js:41:17)";

const of = (
  name: string,
  breaks: string,
  says: RegExp,
  rewrite: Rewrite,
  { code = SCOPE, outcome = 'violated' }: { readonly code?: string; readonly outcome?: 'violated' | 'wrong-path' } = {},
): Mutant => ({ name, class: 'wire', breaks, lines: [`* ${code}`], outcome, says, proxy: () => telling([code], rewrite) });

const envelope: readonly Mutant[] = [
  of(
    'flattened envelope',
    'Code, message and request id stand at the top of the body, without the member `error` around them.',
    /^\/error\/code: expected "api_key\.scope_denied", saw absent; it stands at \/code/,
    (answer) => withBody(answer, ({ error }) => error),
  ),
  of(
    'envelope of another name',
    'The envelope is called `errors`.',
    /^\/error\/code: expected "work\.not_found", saw absent; it stands at \/errors\/code/,
    (answer) => withBody(answer, ({ error }) => ({ errors: error })),
    { code: 'work.not_found' },
  ),
  of(
    'envelope in a list',
    'The errors are a list of one.',
    /^\/error\/code: expected .*, saw absent; it stands at \/error\/0\/code/,
    (answer) => withBody(answer, ({ error }) => ({ error: [error] })),
    { code: 'transaction.not_found' },
  ),
  of(
    'problem details',
    'The body has the shape of RFC 9457 instead of the envelope.',
    /^\/error\/code: expected "api_key\.not_found", saw absent; it stands at \/type/,
    (answer) => withBody(answer, ({ error }) => ({ type: error['code'], title: error['message'], status: answer.status })),
    { code: 'api_key.not_found' },
  ),
  of(
    'envelope as a text',
    'The body is JSON inside of JSON: the envelope, encoded twice.',
    /^\/error\/code: expected .*, saw absent/,
    (answer) => ({ ...answer, text: JSON.stringify(answer.text) }),
    { code: 'api_key.org_mismatch' },
  ),
  of('error without its members', 'The body says only that there was an error.', /^\/error\/code: expected .*, saw absent/, (answer) =>
    withBody(answer, () => ({ error: answer.status })),
  ),
];

const code: readonly Mutant[] = [
  of(
    'undeclared code',
    'A missing scope is refused with a code that the contract does not know.',
    /^\/error\/code: expected "api_key\.scope_denied", saw "api_key\.scope_missing"/,
    (answer) => withError(answer, { code: 'api_key.scope_missing' }),
  ),
  of(
    'code in upper case',
    'The code is written in another case than the declared one.',
    /^\/error\/code: expected "registration\.audio_empty", saw "REGISTRATION\.AUDIO_EMPTY"/,
    (answer) => withError(answer, { code: 'REGISTRATION.AUDIO_EMPTY' }),
    { code: 'registration.audio_empty' },
  ),
  of(
    'code without its domain',
    'Of the code only the reason is said.',
    /^\/error\/code: expected "api_key\.revoked", saw "revoked"/,
    (answer) => withError(answer, { code: 'revoked' }),
    { code: 'api_key.revoked' },
  ),
  of(
    'code that is the status',
    'The code is a number, which is the status once more.',
    /^\/error\/code: expected "registration\.creators_required", saw 422/,
    (answer) => withError(answer, { code: answer.status }),
    { code: 'registration.creators_required' },
  ),
  of('server error', 'The server breaks down where it should refuse.', /^status: expected 403, saw 500/, (answer) => ({
    ...withError(answer, { code: 'internal_error', details: undefined }),
    status: 500,
  })),
  of('missing code', 'The envelope has no code.', /^\/error\/code: expected .*, saw absent/, (answer) =>
    withError(answer, { code: undefined }),
  ),
];

const message: readonly Mutant[] = [
  of('missing message', 'There is no message for people.', /^\/error\/message: expected present, saw absent/, (answer) =>
    withError(answer, { message: undefined }),
  ),
  of('empty message', 'There is nothing to read for people.', /^\/error\/message: /, (answer) => withError(answer, { message: '' })),
  of('blank message', 'The message is there, and says nothing.', /^\/error\/message: expected a text, saw blank/, (answer) =>
    withError(answer, { message: ' ' }),
  ),
  of(
    'message that is no text',
    'The message is a list of messages.',
    /^\/error\/message: expected (a )?string/,
    (answer) => withError(answer, { message: ['No.'] }),
    { code: 'registration.title_required' },
  ),
  of(
    'stack trace in the message',
    "The message shows a frame of the server's stack.",
    /^body: expected no stack trace, saw "at requireScope/,
    (answer) => withError(answer, { message: TRACE }),
  ),
  of(
    'stack trace beside the envelope',
    'A member `stack` shows where the server has refused.',
    /^body: expected no stack trace, saw "at requireScope/,
    (answer) => withBody(answer, (body) => ({ ...body, stack: TRACE })),
    { code: 'common.validation_failed' },
  ),
  of(
    'echoed bearer token',
    "The message repeats the caller's token.",
    /^body: expected no credential, saw the value of the request's token/,
    (answer, { authorization = '' }) => withError(answer, { message: `The key ${authorization.replace('Bearer ', '')} may not do this.` }),
  ),
  of(
    'echoed bearer token in the details',
    'A key that is not known is repeated in the details.',
    /^body: expected no credential, saw the value of the request's token/,
    (answer, { authorization = '' }) => withError(answer, { details: { token: authorization.replace('Bearer ', '') } }),
    { code: 'api_key.not_found' },
  ),
];

const REQUEST_ID = /^\/error\/request_id: /;

/** What takes the place of the request id. */
const REQUEST_IDS: readonly (readonly [name: string, breaks: string, value: unknown])[] = [
  ['request_id null', 'The request id is null.', null],
  ['request_id empty', 'The request id is an empty text.', ''],
  ['request_id without its prefix', 'The request id does not begin with `req_`.', '5f0a4d57-9d0c-4c2f-8a5e-8b100b9f6c1e'],
  ['request_id of the prefix alone', 'The request id is `req_` and nothing more.', 'req_'],
  ['request_id with blanks', 'The request id has blanks in it, so that people cannot copy it with a click.', 'req_5f0a 4d57'],
  ['request_id a number', 'The request id is a number.', 41],
];

const requestId: readonly Mutant[] = [
  of(
    'missing request_id',
    'The envelope has no request_id, so that nobody can ask support about it.',
    /^\/error\/request_id: expected present, saw absent/,
    (answer) => withError(answer, { request_id: undefined }),
  ),
  of('request_id beside the error', 'The request id stands outside of the member `error`.', REQUEST_ID, (answer) =>
    withBody(answer, ({ error: { request_id, ...error } }) => ({ error, request_id })),
  ),
  ...REQUEST_IDS.map(([name, breaks, value]) => of(name, breaks, REQUEST_ID, (answer) => withError(answer, { request_id: value }))),
];

const body: readonly Mutant[] = [
  of(
    'HTML body',
    "The status is right, but the body is a page of the application's framework.",
    /^\/error\/code: expected "api_key\.scope_denied", saw absent/,
    (answer) => ({ ...withHeaders(answer, { 'content-type': 'text/html; charset=utf-8' }), text: PAGE }),
  ),
  of('empty body', 'The status is right, and there is no body.', /saw absent: the body is empty/, (answer) => ({ ...answer, text: '' }), {
    code: 'api_key.not_found',
  }),
  of('plain text', 'The body is the message and nothing else.', /saw absent: the body is not JSON/, (answer) => ({
    ...withHeaders(answer, { 'content-type': 'text/plain' }),
    text: 'Forbidden',
  })),
  of(
    'truncated body',
    'The body ends in the middle of a word, and its length says that this is all.',
    /saw absent: the body is not JSON/,
    (answer) => ({ ...answer, text: answer.text.slice(0, -7) }),
    { code: 'registration.prepared_not_found' },
  ),
  of(
    'trailing garbage',
    'The framework adds a word of its own to the JSON.',
    /saw absent: the body is not JSON/,
    (answer) => ({ ...answer, text: `${answer.text}Forbidden` }),
    { code: 'work.access_forbidden' },
  ),
  of(
    'two bodies',
    'Two handlers have answered, one after the other.',
    /saw absent: the body is not JSON/,
    (answer) => ({ ...answer, text: answer.text + answer.text }),
    { code: 'api_key.revoked' },
  ),
  of(
    'byte order mark',
    'The body begins with a byte order mark, which JSON must not have (RFC 8259, 8.1).',
    /saw absent: the body is not JSON/,
    (answer) => ({ ...answer, text: `\uFEFF${answer.text}` }),
    { code: 'api_key.org_inactive' },
  ),
  of('JSONP', 'The body is a script that calls a function with the envelope.', /saw absent: the body is not JSON/, (answer) => ({
    ...answer,
    text: `callback(${answer.text});`,
  })),
];

const TYPE = /^content-type: expected application\/json, saw /;

/** Content types that say something else than JSON in UTF-8. */
const TYPES: readonly (readonly [name: string, breaks: string, type: string])[] = [
  ['text/plain', 'The body is JSON, but its content type says that it is not.', 'text/plain'],
  ['text/html', "The body is JSON, but its content type is the framework's default.", 'text/html; charset=utf-8'],
  ['application/problem+json', 'The content type promises the shape of RFC 9457.', 'application/problem+json'],
  ['application/octet-stream', 'The content type says nothing of the body.', 'application/octet-stream'],
  ['charset ISO-8859-1', 'The body is UTF-8 and says that it is Latin 1.', 'application/json; charset=ISO-8859-1'],
  ['charset UTF-16', 'The body is UTF-8 and says that it is UTF-16.', 'application/json; charset="utf-16"'],
];

const headers: readonly Mutant[] = [
  ...TYPES.map(([name, breaks, type]) => of(name, breaks, TYPE, (answer) => withHeaders(answer, { 'content-type': type }))),
  of('missing content type', 'Nothing says what the body is.', TYPE, ({ headers: { 'content-type': _, ...rest }, ...answer }) => ({
    ...answer,
    headers: rest,
  })),
  of(
    'missing Retry-After at a quota',
    'A quota is reached, but nothing says when to come back.',
    /^retry-after: expected present, saw absent/,
    ({ headers: { 'retry-after': _, ...rest }, ...answer }) => ({ ...answer, headers: rest }),
    { code: 'common.quota_exceeded' },
  ),
  of(
    'missing Retry-After when down',
    'An upstream is down, and nothing says when to come back.',
    /^retry-after: expected present, saw absent/,
    ({ headers: { 'retry-after': _, ...rest }, ...answer }) => ({ ...answer, headers: rest }),
    { code: 'common.service_unavailable' },
  ),
];

/** Every way in which an error answer can be said wrongly, by the part of it that is wrong; each with one code. */
export const ENVELOPES: readonly Mutant[] = [...envelope, ...code, ...message, ...requestId, ...body, ...headers];
