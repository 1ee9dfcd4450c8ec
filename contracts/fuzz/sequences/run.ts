import type { PermittingTransport } from '../../permits.js';
import { SetupFailed } from '../../setup-failed.js';
import type { WireAnswer } from '../../types.js';
import type { Finding } from '../types.js';
import { createDice, type Dice } from './dice.js';
import { shorten } from './shorten.js';
import { toFinding } from './story.js';
import { takeSequence, type Taken, type Taking } from './take.js';
import type { SequenceEvent, SequenceOptions, SequenceStep, Walk } from './types.js';

const LENGTH = 24;
/** So many sequences in a row that could not take a single step: no further one will. */
const HOPELESS = 3;

/**
 * Takes random sequences of steps through an API, each in a world of its own where the deployment has such, and holds the model's
 * invariants after each step. What is found is shortened until no step can be left out.
 *
 * @example
 * for await (const event of runSequences({ context, model, seed: 7, requests: 5_000 })) if (event.type === 'finding') console.log(event.finding.curl);
 *
 * Sequences are taken one after the other. The same seed takes the same steps where the deployment answers the same; what the clock of
 * a deployment does by itself may differ.
 */
export async function* runSequences(options: SequenceOptions): AsyncGenerator<SequenceEvent> {
  const count = { sent: 0, answered: 0 };
  const context = { ...options.context, transport: counting(options.context.transport, count) };
  const seen = new Set<string>();
  const take = (choose: Taking['choose'], look: Taking['look']): Promise<Taken> =>
    takeSequence({ context, model: options.model, seen, choose, look });
  const again = (steps: readonly SequenceStep[], look: Taking['look']): Promise<Taken> => take((_, index) => steps[index], look);
  const found = new Map<string, Finding>();
  const noted = new Set<string>();
  let [sequences, hopeless] = [0, 0];
  for (const { choose, number } of choices(options, () => count.sent < options.requests && isTime(options))) {
    const taken = await attempt(() => take(choose, 'each'));
    sequences += 1;
    for (const note of notesOf(taken)) if (!noted.has(note.says) && noted.add(note.says)) yield { type: 'note', ...note };
    hopeless = 'failed' in taken || taken.steps.length === 0 ? hopeless + 1 : 0;
    if (!('failed' in taken) && taken.wrong !== undefined) {
      const known = found.get(taken.wrong.cause);
      const finding = known === undefined ? await told(taken, again) : { ...known, times: known.times + 1 };
      const replay = number === undefined ? {} : { replay: `${options.seed}:s${number}` };
      const numbered = finding === undefined ? undefined : { ...replay, ...finding };
      if (numbered !== undefined) found.set(numbered.cause, numbered);
      if (known === undefined && numbered !== undefined) yield { type: 'finding', finding: numbered };
    }
    yield { type: 'progress', sent: count.sent, sequences };
    if (hopeless >= HOPELESS) break;
  }
  yield { type: 'finished', ...count, sequences, findings: [...found.values()] };
}

/** How the steps of a sequence are chosen, and its number where they are those of a seed. */
interface Choice {
  readonly choose: Taking['choose'];
  readonly number?: number;
}

/** Kept sequences, then random ones; or the one that was asked for. */
function* choices(options: SequenceOptions, goesOn: () => boolean): Generator<Choice> {
  const { first = [], seed, length = LENGTH, number } = options;
  if (number !== undefined) {
    yield random(seed, number, length, () => isTime(options));
    return;
  }
  for (const steps of first) yield { choose: (_, index) => steps[index] };
  for (let next = 1; goesOn(); next++) yield random(seed, next, length, goesOn);
}

function random(seed: number, number: number, length: number, goesOn: () => boolean): Choice {
  const dice = createDice(seed, number - 1);
  return { number, choose: (walk: Walk, index: number) => (index < length && goesOn() ? draw(walk, dice) : undefined) };
}

const draw = (walk: Walk, dice: Dice): SequenceStep | undefined => walk.next(dice);

const isTime = ({ until, signal }: SequenceOptions): boolean =>
  signal?.aborted !== true && (until === undefined || performance.now() < until);

/** A sequence that could not begin says why. */
async function attempt(take: () => Promise<Taken>): Promise<Taken | { readonly failed: SetupFailed }> {
  try {
    return await take();
  } catch (error) {
    if (error instanceof SetupFailed) return { failed: error };
    throw error;
  }
}

type Note = Pick<Extract<SequenceEvent, { type: 'note' }>, 'says' | 'remedy'>;

function notesOf(taken: Taken | { readonly failed: SetupFailed }): Note[] {
  if ('failed' in taken)
    return [{ says: `no sequence could begin: ${taken.failed.message}`, remedy: 'Correct sessions in the deployment file.' }];
  const { stuck, left } = taken;
  return [
    ...(stuck === undefined ? [] : [{ says: `a sequence could not go on: ${stuck.message}`, remedy: stuck.remedy }]),
    ...(left === undefined ? [] : [{ says: left, remedy: 'Put it back by hand.' }]),
  ];
}

/** The finding of a sequence, as short as it gets; `undefined` for a silence that did not come again. */
async function told(
  taken: Taken,
  again: (steps: readonly SequenceStep[], look: Taking['look']) => Promise<Taken>,
): Promise<Finding | undefined> {
  const { wrong } = taken;
  if (wrong === undefined) return undefined;
  if (wrong.kind === 'no-answer' && (await again(taken.steps, 'each')).wrong?.cause !== wrong.cause) return undefined;
  const shortest = await shorten(taken, (steps) => again(steps, 'end'));
  return toFinding(shortest, shortest.wrong ?? wrong);
}

/** Counts what goes over the wire. */
function counting(transport: PermittingTransport, count: { sent: number; answered: number }): PermittingTransport {
  return {
    ...transport,
    send: async (request, about): Promise<WireAnswer> => {
      count.sent += 1;
      const answer = await transport.send(request, about);
      count.answered += 1;
      return answer;
    },
  };
}
