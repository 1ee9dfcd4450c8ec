import type { Contract } from '../spec/index.js';
import { ok, route } from './admin-answers.js';
import type { AdminRoute } from './types.js';
import { reportVerdict, type Audit } from './verification/index.js';

/** The routes that say what clients have been shown, and how they behaved. */
export function auditRoutes({ contract, audit }: { readonly contract: Contract; readonly audit: Audit }): readonly AdminRoute[] {
  return [
    route('GET', '/coverage', () => {
      const { rows, ...counts } = audit.coverage();
      const { requests, unjudged } = audit;
      const verdicts = audit.verdicts().map(reportVerdict);
      return ok({ contract: { sha256: contract.sha256 }, ...counts, requests, unjudged, failures: rows, verdicts });
    }),
    route('DELETE', '/coverage', () => {
      audit.reset();
      return ok({});
    }),
  ];
}
