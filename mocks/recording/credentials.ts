import type { Contract, Operation } from '../../spec/index.js';
import { isCredential } from '../redact.js';
import { textOf, type SeenHeaders } from './exchange.js';

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
const PAGING = /^(?:[\w-]*[-_])?(?:page|next|prev|previous|continuation|cursor|sync)[-_]?token$/i;

/** Whether a member, parameter or header holds a credential, going by its name. */
export function namesCredential(name: string): boolean {
  return isCredential(name) && !PAGING.test(name);
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

/** What is a credential whatever it is called: JSON web tokens, private keys, and keys that say what they are. */
const SHAPES: readonly RegExp[] = [
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/g,
  /\b[A-Za-z]{2,12}_(?:[a-z]+_){0,3}(?:live|test|secret)_[A-Za-z0-9]{16,}\b/g,
  /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|xox[abpr]-[\w-]{10,}|AKIA[0-9A-Z]{16})\b/g,
];

/** Parameters of a URL, absolute or not. */
const PARAMETER = /[?&;]([\w.~%-]{1,100})=([^&;\s"'<>#]{1,8000})/g;
const USER_INFO = /\bhttps?:\/\/[^\s/?#@:]*:([^\s/?#@]+)@/gi;

/** The credentials that a text holds, by their shape or by their place in a URL. */
export function* credentialsInText(text: string): Generator<Found> {
  for (const shape of SHAPES) for (const [value] of text.matchAll(shape)) yield { name: 'token', value };
  for (const [, name = '', value = ''] of text.matchAll(PARAMETER)) if (namesCredential(name)) yield { name, value: decoded(value) };
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
