/** What to do when the requests of an uncertain verdict are separate calls after all. */
export const separately =
  ' Should these be separate calls, tell them apart: reset the mock between tests, or send a traceparent or an Idempotency-Key of its own with each.';

/** A duration as one says it. */
export function shortly(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${Math.round(milliseconds / 100) / 10} s`;
}

export function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}
