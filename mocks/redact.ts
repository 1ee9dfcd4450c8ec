/** What stands where a credential stood. */
export const HIDDEN = '…';

const CREDENTIAL =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|password|passwd|pwd|(?:[\w-]*[-_])?(?:secret|signature|token)|sig|(?:x-)?api[-_]?key|private[-_]?key|code_verifier|x-amz-.*)$/i;

/**
 * Whether a header, parameter or member holds a credential, going by its name.
 *
 * @example
 * isCredential('Authorization'); // true
 */
export function isCredential(name: string): boolean {
  return CREDENTIAL.test(name);
}

/** A credential without its secret: the scheme, which says what kind was sent. */
export function hideCredential(value: string): string {
  const scheme = /^([A-Za-z][A-Za-z0-9-]{0,19}) +\S/.exec(value)?.[1];
  return scheme === undefined ? HIDDEN : `${scheme} ${HIDDEN}`;
}

const LONG_TOKEN = /[A-Za-z0-9_-]{32,}/g;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * A path and query fit to be kept: a URL can be a credential (upload URLs are), so values with a telling name and
 * long tokens are cut; UUIDs and words stay, since they are what one looks for in a journal.
 *
 * @example
 * redactUrl('/uploads/7f3a...64 hex digits', new URLSearchParams('signature=9c41')); // '/uploads/7f3a9c…?signature=…'
 */
export function redactUrl(path: string, query: URLSearchParams): string {
  const cut = path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}…` : path;
  const redacted = redactTokens(cut);
  if (query.size === 0) return redacted;
  const members: string[] = [];
  for (const [name, value] of query) {
    if (members.length === MAX_MEMBERS) {
      members.push('…');
      break;
    }
    members.push(
      `${encodeURIComponent(redactTokens(name.slice(0, MAX_VALUE)))}=${isCredential(name) || /^key$/i.test(name) ? HIDDEN : shown(value)}`,
    );
  }
  return `${redacted}?${members.join('&')}`;
}

const MAX_PATH = 1_000;
const MAX_MEMBERS = 50;
const MAX_VALUE = 200;

function shown(value: string): string {
  const cut = redactTokens(value.slice(0, MAX_VALUE));
  return encodeURIComponent(value.length > MAX_VALUE ? `${cut}…` : cut).replaceAll('%E2%80%A6', '…');
}

/** Cuts what looks like a credential out of a text. */
export function redactTokens(text: string): string {
  return text.replace(LONG_TOKEN, (token) => (UUID.test(token) || !/\d/.test(token) ? token : `${token.slice(0, 6)}…`));
}
