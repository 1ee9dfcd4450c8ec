import { textOf, type Contract, type Operation, type SeenHeaders } from '../../spec/index.js';
import { wordsOf } from '../credential-names.js';
import { isCredential, isCredentialParameter, SHAPES } from '../redact.js';

/** Where the credentials of an operation's requests are. */
export interface CredentialPlaces {
  /** In lower case. */
  readonly headers: readonly string[];
  /** Names of query parameters. */
  readonly query: readonly string[];
}

/** What the security schemes of an operation say; `Authorization` for one that says nothing. */
export function credentialPlaces({ document }: Contract, { credentials }: Operation): CredentialPlaces {
  const headers = new Set<string>();
  const query = new Set<string>();
  for (const { scheme } of credentials) {
    const described = document.components?.securitySchemes?.[scheme];
    if (described === undefined || '$ref' in described || described.type !== 'apiKey') headers.add('authorization');
    else if (described.in === 'query') query.add(described.name);
    else headers.add(described.in === 'cookie' ? 'cookie' : described.name.toLowerCase());
  }
  if (headers.size + query.size === 0) headers.add('authorization');
  return { headers: [...headers], query: [...query] };
}

/** A credential as it was found, and what it is called there. */
export interface Found {
  readonly value: string;
  readonly name: string;
}

/** Names of members and parameters that say where a listing goes on: they look like credentials, and a client cannot do without them. */
const PAGING = /^(?:page|next|prev|previous|continuation|cursor|sync)$/;

/** Whether a member, parameter or header holds a credential, going by its name. */
export function namesCredential(name: string): boolean {
  return isCredential(name) && !isPaging(wordsOf(name));
}

function isPaging(words: readonly string[]): boolean {
  return words.at(-1) === 'token' && PAGING.test(words.at(-2) ?? '');
}

/** Of an error or a status: what else a parameter `code` holds is a credential (RFC 6749, section 4.1.2). */
const PLAIN_CODE = /^(?:\d{1,3}|[a-z]+(?:[_.-][a-z]+)+)$/i;

/** The same of a parameter of a URL, where `key` and `code` are credentials as well. */
export function parameterNamesCredential(name: string, value: string): boolean {
  if (isCredential(name)) return namesCredential(name);
  return isCredentialParameter(name) && value.trim() !== '' && !PLAIN_CODE.test(value);
}

/** The credentials in the headers of a request or an answer. */
export function* credentialsInHeaders(headers: SeenHeaders, places: readonly string[] = []): Generator<Found> {
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || (!namesCredential(name) && !places.includes(name))) continue;
    if (name === 'cookie' || name === 'set-cookie') yield* cookies(name, value);
    else for (const one of [value].flat()) yield* schemed(name, one);
  }
}

function* cookies(header: string, value: string | readonly string[]): Generator<Found> {
  const pairs = header === 'cookie' ? textOf(value).split(';') : [value].flat().map((one) => one.split(';')[0] ?? '');
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at > 0) yield { name: `cookie_${pair.slice(0, at).trim()}`, value: pair.slice(at + 1).trim() };
  }
}

/** RFC 9110, section 11.4: a scheme and its credential; of Basic, the password as well (RFC 7617). */
function* schemed(name: string, value: string): Generator<Found> {
  const [, scheme, rest] = /^([A-Za-z][\w-]*) +(\S.*)$/.exec(value) ?? [];
  yield { name, value: rest ?? value };
  if (scheme?.toLowerCase() !== 'basic' || rest === undefined) return;
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  if (pair.includes(':')) yield { name: 'password', value: pair.slice(pair.indexOf(':') + 1) };
}

/** Parameters of a URL, absolute or not. */
const PARAMETER = /[?&;]([\w.~%-]{1,100})=([^&;\s"'<>#]{1,8000})/g;
const USER_INFO = /\bhttps?:\/\/[^\s/?#@:]*:([^\s/?#@]+)@/gi;

/** The credentials that a text holds, by their shape or by their place in a URL. */
export function* credentialsInText(text: string): Generator<Found> {
  for (const shape of SHAPES) for (const [value] of text.matchAll(shape)) yield { name: 'token', value };
  for (const [, name = '', value = ''] of text.matchAll(PARAMETER))
    if (parameterNamesCredential(name, value)) yield { name, value: decoded(value) };
  for (const [, value = ''] of text.matchAll(USER_INFO)) yield { name: 'password', value: decoded(value) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A URL that is a credential as a whole: its parts are as well. */
export function* credentialsInSecret(value: string): Generator<Found> {
  if (!/^https?:/i.test(value) || !URL.canParse(value)) return;
  const { searchParams, pathname } = new URL(value);
  for (const [name, one] of searchParams) yield { name, value: one };
  const last = pathname.split('/').at(-1) ?? '';
  // Ids are long as well, and clients need them; next to a signature, the path is no credential.
  if (searchParams.size === 0 && last.length >= LONG_SEGMENT && !UUID.test(last)) yield { name: 'url_token', value: last };
}

const LONG_SEGMENT = 16;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
