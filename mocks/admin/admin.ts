import { createHash, timingSafeEqual } from 'node:crypto';
import findMyWay from 'find-my-way';
import type { Contract } from '../../spec/index.js';
import { ADMIN, invalidInput, routeName } from './answers.js';
import { readJson } from '../body.js';
import { withDocument } from './document/index.js';
import { single } from '../headers.js';
import { hostName, isLoopback } from '../hosts.js';
import { HTTP_LIMITS } from '../http/index.js';
import { once } from '../once.js';
import { ORIGIN, problem, storeUnavailable } from '../problem.js';
import { isUnavailable, WorldGone } from '../state/index.js';
import type { AdminAnswer, AdminRoute, MockAnswer, MockRequest } from '../types.js';

export interface AdminOptions<World> {
  readonly contract: Contract;
  readonly version: string;
  /** The routes that steer a world. */
  readonly routesOf: (world: World) => readonly AdminRoute[];
  /** The world of those who name none. */
  readonly main: World;
  /** Needed with every request when there is one. */
  readonly token: string | undefined;
  /** The host that the mock was asked to listen on. */
  readonly host: string;
  /** Whether the routes are made at once, and not by the first request for one: a mistake in somebody's own is told at the start. */
  readonly early: boolean;
}

/** The routes below `/__admin`, by which tests steer a mock from outside. */
export interface Admin<World> {
  handles(path: string): boolean;
  /** Why somebody may not ask at all, before anything of a body is read. */
  guard(request: Pick<MockRequest, 'headers'>): MockAnswer | undefined;
  /** In a world. @throws {WorldGone} when it has ended meanwhile */
  answer(request: MockRequest, world: World): Promise<MockAnswer>;
}

/** What the control API needs of a world: to be up to date, and to be kept. */
export interface SteeredWorld {
  refresh(): Promise<void>;
  /** Resolves once what was changed so far is kept. */
  settled(): Promise<void>;
}

/** More than any admin input needs, a situation to be replayed included. */
const MAX_BODY = 8_388_608;

/**
 * The admin routes of one mock, for each of its worlds: its own and those of its sandbox. Without a token they answer local callers
 * only, and no web page: a page could otherwise reach them from a browser on the same machine. They are made when the first one is asked
 * for: with their document they are a good part of what a start would cost.
 *
 * @example
 * const admin = createAdmin({ contract, version, main: world, routesOf: (world) => adminRoutes(subjectOf(world)), host, token: undefined, early: false });
 */
export function createAdmin<World extends SteeredWorld>(options: AdminOptions<World>): Admin<World> {
  const { contract, version, routesOf, main, token, host, early } = options;
  const refuses = [...(isLoopback(host) ? [403 as const] : []), ...(token === undefined ? [] : [401 as const])];
  const make = (world: World): readonly AdminRoute[] => withDocument(routesOf(world), { contract, version, refuses });
  // All worlds have the same routes: found by one router, handled by those of the world. They are larger than most worlds, so those of
  // sessions are there only while they are used.
  const ofMain = once(() => make(main));
  const made = new WeakMap<World, WeakRef<readonly AdminRoute[]>>();
  const routesIn = (world: World): readonly AdminRoute[] => {
    let own = world === main ? ofMain() : made.get(world)?.deref();
    if (own === undefined) made.set(world, new WeakRef((own = make(world))));
    return own;
  };
  const routerOf = once(() => {
    const router = findMyWay({ ignoreTrailingSlash: true, maxParamLength: HTTP_LIMITS.headerBytes });
    for (const [index, route] of ofMain().entries()) router.on(route.method, route.path, () => undefined, { index });
    return router;
  });
  if (early) routerOf();
  const guards = [guardHost(host), guardToken(token)];

  const refusal = (request: Pick<MockRequest, 'headers'>): MockAnswer | undefined => {
    for (const guard of guards) {
      const refused = guard(request);
      if (refused !== undefined) return refused;
    }
    return undefined;
  };

  const run = async (request: MockRequest, world: World): Promise<MockAnswer> => {
    const refused = refusal(request);
    if (refused !== undefined) return refused;
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const found = routerOf().find(method as findMyWay.HTTPMethod, request.path);
    if (found === null) {
      const detail = `There is no ${method} ${request.path.slice(0, 200)}; the routes are listed here.`;
      return problem('admin-unknown-route', detail, undefined, { routes: ofMain().map(routeName).sort() });
    }
    const body = await readJson(request.body, MAX_BODY, request.headers['content-encoding']);
    if (body.kind === 'malformed') return toAnswer(invalidInput(body.message, 'Send a JSON object.'));
    const route = routesIn(world)[(found.store as { readonly index: number }).index] as AdminRoute;
    const value = body.kind === 'json' ? body.value : undefined;
    const unlessAway = (error: unknown): void => {
      if (route.always !== true || !isUnavailable(error)) throw error;
    };
    await world.refresh().catch(unlessAway);
    const answer = await route.handle({ params: paramsOf(found.params), query: request.query, body: value, baseUrl: request.baseUrl });
    await world.settled().catch(unlessAway);
    return toAnswer(answer);
  };
  return {
    handles: (path) => path === ADMIN || path.startsWith(`${ADMIN}/`),
    guard: refusal,
    answer: async (request, world) => {
      try {
        return await run(request, world);
      } catch (error) {
        if (error instanceof WorldGone) throw error;
        if (isUnavailable(error)) return storeUnavailable(error);
        return problem('internal-error', `The admin route failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

type Guard = (request: Pick<MockRequest, 'headers'>) => MockAnswer | undefined;

/** A page of another origin can make a browser call a local port, by name (DNS rebinding) or blindly; neither may steer the mock. */
function guardHost(host: string): Guard {
  if (!isLoopback(host)) return () => undefined;
  const isLocal = (header: string | undefined): boolean => {
    const name = hostName(header);
    return name !== undefined && (isLoopback(name) || name === host.toLowerCase());
  };
  return ({ headers }) => {
    const name = single(headers['host']);
    const origin = single(headers['origin']);
    if (name !== undefined && name !== '' && !isLocal(name))
      return refuse(`The Host is ${name.slice(0, 200)}, which is not this machine`, host);
    if (origin === undefined || isLocal(origin.replace(/^https?:\/\//i, ''))) return undefined;
    return refuse(`The request comes from a page of ${origin.slice(0, 200)}`, host);
  };
}

function guardToken(token: string | undefined): Guard {
  if (token === undefined) return () => undefined;
  const expected = digest(token);
  return ({ headers }) => {
    const given = bearerToken(single(headers['authorization']) ?? '');
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return undefined;
    const detail = `The admin token is ${given === undefined ? 'missing' : 'wrong'}. The mock prints it at its start; send it as Authorization: Bearer <token>.`;
    const answer = problem('admin-unauthorized', detail);
    return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Bearer' } };
  };
}

/** Without a regular expression: anybody may send this header, and it can be long. */
function bearerToken(header: string): string | undefined {
  const at = header.indexOf(' ');
  if (at < 0 || header.slice(0, at).toLowerCase() !== 'bearer') return undefined;
  const token = header.slice(at).trim();
  return token === '' ? undefined : token;
}

function refuse(what: string, host: string): MockAnswer {
  return problem('admin-forbidden', `${what}. Call http://${host} directly, or start the mock with an admin token on another address.`);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function paramsOf(params: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value ?? '']));
}

function toAnswer({ status, body, text }: AdminAnswer): MockAnswer {
  if (text !== undefined) return { status, headers: { ...ORIGIN, 'content-type': text.type }, body: text.value };
  const isProblem = status >= 400 && typeof body === 'object' && body !== null && 'type' in body;
  const type = isProblem ? 'application/problem+json' : 'application/json';
  return {
    status,
    headers: body === undefined ? ORIGIN : { ...ORIGIN, 'content-type': type },
    body: body === undefined ? undefined : JSON.stringify(body),
  };
}
