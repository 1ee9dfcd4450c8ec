import { judgeAnswer, type AnswerVerdict } from '../../answers.js';
import { describeAnswer, SetupFailed } from '../../setup-failed.js';
import type { RunContext, Steps } from '../../steps.js';
import type { Exchange, PathRequest, WireAnswer } from '../../types.js';
import { Broken, Missing, Stuck, type Foreseen, type Hand, type Told } from './types.js';
import { misanswered, unforeseen } from './wrong.js';

/** A hand, and what it has done that the recorded requests do not say. */
export interface Recording extends Hand {
  /** Requests that were sent at the same time. */
  readonly groups: readonly (readonly Exchange[])[];
  /** The credentials that requests carried, by the names that the model has for them. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * The hand that takes the steps of one sequence.
 *
 * @param seen Request ids that the run has been answered with.
 */
export function createHand(steps: Steps, context: RunContext, seen: Set<string>): Recording {
  const { contract, redactor, session } = context;
  const groups: (readonly Exchange[])[] = [];
  const names = new Map<string, string>();

  const exchangeOf = (answer: WireAnswer): Exchange | undefined => steps.exchanges.findLast((one) => one.answer === answer);
  const judge = (request: PathRequest, answer: WireAnswer): AnswerVerdict => {
    const operation = contract.operation(request.operation);
    const credential = exchangeOf(answer)?.request.headers['authorization']?.replace(/^\w+ +/, '');
    return judgeAnswer({ contract, operation, method: operation?.method ?? 'GET', answer, redactor, credential, seenRequestIds: seen });
  };
  const remember = ({ headers, json }: WireAnswer): void => {
    const id = headers['x-request-id'] ?? (json as { readonly error?: { readonly request_id?: unknown } } | undefined)?.error?.request_id;
    if (typeof id === 'string') seen.add(id);
  };
  const told = (request: PathRequest, answer: WireAnswer, foreseen: Foreseen): Told => {
    const verdict = judge(request, answer);
    remember(answer);
    if (verdict.kind === 'edge')
      throw new Stuck(
        `something in front of the application answered ${request.operation}: ${verdict.evidence}`,
        'Run the fuzz where nothing stands in front of the application, or raise the limits there.',
      );
    if (verdict.kind === 'undeclared' || verdict.discrepancies.length > 0)
      throw new Broken(misanswered(contract, request.operation, answer, verdict));
    const succeeded = verdict.kind === 'success';
    if (succeeded && foreseen === 'refused') throw new Broken(unforeseen(request.operation, foreseen, describeAnswer(contract, answer)));
    if (!succeeded && foreseen === 'succeeds') refuse(request, answer, verdict.failure.retry !== 'never');
    const { json } = answer;
    const body = typeof json === 'object' && json !== null ? (json as Told['body']) : {};
    return { answer, succeeded, code: verdict.kind === 'failure' ? verdict.failure.code : undefined, body };
  };
  const refuse = ({ operation }: PathRequest, answer: WireAnswer, passes: boolean): never => {
    const described = describeAnswer(contract, answer);
    // A limit or a dependency of the environment says nothing of the request.
    if (passes || answer.status === 402 || answer.status === 429)
      throw new Stuck(
        `${operation} should have succeeded and was answered ${described}`,
        'Raise that limit for the deployment under test.',
      );
    throw new Broken(unforeseen(operation, 'succeeds', described));
  };
  const name = (request: PathRequest): void => {
    if (request.as !== undefined && request.as !== null) names.set(request.as.value, request.as.name);
  };
  return {
    steps,
    groups,
    names,
    alone: session !== undefined,
    send: async (request, foreseen = 'either') => {
      name(request);
      return told(request, await steps.send(request), foreseen);
    },
    together: async (requests) => {
      requests.forEach(name);
      const settled = await Promise.allSettled(requests.map((request) => steps.send(request)));
      const answers = settled.map((one) => {
        if (one.status === 'rejected') throw one.reason;
        return one.value;
      });
      groups.push(answers.flatMap((answer) => exchangeOf(answer) ?? []));
      return answers.map((answer, index) => told(requests[index] as PathRequest, answer, 'either'));
    },
    upload: async (url, audio) => {
      try {
        await steps.upload(url, audio);
        return true;
      } catch (error) {
        // Refused by the application's storage, in whatever format that has.
        if (error instanceof SetupFailed && error.answer !== undefined) return false;
        throw error;
      }
    },
    change: (state, parameters) => steps.change(state, parameters),
    holds: (rule, isSo, says) => {
      if (isSo) return;
      const operation = steps.exchanges.at(-1)?.label ?? '';
      const remedy = 'Look up the last request in the log of the server: the steps before it led to a state that must not be.';
      throw new Broken({ cause: `${rule} (${operation})`, kind: 'invariant', operation, says: says(), remedy, discrepancies: [] });
    },
    stuck: (says, remedy) => {
      throw new Stuck(says, remedy);
    },
    missing: () => {
      throw new Missing();
    },
  };
}
