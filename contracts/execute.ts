import { AssertionError, expect } from 'chai';
import { envelopeCodec, type Failure } from '../spec/index.js';
import { edgeEvidence } from './edge.js';
import { judge, summarise, type Judgement } from './judge.js';
import type { FailurePath } from './path.js';
import type { PlannedPath } from './plan.js';
import { formatResponse, toScript } from './repro.js';
import { describeAnswer, SetupFailed, Steps, type RunContext } from './steps.js';
import type { CauseLine, Discrepancy, Exchange, Outcome, PathRequest, WireAnswer } from './types.js';

/** What only the runs of one execution share: which request ids were seen. */
export interface Executor {
  execute(planned: PlannedPath): Promise<CauseLine>;
}

type Verdict = Pick<CauseLine, 'outcome' | 'reason' | 'discrepancies'>;

/**
 * Runs single paths: given, when, restore, judge, control.
 *
 * @example
 * const line = await createExecutor(context).execute(planned);
 */
export function createExecutor(context: RunContext): Executor {
  const seenRequestIds = new Set<string>();
  const codec = envelopeCodec(context.contract);

  const judgeAnswer = (failure: Failure, answer: WireAnswer, exchange: Exchange | undefined): Judgement => {
    const envelope = codec.read(answer.json);
    const credential = exchange?.request.headers['authorization']?.replace(/^Bearer /, '');
    const judgement = judge({ contract: context.contract, failure, answer, envelope, redactor: context.redactor, credential, seenRequestIds });
    if (typeof envelope.requestId === 'string') seenRequestIds.add(envelope.requestId);
    return judgement;
  };

  const drive = async (failure: Failure, path: FailurePath, steps: Steps): Promise<Verdict> => {
    const ready = await (path.given?.(steps) ?? steps.scenario(path.operation));
    const faulty = (await path.when?.(ready, steps)) ?? ready;
    steps.enter('when');
    const answer = await steps.send(faulty);
    const judgement = judgeAnswer(failure, answer, steps.exchanges.at(-1));
    await steps.restore();
    const verdict = judgement.outcome === 'verified' ? assertMore(path, answer, faulty, codec.read(answer.json).details) : judgement;
    if (verdict.outcome === 'not-reached' || verdict.outcome === 'edge-intercepted') return verdict;
    steps.enter('control');
    const control = await controlTwin(path, steps, ready);
    if (control === undefined) return verdict;
    // An answer with the expected code is wrong by itself; anything else may be wrong because the way there was.
    if (verdict.outcome === 'violated' && !judgement.needsControl) return verdict;
    return { outcome: 'setup-failed', reason: control, discrepancies: [] };
  };

  const controlTwin = async (path: FailurePath, steps: Steps, ready: PathRequest): Promise<string | undefined> => {
    try {
      const request = await (path.control?.(steps, ready) ?? (path.given === undefined ? ready : steps.scenario(path.operation)));
      const { successes } = context.contract.operation(path.operation) as { successes: readonly { status: number }[] };
      const answer = await steps.send(request);
      if (successes.some(({ status }) => status === answer.status)) return undefined;
      return `the control twin (the same request without the fault) answered ${describeAnswer(context.contract, answer)}, not ${successes.map(({ status }) => status).join(' or ')}`;
    } catch (error) {
      if (error instanceof SetupFailed) return `the control twin could not be sent: ${error.message}`;
      throw error;
    }
  };

  const simulate = async (failure: Failure, steps: Steps): Promise<Verdict> => {
    const answer = await steps.send(simulatedRequest(failure, context));
    const judgement = judgeAnswer(failure, answer, steps.exchanges.at(-1));
    return judgement.outcome === 'verified' ? simulatedVerdict : judgement;
  };

  return {
    async execute({ failure, cause, action }) {
      const began = performance.now();
      const steps = new Steps(context);
      let verdict: Verdict;
      try {
        if (action.do === 'nothing') verdict = { outcome: action.outcome, reason: action.reason, discrepancies: [] };
        else if (action.do === 'simulate') {
          steps.enter('when');
          verdict = await simulate(failure, steps);
        } else verdict = await drive(failure, action.path, steps);
        if (verdict.outcome === 'verified' && steps.simulated) verdict = simulatedVerdict;
      } catch (error) {
        if (!(error instanceof SetupFailed)) throw error;
        verdict = { outcome: 'setup-failed', reason: error.message, discrepancies: [] };
      }
      verdict = await restored(steps, verdict);
      await steps.cleanUp();
      return toLine(context, { failure, cause, verdict, steps, durationMs: performance.now() - began });
    },
  };
}

const simulatedVerdict: Verdict = {
  outcome: 'simulated',
  reason: "the answer was chosen at the API's edge: the envelope is proven, the check behind it is not",
  discrepancies: [],
};

/** Shared state is put back even after a failure; what cannot be put back makes the line unproven, and says so. */
async function restored(steps: Steps, verdict: Verdict): Promise<Verdict> {
  try {
    await steps.restore();
    return verdict;
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    return { outcome: 'setup-failed', reason: `${error.message}; the deployment may still be in the state that the path set`, discrepancies: [] };
  }
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
      { check: 'then', at: 'details', expected: expected === undefined ? message : JSON.stringify(expected), actual: JSON.stringify(actual ?? details), remedy: message },
    ];
    return { outcome: 'violated', reason: summarise(discrepancies), discrepancies };
  }
}

function simulatedRequest(failure: Failure, { deployment, suite }: RunContext): PathRequest {
  const values: Record<string, string> = { code: failure.code, status: String(failure.status), example: failure.examples[0]?.name ?? failure.code };
  const fill = (members: Readonly<Record<string, string>> | undefined): Record<string, string> =>
    Object.fromEntries(Object.entries(members ?? {}).map(([name, text]) => [name, text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '')]));
  const { operation } = failure;
  const scheme = operation.credentials[0]?.scheme;
  const token = scheme === undefined ? undefined : deployment.identities.get(suite.identityOf[scheme] ?? '');
  const body = operation.body?.json?.examples[0]?.value;
  return {
    operation: operation.id,
    as: token ?? null,
    params: Object.fromEntries(operation.parameters.filter((one) => one.in === 'path' && one.example !== undefined).map((one) => [one.name, String(one.example)])),
    query: fill(deployment.simulate?.query),
    headers: fill(deployment.simulate?.headers),
    ...(body === undefined ? {} : { body }),
  };
}

function toLine(
  { contract, redactor, deployment, run }: RunContext,
  { failure, cause, verdict, steps, durationMs }: { failure: Failure; cause: string; verdict: Verdict; steps: Steps; durationMs: number },
): CauseLine {
  const when = steps.exchanges.findLast(({ phase }) => phase === 'when');
  const envelope = envelopeCodec(contract).read(when?.answer?.json);
  const failed = !PROVEN.has(verdict.outcome);
  return {
    failure,
    cause,
    outcome: verdict.outcome,
    reason: redactor.redact(verdict.reason),
    observed: when?.answer && { status: when.answer.status, code: typeof envelope.code === 'string' ? redactor.redact(envelope.code) : undefined },
    requestId: typeof envelope.requestId === 'string' ? redactor.redact(envelope.requestId) : undefined,
    durationMs: Math.round(durationMs * 10) / 10,
    discrepancies: verdict.discrepancies.map((one) => ({ ...one, expected: redactor.redact(one.expected), actual: redactor.redact(one.actual) })),
    response: failed && when?.answer ? redactor.redact(formatResponse(when.answer)) : undefined,
    repro: steps.exchanges.length === 0 ? undefined : toScript({ failure, cause, exchanges: steps.exchanges, deployment, redactor, run }),
    location: contract.locate(failure.pointer),
    answered: steps.exchanges.some(({ answer }) => answer !== undefined && edgeEvidence(answer) === undefined),
  };
}

const PROVEN: ReadonlySet<Outcome> = new Set<Outcome>(['verified', 'simulated', 'waived', 'not-selected']);
