import {
  createRedactor,
  jsonPointer,
  SHORTEST_SECRET,
  textOf,
  type Contract,
  type Operation,
  type SeenExchange,
} from '../../spec/index.js';
import type { Redactor } from '../redact.js';

/** How many secrets are remembered at least; traffic may go on for days, and each request may bring a new one. */
const REMEMBERED = 2_000;

/** Secrets that have gone by: the most recent are known by value. */
export interface Hidden {
  /** Learns what an exchange holds; what it says of the request is the credential that no answer may repeat. */
  learn(exchange: SeenExchange, operation: Operation | undefined): { readonly credential: string | undefined };
  /** Also hides what stands under telling names in the JSON that a text is made of. */
  redact(text: string, json?: unknown): string;
  /** For the check that an error repeats no credential. */
  readonly leaks: Redactor;
}

/**
 * Creates the secrets of an observation: credentials of requests, cookies, and what the contract calls `x-secret`.
 *
 * @example
 * const hidden = createHidden(contract);
 * hidden.learn(exchange, operation);
 * hidden.redact('Bearer afo_sk_live_5afe0123'); // 'Bearer $AUTHORIZATION'
 */
export function createHidden(contract: Contract): Hidden {
  const all = createRecent();
  const telling = createRecent();
  const keyHeaders = apiKeyHeaders(contract);
  const learn: Hidden['learn'] = ({ request, answer }, operation) => {
    let credential: string | undefined;
    for (const [name, value] of Object.entries(request.headers)) {
      if (value === undefined) continue;
      const isKey = name === 'authorization' || keyHeaders.has(name);
      if (!isKey && !isTelling(name)) continue;
      for (const secret of secretsIn(name, textOf(value))) all.add(secret, name);
      if (!isKey) continue;
      const own = textOf(value).replace(/^\w[\w-]* +(?=\S)/, '');
      if (!isDistinct(own)) continue;
      telling.add(own, name);
      credential ??= own;
    }
    for (const [name, value] of request.query) if (isTelling(name)) all.add(value, name);
    for (const [name, value] of secretsOfBody(request)) all.add(value, name);
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value === undefined || name === 'set-cookie') continue;
      for (const secret of isTellingHeader(name) ? [textOf(value)] : secretsOfUrl(textOf(value)))
        if (isDistinct(secret)) all.add(secret, name);
    }
    for (const cookie of [answer.headers['set-cookie'] ?? []].flat())
      for (const secret of secretsIn('cookie', cookie.replace(/;.*/s, ''))) all.add(secret, 'cookie');
    const { content } = operation?.successes.find(({ status }) => status === answer.status) ?? {};
    for (const pointer of answer.body.kind === 'json' ? (content?.secrets ?? []) : []) {
      const value = jsonPointer.get(answer.body.kind === 'json' ? answer.body.value : undefined, pointer);
      if (typeof value !== 'string') continue;
      const name = pointer.slice(1);
      for (const secret of partsOf(value)) all.add(secret, name);
      if (isDistinct(value)) telling.add(value, name);
    }
    return { credential };
  };
  return {
    learn,
    redact: (text, json) => {
      for (const [name, value] of tellingMembers(json)) all.add(value, name);
      return all.redact(text);
    },
    leaks: { add: telling.add, redact: (text) => text, find: telling.find },
  };
}

/** Headers, parameters and members that hold credentials, by their names. */
const TELLING = /auth|cookie|key|token|secret|session|signature|password|credential|ticket/i;

/** Traffic has the same few names again and again. */
const names = new Map<string, boolean>();
const MOST_NAMES = 1_000;
const LONGEST_NAME = 64;

function isTelling(name: string): boolean {
  const known = names.get(name);
  if (known !== undefined) return known;
  const telling = TELLING.test(name);
  if (names.size < MOST_NAMES && name.length <= LONGEST_NAME) names.set(name, telling);
  return telling;
}

/** Of a person's own choice, and perhaps a word. */
const CHOSEN = /passw|passphrase|secret|credential/i;

/**
 * Whether a header of an answer is a credential by its name; those that only ask for one (RFC 9110, section 11.6.1) are none.
 *
 * @example
 * isTellingHeader('x-session-token'); // true
 */
export function isTellingHeader(name: string): boolean {
  return isTelling(name) && !/^(?:www-authenticate|proxy-authenticate|clear-site-data)$/i.test(name);
}

/** What the client itself has sent, and an error may repeat. */
function* secretsOfBody({ body, headers }: SeenExchange['request']): Generator<[name: string, value: string]> {
  if (body.kind === 'json') yield* tellingMembers(body.value, (name, value) => CHOSEN.test(name) || isDistinct(value));
  if (body.kind !== 'text' || !/^application\/x-www-form-urlencoded/i.test(textOf(headers['content-type']))) return;
  for (const [name, value] of new URLSearchParams(body.text)) if (isTelling(name)) yield [name, value];
}

/** The values in the query and in the fragment of a URL, such as signatures. */
function* secretsOfUrl(value: string): Generator<string> {
  const from = value.search(/[?#]/);
  if (from < 0 || !/^<?(?:[a-z][a-z\d+.-]*:\/)?\//i.test(value)) return;
  for (const part of value.slice(from + 1).split(/[?#&]/)) yield* new URLSearchParams(part).values();
}

/** What turns up by chance in an answer, such as a word, shows nothing. */
function isDistinct(value: string): boolean {
  return value.length >= SHORTEST_SECRET && /\d/.test(value);
}

/** The secret of a header without what surrounds it: the scheme (RFC 9110, section 11.4), the names of cookies, and what follows them. */
function* secretsIn(name: string, value: string): Generator<string> {
  if (name.includes('cookie')) {
    for (const pair of value.split(';')) yield pair.slice(pair.indexOf('=') + 1).trim();
    return;
  }
  const [, scheme, rest] = /^(\w[\w-]*) +(\S.*)$/.exec(value) ?? [];
  yield rest ?? value;
  // RFC 7617: the password is part of what is encoded.
  if (scheme?.toLowerCase() === 'basic' && rest !== undefined)
    yield Buffer.from(rest, 'base64')
      .toString('utf8')
      .replace(/^[^:]*:/, '');
}

/** A URL that is a credential: so is what stands in its query, and the end of its path. */
function* partsOf(value: string): Generator<string> {
  yield value;
  if (!/^[a-z]+:\/\//i.test(value) || !URL.canParse(value)) return;
  const { pathname, search, searchParams } = new URL(value);
  yield `${pathname}${search}`;
  yield* searchParams.values();
  yield pathname.slice(pathname.lastIndexOf('/') + 1);
}

function* tellingMembers(
  value: unknown,
  isSecret: (name: string, value: string) => boolean = (_, member) => isDistinct(member),
  depth = 0,
): Generator<[name: string, value: string]> {
  if (typeof value !== 'object' || value === null || depth > 20) return;
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'string') {
      if (isTelling(name) && isSecret(name, member)) yield [name, member];
    } else yield* tellingMembers(member, isSecret, depth + 1);
  }
}

function apiKeyHeaders({ document }: Contract): ReadonlySet<string> {
  const schemes = Object.values(document.components?.securitySchemes ?? {});
  return new Set(schemes.flatMap((scheme) => ('in' in scheme && scheme.in === 'header' ? [scheme.name.toLowerCase()] : [])));
}

/** A redactor that forgets what is old: two generations, of which the older one goes when the younger is full. */
function createRecent(): Redactor {
  let [older, younger] = [createRedactor(), createRedactor()];
  let known = new Set<string>();
  return {
    add: (value, name) => {
      if (value.length < SHORTEST_SECRET || known.has(value)) return;
      if (known.size >= REMEMBERED) {
        [older, younger] = [younger, createRedactor()];
        known = new Set();
      }
      known.add(value);
      younger.add(value, name.replaceAll(/\W+/g, '_').toUpperCase());
    },
    redact: (text) => older.redact(younger.redact(text)),
    find: (text) => younger.find(text) ?? older.find(text),
  };
}
