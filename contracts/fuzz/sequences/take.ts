import { NotPermitted } from '../../permits.js';
import { secretsOf } from '../../repro.js';
import { createRedactor } from '../../redact.js';
import { inSession } from '../../sessions.js';
import { SetupFailed } from '../../setup-failed.js';
import { restored, Steps, type RunContext } from '../../steps.js';
import { TransportError, type Exchange } from '../../types.js';
import { createHand, type Recording } from './hand.js';
import { Broken, Missing, Stuck, type SequenceModel, type SequenceStep, type Walk, type Wrong } from './types.js';
import { unanswered } from './wrong.js';

/** How a sequence is taken. */
export interface Taking {
  readonly context: RunContext;
  readonly model: SequenceModel;
  /** Request ids that the run has been answered with. */
  readonly seen: Set<string>;
  /** The next step, and `undefined` at the end. */
  choose(walk: Walk, index: number): SequenceStep | undefined;
  /** Whether invariants are looked at after each step, or at the end alone. */
  readonly look: 'each' | 'end';
}

/** What became of a sequence. */
export interface Taken {
  /** Those that could be taken. */
  readonly steps: readonly SequenceStep[];
  readonly wrong: Wrong | undefined;
  /** Why it could not go on, which says nothing of the deployment. */
  readonly stuck: Pick<Stuck, 'message' | 'remedy'> | undefined;
  /** What the deployment would not put back, or be rid of. */
  readonly left: string | undefined;
  readonly exchanges: readonly Exchange[];
  readonly groups: Recording['groups'];
  readonly names: Recording['names'];
  readonly context: RunContext;
}

/** Takes the steps of one sequence, in a world of their own where the deployment has such. */
export async function takeSequence(taking: Taking): Promise<Taken> {
  const redactor = createRedactor();
  for (const { value, variable } of secretsOf(taking.context.deployment)) redactor.add(value, variable);
  return inSession({ ...taking.context, redactor }, (context) => takeIn(context, taking));
}

async function takeIn(context: RunContext, { model, seen, choose, look }: Taking): Promise<Taken> {
  const recorder = new Steps(context);
  const hand = createHand(recorder, context, seen);
  const steps: SequenceStep[] = [];
  let [wrong, stuck]: [Wrong | undefined, Taken['stuck']] = [undefined, undefined];
  try {
    recorder.enter('control');
    const walk = await model.begin(hand);
    for (let index = 0; ; index++) {
      const step = choose(walk, index);
      if (step === undefined) break;
      recorder.enter('given');
      if (!(await taken(walk, step, steps))) continue;
      recorder.enter('control');
      if (look === 'each') await walk.look(step);
    }
    recorder.enter('control');
    await walk.look(undefined);
  } catch (error) {
    if (error instanceof Broken) wrong = error.wrong;
    else if (error instanceof Stuck) stuck = error;
    else if (error instanceof SetupFailed) [wrong, stuck] = whyFailed(error, recorder.exchanges.at(-1));
    else throw error;
  }
  const exchanges = [...recorder.exchanges];
  const left = await restored(recorder);
  await recorder.cleanUp();
  return { steps, wrong, stuck, left, exchanges, groups: hand.groups, names: hand.names, context };
}

/** A step that names what is not there is left out; one that fails is part of the sequence. */
async function taken(walk: Walk, step: SequenceStep, steps: SequenceStep[]): Promise<boolean> {
  steps.push(step);
  try {
    await walk.take(step);
    return true;
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    steps.pop();
    return false;
  }
}

function whyFailed(error: SetupFailed, last: Exchange | undefined): [Wrong | undefined, Taken['stuck']] {
  if (error.cause instanceof TransportError && last !== undefined) return [unanswered(last.label, error.cause.message), undefined];
  const remedy =
    error instanceof NotPermitted ? 'What is not permitted is not part of any sequence.' : 'Let failpath verify say what is missing.';
  return [undefined, { message: error.message, remedy }];
}
