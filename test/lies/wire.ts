import { jsonPointer } from '../../spec/index.js';
import type { Outcome } from '../../contracts/index.js';
import type { Answer, Asked, Meddling } from '../support/proxy.js';

/** A deployment that refuses rightly and says so wrongly: a proxy rewrites its error answers. */
export interface WireLie {
  readonly name: string;
  /** What is broken, in a sentence. */
  readonly breaks: string;
  /** The codes whose answers are rewritten. */
  readonly codes: readonly string[];
  /** What its lines come to. */
  readonly outcome: Outcome;
  /** What the finding's reason must say. */
  readonly says: RegExp;
  rewrite(answer: Answer, asked: Asked): Answer;
}

type Envelope = Readonly<Record<string, unknown>> & { readonly error: Readonly<Record<string, unknown>> };

/** Changes the body of an answer and nothing else. */
export const withBody = (answer: Answer, change: (body: Envelope) => unknown): Answer => ({
  ...answer,
  text: JSON.stringify(change(JSON.parse(answer.text) as Envelope)),
});

const withError = (answer: Answer, members: Readonly<Record<string, unknown>>): Answer =>
  withBody(answer, (body) => ({ ...body, error: { ...body.error, ...members } }));

const withHeaders = (answer: Answer, headers: Readonly<Record<string, string>>): Answer => ({
  ...answer,
  headers: { ...answer.headers, ...headers },
});

const SCOPE = 'api_key.scope_denied';
const TOO_LARGE = 'registration.audio_too_large';
const TITLE = 'registration.title_required';

const PAGE = '<!DOCTYPE html><html><head><title>Forbidden</title></head><body><h1>Forbidden</h1></body></html>';
const TRACE = "TypeError: Cannot read properties of undefined (reading 'scopes')\n    at requireScope (/srv/app/dist/auth/scopes.js:41:17)";

/** Every way in which an envelope can be wrong, by the part of it that is. */
export const WIRE_LIES: readonly WireLie[] = [
  {
    name: 'wrong status',
    breaks: 'A blank title is refused with 400 where the contract says 422.',
    codes: [TITLE],
    outcome: 'violated',
    says: /^status: expected 422, saw 400/,
    rewrite: (answer) => ({ ...answer, status: 400 }),
  },
  {
    name: 'sibling code',
    breaks: 'A revoked key is called unknown: a code of the same status, which the operation declares as well.',
    codes: ['api_key.revoked'],
    outcome: 'wrong-path',
    says: /^401 api_key\.not_found fired instead/,
    rewrite: (answer) => withError(answer, { code: 'api_key.not_found' }),
  },
  {
    name: 'undeclared code',
    breaks: 'A missing scope is refused with a code that the contract does not know.',
    codes: [SCOPE],
    outcome: 'violated',
    says: /^\/error\/code: expected "api_key\.scope_denied", saw "api_key\.scope_missing"/,
    rewrite: (answer) => withError(answer, { code: 'api_key.scope_missing' }),
  },
  {
    name: 'flattened envelope',
    breaks: 'Code, message and request id stand at the top of the body, without the member `error` around them.',
    codes: [SCOPE],
    outcome: 'violated',
    says: /^\/error\/code: expected "api_key\.scope_denied", saw absent; it stands at \/code/,
    rewrite: (answer) => withBody(answer, ({ error }) => error),
  },
  {
    name: 'missing request_id',
    breaks: 'The envelope has no request_id, so that nobody can ask support about it.',
    codes: [SCOPE],
    outcome: 'violated',
    says: /^\/error\/request_id: expected present, saw absent/,
    rewrite: (answer) => withError(answer, { request_id: undefined }),
  },
  {
    name: 'missing details member',
    breaks: 'The scope that a key lacks is not named.',
    codes: [SCOPE],
    outcome: 'violated',
    says: /^\/error\/details\/required: expected present, saw absent/,
    rewrite: (answer) => withError(answer, { details: {} }),
  },
  {
    name: 'details member of the wrong type',
    breaks: 'The size of audio that is too large is a text, not a number.',
    codes: [TOO_LARGE],
    outcome: 'violated',
    says: /^\/error\/details\/size_bytes: expected (an )?integer, saw "65537"/,
    rewrite: (answer) => withBody(answer, (body) => set(body, '/error/details/size_bytes', (size) => String(size))),
  },
  {
    name: 'details that are not true',
    breaks: 'The size of audio that is too large is some number, not the size of what was uploaded.',
    codes: [TOO_LARGE],
    outcome: 'violated',
    says: /expected 65537, saw 1/,
    rewrite: (answer) => withBody(answer, (body) => set(body, '/error/details/size_bytes', () => 1)),
  },
  {
    name: 'HTML body',
    breaks: "The status is right, but the body is a page of the application's framework.",
    codes: [SCOPE],
    outcome: 'violated',
    says: /^\/error\/code: expected "api_key\.scope_denied", saw absent/,
    rewrite: (answer) => ({ ...withHeaders(answer, { 'content-type': 'text/html; charset=utf-8' }), text: PAGE }),
  },
  {
    name: '200 with an error body',
    breaks: 'The refusal is told in the body only: whoever looks at the status sees a success.',
    codes: [SCOPE],
    outcome: 'violated',
    says: /^status: expected 403, saw 200/,
    rewrite: (answer) => ({ ...answer, status: 200 }),
  },
  {
    name: 'text/plain',
    breaks: 'The body is JSON, but its content type says that it is not.',
    codes: [SCOPE],
    outcome: 'violated',
    says: /^content-type: expected application\/json, saw text\/plain/,
    rewrite: (answer) => withHeaders(answer, { 'content-type': 'text/plain' }),
  },
  {
    name: 'stack trace in the message',
    breaks: "The message shows a frame of the server's stack.",
    codes: [SCOPE],
    outcome: 'violated',
    says: /^body: expected no stack trace, saw "at requireScope/,
    rewrite: (answer) => withError(answer, { message: TRACE }),
  },
  {
    name: 'echoed bearer token',
    breaks: "The message repeats the caller's token.",
    codes: [SCOPE],
    outcome: 'violated',
    says: /^body: expected no credential, saw the value of the request's token/,
    rewrite: (answer, { authorization = '' }) =>
      withError(answer, { message: `The key ${authorization.replace('Bearer ', '')} may not do this.` }),
  },
  {
    name: 'missing Retry-After',
    breaks: 'A quota is reached, but nothing says when to come back.',
    codes: ['common.quota_exceeded'],
    outcome: 'violated',
    says: /^retry-after: expected present, saw absent/,
    rewrite: ({ headers: { 'retry-after': _, ...headers }, ...answer }) => ({ ...answer, headers }),
  },
  {
    name: 'empty message',
    breaks: 'There is nothing to read for people.',
    codes: [SCOPE],
    outcome: 'violated',
    says: /^\/error\/message: /,
    rewrite: (answer) => withError(answer, { message: '' }),
  },
  {
    name: 'blank message',
    breaks: 'The message is there, and says nothing.',
    codes: [SCOPE],
    outcome: 'violated',
    says: /^\/error\/message: expected a text, saw blank/,
    rewrite: (answer) => withError(answer, { message: ' ' }),
  },
  {
    name: 'server error',
    breaks: 'The server breaks down where it should refuse.',
    codes: [SCOPE],
    outcome: 'violated',
    says: /^status: expected 403, saw 500/,
    rewrite: (answer) => ({ ...withError(answer, { code: 'internal_error', details: undefined }), status: 500 }),
  },
];

/** The proxy that tells a lie: only answers with one of its codes are touched. */
export function telling({ codes, rewrite }: Pick<WireLie, 'codes' | 'rewrite'>): Meddling {
  return { answer: (answer, asked) => (codes.includes(codeOf(answer) ?? '') ? rewrite(answer, asked) : answer) };
}

/** The code of an error answer; `undefined` for any other. */
export function codeOf({ status, text }: Answer): string | undefined {
  if (status < 400) return undefined;
  const code = jsonPointer.get(JSON.parse(text), '/error/code');
  return typeof code === 'string' ? code : undefined;
}

function set(body: unknown, pointer: string, change: (value: unknown) => unknown): unknown {
  const [member, ...rest] = jsonPointer.split(pointer);
  if (member === undefined) return change(body);
  const object = body as Readonly<Record<string, unknown>>;
  return { ...object, [member]: set(object[member], jsonPointer.join('', ...rest), change) };
}
