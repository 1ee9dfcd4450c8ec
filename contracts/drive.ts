import { AssertionError, expect } from 'chai';
import { envelopeCodec, type Failure } from '../spec/index.js';
import { summarise, type Judgement } from './judge.js';
import type { Verdict } from './line.js';
import type { FailurePath } from './path.js';
import { NotPermitted } from './permits.js';
import { insteadOfSuccess, SetupFailed, describeAnswer } from './setup-failed.js';
import type { RunContext, Steps } from './steps.js';
import { isTransient, succeeded } from './success.js';
import type { Discrepancy, Exchange, PathRequest, WireAnswer } from './types.js';

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

/** What came in place of the control twin's success. */
interface Control {
  readonly what: string;
  readonly answer: WireAnswer | undefined;
  /** Why the deployment file keeps it from being sent. */
  readonly barred?: NotPermitted | undefined;
}

/** The same request without the fault: it must succeed, or nothing is known of the fault. */
class ControlTwin {
  readonly #path: FailurePath;
  readonly #context: RunContext;
  readonly #steps: Steps;
  readonly #ready: PathRequest;

  constructor(path: FailurePath, context: RunContext, steps: Steps, ready: PathRequest) {
    [this.#path, this.#context, this.#steps, this.#ready] = [path, context, steps, ready];
  }

  /**
   * @param spent Whether the twin needs a request of its own: a faulty one that succeeded, or was answered otherwise the second time, may
   *   have used up what it was given, and one that pretends on the way has spoilt it.
   */
  async send(spent: boolean): Promise<Control | undefined> {
    const { control, given, operation } = this.#path;
    const [steps, ready] = [this.#steps, this.#ready];
    return this.#instead(async () => {
      const twin = await (control?.(steps, ready) ?? (given === undefined ? ready : steps.scenario(operation)));
      return spent && twin === ready ? steps.scenario(operation) : twin;
    });
  }

  /**
   * Why a twin fails whose faulty sibling was refused rightly, if it is the refusal's fault: a request that was ready before it and
   * is no longer, where a new one succeeds, was used up; and an operation that has succeeded before and no longer does, has not
   * recovered. A twin just within the limit that is refused as well shows another limit. What the API declares as passing, or an edge says, is nobody's fault.
   */
  async blame({ what, answer }: Control): Promise<Verdict | undefined> {
    const { control, given, operation, boundary } = this.#path;
    if (answer === undefined || isTransient(this.#context.contract, operation, answer)) return undefined;
    const isSame = control === undefined && given === undefined;
    const mayBlame = isSame || boundary !== undefined;
    // What the twin itself has moved must not decide about the next one; if it cannot be put back, the line will say so.
    await restored(this.#steps);
    const fresh = mayBlame ? await this.#instead(() => this.#steps.scenario(operation)) : undefined;
    if (boundary !== undefined && fresh === undefined) {
      return violated('control', {
        check: 'boundary',
        at: 'control twin',
        expected: `success: ${boundary} is within the limit`,
        actual: what,
        remedy: 'Refuse what is beyond the limit, and nothing that is within it.',
      });
    }
    if (isSame && fresh === undefined) {
      return violated('control', {
        check: 'no-side-effect',
        at: 'control twin',
        expected: 'success: the refused request must have changed nothing',
        actual: what,
        remedy: 'Use up nothing before everything is checked: the same request without the fault must still succeed.',
      });
    }
    if (!this.#context.succeeded.has(operation)) return undefined;
    return violated('control', {
      check: 'recovery',
      at: 'control twin',
      expected: `success, as before in this run`,
      actual: what,
      remedy: 'A refusal must not keep later requests from succeeding: look at what the refused request has left behind.',
    });
  }

  async #instead(request: () => Promise<PathRequest>): Promise<Control | undefined> {
    const { contract } = this.#context;
    try {
      const answer = await this.#steps.send(await request());
      const operation = contract.operation(this.#path.operation);
      if (operation === undefined || succeeded(operation, answer)) return undefined;
      return { what: `the control twin (the same request without the fault) ${insteadOfSuccess(contract, operation, answer)}`, answer };
    } catch (error) {
      if (!(error instanceof SetupFailed)) throw error;
      const barred = error instanceof NotPermitted ? error : undefined;
      return { what: `the control twin could not be sent: ${error.message}`, answer: error.answer, barred };
    }
  }
}

export function setupFailed(reason: string): Verdict {
  return { outcome: 'setup-failed', reason, discrepancies: [] };
}

/** Shared state is put back even after a failure; says what could not be. */
export async function restored(steps: Steps): Promise<string | undefined> {
  try {
    await steps.restore();
    return undefined;
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    return error.message;
  }
}

/** Found by what came after the right refusal; what that was decides whether the control twin may overrule. */
function violated(until: 'again' | 'control', discrepancy: Discrepancy): Judgement & Verdict {
  return {
    outcome: 'violated',
    reason: summarise([discrepancy]),
    discrepancies: [discrepancy],
    until,
    needsControl: until === 'again',
  };
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
