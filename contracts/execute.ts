import { AssertionError, expect } from 'chai';
import { envelopeCodec, type Failure, type Operation, type Parameter } from '../spec/index.js';
import { judge, summarise, type Judgement } from './judge.js';
import type { FailurePath } from './path.js';
import { NotPermitted } from './permits.js';
import type { PlannedPath } from './plan.js';
import { formatResponse, toScript } from './repro.js';
import { describeAnswer, insteadOfSuccess, SetupFailed } from './setup-failed.js';
import { Steps, type RunContext } from './steps.js';
import { isApplicationAnswer, succeeded } from './success.js';
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
    const judgement = judge({
      contract: context.contract,
      failure,
      answer,
      envelope,
      redactor: context.redactor,
      credential,
      seenRequestIds,
    });
    if (typeof envelope.requestId === 'string') seenRequestIds.add(envelope.requestId);
    return judgement;
  };

  const drive = async (failure: Failure, path: FailurePath, steps: Steps): Promise<Verdict> => {
    const ready = await (path.given?.(steps) ?? steps.scenario(path.operation));
    const faulty = (await path.when?.(ready, steps)) ?? ready;
    steps.enter('when');
    const answer = await steps.send(faulty);
    const judgement = judgeAnswer(failure, answer, steps.exchanges.at(-1));
    const unrestored = await restored(steps);
    if (unrestored !== undefined)
      return judgement.needsControl ? setupFailed(unrestored) : { ...judgement, reason: `${judgement.reason}; ${unrestored}` };
    if (judgement.outcome === 'not-reached' && steps.simulated) return setupFailed(`the magic value was ignored: ${judgement.reason}`);
    const verdict = judgement.outcome === 'verified' ? assertMore(path, answer, faulty, codec.read(answer.json).details) : judgement;
    if (verdict.outcome === 'edge-intercepted') return verdict;
    steps.enter('control');
    const control = await controlTwin(path, steps, ready, verdict.outcome === 'not-reached');
    if (control === undefined) return verdict;
    // An answer with the expected code is wrong by itself; anything else may be wrong because the way there was.
    if (verdict.outcome === 'violated' && !judgement.needsControl) return verdict;
    return setupFailed(control);
  };

  /** @param spent A faulty request that succeeded has used up what it was given: the twin then needs its own. */
  const controlTwin = async (path: FailurePath, steps: Steps, ready: PathRequest, spent: boolean): Promise<string | undefined> => {
    try {
      const twin = await (path.control?.(steps, ready) ?? (path.given === undefined ? ready : steps.scenario(path.operation)));
      const answer = await steps.send(spent && twin === ready ? await steps.scenario(path.operation) : twin);
      const operation = context.contract.operation(path.operation);
      if (operation === undefined || succeeded(operation, answer)) return undefined;
      return `the control twin (the same request without the fault) ${insteadOfSuccess(context.contract, operation, answer)}`;
    } catch (error) {
      if (error instanceof SetupFailed && !(error instanceof NotPermitted)) return `the control twin could not be sent: ${error.message}`;
      throw error;
    }
  };

  const simulate = async (failure: Failure, steps: Steps): Promise<Verdict> => {
    const answer = await steps.send(simulatedRequest(failure, context));
    const judgement = judgeAnswer(failure, answer, steps.exchanges.at(-1));
    if (judgement.outcome === 'verified') return simulatedVerdict;
    // Another failure than the one that was asked for shows that asking did not work, not that the API answers wrongly.
    if (judgement.needsControl) {
      return setupFailed(
        `this deployment's way to ask for a failure (simulate) was answered with ${describeAnswer(context.contract, answer)}`,
      );
    }
    return judgement;
  };

  const attempt = async ({ failure, action }: PlannedPath, steps: Steps): Promise<Verdict> => {
    if (action.do === 'nothing') return { outcome: action.outcome, reason: action.reason, discrepancies: [] };
    if (action.do === 'run') {
      const verdict = await drive(failure, action.path, steps);
      return verdict.outcome === 'verified' && steps.simulated ? simulatedVerdict : verdict;
    }
    steps.enter('when');
    return simulate(failure, steps);
  };

  return {
    async execute(planned) {
      const began = performance.now();
      const steps = new Steps(context);
      let verdict: Verdict;
      let unrestored: string | undefined;
      try {
        verdict = await attempt(planned, steps);
      } catch (error) {
        if (!(error instanceof SetupFailed)) throw error;
        verdict = { ...setupFailed(error.message), outcome: outcomeOf(error) };
      } finally {
        // Whatever happened, and be it a mistake in the path: the deployment is left as it was found.
        unrestored = await restored(steps);
        await steps.cleanUp();
      }
      if (unrestored !== undefined) verdict = setupFailed(`${verdict.reason}; ${unrestored}`);
      const { failure, cause } = planned;
      return toLine(context, { failure, cause, verdict, steps, durationMs: performance.now() - began });
    },
  };
}

const simulatedVerdict: Verdict = {
  outcome: 'simulated',
  reason: "the answer was chosen at the API's edge: the envelope is proven, the check behind it is not",
  discrepancies: [],
};

function setupFailed(reason: string): Verdict {
  return { outcome: 'setup-failed', reason, discrepancies: [] };
}

function outcomeOf(error: SetupFailed): Outcome {
  if (error instanceof NotPermitted) return 'not-capable';
  return error.intercepted ? 'edge-intercepted' : 'setup-failed';
}

/** Shared state is put back even after a failure; says what could not be. */
async function restored(steps: Steps): Promise<string | undefined> {
  try {
    await steps.restore();
    return undefined;
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    return error.message;
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

function simulatedRequest(failure: Failure, { deployment, suite }: RunContext): PathRequest {
  const values: Record<string, string> = {
    code: failure.code,
    status: String(failure.status),
    example: failure.examples[0]?.name ?? failure.code,
  };
  const fill = (members: Readonly<Record<string, string>> | undefined): Record<string, string> =>
    Object.fromEntries(
      Object.entries(members ?? {}).map(([name, text]) => [name, text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '')]),
    );
  const { operation } = failure;
  const scheme = operation.credentials[0]?.scheme;
  const token = scheme === undefined ? undefined : deployment.identities.get(suite.identityOf[scheme] ?? '');
  const body = operation.body?.json?.examples[0]?.value;
  return {
    operation: operation.id,
    as: token ?? null,
    params: examplesOf(operation, ({ in: place }) => place === 'path'),
    query: { ...examplesOf(operation, ({ in: place, required }) => place === 'query' && required), ...fill(deployment.simulate?.query) },
    headers: fill(deployment.simulate?.headers),
    ...(body === undefined ? {} : { body }),
  };
}

function examplesOf({ parameters }: Operation, asked: (parameter: Parameter) => boolean): Record<string, string> {
  const shown = parameters.filter((one) => asked(one) && one.example !== undefined);
  return Object.fromEntries(shown.map(({ name, example }) => [name, String(example)]));
}

function toLine(
  { contract, redactor, deployment, run }: RunContext,
  { failure, cause, verdict, steps, durationMs }: { failure: Failure; cause: string; verdict: Verdict; steps: Steps; durationMs: number },
): CauseLine {
  const { exchanges } = steps;
  const when = exchanges.findLast(({ phase }) => phase === 'when');
  const envelope = envelopeCodec(contract).read(when?.answer?.json);
  // Where the way there has failed, the last step of it is what there is to look at, be it the control twin.
  const throughControl = verdict.outcome === 'setup-failed';
  const told = throughControl ? exchanges.findLast(({ phase }) => phase !== 'restore') : when;
  const requestId = typeof envelope.requestId === 'string' ? envelope.requestId : when?.answer?.headers['x-request-id'];
  return {
    failure,
    cause,
    outcome: verdict.outcome,
    reason: redactor.redact(verdict.reason),
    observed: when?.answer && {
      status: when.answer.status,
      code: typeof envelope.code === 'string' ? redactor.redact(envelope.code) : undefined,
    },
    requestId: requestId === undefined ? undefined : redactor.redact(requestId),
    durationMs: Math.round(durationMs * 10) / 10,
    discrepancies: verdict.discrepancies.map((one) => ({
      check: one.check,
      at: redactor.redact(one.at),
      expected: redactor.redact(one.expected),
      actual: redactor.redact(one.actual),
      remedy: redactor.redact(one.remedy),
    })),
    response: !PROVEN.has(verdict.outcome) && told?.answer ? redactor.redact(formatResponse(told.answer)) : undefined,
    repro: exchanges.length === 0 ? undefined : toScript({ failure, cause, exchanges, deployment, redactor, run, throughControl }),
    location: contract.locate(failure.pointer),
    answered: exchanges.some((exchange) => isApplicationAnswer(contract, exchange)),
  };
}

const PROVEN: ReadonlySet<Outcome> = new Set<Outcome>(['verified', 'simulated', 'waived', 'not-selected']);
