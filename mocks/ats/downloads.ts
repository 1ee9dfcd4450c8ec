import { certificateOf } from './certificate.js';
import { sha256 } from './digest.js';
import type { Service } from './service.js';
import { silence } from './silence.js';
import type { DownloadUrl, Version, Work } from './state.js';
import { refuse } from './storage.js';
import { versionOf } from './works.js';
import type { MockAnswer, MockRequest } from '../types.js';

/** The object storage behind download URLs: the URL is the credential, and may be used until it expires. */

const PATH = '/__storage/files/';

/**
 * A new download URL.
 *
 * @example
 * openDownloadUrl(service, { ats_id: 1001, version: 1, file: 'audio', expires_at }, 'http://127.0.0.1:4010');
 */
export function openDownloadUrl({ state, mint }: Service, download: DownloadUrl, baseUrl: string): string {
  // In hexadecimal digits the tag of a session can be seen, so that the URL leads there without a prefix.
  const token = mint.bytes(32).toString('hex');
  state.downloadUrls.put(sha256(token), download);
  return `${baseUrl}${PATH}${token}`;
}

/** Whether a path is that of a download URL. */
export function isDownload(path: string): boolean {
  return path.startsWith(PATH);
}

const METHODS = ['GET', 'HEAD'];

/** Answers a download URL with its file, or as object stores refuse. */
export async function serveDownload(service: Service, { method, path }: Pick<MockRequest, 'method' | 'path'>): Promise<MockAnswer> {
  if (!METHODS.includes(method)) {
    return refuse(405, 'MethodNotAllowed', 'A download URL takes GET and HEAD only.', { allow: METHODS.join(', ') });
  }
  const { state, policies, clock } = service;
  const url = state.downloadUrls.get(sha256(path.slice(PATH.length)));
  if (url === undefined) return refuse(403, 'SignatureDoesNotMatch', 'The download URL is not known.');
  if (!policies.downloadLives(url.expires_at, clock.now())) return refuse(403, 'AccessDenied', 'The download URL has expired.');
  const work = state.works.get(String(url.ats_id));
  const version = work === undefined ? undefined : versionOf(state, work, url.version);
  if (work === undefined || version === undefined) return refuse(404, 'NoSuchKey', 'The file is no longer there.');
  return url.file === 'audio' ? audioOf(work, version, method) : certificateFor(service, work, version, method);
}

/**
 * Of audio the mock keeps size and hash, so it answers silence of that size: as fast as it is read, and never all of it at once.
 * The ETag is that of the upload.
 */
function audioOf(work: Work, { number, audio }: Version, method: string): MockAnswer {
  const headers = {
    'content-type': 'audio/wav',
    'content-length': String(audio.size_bytes),
    ...named(work, number, 'wav', audio.sha256),
    'x-failpath-content': 'silence of the size that was uploaded: of audio the mock keeps size and hash only',
  };
  return streamed(headers, method === 'HEAD' ? [] : silence(audio.size_bytes));
}

function certificateFor({ limits }: Service, work: Work, version: Version, method: string): MockAnswer {
  const pdf = certificateOf(work, version, limits.block[version.network]);
  const headers = {
    'content-type': 'application/pdf',
    'content-length': String(pdf.length),
    ...named(work, version.number, 'pdf', sha256(pdf)),
    'x-failpath-content': 'made by the mock: it certifies nothing',
  };
  return streamed(headers, method === 'HEAD' ? [] : [Buffer.from(pdf, 'latin1')]);
}

function named({ ats_id }: Work, version: number, ending: string, hash: string): Readonly<Record<string, string>> {
  return {
    'content-disposition': `attachment; filename="work-${ats_id}-version-${version}.${ending}"`,
    etag: `"${hash}"`,
    'cache-control': 'private, no-store',
  };
}

/** The answer to HEAD has the headers of that to GET, the length included. */
function streamed(headers: Readonly<Record<string, string>>, chunks: Iterable<Uint8Array>): MockAnswer {
  return { status: 200, headers: {}, body: undefined, passedOn: { headers, body: oneByOne(chunks) } };
}

async function* oneByOne(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
