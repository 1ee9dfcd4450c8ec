import type { Decision, Evidence, Outcome } from '../contracts/index.js';

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

const FINDINGS: ReadonlySet<Outcome> = new Set<Outcome>(['violated', 'not-reached', 'wrong-path']);
const UNPROVEN: ReadonlySet<Outcome> = new Set<Outcome>(['simulated', 'not-capable', 'setup-failed', 'edge-intercepted', 'flaky']);

const LOOKED_AT: ReadonlySet<Outcome> = new Set<Outcome>(['verified', 'waived']);

/**
 * Decides a run: a wrong answer outweighs a silent environment, which outweighs what is merely unproven. A filtered run
 * is decided by the lines that it selected; a run over nothing proves nothing, so it never passes.
 *
 * @example
 * decide({ failures: ledger.failures, answered: true }); // { verdict: 'proven', exitCode: 0 }
 */
export function decide({ failures, webhooks = [], probes = [], answered }: Evidence): Decision {
  // What the deployment file lets nobody look at takes nothing from the proof of the failures: their own lines say what is missing.
  const looked = [...webhooks, ...probes].filter(({ outcome }) => outcome !== 'not-capable');
  const outcomes = new Set<Outcome>([...failures, ...looked].map(({ outcome }) => outcome));
  const has = (set: ReadonlySet<Outcome>): boolean => [...outcomes].some((outcome) => set.has(outcome));
  if (has(FINDINGS)) return { verdict: 'failed', exitCode: EXIT.finding };
  if (answered === false) return { verdict: 'unjudged', exitCode: EXIT.unjudged };
  if (has(UNPROVEN)) return { verdict: 'unproven', exitCode: EXIT.unproven };
  if (!has(LOOKED_AT)) return { verdict: 'nothing was run', exitCode: EXIT.invalid };
  return { verdict: 'proven', exitCode: EXIT.proven };
}
