import { envelopeCodec } from '../spec/index.js';
import type { FailurePath } from './path.js';
import { NotPermitted } from './permits.js';
import { insteadOfSuccess, SetupFailed } from './setup-failed.js';
import { restored, type RunContext, type Steps } from './steps.js';
import { isTransient, succeeded } from './success.js';
import type { PathRequest, WireAnswer } from './types.js';
import { violated, type Verdict } from './verdict.js';

/** What came in place of the control twin's success. */
export interface Control {
  readonly what: string;
  /** The same without saying whose answer it is. */
  readonly seen: string;
  readonly answer: WireAnswer | undefined;
  /** Why the deployment file keeps it from being sent. */
  readonly barred?: NotPermitted | undefined;
}

/** The same request without the fault: it must succeed, or nothing is known of the fault. */
export class ControlTwin {
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
   * recovered. A twin just within the limit that is refused as well shows another limit. What the API declares as passing, or an edge
   * says, is nobody's fault.
   */
  async blame({ seen, answer }: Control): Promise<Verdict | undefined> {
    const { control, given, operation, boundary, code } = this.#path;
    if (answer === undefined) return undefined;
    const sameLimit = boundary !== undefined && envelopeCodec(this.#context.contract).read(answer.json).code === code;
    if (!sameLimit && isTransient(this.#context.contract, operation, answer)) return undefined;
    const isSame = control === undefined && given === undefined;
    const mayBlame = isSame || boundary !== undefined;
    // What the twin itself has moved must not decide about the next one; if it cannot be put back, the line will say so.
    await restored(this.#steps);
    this.#steps.enter('fresh');
    const fresh = mayBlame ? await this.#instead(() => this.#steps.scenario(operation)) : undefined;
    if (boundary !== undefined && fresh === undefined) {
      return violated('control', {
        check: 'boundary',
        at: 'control twin',
        expected: `success: ${boundary} is within the limit`,
        actual: seen,
        remedy: 'Refuse what is beyond the limit, and nothing that is within it.',
      });
    }
    if (isSame && fresh === undefined) {
      return violated('control', {
        check: 'no-side-effect',
        at: 'control twin',
        expected: 'success: the refused request must have changed nothing',
        actual: seen,
        remedy: 'Use up nothing before everything is checked: the same request without the fault must still succeed.',
      });
    }
    if (!this.#context.succeeded.has(operation)) return undefined;
    return violated('control', {
      check: 'recovery',
      at: 'control twin',
      expected: 'success, as before in this run',
      actual: seen,
      remedy: 'A refusal must not keep later requests from succeeding: look at what the refused request has left behind.',
    });
  }

  async #instead(request: () => Promise<PathRequest>): Promise<Control | undefined> {
    const { contract } = this.#context;
    try {
      const answer = await this.#steps.send(await request());
      const operation = contract.operation(this.#path.operation);
      if (operation === undefined || succeeded(operation, answer)) return undefined;
      const seen = insteadOfSuccess(contract, operation, answer);
      return { what: `the control twin (the same request without the fault) ${seen}`, seen, answer };
    } catch (error) {
      if (!(error instanceof SetupFailed)) throw error;
      const barred = error instanceof NotPermitted ? error : undefined;
      return { what: `the control twin could not be sent: ${error.message}`, seen: error.message, answer: error.answer, barred };
    }
  }
}
