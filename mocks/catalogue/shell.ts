/**
 * A word of a POSIX shell, in single quotes unless it needs none.
 *
 * @example
 * shellWord("it's"); // "'it'\\''s'"
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A request as curl is told it. */
export interface CurlRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: readonly string[];
  readonly json?: string;
}

/**
 * A request as a command: its answer is printed with its head.
 *
 * @example
 * curl({ method: 'POST', url: 'http://127.0.0.1:4010/lamps', json: '{}' });
 * // curl -i -H 'Content-Type: application/json' -d '{}' http://127.0.0.1:4010/lamps
 */
export function curl({ method, url, headers = [], json }: CurlRequest): string {
  const implied = json === undefined ? 'GET' : 'POST';
  return [
    'curl -i',
    ...(method === implied ? [] : [`-X ${method}`]),
    ...[...headers, ...(json === undefined ? [] : ['Content-Type: application/json'])].map((header) => `-H ${shellWord(header)}`),
    ...(json === undefined ? [] : [`-d ${shellWord(json)}`]),
    shellWord(url),
  ].join(' ');
}
