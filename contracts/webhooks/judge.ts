import type { Webhook } from '../../spec/index.js';
import type { Discrepancy } from '../types.js';
import type { Arrival, Expected, WebhookSuite } from './types.js';

/** A webhook, what came for it, and what it must say. */
export interface ToJudge {
  readonly webhook: Webhook;
  readonly arrival: Arrival;
  readonly expected: Expected;
  readonly suite: WebhookSuite;
  readonly skewSeconds: number;
}

/**
 * What is wrong with a webhook: pure, over the bytes as they came.
 *
 * @example
 * judgeWebhook({ webhook, arrival, expected, suite, skewSeconds: 300 }); // [] when it is what the contract promises
 */
export function judgeWebhook({ webhook, arrival, expected, suite, skewSeconds }: ToJudge): readonly Discrepancy[] {
  return [
    ...method(webhook, arrival),
    ...contentType(arrival),
    ...headers(webhook, arrival),
    ...suite.check(arrival, expected, skewSeconds),
    ...body(webhook, arrival, expected),
  ];
}

function method(webhook: Webhook, arrival: Arrival): Discrepancy[] {
  if (arrival.method === webhook.method) return [];
  const remedy = `Send it with ${webhook.method}.`;
  return [{ check: 'method', at: 'method', expected: webhook.method, actual: arrival.method, remedy }];
}

function contentType({ headers: { 'content-type': actual = 'none' } }: Arrival): Discrepancy[] {
  if (/^application\/json\s*(;|$)/i.test(actual)) return [];
  const remedy = 'Say Content-Type: application/json, so that receivers parse it.';
  return [{ check: 'content-type', at: 'content-type', expected: 'application/json', actual, remedy }];
}

function headers({ parameters }: Webhook, arrival: Arrival): Discrepancy[] {
  return parameters.flatMap(({ name, in: place, required, validate }): Discrepancy[] => {
    if (place !== 'header') return [];
    const value = arrival.headers[name.toLowerCase()];
    if (value === undefined && !required) return [];
    const [wrong] = value === undefined ? [{ message: 'is required' }] : validate(value);
    if (wrong === undefined) return [];
    const remedy = `Send ${name} as the contract describes it.`;
    return [
      { check: 'headers', at: name.toLowerCase(), expected: `a value that ${wrong.message}`, actual: String(value ?? 'none'), remedy },
    ];
  });
}

function body({ body: declared, name }: Webhook, { raw }: Arrival, { members }: Expected): Discrepancy[] {
  const value = parse(raw);
  if (value === undefined) {
    const remedy = 'Send the event as JSON in UTF-8.';
    return [{ check: 'body', at: 'body', expected: 'JSON', actual: quote(raw.toString('utf8')), remedy }];
  }
  const broken = (declared?.json?.validate(value) ?? []).map((violation): Discrepancy => {
    const actual = violation.keyword === 'required' ? 'absent' : quote(JSON.stringify(violation.value));
    return {
      check: 'schema',
      at: violation.pointer || '/',
      expected: `a value that ${violation.message}`,
      actual,
      remedy: `Send ${name} as the contract describes it.`,
    };
  });
  const own = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const different = Object.entries(members).flatMap(([member, expected]): Discrepancy[] => {
    if (own[member] === expected || broken.some(({ at }) => at === `/${member}`)) return [];
    const remedy = `Say what the API itself says of this transaction.`;
    const actual = member in own ? quote(JSON.stringify(own[member])) : 'absent';
    return [{ check: 'members', at: `/${member}`, expected: JSON.stringify(expected), actual, remedy }];
  });
  return [...broken, ...different];
}

function parse(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
}

function quote(text: string | undefined): string {
  return text === undefined ? 'nothing' : text.length > 100 ? `${text.slice(0, 97)}...` : text;
}
