import {
  envelopeCodec,
  essenceOf,
  isJsonType,
  textOf,
  type Answer,
  type Contract,
  type Failure,
  type Operation,
  type SeenAnswer,
  type Violation,
} from '../../spec/index.js';
import { list, show } from '../script/index.js';

/** What a contract has against an answer. */
export type ViolationKind =
  'undeclared-status' | 'undeclared-code' | 'outside-envelope' | 'invalid-details' | 'invalid-body' | 'missing-header';

/** What an answer is by the contract, and a sentence that says so. */
export type AnswerVerdict = { readonly sentence: string } & (
  | { readonly kind: 'declared-failure'; readonly failure: Failure }
  | { readonly kind: 'declared-success'; readonly declared: Answer }
  /** The body is too long, or no text. */
  | { readonly kind: 'unjudged' }
  | { readonly kind: ViolationKind }
);

/**
 * Holds one answer of an operation against the contract: is it a failure or a success that the operation declares, and if not, why not?
 *
 * @example
 * judgeAnswer(contract, operation, { status: 418, headers: {}, body: { kind: 'absent' } });
 * // { kind: 'undeclared-status', sentence: 'getTransaction declares no status 418 (200, 404, 503)' }
 *
 * @returns The first that is wrong, in the order status, media type, envelope, code, details or body, headers.
 */
export function judgeAnswer(contract: Contract, operation: Operation, answer: SeenAnswer): AnswerVerdict {
  const declared = operation.answers.find(({ status }) => status === answer.status);
  if (declared === undefined) return undeclaredStatus(contract, operation, answer);
  const verdict =
    declared.failures.length > 0 ? judgeFailure(contract, operation, declared, answer) : judgeBody(operation, declared, answer);
  if (isViolation(verdict) || verdict.kind === 'unjudged') return verdict;
  const missing = declared.headers.find(({ name, required }) => required && answer.headers[name.toLowerCase()] === undefined);
  if (missing === undefined) return verdict;
  return {
    kind: 'missing-header',
    sentence: `${operation.id} ${answer.status} has no header ${missing.name}, which the contract requires`,
  };
}

/** Whether a verdict is one against the deployment. */
export function isViolation(verdict: AnswerVerdict): verdict is Extract<AnswerVerdict, { readonly kind: ViolationKind }> {
  return verdict.kind !== 'declared-failure' && verdict.kind !== 'declared-success' && verdict.kind !== 'unjudged';
}

function undeclaredStatus(contract: Contract, operation: Operation, { status, body }: SeenAnswer): AnswerVerdict {
  const statuses = list([...new Set(operation.answers.map((one) => String(one.status)))], 20);
  const code = body.kind === 'json' ? envelopeCodec(contract).read(body.value).code : undefined;
  const elsewhere = operation.failures.find((failure) => failure.code === code);
  const said =
    typeof code !== 'string'
      ? ''
      : elsewhere === undefined
        ? `; its code is ${show(code)}`
        : `; its code ${elsewhere.code} is declared with ${elsewhere.status}`;
  return { kind: 'undeclared-status', sentence: `${operation.id} declares no status ${status} (${statuses})${said}` };
}

function judgeFailure(contract: Contract, operation: Operation, declared: Answer, { status, headers, body }: SeenAnswer): AnswerVerdict {
  const place = `${operation.id} ${status}`;
  const type = textOf(headers['content-type']);
  const outside = (what: string): AnswerVerdict => ({ kind: 'outside-envelope', sentence: `${place} is outside the envelope: ${what}` });
  if (body.kind === 'unread') return { kind: 'unjudged', sentence: `${place} was not judged: its body is not readable, ${body.why}` };
  if (body.kind === 'absent') return outside('it has no body');
  if (!isJsonType(type)) return outside(`its media type is ${type === '' ? 'absent' : show(essenceOf(type))}`);
  if (body.kind === 'text') return outside('its body is not valid JSON');
  const { code } = envelopeCodec(contract).read(body.value);
  if (typeof code !== 'string') return outside(`${contract.envelope.code} is ${show(code)}`);
  const failure = declared.failures.find((one) => one.code === code);
  if (failure === undefined) return undeclaredCode(operation, place, code);
  const [violation] = failure.validate(body.value);
  if (violation === undefined) return { kind: 'declared-failure', failure, sentence: `${failure.key} is declared` };
  const { details } = contract.envelope;
  const inDetails = violation.pointer === details || violation.pointer.startsWith(`${details}/`);
  if (!inDetails) return outside(`${said(violation)}, as the contract says of ${code}`);
  return { kind: 'invalid-details', sentence: `${failure.key}: ${said(violation)}` };
}

function undeclaredCode(operation: Operation, place: string, code: string): AnswerVerdict {
  const elsewhere = operation.failures.find((one) => one.code === code);
  const sentence =
    elsewhere === undefined
      ? `${place}: the code ${show(code)} is not declared for ${operation.id}`
      : `${place}: the code ${code} is declared with ${elsewhere.status}, not with this status`;
  return { kind: 'undeclared-code', sentence };
}

/** A success, or an error whose body says no code. */
function judgeBody(operation: Operation, declared: Answer, { headers, body }: SeenAnswer): AnswerVerdict {
  const place = `${operation.id} ${declared.status}`;
  const good: AnswerVerdict = { kind: 'declared-success', declared, sentence: `${place} is declared` };
  const invalid = (what: string): AnswerVerdict => ({ kind: 'invalid-body', sentence: `${place}: ${what}` });
  const { content } = declared;
  if (content === undefined) return body.kind === 'absent' ? good : invalid('it has a body, and the contract declares none');
  if (body.kind === 'unread') return { kind: 'unjudged', sentence: `${place} was not judged: its body is not readable, ${body.why}` };
  if (body.kind === 'absent') return invalid('it has no body');
  const type = textOf(headers['content-type']);
  if (isJsonType(content.mediaType) ? !isJsonType(type) : essenceOf(type) !== essenceOf(content.mediaType)) {
    return invalid(`its media type is ${type === '' ? 'absent' : show(essenceOf(type))}, not ${content.mediaType}`);
  }
  if (!isJsonType(content.mediaType)) return good;
  if (body.kind === 'text') return invalid('its body is not valid JSON');
  const [violation] = content.validate(body.value);
  return violation === undefined ? good : invalid(said(violation));
}

function said({ pointer, message }: Violation): string {
  return `${pointer === '' ? 'the body' : pointer} ${message}`;
}
