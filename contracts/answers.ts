import { envelopeCodec, type Answer, type Contract, type Envelope, type Failure, type Operation } from '../spec/index.js';
import { runChecks, traceCheck, type Answered } from './checks/index.js';
import { edgeEvidence, strayLimit } from './edge.js';
import type { Discrepancy, WireAnswer } from './types.js';

/** An answer of which nothing is known but the request's operation. */
export interface AnyAnswer extends Pick<Answered, 'contract' | 'answer' | 'redactor' | 'credential' | 'seenRequestIds'> {
  /** `undefined` for a request that no operation answers. */
  readonly operation: Operation | undefined;
  /** Upper case; the answer to a HEAD has no body to judge. */
  readonly method: string;
  /** Whether a 429 with a code that the contract does not have is the application's where it has the whole envelope; a rate limiter's by default. */
  readonly ownLimits?: boolean;
}

/** What an answer is by the contract. */
export type AnswerVerdict =
  /** A failure that the operation declares, or would be but for the discrepancies. */
  | { readonly kind: 'failure'; readonly failure: Failure; readonly discrepancies: readonly Discrepancy[] }
  | { readonly kind: 'success'; readonly declared: Answer; readonly discrepancies: readonly Discrepancy[] }
  /** Neither; there is at least one discrepancy, but for what no operation answers where the contract says nothing of that. */
  | { readonly kind: 'undeclared'; readonly discrepancies: readonly Discrepancy[] }
  /** Something in front of the application answered. */
  | { readonly kind: 'edge'; readonly evidence: string };

/**
 * Holds an answer against everything that the contract declares for its operation, whatever was asked for.
 *
 * @example
 * judgeAnswer({ contract, operation, method: 'GET', answer, redactor, credential, seenRequestIds }).kind; // 'failure'
 *
 * Of a success, the status, the content type and the schema are looked at, and that it shows no stack trace; credentials may stand in it.
 * A request that no operation answers may be refused with any failure that the contract declares, if it names one for that
 * (`x-failpath.refusals.unknownRoute`).
 */
export function judgeAnswer(asked: AnyAnswer): AnswerVerdict {
  const { contract, operation, answer, method } = asked;
  const failures = operation?.failures ?? contract.failures;
  if (method === 'HEAD') return judgeHead(asked, failures);
  const envelope = envelopeCodec(contract).read(answer.json);
  const coded = failures.filter(({ code }) => code === envelope.code);
  const failure = nearest(coded, answer);
  if (failure !== undefined) return { kind: 'failure', failure, discrepancies: runChecks({ ...asked, failure, envelope }) };

  const declared = operation?.successes.find(({ status }) => status === answer.status);
  if (declared !== undefined && envelope.code === undefined)
    return { kind: 'success', declared, discrepancies: [...bodyOf(declared, answer), ...traceCheck(answer)] };

  const known = contract.failures.some(({ code }) => code === envelope.code);
  const own = known || (asked.ownLimits === true && isWhole(envelope));
  const evidence = edgeEvidence(answer) ?? strayLimit(answer, { declared: own, asked: false });
  if (evidence !== undefined) return { kind: 'edge', evidence };
  return { kind: 'undeclared', discrepancies: [...undeclared(asked, envelope), ...traceCheck(answer)] };
}

/** What nothing in front of an application would make by itself. */
function isWhole({ code, message, requestId }: Envelope): boolean {
  return [code, message, requestId].every((member) => typeof member === 'string' && member !== '');
}

/** Where no operation answers, one code may stand for failures of several, whose details differ. */
function nearest(coded: readonly Failure[], answer: WireAnswer): Failure | undefined {
  const same = coded.filter(({ status }) => status === answer.status);
  return (same.length > 1 ? same.find(({ validate }) => validate(answer.json).length === 0) : undefined) ?? same[0] ?? coded[0];
}

function judgeHead(asked: AnyAnswer, failures: readonly Failure[]): AnswerVerdict {
  const { answer, operation } = asked;
  const declared = operation?.successes.find(({ status }) => status === answer.status);
  if (declared !== undefined) return { kind: 'success', declared, discrepancies: [] };
  const failure = failures.find(({ status }) => status === answer.status);
  if (failure !== undefined) return { kind: 'failure', failure, discrepancies: [] };
  return { kind: 'undeclared', discrepancies: isUnspoken(asked) ? [] : statusOf(asked) };
}

/** Of what no operation answers, a contract need not say anything; a server must not break over it all the same. */
function isUnspoken({ contract, operation, answer }: AnyAnswer): boolean {
  return operation === undefined && contract.refusals.unknownRoute === undefined && answer.status < 500;
}

/** What is wrong with the body of a success. */
function bodyOf({ content }: Answer, answer: WireAnswer): Discrepancy[] {
  if (content === undefined) return [];
  const [type] = (answer.headers['content-type'] ?? 'absent').split(';').map((part) => part.trim().toLowerCase());
  const remedy = 'Answer what the contract declares for this success, or correct the contract.';
  if (type !== content.mediaType.toLowerCase())
    return [{ check: 'content-type', at: 'content-type', expected: content.mediaType, actual: type ?? 'absent', remedy }];
  if (answer.json === undefined) return [{ check: 'body', at: 'body', expected: 'JSON', actual: 'a body that is not JSON', remedy }];
  return content.validate(answer.json).map(({ pointer, message, keyword, value }) => ({
    check: 'body',
    at: pointer === '' ? 'body' : pointer,
    expected: keyword === 'required' ? 'present' : message.replace(/^must be /, ''),
    actual: keyword === 'required' ? 'absent' : (JSON.stringify(value) ?? 'absent').slice(0, 80),
    remedy,
  }));
}

/** Why an answer is neither a failure nor a success of its operation. */
function undeclared(asked: AnyAnswer, envelope: Envelope): Discrepancy[] {
  const { contract, operation, answer } = asked;
  if (isUnspoken(asked)) return [];
  const status = statusOf(asked);
  const at = contract.envelope.code;
  const who = operation?.id ?? 'the contract';
  if (typeof envelope.code === 'string') {
    const remedy = `Answer a declared code, or declare ${envelope.code}${operation === undefined ? '' : ` for ${who}`}.`;
    const actual = `${answer.status} ${envelope.code}`;
    return [...status, { check: 'declared', at, expected: `a failure that ${who} declares`, actual, remedy }];
  }
  if (answer.status < 400 && status.length > 0) return status;
  const actual = answer.json === undefined ? 'absent: the body is not JSON' : 'absent';
  const remedy = 'Answer the envelope, also where a framework or a middleware refuses.';
  return [...status, { check: 'envelope', at, expected: `a code that ${who} declares`, actual, remedy }];
}

/** A status that nothing declares; a 5xx is named as the failure of the server that it is. */
function statusOf({ contract, operation, answer: { status } }: AnyAnswer): Discrepancy[] {
  const statuses = [...new Set((operation?.answers ?? contract.failures).map((one) => one.status))].toSorted((a, b) => a - b);
  if (statuses.includes(status) && (operation !== undefined || status < 500)) return [];
  const broke = status >= 500;
  return [
    {
      check: broke ? 'server-error' : 'status',
      at: 'status',
      expected: operation === undefined ? 'a refusal that the contract declares' : `one of ${statuses.join(', ')}`,
      actual: String(status),
      remedy: broke
        ? 'The server failed instead of refusing: look up the request in its log.'
        : `Answer a status that ${operation?.id ?? 'the contract'} declares, or declare this one.`,
    },
  ];
}

/** Whose answer it is held against: what is asked of a contract before a request is judged. */
export function operationOf(contract: Contract, method: string, path: string): Operation | undefined {
  return contract.route(method === 'HEAD' ? 'GET' : method, path)?.operation;
}
