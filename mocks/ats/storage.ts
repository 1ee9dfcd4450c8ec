import { createHash } from 'node:crypto';
import type { MockAnswer, MockRequest, RequestBody } from '../types.js';
import { sha256 } from './digest.js';
import type { Service } from './service.js';
import type { Audio, UploadSession, UploadUrl } from './state.js';

/**
 * The object storage behind upload URLs. It is no part of the contract: the URL is the credential, and errors are in
 * the format that such stores have, not in the envelope.
 */

const PATH = '/__storage/';

/**
 * A new upload URL for a session; good once, until the session expires.
 *
 * @example
 * openUploadUrl(service, session, 'http://127.0.0.1:4010'); // 'http://127.0.0.1:4010/__storage/Q1J...'
 */
export function openUploadUrl({ state, mint }: Service, { id, expires_at }: UploadSession, baseUrl: string): string {
  const token = mint.bytes(32).toString('hex');
  state.uploadUrls.put(sha256(token), { job_id: id, expires_at, used_at: null });
  return `${baseUrl}${PATH}${token}`;
}

/** Whether a path is the storage's. */
export function isStorage(path: string): boolean {
  return path.startsWith(PATH);
}

/**
 * Takes an upload in constant memory: what stays is its size and hash. Only a complete upload uses the URL up, so an
 * aborted one may be tried again; of two at once, the first to be complete wins.
 */
export async function receiveUpload(service: Service, request: MockRequest, looked: boolean = false): Promise<MockAnswer> {
  const answered = looked ? undefined : await service.transact(() => uploadAtOnce(service, request));
  if (answered !== undefined) return answered;
  const audio = await digest(request.body);
  if (audio === undefined) return refuse(400, 'IncompleteBody', 'The upload has ended before it was complete.');
  return service.transact(() => takeUpload(service, urlIdOf(request), audio));
}

/** A refusal, or the whole of an upload of which every byte is there; part of a step. */
export function uploadAtOnce(service: Service, request: MockRequest): MockAnswer | undefined {
  if (request.method !== 'PUT') return refuse(405, 'MethodNotAllowed', 'An upload URL takes PUT only.', { allow: 'PUT' });
  const urlId = urlIdOf(request);
  const objection = objectionTo(service, service.state.uploadUrls.get(urlId));
  if (objection !== undefined) return objection;
  const { whole } = request.body;
  return whole === undefined ? undefined : takeUpload(service, urlId, { size_bytes: whole.byteLength, sha256: sha256(whole) });
}

function urlIdOf({ path }: MockRequest): string {
  return sha256(path.slice(PATH.length));
}

/** Looking at the URL once more and using it up is one step. */
function takeUpload({ state, clock }: Service, urlId: string, audio: Audio): MockAnswer {
  const url = state.uploadUrls.get(urlId);
  if (url === undefined || url.used_at !== null) return refuse(403, 'AccessDenied', USED);
  state.uploadUrls.put(urlId, { ...url, used_at: clock.now() });
  const session = state.uploadSessions.get(url.job_id);
  if (session !== undefined) state.uploadSessions.put(session.id, { ...session, audio });
  return { status: 200, headers: { etag: `"${audio.sha256}"` }, body: undefined };
}

const USED = 'The upload URL has been used.';

function objectionTo({ policies, clock }: Service, url: UploadUrl | undefined): MockAnswer | undefined {
  if (url === undefined) return refuse(403, 'SignatureDoesNotMatch', 'The upload URL is not known.');
  if (url.used_at !== null) return refuse(403, 'AccessDenied', USED);
  return policies.uploadLives(url.expires_at, clock.now()) ? undefined : refuse(403, 'AccessDenied', 'The upload URL has expired.');
}

/** Size and hash of a stream, or `undefined` when it breaks off. Reading at the pace of hashing is the backpressure. */
async function digest(body: RequestBody): Promise<Audio | undefined> {
  const hash = createHash('sha256');
  let size_bytes = 0;
  try {
    for await (const chunk of body) {
      hash.update(chunk);
      size_bytes += chunk.byteLength;
    }
  } catch {
    return undefined;
  }
  return { size_bytes, sha256: hash.digest('hex') };
}

export function refuse(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}): MockAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>\n`;
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body };
}
