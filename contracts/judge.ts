import type { Failure } from '../spec/index.js';
import { runChecks, type Answered } from './checks/index.js';
import { edgeEvidence, strayLimit } from './edge.js';
import { describeAnswer } from './setup-failed.js';
import { succeeded } from './success.js';
import type { Discrepancy, Outcome } from './types.js';

/** What an answer to a faulty request amounts to, before the control twin has had its say. */
export interface Judgement {
  readonly outcome: Extract<Outcome, 'verified' | 'violated' | 'wrong-path' | 'not-reached' | 'edge-intercepted'>;
  readonly reason: string;
  readonly discrepancies: readonly Discrepancy[];
  /** Whether the control twin can overrule: not where the answer itself is proof enough. */
  readonly needsControl: boolean;
}

/**
 * Judges one answer to a faulty request: pure, and the only place where an answer becomes an outcome.
 *
 * The code decides the path: an answer with the expected code took the right path, whatever else is wrong with it.
 *
 * @example
 * judge({ contract, failure, answer, envelope, ... }).outcome; // 'verified'
 */
export function judge(answered: Answered): Judgement {
  const { contract, failure, answer, envelope } = answered;
  if (envelope.code === failure.code) return rightPath(answered);

  // A code of the contract is the application's own, also where it is not declared.
  const declared = contract.failures.some(({ code }) => code === envelope.code);
  const evidence = edgeEvidence(answer) ?? strayLimit(answer, { declared, asked: failure.status === answer.status });
  if (evidence !== undefined) {
    return {
      outcome: 'edge-intercepted',
      reason: `${describeAnswer(contract, answer)} did not come from the application: ${evidence}`,
      discrepancies: [],
      needsControl: false,
    };
  }
  const { operation } = failure;
  if (envelope.code === undefined && succeeded(operation, answer)) {
    return {
      outcome: 'not-reached',
      reason: `${operation.id} answered ${answer.status}: the request succeeded where it must be refused`,
      discrepancies: [],
      needsControl: true,
    };
  }
  const fired = operation.failures.find((one) => one.code === envelope.code && one.status === answer.status);
  if (fired !== undefined)
    return {
      outcome: 'wrong-path',
      reason: `${fired.status} ${fired.code} fired instead (${fired.title}: ${firstSentence(fired.description)}). ${suggest(failure, fired)}`,
      discrepancies: [],
      needsControl: true,
    };
  const discrepancies = runChecks(answered);
  return { outcome: 'violated', reason: summarise(discrepancies), discrepancies, needsControl: true };
}

function rightPath(answered: Answered): Judgement {
  const discrepancies = runChecks(answered);
  if (discrepancies.length > 0) return { outcome: 'violated', reason: summarise(discrepancies), discrepancies, needsControl: false };
  return { outcome: 'verified', reason: '', discrepancies, needsControl: true };
}

/** One line: the first discrepancy, and how many more there are. */
export function summarise(discrepancies: readonly Discrepancy[]): string {
  const [first, ...more] = discrepancies;
  if (first === undefined) return '';
  return `${first.at}: expected ${first.expected}, saw ${first.actual}${more.length === 0 ? '' : ` (and ${more.length} more)`}`;
}

/** What it suggests that another declared failure fired, from the order in which an operation refuses. */
function suggest(expected: Failure, fired: Failure): string {
  const order = expected.operation.credentials.flatMap(({ failures }) => failures);
  const [wanted, seen] = [order.indexOf(expected.code), order.indexOf(fired.code)];
  if (seen >= 0 && wanted < 0) return `The credential was refused before the check for ${expected.code} could run`;
  if (seen >= 0 && seen < wanted) return `An earlier check of the credential refused first, or the answer bears its code by mistake`;
  if (wanted >= 0) return `The check for ${expected.code} let the request through, or comes too late`;
  return `Either that check comes first and should not have fired, or the one for ${expected.code} is missing`;
}

/** The first thing that a description says, short enough for a line. */
export function firstSentence(text: string): string {
  return text.replace(/[.:;].*/s, '').replaceAll(/\s+/g, ' ');
}
