import type { Deployment } from '../deployment.js';
import { exchange } from '../exchange.js';
import { ANSWER_LIMIT_BYTES, createDispatcher, createPace, explain, toAnswer } from '../transport.js';
import { TransportError, type WireAnswer } from '../types.js';
import { fill, toBody, type Values } from './placeholders.js';
import type { FuzzRequest } from './types.js';

/** A request with nothing left to fill in. */
export interface RawRequest {
  readonly method: string;
  /** Path and query, written as they stand. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Buffer | undefined;
}

/** Sends what no polite client would: targets as they stand, headers more than once, bodies that are none. */
export interface Wire {
  /** @throws {TransportError} when no answer comes */
  /** @param times How many times as long as usual an answer may take. */
  send(request: RawRequest, times?: number): Promise<WireAnswer>;
  close(): Promise<void>;
}

/**
 * A wire to a deployment; it sends whatever it is given, and keeps to the deployment's rate, proxy and certificates.
 *
 * @example
 * await createWire(deployment, { timeoutMs: 10_000, connections: 16 }).send({ method: 'GET', target: '/v1//x', headers: [], body: undefined });
 */
export function createWire({ url, http }: Deployment, options: { readonly timeoutMs: number; readonly connections: number }): Wire {
  const dispatcher = createDispatcher({ ...http, ...options });
  const pace = createPace(http.rate);
  const prefix = new URL(url).pathname.replace(/\/+$/, '');
  return {
    async send({ method, target, headers, body }, times = 1) {
      await pace();
      const named = new Set(headers.map(([name]) => name));
      const all = [['user-agent', 'failpath'] as const, ...Object.entries(http.headers).filter(([name]) => !named.has(name)), ...headers];
      const upgrade = headers.find(([name]) => name === 'upgrade')?.[1];
      const raw = {
        path: prefix + target,
        // undici writes those two itself.
        headers: all.filter(([name]) => upgrade === undefined || (name !== 'connection' && name !== 'upgrade')).flat(),
      };
      const timeoutMs = options.timeoutMs * times;
      try {
        const answer = await exchange(
          dispatcher,
          { method, url, headers: upgrade === undefined ? {} : Object.fromEntries(all) },
          { timeoutMs, limitBytes: ANSWER_LIMIT_BYTES, body: body ?? null, progress: { written: false, answered: false }, raw },
        );
        return toAnswer(answer.status, answer.headers, answer.body.toString('utf8'));
      } catch (error) {
        throw new TransportError(explain(error, options.timeoutMs), { cause: error });
      }
    },
    close: () => dispatcher.close(),
  };
}

/**
 * A request with its placeholders filled in.
 *
 * @example
 * toRaw(request, new Map([['active', 'secret']]), () => 'name-1').headers; // [['authorization', 'Bearer secret']]
 */
export function toRaw({ method, target, headers, body }: FuzzRequest, values: Values, unique: () => string): RawRequest {
  return {
    method,
    target: fill(target, values, 'target', unique),
    headers: headers.map(([name, value]) => [name, fill(value, values, 'header', unique)] as const),
    body: body === undefined ? undefined : toBody(fill(body, values, 'body', unique)),
  };
}

/** Whether nobody listens where a request went. */
export function isRefusal({ message }: TransportError): boolean {
  return message.includes('ECONNREFUSED');
}

/** Whether HTTP can carry a request at all: what it cannot is not sent. */
export function isSendable({ target, headers }: RawRequest): boolean {
  const isHeader = ([name, value]: readonly [string, string]): boolean =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\u0080-\u00ff]*$/.test(value);
  return /^\/[\x21-\x7e]*$/.test(target) && headers.every(isHeader);
}
