import { setupFailed } from '../verdict.js';
import { outcomeOf, type Executor } from '../execute.js';
import { toLine } from '../line.js';
import { insteadOfSuccess, refusedBy, SetupFailed } from '../setup-failed.js';
import { restored, Steps, tenths, type RunContext } from '../steps.js';
import { succeeded } from '../success.js';
import type { PathRequest } from '../types.js';
import { judgeProbe, type ProbeVerdict } from './judge.js';
import type { Probe, ProbeLine } from './types.js';

/** A probe that was sent, and what it came to so far. */
interface Sent {
  readonly probe: Probe;
  readonly steps: Steps;
  readonly durationMs: number;
  verdict: ProbeVerdict;
}

/**
 * Lets many probes knock at one operation with one request that is ready: what is refused uses up nothing. At the end comes whoever
 * may, and must be let in, or nothing is known of the identities that were not.
 *
 * @example
 * const tell = await new Visit(context, executor).make(probes);
 * const lines = tell();
 */
export class Visit {
  readonly #context: RunContext;
  readonly #executor: Executor;
  readonly #isOver: () => boolean;
  readonly #begins: (probe: Probe) => void;
  #ready: { readonly request: PathRequest; readonly steps: Steps } | undefined;

  /**
   * @param isOver Whether nothing further is to be begun.
   * @param begins Told before a probe is sent.
   */
  constructor(
    context: RunContext,
    executor: Executor,
    { isOver = () => false, begins = () => undefined }: { isOver?: () => boolean; begins?: ((probe: Probe) => void) | undefined } = {},
  ) {
    [this.#context, this.#executor, this.#isOver, this.#begins] = [context, executor, isOver, begins];
  }

  /**
   * @param probes Of one operation, whose paths all begin in the same way.
   * @returns what puts their lines together, once all requests are answered
   */
  async make(probes: readonly Probe[]): Promise<() => ProbeLine[]> {
    const sent: Sent[] = [];
    try {
      for (const probe of probes) sent.push(await this.#one(probe));
      const [identity] = probes.filter(({ kind }) => kind === 'identity');
      if (identity !== undefined) await this.#control(identity, sent);
    } finally {
      await this.#leave();
    }
    return () => sent.map(({ probe, verdict, steps, durationMs }) => toProbeLine(this.#context, probe, { verdict, steps, durationMs }));
  }

  async #one(probe: Probe): Promise<Sent> {
    const began = performance.now();
    const steps = new Steps(this.#context);
    this.#begins(probe);
    let verdict: ProbeVerdict;
    let unrestored: string | undefined;
    try {
      verdict = this.#isOver() ? INTERRUPTED : await this.#ask(probe, steps);
    } catch (error) {
      if (!(error instanceof SetupFailed)) throw error;
      verdict = barred(error);
    } finally {
      // Whatever happened: what comes next must not find what this one has moved.
      unrestored = await restored(steps);
      await steps.cleanUp();
    }
    if (unrestored !== undefined) verdict = { ...setupFailed(`${verdict.reason}; ${unrestored}`), needsControl: false };
    return { probe, steps, verdict, durationMs: tenths(performance.now() - began) };
  }

  async #ask(probe: Probe, steps: Steps): Promise<ProbeVerdict> {
    const ready = await this.#prepared(probe, steps);
    const request = (await probe.path.when?.(ready, steps)) ?? ready;
    steps.enter('when');
    const answer = await steps.send(request);
    // Whoever was let in has used up what was ready.
    if (succeeded(probe.operation, answer)) await this.#leave();
    return judgeProbe(probe, this.#executor.judgeAnswer(this.#context), {
      context: this.#context,
      answer,
      exchange: steps.exchanges.at(-1),
    });
  }

  /** The request that is ready, made once; its story is part of the story of all. */
  async #prepared({ path }: Probe, steps: Steps): Promise<PathRequest> {
    if (this.#ready === undefined) {
      const own = new Steps(this.#context);
      try {
        this.#ready = { steps: own, request: await (path.given?.(own) ?? own.scenario(path.operation)) };
      } catch (error) {
        tell(own, steps);
        await own.cleanUp();
        throw error;
      }
    }
    tell(this.#ready.steps, steps);
    return this.#ready.request;
  }

  async #control(identity: Probe, sent: readonly Sent[]): Promise<void> {
    const steps = new Steps(this.#context);
    const failed = this.#isOver() ? INTERRUPTED : await this.#letIn(identity, steps);
    await steps.cleanUp();
    for (const one of sent) {
      if (one.probe.kind !== 'identity') continue;
      one.steps.exchanges.push(...steps.exchanges.filter(({ phase }) => phase === 'control'));
      if (failed !== undefined && one.verdict.needsControl) one.verdict = failed;
    }
  }

  /** Whoever may send the request does; says why that was not let in. */
  async #letIn(identity: Probe, steps: Steps): Promise<ProbeVerdict | undefined> {
    try {
      const request = await this.#prepared(identity, steps);
      steps.enter('control');
      const answer = await steps.send(request);
      if (succeeded(identity.operation, answer)) return undefined;
      return barred(refusedBy(answer, `${RIGHT} ${insteadOfSuccess(this.#context.contract, identity.operation, answer)}`));
    } catch (error) {
      if (!(error instanceof SetupFailed)) throw error;
      return barred(error, `${RIGHT} could not be sent: ${error.message}`);
    }
  }

  async #leave(): Promise<void> {
    const ready = this.#ready;
    this.#ready = undefined;
    if (ready === undefined) return;
    const unrestored = await restored(ready.steps);
    await ready.steps.cleanUp();
    if (unrestored !== undefined) throw new SetupFailed(unrestored);
  }
}

function tell(from: Steps, to: Steps): void {
  to.exchanges.push(...from.exchanges);
  to.notes.push(...from.notes);
}

/** What a way that was barred comes to. */
export function barred(error: SetupFailed, reason: string = error.message): ProbeVerdict {
  return { ...setupFailed(reason), outcome: outcomeOf(error), needsControl: false };
}

/** Whom the right identity's request is compared with. */
const RIGHT = 'the same request by whoever may send it';

export const INTERRUPTED: ProbeVerdict = {
  outcome: 'not-selected',
  reason: 'the run was interrupted',
  discrepancies: [],
  needsControl: false,
};

/** The line of a probe that was sent, or that could not be. */
export function toProbeLine(
  context: RunContext,
  probe: Probe,
  told: Pick<Sent, 'steps' | 'durationMs'> & { readonly verdict: ProbeVerdict | ReturnType<typeof setupFailed> },
): ProbeLine {
  const { expected, path } = probe;
  if (expected === undefined) throw new Error(`${probe.name} of ${probe.operation.id} is taken from other lines`);
  const line = toLine(context, { failure: expected.failure, cause: path.cause, trigger: 'real cause', ...told });
  const { failure: _, cause: __, ...rest } = line;
  return { ...rest, probe, takenFrom: undefined };
}
