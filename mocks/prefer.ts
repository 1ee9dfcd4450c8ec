/** One preference of a `Prefer` header; a value that is absent is empty. */
export interface Preference {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
  /** What follows after `;`. */
  readonly parameters: readonly Omit<Preference, 'parameters'>[];
}

/**
 * Reads a `Prefer` header (RFC 7240): commas between preferences, semicolons before their parameters, quoted values
 * with backslashes. Never throws: what is no preference has a name that nobody knows.
 *
 * @example
 * parsePrefer('respond-async, error="api_key.revoked"'); // [{ name: 'respond-async', ... }, { name: 'error', value: 'api_key.revoked', ... }]
 */
export function parsePrefer(header: string): Preference[] {
  return split(header, ',').flatMap((text) => {
    const [own, ...parameters] = split(text, ';').map(pair);
    return own === undefined || own.name === '' ? [] : [{ ...own, parameters: parameters.filter(({ name }) => name !== '') }];
  });
}

/** Splits at a separator outside of quotes. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') quoted = !quoted;
    else if (char === '\\' && quoted) at++;
    else if (char === separator && !quoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function pair(text: string): { name: string; value: string } {
  const at = text.indexOf('=');
  if (at < 0) return { name: text.trim().toLowerCase(), value: '' };
  return { name: text.slice(0, at).trim().toLowerCase(), value: unquote(text.slice(at + 1).trim()) };
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  const inner = text.length > 1 && text.endsWith('"') ? text.slice(1, -1) : text.slice(1);
  return inner.replaceAll(/\\(.)/g, '$1');
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const PRINTABLE = /^[\x20-\x7e]*$/;

/**
 * One member of `Preference-Applied`; a value that no header can carry is percent-encoded.
 *
 * @example
 * appliedPreference('example', 'on its way'); // 'example="on its way"'
 */
export function appliedPreference(name: string, value: string): string {
  if (TOKEN.test(value)) return `${name}=${value}`;
  const text = PRINTABLE.test(value) ? value.replaceAll(/["\\]/g, '\\$&') : encodeURIComponent(value);
  return `${name}="${text}"`;
}
