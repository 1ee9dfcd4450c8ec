import type { Contract } from '../../../spec/index.js';
import type { AnswerVerdict } from '../../answers.js';
import { describeAnswer } from '../../setup-failed.js';
import type { WireAnswer } from '../../types.js';
import { causeAt, nameOf } from '../causes.js';
import type { Finding } from '../types.js';
import type { Foreseen, Wrong } from './types.js';

/** An answer that its operation does not declare, or that is not shaped as declared. */
export function misanswered(
  contract: Contract,
  operation: string,
  answer: WireAnswer,
  { kind: verdict, ...rest }: Exclude<AnswerVerdict, { readonly kind: 'edge' }>,
): Wrong {
  const { discrepancies } = rest;
  const [first] = discrepancies;
  const kind = kindOf(discrepancies);
  const what = verdict === 'undeclared' ? 'which it does not declare' : `whose ${first?.at ?? 'body'} is not as declared`;
  const came = describeAnswer(contract, answer);
  const code = 'failure' in rest ? { code: rest.failure.code } : 'declared' in rest ? { code: String(rest.declared.status) } : {};
  return {
    cause: nameOf(causeAt(operation, { kind, came, status: answer.status, discrepancies, declared: false, ...code })),
    kind,
    operation,
    says: `${operation} was answered ${came}, ${what}, after a sequence of good requests`,
    remedy: first?.remedy ?? 'Answer what the contract declares.',
    discrepancies,
  };
}

function kindOf(discrepancies: Finding['discrepancies']): Finding['kind'] {
  const checks = new Set(discrepancies.map(({ check }) => check));
  if (checks.has('server-error')) return 'server-error';
  return checks.has('leak') ? 'leak' : 'undeclared';
}

/** A declared answer, but not the one that the steps before it lead to. */
export function unforeseen(operation: string, foreseen: Exclude<Foreseen, 'either'>, described: string): Wrong {
  const should = foreseen === 'refused' ? 'be refused' : 'succeed';
  return {
    cause: `${operation} should ${should}, and was answered ${described}`,
    kind: 'invariant',
    operation,
    says: `${operation} was answered ${described}: after these steps it must ${should}`,
    remedy:
      foreseen === 'refused'
        ? 'Refuse it: something that was used up, revoked or never given away still works.'
        : 'Let it succeed: something that was made and not used yet is gone, or a refused request has used it up.',
    discrepancies: [],
  };
}

/** A request that got no answer, twice. */
export function unanswered(operation: string, why: string): Wrong {
  return {
    cause: `${operation} no-answer`,
    kind: 'no-answer',
    operation,
    says: `${operation} got no answer after a sequence of good requests: ${why}`,
    remedy: 'Answer every request in time: look for a lock that is not given back, or a process that has died.',
    discrepancies: [],
  };
}
