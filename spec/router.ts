import findMyWay from 'find-my-way';
import type { Operation, Route } from './types.js';

type Handler = (params: Record<string, string | undefined>) => Route | undefined;

/**
 * Compiles the routes of a contract into a radix tree; matching costs the length of the path, not the number of routes.
 * Of two paths that differ only in the names of their parameters, the first is routed.
 *
 * @example
 * const route = createRouter(operations);
 * route('GET', '/v1/transactions/42')?.params; // { transaction_id: '42' }
 */
export function createRouter(operations: readonly Operation[]): (method: string, path: string) => Route | undefined {
  const router = findMyWay({ caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 4096, querystringParser: NO_QUERY });
  const taken = new Set<string>();
  for (const operation of operations) {
    const { pattern, names } = patternOf(operation.path);
    const key = `${operation.method} ${pattern}`;
    if (!isRoutable(operation.path) || taken.has(key)) continue;
    taken.add(key);
    const handler: Handler = (found) => {
      const params: Record<string, string> = {};
      for (const [index, name] of names.entries()) {
        const value = found[`p${index}`];
        // The tree lets a parameter at the end be empty; a path ends with a slash instead.
        if (value === undefined || value === '') return undefined;
        params[name] = value;
      }
      return { operation, params };
    };
    router.on(operation.method as findMyWay.HTTPMethod, pattern, () => undefined, handler);
  }
  return (method, path) => {
    const found = router.find(method as findMyWay.HTTPMethod, path);
    return found === null ? undefined : (found.store as Handler)(found.params);
  };
}

/** Routes are asked for paths, which have none. */
const NO_QUERY = (): Record<string, never> => NOTHING;
const NOTHING: Record<string, never> = {};

/** Whether requests can reach a path: `*` is a wildcard to the router, and a request's path begins with a slash and ends before `?`. */
export function isRoutable(path: string): boolean {
  return path.startsWith('/') && !/[*?#]/.test(path);
}

/** A parameter that shares its segment with text, as in `/works/{id}:confirm`, must be told where it ends. */
function patternOf(path: string): { readonly pattern: string; readonly names: readonly string[] } {
  const names: string[] = [];
  const pattern = path.split('/').map((segment) => {
    const end = /^\{[^}]+\}$/.test(segment) ? '' : '(^[^/]+?)';
    return segment.replaceAll(':', '::').replace(/\{([^}]+)\}/g, (_, name: string) => `:p${names.push(name) - 1}${end}`);
  });
  return { pattern: pattern.join('/'), names };
}
