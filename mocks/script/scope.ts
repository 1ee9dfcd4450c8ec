import { closest, jsonPointer, type Contract, type Operation } from '../../spec/index.js';
import { NEVER_APPLIES, type Report } from './errors.js';
import { list, shorten } from './show.js';
import type { RuleMatch, TextMatcher } from './types.js';

/** Which requests a rule can ever match, as far as the contract tells. */
export interface Scope {
  /** What `on` names; every operation without it. */
  readonly named: readonly Operation[];
  /** Those of them that method, path and body leave. */
  readonly reachable: readonly Operation[];
  /** Whether requests that reach no operation are meant as well. */
  readonly outside: boolean;
}

/**
 * The requests that a rule can match.
 *
 * @param needsBody Whether the rule asks for a JSON body: operations that take none cannot have it.
 * @param report Is told of operations that do not exist, and of conditions that exclude one another.
 */
export function scopeOf(match: RuleMatch, contract: Contract, needsBody: boolean, report: Report): Scope {
  const outside = match.on === undefined;
  const named = match.on === undefined ? contract.operations : operationsNamed(match.on, contract, report);
  const asked = match.method?.toUpperCase();
  const byMethod = asked === undefined ? named : named.filter(({ method }) => method === (asked === 'HEAD' ? 'GET' : asked));
  const path = exactText(match.path);
  const byPath = path === undefined ? byMethod : byMethod.filter((one) => contract.route(one.method, path)?.operation === one);
  const reachable = needsBody ? byPath.filter(({ body }) => body?.json !== undefined) : byPath;
  if (path?.includes('?') === true) {
    const remedy = 'Leave it out, and say when.query instead.';
    report({ pointer: '/match/path', what: 'a path is matched without its query', why: NEVER_APPLIES, remedy });
  } else if (!outside && named.length > 0 && reachable.length === 0) {
    report(exclusion(match, { named, byMethod, byPath }));
  }
  return { named, reachable, outside };
}

/** Why nothing is left of the operations that a rule names. */
function exclusion(
  match: RuleMatch,
  { named, byMethod, byPath }: Record<'named' | 'byMethod' | 'byPath', readonly Operation[]>,
): Parameters<Report>[0] {
  const shown = ({ id, method, path }: Operation): string => `${id} is ${method} ${path}`;
  const all = list(named.map(shown), 3);
  if (byMethod.length === 0) {
    const what = `none of the operations is called with ${shorten(match.method ?? '')}`;
    return { pointer: '/match/method', what, why: NEVER_APPLIES, remedy: `Leave out the method: ${all}.` };
  }
  if (byPath.length === 0) {
    const what = `${shorten(exactText(match.path) ?? '')} leads to none of the operations`;
    return { pointer: '/match/path', what, why: NEVER_APPLIES, remedy: `Leave out the path: ${all}.` };
  }
  const what = `${list(byPath.map(({ id }) => id))} ${byPath.length === 1 ? 'takes' : 'take'} no JSON body`;
  return { pointer: '/match/body', what, why: NEVER_APPLIES, remedy: 'Leave out the body, or name an operation that takes one.' };
}

function operationsNamed(on: string | readonly string[], contract: Contract, report: Report): readonly Operation[] {
  const found = new Set<Operation>();
  [on].flat().forEach((pattern, index) => {
    const operations = /[*?]/.test(pattern)
      ? contract.operations.filter(({ id }) => matchesGlob(pattern, id))
      : [contract.operation(pattern)].filter((operation) => operation !== undefined);
    operations.forEach((operation) => found.add(operation));
    if (operations.length > 0) return;
    const ids = contract.operations.map(({ id }) => id);
    const nearest = closest(pattern.slice(0, 200), ids);
    report({
      pointer: typeof on === 'string' ? '/match/on' : jsonPointer.join('/match/on', index),
      what: `no operation is called ${JSON.stringify(shorten(pattern))}`,
      why: NEVER_APPLIES,
      remedy: nearest === undefined ? `The operations are ${list(ids, 20)}.` : `Did you mean ${nearest}?`,
    });
  });
  return [...found];
}

/** The one text that a matcher leaves, if it leaves just one. */
function exactText(matcher: TextMatcher | undefined): string | undefined {
  if (typeof matcher !== 'object') return matcher;
  return matcher.ignoreCase === true ? undefined : matcher.equals;
}

/**
 * Whether a name matches a pattern with `*` (any characters) and `?` (one), in time that is at most their product.
 *
 * @example
 * matchesGlob('*Version*', 'initVersionUpload'); // true
 */
export function matchesGlob(pattern: string, name: string): boolean {
  let [at, star, resume] = [0, -1, 0];
  for (let index = 0; index < name.length;) {
    if (pattern[at] === '*') {
      star = at++;
      resume = index;
    } else if (pattern[at] === '?' || pattern[at] === name[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
