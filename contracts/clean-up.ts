import { NotPermitted } from './permits.js';
import { SetupFailed } from './setup-failed.js';
import { Steps, type RunContext } from './steps.js';
import { TransportError, type RunEvent } from './types.js';

/** After so many requests in a row without an answer nobody is there any more. */
const DEAD_AFTER = 2;
const DEAD = 'the deployment gives no answer any more';

/**
 * Undoes what a run made, the last thing first, and what it may have made without knowing; says what could not be undone. A deployment
 * that has died is not asked about every single thing, but every single thing is named.
 *
 * @example
 * for (const event of await cleanUp(context)) console.error(event);
 */
export async function cleanUp(context: RunContext): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  let silent = 0;
  const undo = async (what: string, work: () => Promise<void>): Promise<void> => {
    const failure = silent >= DEAD_AFTER ? DEAD : await failureOf(work);
    silent = failure instanceof Error && failure.cause instanceof TransportError ? silent + 1 : silent >= DEAD_AFTER ? silent : 0;
    if (failure !== undefined) events.push(notRemoved(context, what, failure));
  };
  for (let last = context.cleanups.pop(); last !== undefined; last = context.cleanups.pop()) {
    const { what, undo: work } = last;
    await undo(what, work);
  }
  if (context.unsure.size === 0) return events;
  if (silent >= DEAD_AFTER) return [...events, notRemoved(context, 'whatever the unanswered requests have made', DEAD)];
  try {
    for (const lost of (await context.suite.lost?.(new Steps(context))) ?? []) await undo(lost.what, () => lost.remove());
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    events.push(notRemoved(context, `whatever ${[...context.unsure].join(', ')} may have made without an answer`, error));
  }
  return events;
}

/** Why something could not be undone; `undefined` when it could. */
export async function failureOf(undo: () => Promise<void>): Promise<Error | undefined> {
  try {
    await undo();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

export function notRemoved({ redactor }: RunContext, what: string, why: Error | string): RunEvent {
  // Where it is not permitted, asking for it does not help either.
  const remedy = `Remove it by hand${why instanceof NotPermitted ? '' : ', or run verify with --remove-leftovers'}.`;
  return { type: 'cleanup-failed', what: redactor.redact(what), why: redactor.redact(why instanceof Error ? why.message : why), remedy };
}
