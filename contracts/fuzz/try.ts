import { build, type Built, type Case } from './cases.js';
import type { Base } from './bases.js';
import { judge, type Judged, type Sent } from './judge.js';
import type { Pool } from './pool.js';
import type { FuzzSession } from './session.js';

/** A case that was sent. */
export interface Tried {
  readonly case: Case;
  readonly base: Base;
  readonly built: Built;
  readonly sent: Sent;
  readonly judged: Judged;
}

/**
 * Sends a case over a good request of its pool; `undefined` for what could not or may not be sent.
 *
 * @param times How many times as long as usual an answer may take.
 */
export async function tryCase(session: FuzzSession, pool: Pool, one: Case, times = 1): Promise<Tried | undefined> {
  const base = await pool.take();
  let spent = false;
  try {
    const built = build(base.draft, one, base.values, base.good);
    const sent = await session.send(built.request, base.values, times);
    if (sent === undefined) return undefined;
    const judged = judge(session.bench, built.request, built.expects, sent);
    const tried: Tried = { case: one, base, built, sent, judged };
    if (!isUnheard(tried)) session.last.heard = tried;
    // Without an answer nobody knows what has happened.
    spent = judged.succeeded || 'silent' in sent;
    return tried;
  } finally {
    pool.giveBack(base, spent);
  }
}

/** Whether nobody was there to take it. */
export function isUnheard({ sent }: Tried): boolean {
  return 'silent' in sent && sent.refused;
}
