import type { RecordedRequest } from '../journal.js';
import type { FieldComparison } from '../script/types.js';
import { affordable } from '../script/work.js';
import type { CompiledPattern } from './request-pattern.js';
import { fromRule } from './from-rule.js';
import { loggedRequest } from './logged.js';
import { mapInSlices } from './slices.js';
import type { StubJson, WireMockSubject } from './types.js';
import { viewOfRecorded } from './view.js';

/** As many as WireMock answers. */
const MOST = 3;
/** Of unmatched requests, the newest; each is held against every rule. */
const MOST_REQUESTS = 50;
/** Of requests and rules: nobody else is answered while they are compared. */
const MOST_PAIRS = 50_000;
/** As WireMock weighs them: a request to another URL is hardly near. */
const WEIGHTS: ReadonlyMap<string, number> = new Map([
  ['url', 10],
  ['path', 10],
  ['method', 3],
]);

type Asked = Parameters<WireMockSubject['asScriptRequest']>[0];

/**
 * The rules that a request misses by the least, nearest first; rules that match are none of them.
 *
 * @param shown The request as it is listed beside each rule.
 */
export function nearestRules(request: Asked, shown: StubJson, subject: WireMockSubject): StubJson[] {
  const misses = subject.scripts.explain(subject.asScriptRequest(request)).filter(({ matches }) => !matches);
  return nearest(misses, ({ fields }) => distanceOf(fields)).map(([{ rule }, distance]) => ({
    request: shown,
    stubMapping: fromRule(rule),
    matchResult: { distance },
  }));
}

/** The same for the newest requests that no rule has answered. */
export async function nearestOfUnmatched(subject: WireMockSubject): Promise<StubJson[]> {
  const unmatched = subject.journal.requests().filter(({ entry }) => entry.ruleId === undefined);
  const many = Math.max(1, Math.min(MOST_REQUESTS, Math.floor(MOST_PAIRS / Math.max(1, subject.scripts.size))));
  const found = await mapInSlices(unmatched.slice(-many), (request) => nearestRules(request, loggedRequest(request), subject));
  return found.flat();
}

/** The recorded requests that miss a pattern by the least, nearest first. */
export async function nearestRequests(
  pattern: CompiledPattern,
  written: StubJson,
  recorded: readonly RecordedRequest[],
): Promise<StubJson[]> {
  const distances = await mapInSlices(recorded, (request) => {
    const view = viewOfRecorded(request);
    return affordable(() => pattern.matches(view), false) ? undefined : distanceOf(pattern.compare(view));
  });
  const misses = recorded.flatMap((request, index) => {
    const distance = distances[index];
    return distance === undefined ? [] : [{ request, distance }];
  });
  return nearest(misses, ({ distance }) => distance).map(([{ request, distance }]) => ({
    request: loggedRequest(request),
    requestPattern: written,
    matchResult: { distance },
  }));
}

function nearest<T>(items: readonly T[], distance: (item: T) => number): (readonly [T, number])[] {
  return items
    .map((item) => [item, distance(item)] as const)
    .sort(([, a], [, b]) => a - b)
    .slice(0, MOST);
}

/**
 * How far a request is from what is asked of it: 0 for a match, 1 for nothing in common.
 *
 * @example
 * distanceOf([{ field: 'method', expected: '"GET"', actual: '"PUT"', matches: false }]); // 1
 */
export function distanceOf(fields: readonly FieldComparison[]): number {
  let missed = 0;
  let asked = 0;
  for (const { field, expected, actual, matches } of fields) {
    const weight = WEIGHTS.get(field) ?? 1;
    asked += weight;
    if (!matches) missed += weight * (1 - likeness(expected, actual));
  }
  return asked === 0 ? 0 : Math.round((missed / asked) * 1_000) / 1_000;
}

/** The share of pairs of letters that two texts have in common (Dice): a slip in a URL is nearer than another URL. */
function likeness(expected: string, actual: string): number {
  const [left, right] = [pairsOf(expected), pairsOf(actual)];
  if (left.length === 0 || right.length === 0) return 0;
  const rest = new Map<string, number>();
  for (const pair of right) rest.set(pair, (rest.get(pair) ?? 0) + 1);
  let common = 0;
  for (const pair of left) {
    const count = rest.get(pair) ?? 0;
    if (count === 0) continue;
    common++;
    rest.set(pair, count - 1);
  }
  return (2 * common) / (left.length + right.length);
}

function pairsOf(text: string): string[] {
  const plain = text.replaceAll('"', '').slice(0, 200);
  return Array.from({ length: Math.max(0, plain.length - 1) }, (_, at) => plain.slice(at, at + 2));
}
