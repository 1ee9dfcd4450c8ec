import { lately } from './once.js';
import type { MockRequest } from './types.js';
import { appliedPreference, parsePrefer } from './prefer.js';

/** What a caller asks the mock to answer, whichever dialect it was written in. */
export interface Choice {
  readonly error: string | undefined;
  /** A status. */
  readonly code: number | undefined;
  readonly example: string | undefined;
  readonly dynamic: boolean | undefined;
  readonly seed: string | undefined;
  /** Milliseconds to wait before the answer. */
  readonly delay: number;
  /** As the caller wrote it: `Prefer: code=422`. */
  readonly asked: string;
}

/** A choice that cannot be read. */
export interface UnreadableChoice {
  readonly asked: string;
  /** What is wrong with it, as the second half of a sentence. */
  readonly problem: string;
}

type Name = 'error' | 'code' | 'example' | 'dynamic' | 'seed' | 'delay';

interface Written {
  readonly value: string;
  readonly asked: string;
}

/** The longest delay that can be asked for. */
export const MAX_DELAY = 60_000;

const QUERIES: readonly [string, Name][] = [
  ['__error', 'error'],
  ['__code', 'code'],
  ['__example', 'example'],
  ['__dynamic', 'dynamic'],
  ['__seed', 'seed'],
];
const PREFERENCES: ReadonlySet<string> = new Set<Name>(['error', 'code', 'example', 'dynamic', 'seed']);
const POSTMAN: readonly [string, Name][] = [
  ['x-mock-response-code', 'code'],
  ['x-mock-response-name', 'example'],
  ['x-mock-response-delay', 'delay'],
];

/**
 * Reads the caller's choice from the query (`__error`, `__code`, ...), `Prefer` and Postman's `x-mock-response-*`.
 * For each member the query wins over `Prefer`, and `Prefer` over Postman; of a member written twice in one place the
 * first counts (RFC 7240, section 2). Preferences that are not ours are ignored.
 *
 * @example
 * readChoice({ query: new URLSearchParams('__code=422'), headers: { prefer: 'example=blank, code=400' } });
 * // { code: 422, example: 'blank', ... }
 *
 * @returns `undefined` when nothing was chosen.
 */
export function readChoice(request: Pick<MockRequest, 'query' | 'headers'>): Choice | UnreadableChoice | undefined {
  const { query, headers } = request;
  const prefer = headers['prefer'];
  if (query.size > 0 || POSTMAN.some(([header]) => headers[header] !== undefined)) return read(request);
  if (prefer === undefined) return undefined;
  return typeof prefer === 'string' && prefer.length <= LONGEST_KNOWN ? preferred(prefer) : read(request);
}

/** Clients say the same again and again. */
const preferred = lately((prefer: string) => read({ query: NO_QUERY, headers: { prefer } }), 1_000);
const NO_QUERY: MockRequest['query'] = new URLSearchParams();
const LONGEST_KNOWN = 200;

function read(request: Pick<MockRequest, 'query' | 'headers'>): Choice | UnreadableChoice | undefined {
  const written = new Map<Name, Written>();
  if (request.query.size > 0) fromQuery(request.query, written);
  fromPrefer(request.headers['prefer'], written);
  fromPostman(request.headers, written);
  if (written.size === 0) return undefined;

  const asked = [...written.values()].map((member) => member.asked).join(', ');
  for (const [name, { value }] of written) {
    const problem = problemOf(name, value);
    if (problem !== undefined) return { asked, problem };
  }
  const value = (name: Name): string | undefined => written.get(name)?.value;
  const code = value('code');
  const dynamic = value('dynamic');
  return {
    error: value('error'),
    code: code === undefined ? undefined : Number(code),
    example: value('example'),
    dynamic: dynamic === undefined ? undefined : dynamic.toLowerCase() === 'true',
    seed: value('seed'),
    delay: Number(value('delay') ?? 0),
    asked,
  };
}

/** What `Preference-Applied` says of a choice: the members that were honoured, in the order of their list. */
export function preferenceApplied(choice: Choice, honoured: Honoured): string | undefined {
  let known = said.get(choice);
  if (known === undefined) said.set(choice, (known = new Map()));
  if (!known.has(honoured)) known.set(honoured, sayApplied(choice, honoured));
  return known.get(honoured);
}

/** Members of a choice. */
export type Honoured = readonly ('error' | 'code' | 'example' | 'dynamic' | 'seed')[];

const said = new WeakMap<Choice, Map<Honoured, string | undefined>>();

function sayApplied(choice: Choice, honoured: Honoured): string | undefined {
  const members = honoured.flatMap((name) => (choice[name] === undefined ? [] : [appliedPreference(name, String(choice[name]))]));
  return members.length === 0 ? undefined : members.join(', ');
}

function fromQuery(query: URLSearchParams, written: Map<Name, Written>): void {
  for (const [parameter, name] of QUERIES) {
    const value = query.get(parameter);
    if (value !== null) written.set(name, { value, asked: `?${parameter}=${shorten(value)}` });
  }
}

function fromPrefer(header: string | readonly string[] | undefined, written: Map<Name, Written>): void {
  if (header === undefined) return;
  const add = (name: string, value: string): void => {
    if (PREFERENCES.has(name) && !written.has(name as Name))
      written.set(name as Name, { value, asked: `Prefer: ${name}=${shorten(value)}` });
  };
  for (const preference of parsePrefer(typeof header === 'string' ? header : header.join(','))) {
    add(preference.name, preference.value);
    // A semicolon where a comma is due refines one of our own preferences just as well; dropped, it would be a silent downgrade.
    if (PREFERENCES.has(preference.name)) preference.parameters.forEach(({ name, value }) => add(name, value));
  }
}

function fromPostman(headers: MockRequest['headers'], written: Map<Name, Written>): void {
  for (const [header, name] of POSTMAN) {
    const value = headers[header];
    if (value === undefined || written.has(name)) continue;
    const text = typeof value === 'string' ? value : (value[0] ?? '');
    written.set(name, { value: text, asked: `${header}: ${shorten(text)}` });
  }
}

function problemOf(name: Name, value: string): string | undefined {
  if (value === '') return `${name} has no value`;
  switch (name) {
    case 'code':
      return /^[1-5]\d\d$/.test(value) ? undefined : 'code is not a status of three digits, such as 422';
    case 'dynamic':
      return /^(true|false)$/i.test(value) ? undefined : 'dynamic is neither true nor false';
    case 'delay':
      return /^\d{1,9}$/.test(value) && Number(value) <= MAX_DELAY
        ? undefined
        : `the delay is not a number of milliseconds from 0 to ${MAX_DELAY}`;
    default:
      return undefined;
  }
}

function shorten(value: string): string {
  return value.length > 100 ? `${value.slice(0, 100)}…` : value;
}
