import { single } from '../headers.js';
import type { MockRequest } from '../types.js';
import { MARK, type Sessions } from './sessions.js';
import type { World } from './world.js';

/** What the path of a request to a session begins with, its id following. */
export const PREFIX = '/__session/';
/** The header that names a session. */
export const HEADER = 'x-failpath-session';

/** A request, and the world that it is for. */
export interface Addressed {
  /** As it is seen in that world: without the prefix in its path, and with it in its base URL. */
  readonly request: MockRequest;
  readonly world: World;
}

/** There is no such session (any more). */
export interface Unaddressed {
  readonly session: string;
}

/**
 * Finds the world that a request is for: by the prefix of its path, by its header, by the key, token or id that a session gave out; and
 * else it is the main one.
 *
 * @example
 * address(sessions, request); // { world: sessions.main, request }
 */
export function address(sessions: Sessions, request: MockRequest): Addressed | Promise<Addressed | Unaddressed> {
  if (request.path.startsWith(PREFIX)) {
    const [id = ''] = request.path.slice(PREFIX.length).split('/', 1);
    return named(sessions, id, below(request, `${PREFIX}${id}`));
  }
  const id = single(request.headers[HEADER]);
  if (id !== undefined && id !== '')
    return named(sessions, id, { ...request, baseUrl: `${request.baseUrl}${PREFIX}${encodeURIComponent(id)}` });
  // An id in the path of the control API says what is steered, not where.
  const tag = sessions.any && !request.path.startsWith('/__admin') ? tagIn(request) : undefined;
  return tag === undefined ? { request, world: sessions.main } : tagged(sessions, tag, request);
}

/** A path as the world sees it that it leads to. */
export function withoutPrefix(path: string): string {
  if (!path.startsWith(PREFIX)) return path;
  const end = path.indexOf('/', PREFIX.length);
  return end < 0 ? '/' : path.slice(end);
}

async function named(sessions: Sessions, id: string, request: MockRequest): Promise<Addressed | Unaddressed> {
  const world = ID.test(id) ? await sessions.find(id) : undefined;
  return world === undefined ? { session: id } : { request, world };
}

/** What only looks like the tag of a session is for the main world to refuse. */
async function tagged(sessions: Sessions, tag: string, request: MockRequest): Promise<Addressed> {
  return { request, world: (await sessions.find(tag)) ?? sessions.main };
}

function below(request: MockRequest, prefix: string): MockRequest {
  const path = request.path.slice(prefix.length);
  const url = request.url.slice(prefix.length);
  return { ...request, path: path === '' ? '/' : path, url: url.startsWith('/') ? url : `/${url}`, baseUrl: `${request.baseUrl}${prefix}` };
}

const ID = /^(?:default|[0-9a-f]{12})$/;

/** At the beginning of a value: of a token's random digits, of a UUID, of a part of the path. */
const TAG = new RegExp(`(?:^|[/_ -])(${MARK}[0-9a-f]{4}-?[0-9a-f]{4})`, 'i');
/** The claims of a JSON web token, which name ids. */
const CLAIMS = /\.([\w-]+)\./;
const LONGEST = 4_096;

function tagIn({ path, headers }: MockRequest): string | undefined {
  const authorization = single(headers['authorization'])?.slice(0, LONGEST) ?? '';
  const claims = CLAIMS.exec(authorization)?.[1];
  const text = `${authorization} ${claims === undefined ? '' : Buffer.from(claims, 'base64url').toString().replaceAll('"', ' ')} ${path.slice(0, LONGEST)}`;
  return TAG.exec(text)?.[1]?.replace('-', '').toLowerCase();
}
