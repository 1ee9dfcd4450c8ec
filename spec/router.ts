import findMyWay from 'find-my-way';
import type { Operation, Route } from './types.js';

type Handler = (params: Record<string, string | undefined>) => Route;

/**
 * Compiles the routes of a contract into a radix tree; matching costs the length of the path, not the number of routes.
 *
 * @example
 * const route = createRouter(operations);
 * route('GET', '/v1/transactions/42')?.params; // { transaction_id: '42' }
 */
export function createRouter(operations: readonly Operation[]): (method: string, path: string) => Route | undefined {
  const router = findMyWay({ caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 4096 });
  for (const operation of operations) {
    const names: string[] = [];
    const pattern = operation.path.replaceAll(':', '::').replace(/\{([^}]+)\}/g, (_, name: string) => `:p${names.push(name) - 1}`);
    const handler: Handler = (params) => ({
      operation,
      params: Object.fromEntries(names.map((name, index) => [name, params[`p${index}`] ?? ''])),
    });
    router.on(operation.method as findMyWay.HTTPMethod, pattern, () => undefined, handler);
  }
  return (method, path) => {
    const found = router.find(method as findMyWay.HTTPMethod, path);
    return found === null ? undefined : (found.store as Handler)(found.params);
  };
}
