import type { Finding } from './errors.js';
import { fromFragment, get, join } from './pointer.js';
import type { Contract, Location } from './types.js';

/** A `$ref` of the document: where it stands and what it says. */
export interface Reference {
  readonly pointer: string;
  readonly ref: string;
}

/** Every `$ref` outside examples and other literal values. */
export function references(document: unknown): Reference[] {
  const found: Reference[] = [];
  const visit = (node: unknown, pointer: string, parentIsMap: boolean): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      const at = join(pointer, key);
      if (key === '$ref' && typeof value === 'string' && !parentIsMap) found.push({ pointer: at, ref: value });
      else if (isLiteral(key, value) && !parentIsMap) continue;
      else visit(value, at, !parentIsMap && NAMED.has(key));
    }
  };
  visit(document, '', false);
  return found;
}

/** Members whose own members are named by the author, so that `value` or `$ref` below them are names, not words. */
export const NAMED: ReadonlySet<string> = new Set([
  ...['schemas', 'responses', 'parameters', 'examples', 'requestBodies', 'headers', 'securitySchemes', 'links', 'callbacks', 'pathItems'],
  ...['paths', 'webhooks', 'content', 'encoding', 'variables', 'mapping', 'scopes'],
  ...['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'],
]);

/** Whether a member holds data rather than description. */
export function isLiteral(key: string, value: unknown): boolean {
  if (key === 'value' || key === 'example' || key === 'default' || key === 'const' || key === 'enum') return true;
  return key === 'examples' && Array.isArray(value);
}

/** The references that lead nowhere in this document; those to other files are not looked at. */
export function brokenReferences(document: unknown, refs: readonly Reference[], locate: Contract['locate']): Finding[] {
  const known = new Map<string, boolean>();
  const leadsNowhere = (ref: string): boolean => {
    const target = fromFragment(ref);
    return target === undefined || get(document, target) === undefined;
  };
  return refs.flatMap(({ pointer, ref }): Finding[] => {
    if (!ref.startsWith('#')) return [];
    if (!/^#(\/|$)/.test(ref)) return [anchor(ref, locate(pointer))];
    let broken = known.get(ref);
    if (broken === undefined) known.set(ref, (broken = leadsNowhere(ref)));
    if (!broken) return [];
    return [
      {
        problem: 'broken-ref',
        what: `${ref} points at nothing`,
        why: 'What it was to describe would not be checked at all.',
        remedy: nearest(document, ref),
        location: locate(pointer),
      },
    ];
  });
}

function anchor(ref: string, location: Location): Finding {
  return {
    problem: 'unsupported-ref',
    what: `${ref} names an anchor`,
    why: 'failpath follows references by their place in the document, and by nothing else.',
    remedy: 'Write #/ and the place of what is meant: #/components/schemas/<name>.',
    location,
  };
}

function nearest(document: unknown, ref: string): string {
  const at = ref.lastIndexOf('/');
  const siblings = get(document, fromFragment(ref.slice(0, at)) ?? '');
  const names = typeof siblings === 'object' && siblings !== null ? Object.keys(siblings) : [];
  const best = closest(ref.slice(at + 1), names);
  return best === undefined ? 'Declare it, or point somewhere else.' : `Did you mean ${ref.slice(0, at + 1)}${best}?`;
}

/**
 * The candidate that is spelled most like a word, if one is near enough to be meant.
 *
 * @example
 * closest('api_key.revokd', ['api_key.revoked', 'common.forbidden']); // 'api_key.revoked'
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate, least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Levenshtein's distance, given up as soon as it is sure to reach `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    if (Math.min(...next) >= limit) return limit;
    row = next;
  }
  return row[b.length] ?? limit;
}
