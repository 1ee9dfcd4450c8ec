import { single } from '../headers.js';
import { whenThere, type Soon } from '../soon.js';
import type { MockRequest } from '../types.js';
import { MARK } from './beginning.js';
import type { Sessions } from './types.js';
import type { World } from './world.js';

/** What the path of a request to a session begins with, its id following. */
export const PREFIX = '/__session/';
/** Where the control API is. */
const ADMIN = '/__admin';
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
 * Finds the world that a request is for: by the prefix of its path, by its header, by the key, token or id that a session gave out (but
 * for requests to the control API); and else it is the main one.
 *
 * @example
 * address(sessions, request); // { world: sessions.main, request }
 */
export function address(sessions: Sessions, request: MockRequest): Soon<Addressed | Unaddressed> {
  if (request.path.startsWith(PREFIX)) {
    const end = request.path.indexOf('/', PREFIX.length);
    const id = request.path.slice(PREFIX.length, end < 0 ? undefined : end);
    return named(sessions, id, below(request, `${PREFIX}${id}`));
  }
  const id = single(request.headers[HEADER]);
  if (id !== undefined && id !== '') return named(sessions, id, seen(request, request, `${PREFIX}${encodeURIComponent(id)}`));
  // The control API is told by name what it steers: an id in its paths says what of it.
  const tag = sessions.any && !isAdmin(request.path) ? tagIn(request) : undefined;
  return tag === undefined ? { request, world: sessions.main } : tagged(sessions, tag, request);
}

function isAdmin(path: string): boolean {
  return path === ADMIN || path.startsWith(`${ADMIN}/`);
}

/** Whether a path leads to the control API of some world. */
export function isControl(path: string): boolean {
  return isAdmin(withoutPrefix(path));
}

/** A path as the world sees it that it leads to. */
export function withoutPrefix(path: string): string {
  if (!path.startsWith(PREFIX)) return path;
  const end = path.indexOf('/', PREFIX.length);
  return end < 0 ? '/' : path.slice(end);
}

function named(sessions: Sessions, id: string, request: MockRequest): Soon<Addressed | Unaddressed> {
  return whenThere(ID.test(id) ? sessions.find(id) : undefined, (world) => (world === undefined ? { session: id } : { request, world }));
}

/** What only looks like the tag of a session is for the main world to refuse. */
function tagged(sessions: Sessions, tag: string, request: MockRequest): Soon<Addressed> {
  return whenThere(sessions.find(tag), (world) => ({ request, world: world ?? sessions.main }));
}

function below(request: MockRequest, prefix: string): MockRequest {
  const path = request.path.slice(prefix.length) || '/';
  if (request.url === request.path) return seen(request, { path, url: path }, prefix);
  const url = request.url.slice(prefix.length);
  return seen(request, { path, url: url.startsWith('/') ? url : `/${url}` }, prefix);
}

/** A request as a world sees it: written out, so that it looks like any other to all who read it. */
function seen(request: MockRequest, { path, url }: Pick<MockRequest, 'path' | 'url'>, prefix: string): MockRequest {
  const { method, query, headers, body, connection, repeated, upgrade } = request;
  const one = { method, path, query, url, headers, baseUrl: `${request.baseUrl}${prefix}`, body, connection, repeated };
  return upgrade === undefined ? one : { ...one, upgrade };
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
