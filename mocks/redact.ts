import { isCredential, isCredentialParameter } from './credential-names.js';
import { parsePrefer } from './prefer.js';

export { isCredential, isCredentialParameter } from './credential-names.js';

/** What stands where a credential stood. */
export const HIDDEN = '…';

/** RFC 9110, section 16.4.1, and what clients send beside it: says what kind was sent, and is no part of the secret. */
const SCHEME =
  /^(basic|bearer|digest|dpop|gnap|hoba|mutual|negotiate|ntlm|oauth|privatetoken|scram-sha-\d+|token|api-?key|vapid|aws4-[\w-]+) +\S/i;

/** A credential without its secret: the scheme, which says what kind was sent. */
export function hideCredential(value: string): string {
  const scheme = SCHEME.exec(value)?.[1];
  return scheme === undefined ? HIDDEN : `${scheme} ${HIDDEN}`;
}

/**
 * A member of JSON fit to be shown: all of it is hidden when its name tells that it is a credential, whatever its type. What
 * is `null`, `true` or `false` is none.
 */
export function hidesMember(name: string, value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== 'boolean' && isCredential(name);
}

/** The value of a header without credentials: by its name, in the URLs that it holds, and by shape. */
export function redactHeader(name: string, value: string): string {
  if (isCredential(name)) return hideCredential(value);
  return /^prefer$/i.test(name) ? redactPrefer(value) : redactText(value);
}

/** What the mock understands, and what RFC 7240, section 4, registers. */
const PREFERENCES = /^(?:error|code|example|dynamic|delay|seed|status|respond-async|return|wait|handling|depth-noroot)$/;

/** What nobody here understands is not shown: it can be anything. */
function redactPrefer(value: string): string {
  const preferences = parsePrefer(value.slice(0, MAX_PATH)).flatMap(({ parameters, ...own }) => [own, ...parameters]);
  if (value.length <= MAX_PATH && preferences.every(({ name }) => PREFERENCES.test(name))) return redactText(value);
  const shownOnes = preferences.map(({ name, value: said }) => {
    if (!PREFERENCES.test(name)) return HIDDEN;
    return said === '' ? name : `${name}=${redactText(said)}`;
  });
  return shownOnes.join(', ');
}

/**
 * A path and query fit to be kept: a URL can be a credential (upload URLs are), so values with a telling name and
 * long tokens are cut; UUIDs and words stay, since they are what one looks for in a journal.
 *
 * @example
 * redactUrl('/uploads/7f3a...64 hex digits', new URLSearchParams('signature=9c41')); // '/uploads/7f3a9c…?signature=…'
 */
export function redactUrl(path: string, query: URLSearchParams): string {
  const cut = path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}…` : path;
  const redacted = redactText(cut);
  if (query.size === 0) return redacted;
  const members: string[] = [];
  for (const [name, value] of query) {
    if (members.length === MAX_MEMBERS) {
      members.push('…');
      break;
    }
    const hidden = isCredentialParameter(name) ? HIDDEN : shown(value);
    members.push(`${encodeURIComponent(redactTokens(cutAt(name, MAX_VALUE)))}=${hidden}`);
  }
  return `${redacted}?${members.join('&')}`;
}

const MAX_PATH = 1_000;
const MAX_MEMBERS = 50;
const MAX_VALUE = 200;

function shown(value: string): string {
  // Before it is cut: half a token looks like a word.
  const redacted = redactText(value.length > MAX_PATH ? value.slice(0, MAX_PATH) : value);
  const cut = cutAt(redacted, MAX_VALUE);
  return encodeURIComponent(value.length > MAX_VALUE && redacted.length > MAX_VALUE ? `${cut}…` : cut).replaceAll('%E2%80%A6', '…');
}

/** Half of a pair of surrogates could not be encoded. */
function cutAt(text: string, most: number): string {
  return text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '');
}

/** What is a credential whatever it is called: JSON web tokens, private keys, and keys that say what they are. */
export const SHAPES: readonly RegExp[] = [
  /\beyJ[\w-]{8,}\.[\w-]{2,}\.[\w-]*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/g,
  /(?<![A-Za-z0-9])[A-Za-z]{2,12}_(?:[a-z]+_){0,3}(?:live|test|secret)_[A-Za-z0-9]{8,}\b/g,
  /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30,}|xox[abpr]-[\w-]{10,}|AKIA[0-9A-Z]{16})\b/g,
];

/** Base64 and its like, percent-encoded or not; a path of a URL looks the same, and is told apart by its segments. */
const LONG_TOKEN = /(?:[A-Za-z0-9+/_-]|%2[BbFf]){32,}(?:=|%3[Dd]){0,2}/g;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SHORTEST_LONG = 32;

/** Cuts what looks like a credential out of a text. */
export function redactTokens(text: string): string {
  if (text.length < 12) return text;
  const shaped = /_|eyJ|AKIA|xox|-----/.test(text) ? SHAPES.reduce((rest, shape) => rest.replace(shape, start), text) : text;
  return shaped.length < SHORTEST_LONG ? shaped : shaped.replace(LONG_TOKEN, cutToken);
}

const start = (token: string): string => `${token.slice(0, 6)}…`;

function cutToken(token: string): string {
  if (UUID.test(token)) return token;
  const pieces = token.split(/\/|%2[Ff]/);
  if (pieces.length === 1) return isToken(token) ? start(token) : token;
  const random = pieces.filter(isMixed).reduce((sum, { length }) => sum + length, 0);
  const isBase64 = /[+=]|%2[Bb]|%3[Dd]/.test(token) || random * 2 > token.length;
  if (isBase64 && random >= SHORTEST_LONG / 2) {
    const at = token.indexOf(pieces.find(isMixed) ?? '');
    return `${token.slice(0, at)}${start(token.slice(at))}`;
  }
  return token.replaceAll(/[^/]{32,}/g, (piece) => (isToken(piece) ? start(piece) : piece));
}

function isToken(piece: string): boolean {
  return !UUID.test(piece) && /\d/.test(piece);
}

/** A piece of base64 that is no word of a path. */
function isMixed(piece: string): boolean {
  return piece.length >= 8 && /\d/.test(piece) && /[a-z]/.test(piece) && /[A-Z]/.test(piece) && !UUID.test(piece);
}

/** Parameters of a URL, absolute or not, and of one that is encoded inside of another. */
const PARAMETER = /([?&;#])([\w.~%[\]-]{1,100})(=)([^&;\s"'<>#]{1,8000})/g;
const ENCODED = /(%3[Ff]|%26|%23)([\w.~[\]-]{1,100})(%3[Dd])((?:(?!%26)[^&;\s"'<>#]){1,8000})/g;
const USER_INFO = /(\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s/?#@:]{0,200}:)[^\s/?#@]{1,1000}(?=@)/gi;

/**
 * A text without the credentials that it holds by shape, in a URL, or beside a telling name, as in JSON that does not parse.
 *
 * @example
 * redactText('{"password":"hunter2",'); // '{"password":"…",'
 */
export function redactText(text: string): string {
  if (text.length < 5) return text;
  const hide = (whole: string, before: string, name: string, equal: string): string =>
    isCredentialParameter(name) ? `${before}${name}${equal}${HIDDEN}` : whole;
  // Most texts hold nothing of the kind, and each request has several.
  if (!/[:=%]/.test(text)) return redactTokens(text);
  let bare = text.includes('://') ? text.replace(USER_INFO, `$1${HIDDEN}`) : text;
  if (/[?&;#]/.test(bare)) bare = bare.replace(PARAMETER, hide);
  if (bare.includes('%')) bare = bare.replace(ENCODED, hide);
  return redactTokens(hidePairs(bare));
}

/** A name and what stands between it and its value, in JSON, YAML, forms, JSONPath filters, and expressions that look for them. */
const NAMED = /(?<![\w-])([A-Za-z_][\w-]{0,99})(?:\\*["'])?\]?(?:\s|\\s[*+?]?){0,9}[:=]{1,3}[>~]?(?:\s|\\s[*+?]?){0,9}/g;

/** Hides the values that follow telling names; what is no value stays. */
export function hidePairs(text: string): string {
  if (!/[:=]/.test(text)) return text;
  const parts: string[] = [];
  let kept = 0;
  NAMED.lastIndex = 0;
  for (let found = NAMED.exec(text); found !== null; found = NAMED.exec(text)) {
    if (!isCredential(found[1] ?? '')) continue;
    const from = NAMED.lastIndex;
    const { before, to } = valueAt(text, from);
    if (to === from) continue;
    parts.push(text.slice(kept, from), before, HIDDEN, before);
    kept = to;
    NAMED.lastIndex = to;
  }
  return kept === 0 ? text : parts.join('') + text.slice(kept);
}

/** Where the value that begins at a place ends, and the quote that it stands in; one that never ends goes on to the end of the text. */
function valueAt(text: string, from: number): { readonly before: string; readonly to: number } {
  const quote = /^\\*["']/.exec(text.slice(from, from + 10))?.[0];
  if (quote !== undefined) return { before: quote, to: endOfQuoted(text, from + quote.length, quote) };
  if (text[from] === '{' || text[from] === '[') return { before: '', to: endOfBracket(text, from) };
  const bare = /[\s,;&}\])"'<]/g;
  bare.lastIndex = from;
  const scheme = SCHEME.exec(text.slice(from, from + 100))?.[1];
  // `Bearer x` is one value.
  if (scheme !== undefined) bare.lastIndex = from + scheme.length + 1;
  const word = text.slice(from, bare.exec(text)?.index ?? text.length);
  return { before: '', to: /^(?:null|true|false|…)$/.test(word) ? from : from + word.length };
}

function endOfQuoted(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text.startsWith(quote, at)) return at + quote.length;
    if (text[at] === '\\') at++;
  }
  return text.length;
}

function endOfBracket(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = endOfQuoted(text, at + 1, '"') - 1;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    if (depth === 0) return at + 1;
  }
  return text.length;
}
