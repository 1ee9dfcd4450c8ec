import type { Outcome } from './types.js';

/** How often, and until when. */
export interface Reruns {
  /** What is not proven is run again so often; not at all by default. */
  readonly reruns?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const UNPROVEN: ReadonlySet<Outcome> = new Set<Outcome>(['violated', 'not-reached', 'wrong-path', 'setup-failed', 'edge-intercepted']);

/**
 * Runs again what is not proven: what passes only then is `flaky`, neither proven nor a finding that would be seen again.
 *
 * @example
 * await again(line, () => execute(planned), { reruns: 1 });
 *
 * @returns what it was first, unless it passed later
 */
export async function again<T extends { readonly outcome: Outcome; readonly reason: string }>(
  first: T,
  attempt: () => Promise<Pick<T, 'outcome'>>,
  { reruns = 0, signal }: Reruns,
): Promise<T> {
  if (!UNPROVEN.has(first.outcome)) return first;
  for (let left = reruns; left > 0; left--) {
    if (signal?.aborted === true) break;
    const { outcome } = await attempt();
    if (UNPROVEN.has(outcome)) continue;
    const reason = `it passed only when it was run again; before that it was ${first.outcome}: ${first.reason}`;
    return { ...first, outcome: 'flaky', reason };
  }
  return first;
}
