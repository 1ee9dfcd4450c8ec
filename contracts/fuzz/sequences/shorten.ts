import type { Taken } from './take.js';
import type { SequenceStep } from './types.js';

/** So often a sequence is tried without some of its steps. */
const TRIES = 150;

/**
 * The shortest sequence that still shows the same: steps are left out, many at a time and then one by one, until none can be. Steps
 * that used what a left out one had made leave by themselves.
 *
 * @example
 * const shortest = await shorten(found, (steps) => take(steps));
 *
 * @param take Takes a sequence; only steps that could be taken are in its result.
 */
export async function shorten(found: Taken, take: (steps: readonly SequenceStep[]) => Promise<Taken>): Promise<Taken> {
  const cause = found.wrong?.cause;
  let [best, tries] = [found, 0];
  const attempt = async (steps: readonly SequenceStep[]): Promise<boolean> => {
    if (tries++ >= TRIES) return false;
    const taken = await take(steps);
    if (taken.wrong?.cause !== cause || taken.steps.length > best.steps.length) return false;
    best = taken;
    return true;
  };
  // What only looks showed is shown by those at the end as well, with fewer requests.
  await attempt(best.steps);
  let size = Math.ceil(best.steps.length / 2);
  for (let goesOn = true; goesOn; size = Math.max(Math.floor(size / 2), 1)) {
    const before = best.steps.length;
    for (let at = best.steps.length - size; at > -size; at -= size) {
      const from = Math.max(at, 0);
      if (from < best.steps.length) await attempt(best.steps.toSpliced(from, size + Math.min(at, 0)));
    }
    goesOn = tries < TRIES && (size > 1 || best.steps.length < before);
  }
  return best;
}
