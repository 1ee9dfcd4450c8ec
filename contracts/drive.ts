import { AssertionError, expect } from 'chai';
import { envelopeCodec, type Failure } from '../spec/index.js';
import { ControlTwin } from './control-twin.js';
import { summarise, type Judgement } from './judge.js';
import type { FailurePath } from './path.js';
import { describeAnswer, refusedBy } from './setup-failed.js';
import { restored, type RunContext, type Steps } from './steps.js';
import { isTransient } from './success.js';
import type { Discrepancy, Exchange, PathRequest, WireAnswer } from './types.js';
import { setupFailed, violated, type Verdict } from './verdict.js';

/** Judges an answer to a faulty request by itself; what it was sent with is the last of the exchanges. */
export type JudgeAnswer = (failure: Failure, answer: WireAnswer, exchange: Exchange | undefined) => Judgement;

/**
 * Drives a deployment down one path: given, when, once more, restore, control twin. A refusal must be the declared one, the same
 * again, without a trace, and over when its cause is.
 *
 * @example
 * const verdict = await drive(failure, path, { context, steps, judgeAnswer });
 *
 * @throws {SetupFailed} when the way to the faulty request was barred
 */
export async function drive(
  failure: Failure,
  path: FailurePath,
  { context, steps, judgeAnswer }: { readonly context: RunContext; readonly steps: Steps; readonly judgeAnswer: JudgeAnswer },
): Promise<Verdict> {
  const pretended = steps.pretendOnTheWay(path.needs ?? [], path.operation);
  const ready = await (path.given?.(steps) ?? steps.scenario(path.operation));
  const trace = createTrace(path, context, steps, ready);
  const before = await trace();
  const faulty = (await path.when?.(ready, steps)) ?? ready;
  steps.enter('when');
  const answer = await steps.send(faulty);
  let judgement: Judgement & Verdict = judgeAnswer(failure, answer, steps.exchanges.at(-1));
  if (judgement.outcome === 'verified') judgement = await sameAgain(failure, faulty, { context, steps, judgeAnswer, judgement });
  const unrestored = await restored(steps);
  if (unrestored !== undefined)
    return judgement.needsControl ? setupFailed(unrestored) : { ...judgement, reason: `${judgement.reason}; ${unrestored}` };
  if (judgement.outcome === 'not-reached' && steps.simulated) return setupFailed(`the magic value was ignored: ${judgement.reason}`);
  const details = envelopeCodec(context.contract).read(answer.json).details;
  const verdict = judgement.outcome === 'verified' ? assertMore(path, answer, faulty, details) : judgement;
  if (verdict.outcome === 'edge-intercepted') return verdict;
  steps.enter('control');
  const traced = verdict.outcome === 'verified' ? compare(before, await trace(faulty)) : undefined;
  const twin = new ControlTwin(path, context, steps, ready);
  const control = await twin.send(pretended || verdict.outcome === 'not-reached' || verdict.until === 'again');
  if (control === undefined || traced !== undefined) return traced ?? verdict;
  // An answer with the expected code is wrong by itself; anything else may be wrong because the way there was.
  if (verdict.outcome === 'violated' && !judgement.needsControl) return verdict;
  if (control.barred !== undefined) throw control.barred;
  return (verdict.outcome === 'verified' ? await twin.blame(control) : undefined) ?? setupFailed(control.what);
}

/** The same request again must be refused in the same way: whoever retries a request that is wrong must not be let in. */
async function sameAgain(
  failure: Failure,
  faulty: PathRequest,
  {
    context,
    steps,
    judgeAnswer,
    judgement,
  }: { readonly context: RunContext; readonly steps: Steps; readonly judgeAnswer: JudgeAnswer; readonly judgement: Judgement },
): Promise<Judgement & Verdict> {
  steps.enter('again');
  const answer = await steps.send(faulty);
  const again = judgeAnswer(failure, answer, steps.exchanges.at(-1));
  if (again.outcome === 'verified') return judgement;
  // The right failure with something wrong about it, or no answer of the application, says so itself.
  if (!again.needsControl) return { ...again, until: 'again' };
  if (isTransient(context.contract, failure.operation.id, answer))
    throw refusedBy(answer, `the same request once more was answered with ${describeAnswer(context.contract, answer)}, which passes`);
  return violated('again', {
    check: 'repeatable',
    at: 'second answer',
    expected: `${failure.status} ${failure.code} again`,
    actual: describeAnswer(context.contract, answer),
    remedy: 'Refuse the same request in the same way, however often it is sent.',
  });
}

/** What the scenario's trace is made of, if it leaves any. */
function createTrace(
  path: FailurePath,
  { suite }: RunContext,
  steps: Steps,
  ready: PathRequest,
): (faulty?: PathRequest) => Promise<string> {
  const trace = suite.scenarios[path.operation]?.trace;
  return async (faulty = ready) => (trace === undefined ? '' : JSON.stringify(await trace(steps, ready, faulty)));
}

function compare(before: string, after: string): Verdict | undefined {
  if (before === after) return undefined;
  return violated('control', {
    check: 'no-side-effect',
    at: 'after the refusal',
    expected: before,
    actual: after,
    remedy: 'Check everything before anything takes effect: what is refused must not have happened.',
  });
}

/** The path's own assertions; one that does not hold is a discrepancy like any other. */
function assertMore(path: FailurePath, answer: WireAnswer, request: PathRequest, details: unknown): Verdict {
  try {
    path.thenAlso?.({ answer, details: (details ?? {}) as Readonly<Record<string, unknown>> }, expect, request);
    return { outcome: 'verified', reason: '', discrepancies: [] };
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    const { message, expected, actual } = error as InstanceType<typeof AssertionError> & { expected?: unknown; actual?: unknown };
    const discrepancies: Discrepancy[] = [
      {
        check: 'then',
        at: 'details',
        expected: expected === undefined ? message : JSON.stringify(expected),
        actual: JSON.stringify(actual ?? details),
        remedy: message,
      },
    ];
    return { outcome: 'violated', reason: summarise(discrepancies), discrepancies };
  }
}
