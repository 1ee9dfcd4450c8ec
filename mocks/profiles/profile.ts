import { jsonPointer, type Contract, type Failure, type Operation } from '../../spec/index.js';
import type { MockAnswer } from '../types.js';
import type { ProfileName } from './names.js';

/** What a profile starts from. */
export interface ProfileInput {
  readonly failure: Failure;
  readonly contract: Pick<Contract, 'envelope' | 'failures'>;
  /** What the failure answers by the contract, request id and headers included. */
  readonly answer: MockAnswer;
}

/** An answer that breaks the contract, or why this failure cannot break it in this way. */
export type Profiled = { readonly answer: MockAnswer } | { readonly impossible: string };

const LABEL = 'x-failpath-off-contract';

/**
 * The failure that a profile starts from: the one with a code, or without a code the operation's first.
 *
 * @example
 * profiledFailure(operation, 'api_key.revoked')?.key; // 'initWork 401 api_key.revoked'
 */
export function profiledFailure({ failures }: Operation, code?: string): Failure | undefined {
  return code === undefined ? failures[0] : failures.find((failure) => failure.code === code);
}

/**
 * A failure's answer with one thing wrong in it, and labelled: `x-failpath-origin: mock`, `x-failpath-off-contract: <name>`.
 *
 * @example
 * profile('missing-request-id', { failure, contract, answer });
 *
 * @returns `impossible` where the contract leaves open what the profile would break, such as the type of the details.
 */
export function profile(name: ProfileName, input: ProfileInput): Profiled {
  const profiled = DEVIATIONS[name](input);
  if ('impossible' in profiled) return profiled;
  const { status, headers, body } = profiled.answer;
  return { answer: { status, headers: { ...headers, 'x-failpath-origin': 'mock', [LABEL]: name }, body } };
}

const DEVIATIONS: Readonly<Record<ProfileName, (input: ProfileInput) => Profiled>> = {
  'gateway-html-502': () => ({ answer: { status: 502, headers: { 'content-type': 'text/html', server: 'nginx' }, body: PAGE } }),
  'missing-request-id': (input) => broken(input, 'requestId', [undefined]),
  'unknown-code': (input) => broken(input, 'code', unheardOf(input)),
  'details-wrong-type': (input) => {
    const details = jsonPointer.get(parsed(input.answer), input.contract.envelope.details) ?? {};
    return broken(input, 'details', [JSON.stringify(details), [details], 0]);
  },
  'wrong-content-type': ({ answer }) => ({
    answer: { ...answer, headers: { ...answer.headers, 'content-type': 'text/plain; charset=utf-8' } },
  }),
  'truncated-json': ({ answer }) => ({ answer: { ...answer, body: firstHalf(answer.body ?? '{}') } }),
  'status-code-disagree': (input) => ({ answer: { ...input.answer, status: otherStatus(input) } }),
  'message-changed': ({ failure, contract, answer }) => {
    const message = String(jsonPointer.get(parsed(answer), contract.envelope.message));
    const found = rewordings(message)
      .map((words) => withMember(answer, contract.envelope.message, words))
      .find((body) => failure.validate(JSON.parse(body)).length === 0);
    if (found === undefined) return { impossible: `${failure.key} allows no other message.` };
    return { answer: { ...answer, body: found } };
  },
};

/** Gives a part of the envelope the first value that the contract refuses there, and nowhere else. */
function broken(
  { failure, contract: { envelope }, answer }: ProfileInput,
  part: keyof typeof envelope,
  values: readonly unknown[],
): Profiled {
  const pointer = envelope[part];
  for (const value of values) {
    const body = withMember(answer, pointer, value);
    const violations = failure.validate(JSON.parse(body));
    if (violations.length > 0 && violations.every((violation) => violation.pointer === pointer)) return { answer: { ...answer, body } };
  }
  return { impossible: `The contract lets ${failure.key} have any value at ${pointer}, or none.` };
}

function withMember(answer: MockAnswer, pointer: string, value: unknown): string {
  return JSON.stringify(jsonPointer.set(parsed(answer), pointer, value));
}

function parsed({ body }: MockAnswer): object {
  const value: unknown = JSON.parse(body ?? '{}');
  return typeof value === 'object' && value !== null ? value : {};
}

/** Codes that a later version of the API might have. */
function unheardOf({ failure, contract }: ProfileInput): string[] {
  const family = failure.code.slice(0, failure.code.lastIndexOf('.') + 1);
  const declared = new Set(contract.failures.map(({ code }) => code));
  return ['not_yet_invented', 'not_yet_invented_either'].map((name) => `${family}${name}`).filter((code) => !declared.has(code));
}

/** The highest of the operation's error statuses that is not the code's, and asks for no header that is not there. */
function otherStatus({ failure, answer }: ProfileInput): number {
  const others = failure.operation.answers.filter(
    ({ status, failures, headers }) =>
      status >= 400 &&
      failures.every(({ code }) => code !== failure.code) &&
      headers.every(({ required, name }) => !required || Object.hasOwn(answer.headers, name.toLowerCase())),
  );
  return others.at(-1)?.status ?? (failure.status === 500 ? 400 : 500);
}

/** Of JSON that begins with a brace or a bracket, no beginning is JSON. */
function firstHalf(text: string): string {
  const half = Math.floor(text.length / 2);
  // Not between the halves of one character.
  return text.slice(0, /[\ud800-\udbff]/.test(text.charAt(half - 1)) ? half - 1 : half);
}

const rewordings = (message: string): string[] =>
  ['The same as ever, in other words.', `${message} `, message.toUpperCase(), message.slice(1)].filter((words) => words !== message);

/** What nginx answers while nothing behind it does. */
const PAGE = [
  '<html>',
  '<head><title>502 Bad Gateway</title></head>',
  '<body>',
  '<center><h1>502 Bad Gateway</h1></center>',
  '<hr><center>nginx</center>',
  '</body>',
  '</html>',
  '',
].join('\r\n');
