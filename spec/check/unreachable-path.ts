import type { Finding } from '../errors.js';
import { join } from '../pointer.js';
import { isRoutable } from '../router.js';
import type { Contract } from '../types.js';
import { at } from './rule.js';

/** Requests can reach every path. (A path without its slash, or with a query, is told by the general rules.) */
export function unreachablePath(contract: Contract): Finding[] {
  const paths = new Set(contract.operations.map(({ path }) => path));
  return [...paths]
    .filter((path) => path.startsWith('/') && !path.includes('?') && !isRoutable(path))
    .map((path) =>
      at(contract, join('/paths', path), {
        problem: 'contract-structure',
        what: `the path ${path} has a * or a #`,
        why: 'To a router * is a wildcard, and the path of a request ends before #.',
        remedy: 'Name the changing part in braces: /files/{name}.',
      }),
    );
}
