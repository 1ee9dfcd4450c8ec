import { counted } from '../../spec/index.js';
import type { Ledger } from '../ledger.js';

/**
 * What the policy says of other deployments only, in a line; none where it says nothing of others. Nobody declares deployments, so a name
 * that is spelled wrongly can only be seen here.
 *
 * @example
 * elsewhereOf(ledger); // ['2 entries are about other deployments: production']
 */
export function elsewhereOf({ policy }: Pick<Ledger, 'policy'>): string[] {
  if (policy?.elsewhere === undefined) return [];
  const { entries, deployments } = policy.elsewhere;
  return [`${counted(entries, 'entry is', 'entries are')} about other deployments: ${deployments.join(', ')}`];
}
