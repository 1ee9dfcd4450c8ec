import { hidesMember, isCredential, redactText, redactTokens } from '../redact.js';
import { isObject } from './json.js';

const MAX_TEXT = 60;
const MAX_ITEMS = 4;
const MOST_READ = 2_000;

/**
 * A JSON value fit for a sentence: short, whatever its size, and without credentials.
 *
 * @example
 * show({ title: 'Song', creators: [{}, {}] }); // '{"title":"Song","creators":[{},{}]}'
 *
 * @param name Of the member, header or parameter that holds the value; credentials have telling ones.
 */
export function show(value: unknown, name = ''): string {
  if (value === undefined) return 'absent';
  return redactTokens(part(value, name, 0));
}

function part(value: unknown, name: string, depth: number): string {
  if (hidesMember(name, value)) return '"…"';
  // Before it is cut: half of a credential looks like a word.
  if (typeof value === 'string') return JSON.stringify(shorten(redactText(value.slice(0, MOST_READ))));
  if (Array.isArray(value)) {
    if (depth > 2 && value.length > 0) return '[…]';
    const items = value.slice(0, MAX_ITEMS).map((item) => part(item, '', depth + 1));
    return `[${listed(items, value.length)}]`;
  }
  if (isObject(value)) {
    const names = Object.keys(value);
    if (depth > 2 && names.length > 0) return '{…}';
    const members = names.slice(0, MAX_ITEMS).map((one) => `${JSON.stringify(shorten(one))}:${part(value[one], one, depth + 1)}`);
    return `{${listed(members, names.length)}}`;
  }
  return String(value);
}

function listed(parts: readonly string[], count: number): string {
  return count > parts.length ? `${parts.join(',')},…` : parts.join(',');
}

/** A text, cut to what fits into a sentence. */
export function shorten(text: string, most = MAX_TEXT): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Words, as in a sentence; a long list is cut. */
export function list(words: readonly string[], most = 6): string {
  if (words.length === 0) return '(none)';
  return words.length <= most ? words.join(', ') : `${words.slice(0, most).join(', ')} and ${words.length - most} more`;
}

/**
 * The name by which {@link show} knows what a JSON pointer or a JSONPath leads to: the member that makes a credential of all that it
 * holds, or the last one.
 *
 * @example
 * credentialIn('/credentials/user'); // 'credentials'
 */
export function credentialIn(place: string): string {
  const members = place.split(/[/.[\]'"@?()*]+/).filter((one) => one !== '');
  return members.find(isCredential) ?? members.at(-1) ?? '';
}
