import { problemBody } from '../problem.js';
import type { AdminAnswer, AdminRoute, RouteDoc } from '../types.js';

/** What the paths of all admin routes begin with. */
export const ADMIN = '/__admin';

export function ok(body: unknown): AdminAnswer {
  return { status: 200, body };
}

/** The refusal of an admin input: what is wrong and what to send instead. */
export function invalidInput(what: string, remedy: string): AdminAnswer {
  const why = 'A setting that is half understood would make the mock fail for the wrong reason.';
  return { status: 400, body: problemBody('admin-invalid-input', what, { why, remedy }) };
}

/** What is not there. */
export function unknownRoute(detail: string, remedy: string): AdminAnswer {
  return { status: 404, body: problemBody('admin-unknown-route', detail, { remedy }) };
}

/** A route below `/__admin`. */
export function route(method: AdminRoute['method'], path: string, handle: AdminRoute['handle'], doc?: RouteDoc): AdminRoute {
  return { method, path: `${ADMIN}${path}`, handle, doc };
}

/** How a route is named to people: with its parameters in braces. */
export function routeName({ method, path }: Pick<AdminRoute, 'method' | 'path'>): string {
  return `${method} ${bracedPath(path)}`;
}

/** find-my-way's `:id` as OpenAPI's `{id}`. */
export function bracedPath(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}');
}
