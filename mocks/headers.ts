import type { MockRequest } from './types.js';

type Sent = Pick<MockRequest, 'headers' | 'repeated'>;

/**
 * The one value of a header that comes once; the first where it came more often.
 *
 * @example
 * single(request.headers['origin']); // 'https://example.com'
 */
export function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

/**
 * What was sent under a name, line by line.
 *
 * @example
 * linesOf({ headers: { 'x-tag': 'a, b' }, repeated: { 'x-tag': ['a', 'b'] } }, 'x-tag'); // ['a', 'b']
 *
 * @param name As the request has it, which for one that is being answered is lower case.
 * @returns `undefined` where there is none.
 */
export function linesOf({ headers, repeated }: Sent, name: string): readonly string[] | undefined {
  if (repeated !== undefined && Object.hasOwn(repeated, name)) return repeated[name];
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return typeof value === 'string' ? [value] : value;
}

/**
 * The lines of the headers that were sent more than once, of which Node keeps the first or all in one text; `undefined` where none was.
 *
 * @example
 * repeatedIn(['X-Tag', 'a', 'Host', 'localhost', 'x-tag', 'b'], { 'x-tag': 'a, b', host: 'localhost' }); // { 'x-tag': ['a', 'b'] }
 *
 * @param lines Names and values by turns (`rawHeaders` of node:http).
 * @param headers What Node has made of them.
 */
export function repeatedIn(lines: readonly string[], headers: MockRequest['headers']): MockRequest['repeated'] {
  // Every request comes by here, and nearly none has what is looked for: counting leaves nothing to collect.
  let names = 0;
  for (const _ in headers) names++;
  if (lines.length === 2 * names) return undefined;
  const values = new Map<string, string[]>();
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const name = (lines[at] as string).toLowerCase();
    const value = lines[at + 1] as string;
    const others = values.get(name);
    if (others === undefined) values.set(name, [value]);
    else others.push(value);
  }
  const repeated = [...values].filter(([, { length }]) => length > 1);
  return repeated.length === 0 ? undefined : Object.fromEntries(repeated);
}
