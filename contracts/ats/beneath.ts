import type { FailurePath } from '../path.js';
import type { SharedState } from '../types.js';

/**
 * A failure whose cause lies below the API: the operation's ordinary request, sent while something that it depends on is
 * made to fail; the control twin is the same request once that is over.
 *
 * @example
 * beneath('prepareWork', 'registration.dry_run_failed', 'refused by the chain', 'chain.fault');
 */
export function beneath(
  operation: string,
  code: string,
  cause: string,
  fault: SharedState,
  parameters: Readonly<Record<string, unknown>> = {},
): FailurePath {
  return {
    operation,
    code,
    cause,
    needs: [fault],
    when: async (request, steps) => {
      await steps.change(fault, parameters);
      return request;
    },
  };
}
