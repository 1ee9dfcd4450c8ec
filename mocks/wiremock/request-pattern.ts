import type { RecordedRequest } from '../journal.js';
import type { z } from 'zod';
import { Unusable } from '../script/errors.js';
import { show } from '../script/show.js';
import type { FieldComparison } from '../script/types.js';
import { affordable, NOT_LOOKED_AT } from '../script/work.js';
import { basicAuthCheck, bodyCheck, textCheck, valuesCheck, type Check } from './checks.js';
import { errorAt, errorsOf, RefusedInput, Unsuitable, type StubError } from './errors.js';
import { requestPattern, type MultiValuePattern, type RequestPattern } from './schema.js';
import { UNSUPPORTED } from './stub-schema.js';
import { pathParameter, urlChecks, urlMember } from './url-checks.js';
import { splitUrl, viewOfRecorded, type RequestView } from './view.js';

/** A compiled request pattern. */
export interface CompiledPattern {
  readonly checks: readonly Check[];
  matches(view: RequestView): boolean;
  compare(view: RequestView): readonly FieldComparison[];
}

/**
 * Reads a WireMock request pattern and compiles it, for stubs and for verification alike.
 *
 * @param path Of the pattern inside of the input, for the pointers of problems.
 * @throws {RefusedInput} with every problem by name
 */
export function readRequestPattern(input: unknown, path: readonly PropertyKey[] = []): CompiledPattern {
  const errors: StubError[] = [];
  const checks = compileChecks(parseWith(requestPattern, input, path), path, errors);
  if (errors.length > 0) throw new RefusedInput(errors);
  return patternOf(checks);
}

/** @throws {RefusedInput} */
export function parseWith<T extends z.ZodType>(schema: T, input: unknown, path: readonly PropertyKey[] = []): z.output<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
  throw new RefusedInput(errorsOf(issues, UNSUPPORTED));
}

/**
 * What verification asks of each request that was recorded, as `POST /__admin/requests/count` takes it.
 *
 * @example
 * journal.requests().filter(matchRequestPattern({ method: 'POST', urlPath: '/v1/works' })).length; // 2
 *
 * @throws {RefusedInput} with every problem by name
 */
export function matchRequestPattern(pattern: unknown): (request: RecordedRequest) => boolean {
  const { matches } = readRequestPattern(pattern);
  return (request) => matches(viewOfRecorded(request));
}

/** The path that a pattern names exactly. */
export function exactPath({ url, urlPath }: RequestPattern): string | undefined {
  return urlPath ?? (typeof url === 'string' ? splitUrl(url).path : undefined);
}

/** What a pattern asks beyond its method and exact path, which rules have words of their own for. */
export function remainingChecks(pattern: RequestPattern, path: readonly PropertyKey[], errors: StubError[]): Check[] {
  const isExact = exactPath(pattern) !== undefined;
  return compileChecks(pattern, path, errors).filter(({ field }) => field !== 'method' && !(isExact && field === 'path'));
}

/**
 * Compiles the `wiremock` member of a rule's match: what it asks beyond method and exact path.
 *
 * @throws {Unusable}
 */
export function ruleChecks(pattern: unknown): readonly Check[] {
  try {
    const errors: StubError[] = [];
    const checks = remainingChecks(parseWith(requestPattern, pattern), [], errors);
    if (errors.length > 0) throw new RefusedInput(errors);
    return checks;
  } catch (error) {
    if (error instanceof RefusedInput) throw new Unusable(error.message, 'Write it as WireMock 3 documents request patterns.');
    throw error;
  }
}

const UNSEEN = Object.freeze({ actual: NOT_LOOKED_AT, matches: false });

function patternOf(checks: readonly Check[]): CompiledPattern {
  return {
    checks,
    matches: (view) => checks.every((check) => check.matches(view)),
    compare: (view) =>
      checks.map((check) => ({
        field: check.field,
        expected: check.expected,
        ...affordable(() => ({ actual: check.actual(view), matches: check.matches(view) }), UNSEEN),
      })),
  };
}

/**
 * Compiles what a pattern asks; the cheapest first.
 *
 * @param errors Takes what cannot be compiled.
 */
function compileChecks(pattern: RequestPattern, path: readonly PropertyKey[], errors: StubError[]): Check[] {
  const checks: Check[] = [];
  const attempt = (members: readonly PropertyKey[], make: () => Check | readonly Check[]): void => {
    try {
      checks.push(...[make()].flat());
    } catch (error) {
      if (!(error instanceof Unsuitable)) throw error;
      errors.push(errorAt([...path, ...members], 'Not usable', error.message));
    }
  };
  const each = (member: Named, make: (name: string, value: MultiValuePattern) => Check): void => {
    for (const [name, value] of Object.entries(pattern[member] ?? {})) attempt([member, name], () => make(name, value));
  };
  const { basicAuthCredentials: credentials, urlPathTemplate: template } = pattern;
  const method = pattern.method?.toUpperCase() ?? 'ANY';
  const url = urlMember(pattern);
  if (method !== 'ANY') checks.push(textCheck('method', show(method), methodOf, (actual) => actual === method));
  if (url !== undefined) attempt([url.member], () => urlChecks(url));
  if (credentials !== undefined && credentials !== null) checks.push(basicAuthCheck(credentials));
  each('headers', (name, value) => {
    const lower = name.toLowerCase();
    return valuesCheck(`header ${lower}`, value, (view) => view.header(lower), lower);
  });
  each('queryParameters', (name, value) => valuesCheck(`query ${name}`, value, (view) => view.query.getAll(name), name));
  each('pathParameters', (name, value) => {
    const read = (view: RequestView): string[] => [pathParameter(template ?? '', view.path, name) ?? []].flat();
    return valuesCheck(`path parameter ${name}`, value, read, name);
  });
  each('cookies', (name, value) => valuesCheck(`cookie ${name}`, value, (view) => view.cookies().get(name) ?? [], 'cookie'));
  each('formParameters', (name, value) => valuesCheck(`form ${name}`, value, (view) => view.form().getAll(name), name));
  pattern.bodyPatterns?.forEach((body, index) => attempt(['bodyPatterns', index], () => bodyCheck(body)));
  return checks;
}

const methodOf = (view: RequestView): string => view.method;

/** The members of a pattern that say something of named values. */
type Named = 'headers' | 'queryParameters' | 'pathParameters' | 'cookies' | 'formParameters';
