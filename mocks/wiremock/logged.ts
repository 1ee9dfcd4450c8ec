import type { RecordedRequest } from '../journal.js';
import { HIDDEN, hidePairs, hidesMember, isCredentialParameter, redactHeader, redactUrl } from '../redact.js';
import type { Rule } from '../script/types.js';
import { fromRule } from './from-rule.js';
import type { StubJson } from './types.js';
import { cookiesIn, splitUrl } from './view.js';

/** The ids of WireMock are UUIDs: this one says which entry of the journal it is. */
export function uuidOf(id: number): string {
  return `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}`;
}

/**
 * The number of the journal entry that an id means: as {@link uuidOf} writes it, or as the journal counts.
 *
 * @example
 * idOf('00000000-0000-4000-8000-00000000000a'); // 10
 */
export function idOf(written: string): number | undefined {
  const hex = /^00000000-0000-4000-8000-([0-9a-f]{12})$/i.exec(written)?.[1];
  if (hex !== undefined) return Number.parseInt(hex, 16);
  return /^\d{1,15}$/.test(written) ? Number(written) : undefined;
}

/**
 * A request as WireMock logs it (`LoggedRequest`), credentials redacted.
 *
 * @example
 * loggedRequest(recorded).headers; // { Authorization: 'Bearer …' }
 */
export function loggedRequest(request: RecordedRequest): StubJson {
  const { method, entry, absoluteUrl } = request;
  const url = shownUrl(request.url);
  const base = URL.canParse(absoluteUrl) ? new URL(absoluteUrl) : undefined;
  const body = shownBody(request.body ?? '');
  const at = Date.parse(entry.at);
  return {
    url,
    absoluteUrl: base === undefined ? url : `${base.origin}${url}`,
    method,
    headers: shownHeaders(request),
    cookies: cookiesOf(request.headers),
    browserProxyRequest: false,
    loggedDate: at,
    bodyAsBase64: Buffer.from(body).toString('base64'),
    body,
    ...(base === undefined
      ? {}
      : { scheme: base.protocol.slice(0, -1), host: base.hostname, port: Number(base.port === '' ? '80' : base.port) }),
    loggedDateString: entry.at,
    queryParams: queryOf(url),
  };
}

/**
 * An entry of `GET /__admin/requests`: what the journal says, and WireMock's `ServeEvent` beside it. The two agree on
 * every name but `id`, which is WireMock's; the journal's is `number`.
 *
 * @param rule The one that answered, if it is still there.
 */
export function serveEvent(request: RecordedRequest, rule: Rule | undefined): StubJson {
  const { entry, exchange } = request;
  const wasMatched = entry.ruleId !== undefined;
  const stub = rule === undefined ? undefined : fromRule(rule);
  return {
    ...exchange,
    id: uuidOf(request.id),
    number: request.id,
    request: loggedRequest(request),
    responseDefinition: { ...(stub?.['response'] as StubJson | undefined), status: entry.status, fromConfiguredStub: wasMatched },
    response: { status: entry.status },
    wasMatched,
    timing: { serveTime: Math.round(entry.milliseconds), totalTime: Math.round(entry.milliseconds) },
    ...(stub === undefined ? {} : { stubMapping: stub }),
  };
}

/** As it was sent, unless it holds a credential. */
function shownUrl(url: string): string {
  const { path, search } = splitUrl(url);
  const redacted = redactUrl(path, new URLSearchParams(search));
  return redacted.includes(HIDDEN) ? redacted : url;
}

function queryOf(url: string): Record<string, { key: string; values: string[] }> {
  const query = new URLSearchParams(splitUrl(url).search);
  return Object.fromEntries([...new Set(query.keys())].map((key) => [key, { key, values: query.getAll(key) }]));
}

/** A list of what was sent more than once, as WireMock shows it. */
function shownHeaders({ headers, repeated }: RecordedRequest): Record<string, string | string[]> {
  const shown = Object.entries(headers).flatMap(([name, value]): [string, string | string[]][] => {
    if (value === undefined) return [];
    const text = [value].flat().join(', ');
    if (/^cookie$/i.test(name))
      return [
        [
          name,
          cookiesIn(text)
            .map(([cookie]) => `${cookie}=${HIDDEN}`)
            .join('; '),
        ],
      ];
    const lines = repeated?.[name];
    return [[name, lines === undefined ? redactHeader(name, text) : lines.map((line) => redactHeader(name, line))]];
  });
  return Object.fromEntries(shown);
}

function cookiesOf(headers: RecordedRequest['headers']): Record<string, string> {
  const header = Object.entries(headers).find(([name]) => /^cookie$/i.test(name))?.[1];
  const pairs = [header ?? []].flat().flatMap(cookiesIn);
  return Object.fromEntries(pairs.map(([name]) => [name, HIDDEN]));
}

/** As it was sent, unless it holds a credential under a telling name. */
function shownBody(body: string): string {
  if (/^\s*[[{]/.test(body)) return shownJson(body);
  if (!/^[\w.%~+-]+=[^\s]*$/.test(body)) return hidePairs(body);
  const form = new URLSearchParams(body);
  const secret = [...form.keys()].filter(isCredentialParameter);
  for (const name of secret) form.set(name, HIDDEN);
  return secret.length === 0 ? body : form.toString();
}

function shownJson(body: string): string {
  let found = false;
  const hide = (name: string, value: unknown): unknown => {
    if (!hidesMember(name, value)) return value;
    found = true;
    return HIDDEN;
  };
  try {
    const shown = JSON.stringify(JSON.parse(body, hide));
    return found ? shown : body;
  } catch {
    return hidePairs(body);
  }
}
