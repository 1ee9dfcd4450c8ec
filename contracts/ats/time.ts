import { agedMember } from '../expiry.js';
import { SetupFailed } from '../setup-failed.js';
import type { Steps } from '../steps.js';
import type { Expiry, PathRequest, Token } from '../types.js';

/**
 * A request with something that has expired, by the deployment's way: made and then outlived, or given by the file.
 *
 * @example
 * given: (steps) => expired(steps, 'expired.quote', { made: ..., aged: ... })
 */
export async function expired(
  steps: Steps,
  expiry: Expiry,
  { made, aged }: { readonly made: () => Promise<PathRequest>; readonly aged: () => Promise<PathRequest> },
): Promise<PathRequest> {
  const way = steps.way(expiry);
  if (way.by !== 'clock' && way.by !== 'wait') {
    steps.note(`${agedMember(expiry)} is said by the deployment file to have expired; this run has not seen it alive`);
    return aged();
  }
  const request = await made();
  if (way.by === 'clock') await steps.change('clock.advance', { seconds: way.seconds });
  else {
    await steps.wait(way.seconds * 1000);
    steps.note(`waited ${way.seconds} s for it to expire`);
  }
  return request;
}

/** How much of its life something has behind it that has nearly expired: documented lives are said to be about so long. */
const NEARLY = 0.9;

/** The twin of what has expired: the same near the end of its life, where the deployment's clock can be moved; and else a new one. */
export async function nearlyExpired(steps: Steps, expiry: Expiry, made: () => Promise<PathRequest>): Promise<PathRequest> {
  const way = steps.way(expiry);
  const request = await made();
  if (way.by === 'clock') await steps.change('clock.advance', { seconds: Math.floor(way.seconds * NEARLY) });
  return request;
}

/** The user of the file's partner session, and that session: it must have expired, as far as it says itself. */
export function agedSession(steps: Steps): { readonly as: Token; readonly user: string } {
  const given = steps.deployment.aged.partnerSession;
  if (given === undefined) throw new SetupFailed('there is no aged.partnerSession');
  const expires = expiryOf(given.token.value);
  // Anything else that is no session at all is refused with the same code.
  if (expires === undefined) throw new SetupFailed('aged.partnerSession does not say when it expired: it must be a JWT with `exp`');
  if (expires > Date.now())
    throw new SetupFailed(`aged.partnerSession has not expired yet: it says that it lives until ${new Date(expires).toISOString()}`);
  return { as: given.token, user: given.externalUserRef };
}

/** What a JWT says of its end, in milliseconds since 1970 UTC; `undefined` for what says nothing. */
function expiryOf(token: string): number | undefined {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { readonly exp?: unknown };
    return typeof exp === 'number' && Number.isFinite(exp) && Math.abs(exp) < 1e11 ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
