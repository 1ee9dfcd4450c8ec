import { envelopeCodec, type Contract, type Failure } from '../spec/index.js';
import { drive, type JudgeAnswer } from './drive.js';
import { judge } from './judge.js';
import { toLine } from './line.js';
import { NotPermitted } from './permits.js';
import type { PlannedPath } from './plan.js';
import { describeAnswer, SetupFailed } from './setup-failed.js';
import { simulatedRequest } from './simulate.js';
import { restored, Steps, tenths, type RunContext } from './steps.js';
import type { CauseLine, Trigger } from './types.js';
import { setupFailed, type Verdict } from './verdict.js';

/** Runs single paths; which request ids were seen is all that they share here. */
export interface Executor {
  execute(planned: PlannedPath, context: RunContext): Promise<CauseLine>;
  /** The same; what it returns puts the line together, once all requests are answered. */
  attempt(planned: PlannedPath, context: RunContext): Promise<() => CauseLine>;
  judgeAnswer(context: RunContext): JudgeAnswer;
}

/**
 * Runs single paths: given, when, restore, judge, control.
 *
 * @example
 * const line = await createExecutor(contract).execute(planned, context);
 */
export function createExecutor(contract: Contract): Executor {
  const seenRequestIds = new Set<string>();
  const codec = envelopeCodec(contract);

  const judgeAnswer =
    ({ redactor }: RunContext, seen = seenRequestIds): JudgeAnswer =>
    (failure, answer, exchange) => {
      const envelope = codec.read(answer.json);
      const credential = exchange?.request.headers['authorization']?.replace(/^Bearer /, '');
      const judgement = judge({ contract, failure, answer, envelope, redactor, credential, seenRequestIds: seen });
      if (typeof envelope.requestId === 'string') seen.add(envelope.requestId);
      return judgement;
    };

  const simulate = async (failure: Failure, context: RunContext, steps: Steps): Promise<Verdict> => {
    steps.enter('when');
    const answer = await steps.send(simulatedRequest(failure, context));
    // An answer that was asked for is made in advance, its request id with it.
    const judgement = judgeAnswer(context, new Set())(failure, answer, steps.exchanges.at(-1));
    if (judgement.outcome === 'verified') return simulatedVerdict;
    // Another failure than the one that was asked for shows that asking did not work, not that the API answers wrongly.
    if (judgement.needsControl) {
      return setupFailed(`this deployment's way to ask for a failure (simulate) was answered with ${describeAnswer(contract, answer)}`);
    }
    return judgement;
  };

  const take = async ({ failure, action }: PlannedPath, context: RunContext, steps: Steps): Promise<Verdict> => {
    if (action.do === 'nothing') return { outcome: action.outcome, reason: action.reason, discrepancies: [] };
    if (action.do === 'simulate') return simulate(failure, context, steps);
    const verdict = await drive(failure, action.path, { context, steps, judgeAnswer: judgeAnswer(context) });
    return verdict.outcome === 'verified' && steps.simulated ? simulatedVerdict : verdict;
  };

  const attempt = async (planned: PlannedPath, context: RunContext): Promise<() => CauseLine> => {
    const began = performance.now();
    const steps = new Steps(context);
    let verdict: Verdict;
    let unrestored: string | undefined;
    try {
      verdict = await take(planned, context, steps);
    } catch (error) {
      if (!(error instanceof SetupFailed)) throw error;
      verdict = { ...setupFailed(error.message), outcome: outcomeOf(error) };
    } finally {
      // Whatever happened, and be it a mistake in the path: the deployment is left as it was found.
      unrestored = await restored(steps);
      await steps.cleanUp();
    }
    if (verdict.outcome === 'not-reached' && context.deployment.stateless === true)
      verdict = { ...setupFailed(STATELESS), outcome: 'not-capable' };
    if (unrestored !== undefined) verdict = setupFailed(`${verdict.reason}; ${unrestored}`);
    const { failure, cause } = planned;
    const trigger = triggerOf(planned, steps);
    const durationMs = tenths(performance.now() - began);
    return () => toLine(context, { failure, cause, verdict, trigger, steps, durationMs });
  };

  return { judgeAnswer, attempt, execute: async (planned, context) => (await attempt(planned, context))() };
}

const STATELESS =
  'the embedded mock remembers nothing for this contract: it answers every good request with an example. Drive a deployment: --url, --deployment, or --url with --start';

/** What a way that was barred makes of its line. */
export function outcomeOf(error: SetupFailed): 'not-capable' | 'edge-intercepted' | 'setup-failed' {
  if (error instanceof NotPermitted) return 'not-capable';
  return error.intercepted ? 'edge-intercepted' : 'setup-failed';
}

function triggerOf({ action }: PlannedPath, steps: Steps): Trigger {
  if (action.do === 'simulate') return 'simulated';
  return steps.simulated ? 'magic value' : 'real cause';
}

const simulatedVerdict: Verdict = {
  outcome: 'simulated',
  reason: "the answer was chosen at the API's edge: the envelope is proven, the check behind it is not",
  discrepancies: [],
};
