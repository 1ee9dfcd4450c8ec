import { createHash, timingSafeEqual } from 'node:crypto';
import findMyWay from 'find-my-way';
import { ADMIN, invalidInput, routeName } from './answers.js';
import { whileRecording } from './recording.js';
import { adminRoutes, type AdminSubject } from './routes.js';
import { readJson } from '../body.js';
import { withDocument } from './document/index.js';
import { single } from '../headers.js';
import { hostName, isLoopback } from '../hosts.js';
import { HTTP_LIMITS } from '../http/index.js';
import { ORIGIN, problem } from '../problem.js';
import type { AdminAnswer, AdminRoute, MockAnswer, MockRequest } from '../types.js';

export interface AdminOptions extends AdminSubject {
  /** Needed with every request when there is one. */
  readonly token: string | undefined;
  /** The host that the mock was asked to listen on. */
  readonly host: string;
  /** Told when a route of the sandbox may have changed its world. */
  readonly changed: () => void;
}

/** The routes below `/__admin`, by which tests steer the mock from outside. */
export interface Admin {
  handles(path: string): boolean;
  answer(request: MockRequest): Promise<MockAnswer>;
}

/** More than any admin input needs. */
const MAX_BODY = 1_048_576;

/**
 * The admin routes of one mock: its own and those of its sandbox. Without a token they answer local callers only, and
 * no web page: a page could otherwise reach them from a browser on the same machine.
 *
 * @example
 * const admin = createAdmin({ contract, clock, journal, sandbox, token: undefined, host: '127.0.0.1', reset });
 */
export function createAdmin(options: AdminOptions): Admin {
  const { sandbox, token, host, changed } = options;
  const steering = [...adminRoutes(options), ...(sandbox?.admin ?? []).map((route) => below(route, changed))];
  const own = options.records ? whileRecording(steering) : steering;
  const refuses = [...(isLoopback(host) ? [403 as const] : []), ...(token === undefined ? [] : [401 as const])];
  const routes = withDocument(own, { contract: options.contract, version: options.version, refuses });
  const router = findMyWay({ ignoreTrailingSlash: true, maxParamLength: HTTP_LIMITS.headerBytes });
  for (const route of routes) router.on(route.method, route.path, () => undefined, route);
  const guards = [guardHost(host), guardToken(token)];

  const run = async (request: MockRequest): Promise<MockAnswer> => {
    for (const guard of guards) {
      const refused = guard(request);
      if (refused !== undefined) return refused;
    }
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const found = router.find(method as findMyWay.HTTPMethod, request.path);
    if (found === null) {
      const detail = `There is no ${method} ${request.path.slice(0, 200)}; the routes are listed here.`;
      return problem('admin-unknown-route', detail, undefined, { routes: routes.map(routeName).sort() });
    }
    const body = await readJson(request.body, MAX_BODY, request.headers['content-encoding']);
    if (body.kind === 'malformed') return toAnswer(invalidInput(body.message, 'Send a JSON object.'));
    const route = found.store as AdminRoute;
    const value = body.kind === 'json' ? body.value : undefined;
    return toAnswer(await route.handle({ params: paramsOf(found.params), query: request.query, body: value, baseUrl: request.baseUrl }));
  };
  return {
    handles: (path) => path === ADMIN || path.startsWith(`${ADMIN}/`),
    answer: async (request) => {
      try {
        return await run(request);
      } catch (error) {
        return problem('internal-error', `The admin route failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

type Guard = (request: MockRequest) => MockAnswer | undefined;

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

/** A sandbox may name its routes in full or from `/__admin` on. */
function below(route: AdminRoute, changed: () => void): AdminRoute {
  const { method, path, doc } = route;
  return {
    method,
    doc,
    path: path.startsWith(`${ADMIN}/`) ? path : `${ADMIN}${path}`,
    handle: (request) => {
      if (method !== 'GET') changed();
      return route.handle(request);
    },
  };
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
