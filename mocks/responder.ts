import type { Violation } from '../spec/index.js';
import type { Attempt } from './answers.js';
import type { Entry } from './entries.js';
import type { Fault } from './faults/index.js';
import { preferenceApplied, type Choice, type Honoured } from './choice.js';
import type { JournalRecord } from './journal.js';
import type { Kit } from './kit.js';
import { ORIGIN, problem, storeUnavailable } from './problem.js';
import { redactTokens } from './redact.js';
import type { ExplainedRule } from './script/index.js';
import { detailsMembers } from './schema.js';
import { choicesOf } from './select.js';
import type { MockAnswer, Refusal } from './types.js';

/** Why an answer is given: what the journal says about it. */
export type Because = Pick<JournalRecord, 'answeredBy' | 'why' | 'code'>;

export type Given = Because & {
  readonly answer: MockAnswer;
  /** Which members of the caller's choice were honoured, as `Preference-Applied` says it. */
  readonly applied?: string | undefined;
  /** How the answer is spoiled, or what happens in its place. */
  readonly fault?: Fault | undefined;
  /** Milliseconds that a rule makes the caller wait. */
  readonly delay?: number | undefined;
  /** The rule that answers. */
  readonly ruleId?: string | undefined;
  /** The fault or the off-contract profile that spoils the answer on purpose. */
  readonly spoiledBy?: string | undefined;
  /** Where no rule answered: the one that came nearest. */
  readonly nearest?: ExplainedRule | undefined;
};

/** Whether an answer is a problem of the mock's own and nothing that the API could say. */
export function isOwnProblem({ code }: Pick<Given, 'code'>): boolean {
  return code?.startsWith('failpath:') === true;
}

/** A refusal whose code, if the contract names one, belongs to other operations. */
export type Outside = Omit<Refusal, 'code'> & { readonly code: string | undefined };

/** Turns decisions into answers; what the contract does not cover becomes a problem of the mock's own. */
export interface Responder {
  /** An attempt that succeeded, or else 501 with what the contract holds against it. */
  finish(requestId: string, attempt: Attempt, because: Because, applied?: string): Given;
  /** 501: something was to be answered that the contract does not declare. */
  holdBack(requestId: string, because: Because, what: string, violations?: readonly Violation[]): Given;
  /** A refusal that the contract alone gives a reason for. */
  refuse(entry: Entry, requestId: string, refusal: Refusal): Given;
  /** An envelope for a request that belongs to no operation, or to one that does not declare the code. */
  refuseOutside(requestId: string, kind: 'unknown-route' | 'invalid-request', refusal: Outside): Given;
  /** 501: the choice that the contract does not have, with those that it has. */
  refuseChoice(entry: Entry, requestId: string, detail: string): Given;
  noAnswer(requestId: string, because: Because, detail: string): Given;
  /** 503 as the operation declares it, or else the mock's own: the store of the world cannot be reached. */
  unavailable(entry: Entry | undefined, requestId: string, error: Error): Given;
  /** 503 as the operation declares it, if it does: there is more to do than can be done. */
  overloaded(entry: Entry, requestId: string): Given | undefined;
  crashed(requestId: string, error: unknown): Given;
}

export function createResponder({ contract, catalogue, answers }: Kit): Responder {
  const holdBack: Responder['holdBack'] = (requestId, because, what, violations = []) => {
    const listed = violations.slice(0, 20).map(({ pointer, message }) => ({ pointer, message }));
    const detail = `The answer (${because.code ?? 'a success'}, because: ${redactTokens(because.why)}) was held back, since ${what}.`;
    return {
      ...because,
      why: detail,
      code: 'failpath:invalid-answer',
      answer: problem('invalid-answer', detail, requestId, { violations: listed }),
    };
  };
  const finish: Responder['finish'] = (requestId, attempt, because, applied) =>
    'answer' in attempt
      ? { answeredBy: because.answeredBy, why: because.why, code: because.code, answer: attempt.answer, applied }
      : holdBack(requestId, because, 'the contract refuses its body', attempt.violations);
  const noAnswer: Responder['noAnswer'] = (requestId, because, detail) => ({
    ...because,
    why: detail,
    code: 'failpath:no-answer',
    answer: problem('no-answer', detail, requestId),
  });

  const refuseOutside: Responder['refuseOutside'] = (requestId, kind, { code, message, why }) => {
    const failure = catalogue.anywhere(code);
    const because = { answeredBy: 'routing', why, code } as const;
    if (failure === undefined) {
      const detail = `${message ?? why} (The contract declares no code for this: name one under x-failpath.refusals.)`;
      return { ...because, code: `failpath:${kind}`, answer: problem(kind, detail, requestId) };
    }
    const resource = kind === 'unknown-route' && detailsMembers(contract, failure).has('resource');
    const attempt = answers.failure(failure, requestId, {
      message,
      details: resource ? { resource: 'route' } : undefined,
      headers: ORIGIN,
    });
    return finish(requestId, 'answer' in attempt ? attempt : answers.failure(failure, requestId, { headers: ORIGIN }), because);
  };

  const tryLater = (entry: Entry | undefined, requestId: string, why: string): Given | undefined => {
    const failure = entry?.answers.get(503)?.failures[0];
    const attempt = failure && answers.failure(failure, requestId, { headers: { ...ORIGIN, 'retry-after': '1' } });
    if (failure === undefined || attempt === undefined || !('answer' in attempt)) return undefined;
    return { answeredBy: 'routing', why, code: failure.code, answer: attempt.answer };
  };

  return {
    finish,
    holdBack,
    noAnswer,
    refuseOutside,
    refuse: (entry, requestId, refusal) => {
      const failure = entry.failures.get(refusal.code)?.[0];
      if (failure === undefined) return refuseOutside(requestId, 'invalid-request', refusal);
      const attempt = answers.failure(failure, requestId, refusal);
      // The details are of our making, and another contract may want them otherwise: then its example does.
      return finish(requestId, 'answer' in attempt ? attempt : answers.failure(failure, requestId), {
        answeredBy: 'validation',
        why: refusal.why,
        code: refusal.code,
      });
    },
    refuseChoice: (entry, requestId, detail) => ({
      answeredBy: 'choice',
      why: detail,
      code: 'failpath:unknown-choice',
      answer: problem('unknown-choice', detail, requestId, { choices: choicesOf(entry) }),
    }),
    unavailable: (entry, requestId, error) => {
      const why = `the store cannot be reached: ${redactTokens(error.message)}`;
      return (
        tryLater(entry, requestId, why) ?? {
          answeredBy: 'routing',
          why,
          code: 'failpath:store-unavailable',
          answer: storeUnavailable(error, requestId),
        }
      );
    },
    overloaded: (entry, requestId) => tryLater(entry, requestId, 'the mock has more to do than it can'),
    crashed: (requestId, error) => {
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const detail = `The mock could not answer: ${redactTokens(message)}. Please report it with this request.`;
      return { answeredBy: 'routing', why: detail, code: 'failpath:internal-error', answer: problem('internal-error', detail, requestId) };
    },
  };
}

/** What an answer says of which members of a choice were honoured. */
export function appliedOf(choice: Choice | undefined, { selected, dynamic }: { selected: boolean; dynamic: boolean }): string | undefined {
  if (choice === undefined) return undefined;
  const honoured = HONOURED[(selected ? 4 : 0) + (choice.dynamic === dynamic ? 2 : 0) + (dynamic ? 1 : 0)];
  return honoured && preferenceApplied(choice, honoured);
}

/** By what was honoured, in binary digits: what to answer, whether to generate it, the seed. */
const HONOURED: readonly Honoured[] = Array.from({ length: 8 }, (_, bits): Honoured => [
  ...((bits & 4) > 0 ? (['error', 'code', 'example'] as const) : []),
  ...((bits & 2) > 0 ? (['dynamic'] as const) : []),
  ...((bits & 1) > 0 ? (['seed'] as const) : []),
]);
