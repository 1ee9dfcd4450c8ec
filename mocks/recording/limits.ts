/** Of a rule's parts: rules nest no deeper than 64 levels, and their own members take some. */
export const MAX_DEPTH = 50;
/** Of one part of a rule, in characters of JSON; a whole rule has at most 1,048,576. */
export const LONGEST_PART = 400_000;
/** Of a whole rule, as it is written. */
export const LONGEST_RULE = 1_000_000;
/** Of the answers of one rule; repetitions beyond are shortened. */
export const MOST_ANSWERS = 1_000;
/** Of a script; what is beyond is counted, not kept. */
export const MOST_RULES = 10_000;
/** Of everything that is kept, in characters of JSON. */
export const MOST_KEPT = 32 * 1_048_576;
/** Of different violations, and of names of requests that reach no operation. */
export const MOST_TOLD = 1_000;

/** How deep a JSON value nests. */
export function depthOf(value: unknown): number {
  return typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce<number>((most, one) => Math.max(most, depthOf(one)), 0)
    : 0;
}
