import { NotPermitted } from '../permits.js';
import type { Steps } from '../steps.js';
import type { Token } from '../types.js';
import { sessionRequest } from './partner-requests.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;

/**
 * Waits until a key that was just revoked is refused, at most as long as the deployment file grants, and notes how long that took. A
 * deployment that refuses the next request, as the contract says, is asked once and not waited for. Whether the paths' own requests
 * are refused is for them to say.
 *
 * @example
 * await steps.call(revocation(id));
 * await untilRefused(steps, revoked);
 */
export async function untilRefused(steps: Steps, revoked: Token): Promise<void> {
  const { revokedWithinSeconds } = steps.deployment;
  if (revokedWithinSeconds === 0) return;
  const began = performance.now();
  let waited = 0;
  for (let pause = FIRST_PAUSE_MS; await isLetIn(steps, revoked); pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const left = revokedWithinSeconds * 1000 - waited;
    if (left <= 0) {
      steps.note(`the revoked key is still let in ${revokedWithinSeconds} s after its revocation`);
      return;
    }
    const step = Math.min(pause, left);
    await steps.wait(step);
    waited += step;
  }
  if (waited === 0) return;
  // A wait that was none, as in a rehearsal, counts as well.
  const lag = Math.max(waited, performance.now() - began) / 1000;
  steps.note(`revocation took effect after ${lag.toFixed(1)} s`);
}

/** Asks for a partner session, which nobody keeps. */
async function isLetIn(steps: Steps, as: Token): Promise<boolean> {
  try {
    const { status } = await steps.send({ ...sessionRequest(steps.unique('user')), as });
    return status < 300;
  } catch (error) {
    if (!(error instanceof NotPermitted)) throw error;
    steps.note('how long the revocation took is not known: the deployment file does not allow createPartnerSession');
    return false;
  }
}
