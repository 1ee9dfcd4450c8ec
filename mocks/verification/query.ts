import { closest, InputError, jsonPointer, type Contract } from '../../spec/index.js';
import type { Problem } from '../script/errors.js';
import { WEIGHT } from '../script/field.js';
import { compileFields } from '../script/fields.js';
import { matchesGlob } from '../script/scope.js';
import { list, shorten, show } from '../script/show.js';
import type { FieldComparison, ScriptRequest } from '../script/types.js';
import { affordable, newWork, NOT_LOOKED_AT, OverBudget, REQUEST_WORK, within } from '../script/work.js';
import { isCredential } from '../redact.js';
import { readQuery } from './read.js';
import type { ExchangeQuery, ExchangeSource, Globs, RecordedExchange } from './types.js';

/** One field of a query, held against an exchange. */
export interface Comparison extends FieldComparison {
  /** How much closer an exchange is that has it right. */
  readonly weight: number;
}

/** A query as it is applied. */
export interface CompiledQuery {
  /** In words, for a sentence that begins with `a request`: `to confirmWork with header x-client "ios"`. */
  readonly says: string;
  matches(exchange: RecordedExchange): boolean;
  compare(exchange: RecordedExchange): readonly Comparison[];
}

interface Field {
  readonly name: string;
  readonly weight: number;
  readonly expected: string;
  readonly says: string;
  holds(exchange: RecordedExchange): boolean;
  actual(exchange: RecordedExchange): string;
}

/**
 * Compiles a query; a text is the name of an operation.
 *
 * @example
 * const query = compileQuery({ operation: 'confirmWork', status: '5*', body: { at: { '/job_id': job } } }, contract);
 * exchanges.filter(query.matches);
 *
 * @throws {InputError} `usage` for a member or an operation that does not exist, a code that is misspelled, or a matcher that cannot hold: a
 *   query that can never match would let `never` pass for the wrong reason.
 */
export function compileQuery(query: ExchangeQuery | string, contract: Contract): CompiledQuery {
  const given = readQuery(query);
  const problems: Omit<Problem, 'pointer'>[] = [...misspelled(given, contract)];
  const fields = [...answerFields(given, problems), ...requestFields(given, problems)];
  if (problems.length > 0) throw new InputError(problems.map(({ what, why, remedy }) => ({ problem: 'usage', what, why, remedy })));
  const matches = (exchange: RecordedExchange): boolean => fields.every((field) => field.holds(exchange));
  return {
    says: fields.map(({ says }) => says).join(' '),
    matches,
    compare: (exchange) =>
      fields.map((field) => ({
        field: field.name,
        weight: field.weight,
        expected: field.expected,
        ...affordable(() => ({ actual: field.actual(exchange), matches: field.holds(exchange) }), UNSEEN),
      })),
  };
}

/**
 * The exchanges that a query means, oldest first.
 *
 * @example
 * findExchanges(mock.journal, { operation: 'confirmWork', code: 'common.service_unavailable' });
 *
 * @throws {InputError} as {@link compileQuery}
 */
export function findExchanges(source: ExchangeSource, query: ExchangeQuery | string): readonly RecordedExchange[] {
  return matching(source.exchanges(), compileQuery(query, source.contract));
}

/** Of a whole journal: as much as ten requests may cost. */
const JOURNAL_WORK = 10 * REQUEST_WORK;
const UNSEEN = Object.freeze({ actual: NOT_LOOKED_AT, matches: false });

/** Runs what holds a query against a whole journal, which may cost only so much. */
export function withinJournal<T>(act: () => T): T {
  return within(newWork(JOURNAL_WORK), act);
}

/**
 * The exchanges that a compiled query means.
 *
 * @throws {InputError} `usage` for a query that costs too much: to leave out what was not looked at would be a wrong answer.
 */
export function matching(exchanges: readonly RecordedExchange[], { matches }: CompiledQuery): readonly RecordedExchange[] {
  try {
    return withinJournal(() => exchanges.filter(matches));
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
    const what = `to hold the query against ${exchanges.length} requests is more work than it may cost`;
    const why = 'Regular expressions and JSONPaths over long texts take time in which nobody is answered.';
    throw new InputError([{ problem: 'usage', what, why, remedy: 'Name the operation as well, or write shorter expressions.' }]);
  }
}

/** How many exchanges a query means. */
export function countExchanges(source: ExchangeSource, query: ExchangeQuery | string): number {
  return findExchanges(source, query).length;
}

const NEVER = 'The query could never match, and no one would be told.';

function* misspelled({ operation, code }: ExchangeQuery, contract: Contract): Generator<Omit<Problem, 'pointer'>> {
  const ids = contract.operations.map(({ id }) => id);
  for (const glob of globsOf(operation)) {
    if (ids.some((id) => matchesGlob(glob, id))) continue;
    const near = closest(glob.slice(0, 200), ids);
    const remedy = near === undefined ? `The operations are ${list(ids, 20)}.` : `Did you mean ${near}?`;
    yield { what: `no operation is called ${JSON.stringify(shorten(glob))}`, why: NEVER, remedy };
  }
  const codes = [...new Set(contract.failures.map((failure) => failure.code))];
  for (const glob of globsOf(code)) {
    // Answers off the contract carry codes that it does not declare, so only what looks like a slip is refused.
    const near = codes.some((one) => matchesGlob(glob, one)) ? undefined : closest(glob.slice(0, 200), codes);
    if (near !== undefined) {
      yield { what: `no failure has the code ${JSON.stringify(shorten(glob))}`, why: NEVER, remedy: `Did you mean ${near}?` };
    }
  }
}

function answerFields(query: ExchangeQuery, problems: Omit<Problem, 'pointer'>[]): Field[] {
  const { operation, status, code, ruleId, idempotencyKey } = query;
  const fields: Field[] = [];
  const add = (
    name: string,
    weight: number,
    globs: Globs | undefined,
    before: string,
    of: (exchange: RecordedExchange) => string | undefined,
  ): void => {
    if (globs === undefined) return;
    const wanted = globsOf(globs);
    const expected = wanted.join(' or ');
    fields.push({
      name,
      weight,
      expected,
      says: `${before} ${expected}`,
      actual: (exchange) => of(exchange) ?? 'none',
      holds: (exchange) => {
        const text = of(exchange);
        return text !== undefined && wanted.some((glob) => matchesGlob(glob, text));
      },
    });
  };
  add('operation', WEIGHT.operation, operation, 'to', (exchange) => exchange.operation);
  add('status', WEIGHT.value, typeof status === 'number' ? String(status) : status, 'answered with', (exchange) => String(exchange.status));
  add('code', WEIGHT.value, code, 'answered with', (exchange) => exchange.code);
  const exactly = (name: string, wanted: string | undefined, of: (exchange: RecordedExchange) => string | undefined): void => {
    if (wanted === undefined) return;
    const actual = (exchange: RecordedExchange): string => show(of(exchange));
    const holds = (exchange: RecordedExchange): boolean => of(exchange) === wanted;
    fields.push({ name, weight: WEIGHT.value, expected: show(wanted), says: `with ${name} ${show(wanted)}`, actual, holds });
  };
  exactly('rule', ruleId, (exchange) => exchange.ruleId);
  exactly('Idempotency-Key', idempotencyKey, (exchange) => exchange.idempotencyKey);
  fields.push(...timeFields(query, problems));
  return fields;
}

function timeFields({ since, until }: ExchangeQuery, problems: Omit<Problem, 'pointer'>[]): Field[] {
  return [
    { name: 'since', at: since, holds: (arrived: number, limit: number) => arrived >= limit },
    { name: 'until', at: until, holds: (arrived: number, limit: number) => arrived < limit },
  ].flatMap(({ name, at, holds }): Field[] => {
    if (at === undefined) return [];
    const limit = typeof at === 'number' ? at : Date.parse(at);
    if (!Number.isFinite(limit) || Math.abs(limit) > 8.64e15) {
      const remedy = `Say ${name}: '2026-03-02T09:00:00Z', or milliseconds since 1970 UTC.`;
      problems.push({ what: `${name} is ${JSON.stringify(at)}, which is no time`, why: NEVER, remedy });
      return [];
    }
    const expected = new Date(limit).toISOString();
    return [
      {
        name,
        weight: WEIGHT.value,
        expected,
        says: `${name} ${expected}`,
        holds: ({ time }) => holds(time.arrived, limit),
        actual: ({ time }) => new Date(time.arrived).toISOString(),
      },
    ];
  });
}

function requestFields(query: ExchangeQuery, problems: Omit<Problem, 'pointer'>[]): Field[] {
  const { method, path, query: parameters, headers, body, identity } = query;
  for (const name of Object.keys(headers ?? {}).filter(isCredential)) {
    problems.push({
      what: `the journal does not keep the credential in the header ${name}`,
      why: NEVER,
      remedy: "Ask for the identity that it stands for: identity: 'active', 'none' or 'unknown'.",
    });
  }
  const match = {
    ...(method === undefined ? {} : { method }),
    ...(path === undefined ? {} : { path }),
    ...(parameters === undefined ? {} : { query: parameters }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
    ...(identity === undefined ? {} : { identity }),
  };
  return compileFields(match, (problem) => problems.push({ ...problem, what: `${nameOf(problem.pointer)}: ${problem.what}` })).map(
    (field) => ({
      name: field.name,
      weight: field.weight,
      expected: field.expected,
      says: `with ${field.name} ${field.expected}`,
      holds: (exchange) => field.holds(requestOf(exchange)),
      actual: (exchange) => (field.name.startsWith('body') ? bodyShown(exchange, field.actual) : field.actual(requestOf(exchange))),
    }),
  );
}

function bodyShown(exchange: RecordedExchange, actual: (request: ScriptRequest) => string): string {
  const { body } = exchange;
  if (body.kind === 'cut') return `not kept: the body has ${body.length} characters`;
  return body.kind === 'unread' ? `no JSON: ${body.problem}` : actual(requestOf(exchange));
}

const requests = new WeakMap<RecordedExchange, ScriptRequest>();

/** The exchange as the matchers of rules see a request. */
function requestOf(exchange: RecordedExchange): ScriptRequest {
  let request = requests.get(exchange);
  if (request === undefined) {
    const { method, path, query, headers, identity, body } = exchange;
    const pairs = Object.entries(query).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
    const json = body.kind === 'json' ? body.value : undefined;
    const text = body.kind === 'cut' ? body.start : undefined;
    request = { method, path, query: new URLSearchParams(pairs), headers, identity, operation: undefined, body: json, text };
    requests.set(exchange, request);
  }
  return request;
}

function globsOf(globs: Globs | undefined): readonly string[] {
  return globs === undefined ? [] : typeof globs === 'string' ? [globs] : globs;
}

function nameOf(pointer: string): string {
  return jsonPointer.split(pointer).slice(1).join(' ');
}
