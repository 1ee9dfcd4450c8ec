import type { Finding } from '../../../contracts/index.js';
import { seen, type Paper, type Seen } from './truth.js';

const codeOf = (body: string): unknown => {
  try {
    return (JSON.parse(body) as { readonly error?: { readonly code?: unknown } }).error?.code;
  } catch {
    return undefined;
  }
};
const idOf = (one: Seen | undefined): string | undefined => /"request_id":\s*"([^"]+)"/.exec(one?.body ?? '')?.[1];

/** What is wrong with an answer by the paper alone; `undefined` where nothing is. */
async function undeclared(operation: string, paper: Paper, one: Seen, again: () => Promise<Seen | undefined>): Promise<string | undefined> {
  if (!paper.statuses(operation).includes(one.status)) return `${one.status} is not declared`;
  if (one.status >= 400 && !paper.codes.includes(String(codeOf(one.body)))) return `there is no code ${String(codeOf(one.body))}`;
  if (one.type !== 'application/json') return `it is ${one.type}`;
  return one.status >= 400 && idOf(one) === idOf(await again()) ? 'two answers have one request id' : undefined;
}

/**
 * Why a finding is true, found out without failpath: its line is sent by curl, and its answer held against the paper by hand.
 * `undefined` where nothing shows that it is.
 */
export async function whyTrue(
  { kind, operation, requests: [request], ...finding }: Finding,
  paper: Paper,
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const whole = { kind, operation, requests: request === undefined ? [] : [request], ...finding };
  const one = await seen(whole, env);
  if (one === undefined) return kind === 'no-answer' ? 'there is no answer' : undefined;
  if (kind === 'server-error') return one.status >= 500 ? `it is ${one.status}` : undefined;
  if (kind === 'leak') return /\bat \S.*:\d+:\d+/.test(one.body) ? 'it shows a stack' : undefined;
  if (kind === 'undeclared') return undeclared(operation, paper, one, () => seen(whole, env));
  if (kind !== 'accepted' || one.status >= 300) return undefined;
  // A made-up credential, or none; a type that is not JSON; a body that its schema refuses.
  if (/credential/.test(finding.cause)) return 'nobody has let it in';
  if (/content-type/.test(finding.cause)) return 'it is not JSON';
  const parameter = /query (\w+) /.exec(finding.cause)?.[1];
  if (parameter !== undefined) {
    const value = new URLSearchParams(request?.target.split('?')[1]).get(parameter);
    return value === null || !paper.takesParameter(operation, parameter, value) ? 'its schema refuses the value' : undefined;
  }
  return request?.body !== undefined && paper.takes(operation, request.body) === false ? 'its schema refuses the body' : undefined;
}
