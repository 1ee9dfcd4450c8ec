/** The exit codes of every command. */
export const EXIT = {
  /** Every required failure is proven. */
  proven: 0,
  /** A finding: a wrong answer. */
  finding: 1,
  /** A required failure is unproven. */
  unproven: 2,
  /** The environment could not be judged. */
  unjudged: 3,
  /** Contract, configuration or usage is invalid. */
  invalid: 4,
  /** failpath itself broke. */
  crash: 70,
} as const;

/** Of several, the one that counts. */
const PRECEDENCE: readonly number[] = [EXIT.crash, EXIT.invalid, EXIT.finding, EXIT.unjudged, EXIT.unproven, EXIT.proven];

/**
 * The exit code of several at once: 4, then 1, 3, 2.
 *
 * @example
 * gravest([0, 2, 1]); // 1
 */
export function gravest(exitCodes: readonly number[]): number {
  return PRECEDENCE.find((one) => exitCodes.includes(one)) ?? EXIT.proven;
}
