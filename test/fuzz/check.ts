import type { Contract } from '../../spec/index.js';
import { jsonPointer } from '../../spec/index.js';
import type { Input } from './arbitraries.js';
import type { Output } from './send.js';

/** What the mock may say of its own on the API surface; `internal-error` and `invalid-answer` are bugs of it. */
const OWN: ReadonlySet<string> = new Set(['failpath:unknown-choice']);

/**
 * What is wrong with an answer on the API surface: it must be a failure or a success that the operation declares, or one that
 * says that it is the mock's own.
 */
export function faultIn(contract: Contract, { method, target }: Input, { status, headers, text }: Output): string | undefined {
  const [path = ''] = target.split('?');
  const own = headers['x-failpath-origin'] === 'mock';
  if (method === 'HEAD') return text === '' ? undefined : 'an answer to HEAD has a body';
  if (method === 'OPTIONS' && own) return status === 204 || status === 404 ? undefined : `OPTIONS is answered with ${status}`;
  const operation = contract.route(method, path)?.operation;
  const body = text === '' ? undefined : parsed(text);
  if (body === 'no JSON') return `the body is no JSON: ${text.slice(0, 200)}`;
  if (own) return faultInOwn(contract, status, body);
  if (operation === undefined) return `${status} for a request that reaches no operation, and nothing says that it is the mock's own`;
  const answer = operation.answers.find((one) => one.status === status);
  if (answer === undefined) return `${operation.id} does not declare ${status}: ${text.slice(0, 200)}`;
  if (status >= 400) {
    const code = jsonPointer.get(body, contract.envelope.code);
    if (!answer.failures.some((failure) => failure.code === code)) return `${operation.id} does not declare ${status} ${String(code)}`;
  }
  const [violation] = answer.content?.validate(body) ?? [];
  return violation === undefined ? undefined : `${operation.id} ${status} breaks its schema at ${violation.pointer}: ${violation.message}`;
}

function faultInOwn(contract: Contract, status: number, body: unknown): string | undefined {
  const type = jsonPointer.get(body, '/type');
  if (typeof type === 'string') return OWN.has(type) ? undefined : `the mock gave up: ${JSON.stringify(body).slice(0, 500)}`;
  const code = jsonPointer.get(body, contract.envelope.code);
  const { unknownRoute, malformedBody } = contract.refusals;
  return code === unknownRoute || code === malformedBody ? undefined : `the mock's own ${status} ${String(code)} is none of the contract's`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return 'no JSON';
  }
}
