import type { Operation } from '../spec/index.js';
import type { CallTemplate, MagicWay } from './deployment-schema.js';
import { HANDSHAKE, opensWebSocket } from './handshake.js';
import type { PathRequest, Token, WireRequest } from './types.js';

/** What a request needs from its surroundings to go over the wire. */
export interface WireContext {
  /** Of the deployment, without a slash at its end. */
  readonly base: string;
  readonly params: Readonly<Record<string, string>>;
  readonly token: Token | undefined;
  readonly magic: readonly MagicWay['magic'][];
}

/**
 * A request by the operation's name as it goes over the wire.
 *
 * @example
 * toWire(operation, { operation: 'listApiKeys' }, { base, params: { organization_id: '...' }, token, magic: [] }).url;
 */
export function toWire(operation: Operation, request: PathRequest, { base, params, token, magic }: WireContext): WireRequest {
  const path = operation.path.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const query = new URLSearchParams(request.query).toString();
  const { type, text } = bodyOf(request, magic);
  return {
    method: operation.method,
    url: `${base}${path}${query === '' ? '' : `?${query}`}`,
    headers: {
      accept: 'application/json',
      ...(opensWebSocket(operation) ? HANDSHAKE : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token.value}` }),
      ...(type === undefined ? {} : { 'content-type': type }),
      ...Object.assign({}, ...magic.map(({ headers }) => headers)),
      ...request.headers,
    },
    ...(text === undefined ? {} : { body: text }),
  };
}

function bodyOf({ raw, body }: PathRequest, magic: WireContext['magic']): { type?: string; text?: string } {
  if (raw !== undefined) return { type: raw.contentType, text: raw.text };
  if (body === undefined) return {};
  return { type: 'application/json', text: JSON.stringify(Object.assign({}, body, ...magic.map((one) => one.body))) };
}

/**
 * A call of the deployment file with its parameters filled in.
 *
 * @example
 * fromTemplate({ method: 'POST', url: '/clock', headers: {}, body: { by: '{{seconds}}' } }, { seconds: 301 }, base).body; // '{"by":301}'
 */
export function fromTemplate(template: CallTemplate, values: Readonly<Record<string, unknown>>, base: string): WireRequest {
  const body = template.body === undefined ? undefined : JSON.stringify(fill(template.body, values));
  return {
    method: template.method,
    url: addressOf(
      template.url.replace(PARAMETER, (_, name: string) => encodeURIComponent(textOf(values[name]))),
      base,
    ),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...Object.fromEntries(Object.entries(template.headers).map(([name, value]) => [name, textOf(fill(value, values))])),
    },
    ...(body === undefined ? {} : { body }),
  };
}

/** A path is relative to the deployment, with or without a slash before it. */
export function addressOf(url: string, base: string): string {
  return URL.canParse(url) ? url : `${base}/${url.replace(/^\/+/, '')}`;
}

const PARAMETER = /\{\{(\w+)\}\}/g;

/** A string that is nothing but a parameter becomes its value, with its own type. */
function fill(template: unknown, values: Readonly<Record<string, unknown>>): unknown {
  if (typeof template === 'string') {
    const whole = /^\{\{(\w+)\}\}$/.exec(template)?.[1];
    return whole === undefined ? template.replace(PARAMETER, (_, name: string) => textOf(values[name])) : values[whole];
  }
  if (Array.isArray(template)) return template.map((item) => fill(item, values));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fill(value, values)]));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
