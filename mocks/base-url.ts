import { withoutSlash } from '../spec/index.js';

/** What stands in a rule's answer for where the mock can be reached: by HTTP, and by WebSocket. */
const BASE_URL = '{{baseUrl}}';
const WS_BASE_URL = '{{wsBaseUrl}}';

/**
 * Fills in where the mock can be reached.
 *
 * @example
 * fillBaseUrl('{{baseUrl}}/v1/x and {{wsBaseUrl}}/v1/ws', 'http://127.0.0.1:4010'); // 'http://127.0.0.1:4010/v1/x and ws://127.0.0.1:4010/v1/ws'
 */
export function fillBaseUrl(text: string, baseUrl: string): string {
  if (!asksForBaseUrl(text)) return text;
  return text.replaceAll(BASE_URL, () => baseUrl).replaceAll(WS_BASE_URL, () => baseUrl.replace(/^http/, 'ws'));
}

/** Whether there is anything to be filled in. */
export function asksForBaseUrl(text: string): boolean {
  return text.includes('{{');
}

/** Takes the address of a deployment out of a text. */
export type Relocate = (text: string) => string;

/**
 * Makes URLs of a deployment lead to whatever mock will say them, be they of HTTP or of WebSocket.
 *
 * @example
 * relocateFrom('https://staging.example.com/api')('wss://staging.example.com/api/v1/ws'); // '{{wsBaseUrl}}/v1/ws'
 *
 * @param base Of the deployment; its path is left out where a URL has it.
 */
export function relocateFrom(base: string): Relocate {
  const { host, pathname } = new URL(base);
  const path = withoutSlash(pathname);
  const own = new RegExp(`\\b(http|ws)s?://${escaped(host)}(?![\\w.:@-])(?:${escaped(path)}(?![^/?#"'\\s<>\\\\]))?`, 'gi');
  return (text) => text.replaceAll(own, (_, scheme: string) => (scheme.toLowerCase() === 'ws' ? WS_BASE_URL : BASE_URL));
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
