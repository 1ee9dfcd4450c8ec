import { z } from 'zod';
import type { Contract } from '../../spec/index.js';
import { ok, route } from './answers.js';
import type { AdminRoute } from '../types.js';
import { verdict } from './verdict-schema.js';
import { reportVerdict, type Audit } from '../verification/index.js';

interface AuditSubject {
  readonly contract: Contract;
  readonly audit: Audit;
  /** Looks at what other servers have kept in all worlds that are known here. */
  readonly catchUp: () => Promise<void>;
}

/** The routes that say what clients have been shown, and how they behaved. */
export function auditRoutes({ contract, audit, catchUp }: AuditSubject): readonly AdminRoute[] {
  return [
    route(
      'GET',
      '/coverage',
      async () => {
        await catchUp();
        const { rows, ...counts } = audit.coverage();
        const { requests, unjudged } = audit;
        const verdicts = audit.verdicts().map(reportVerdict);
        return ok({ contract: { sha256: contract.sha256 }, ...counts, requests, unjudged, failures: rows, verdicts });
      },
      { ...COVERAGE, summary: 'Which declared failures clients have been shown, and how they behaved', answers: { 200: coverage } },
    ),
    route(
      'DELETE',
      '/coverage',
      async () => {
        await catchUp();
        audit.reset();
        return ok({});
      },
      { ...COVERAGE, summary: 'Begin to count anew', answers: { 200: z.strictObject({}) } },
    ),
  ];
}

const COVERAGE = { group: 'coverage', description: 'Resets of the mock do not change it.' };

const failure = z.object({
  operation: z.string(),
  status: z.int(),
  code: z.string(),
  retry: z.enum(['never', 'backoff', 'retry-after']),
  times: z.int().describe('How many answers carried it.'),
});

const coverage = z
  .object({
    contract: z.object({ sha256: z.string() }),
    declared: z.int(),
    shown: z.int(),
    percent: z.number().describe('Of those declared, rounded down: 100 means all.'),
    requests: z.int(),
    unjudged: z.int().describe('Requests that the journal had forgotten before they were judged.'),
    failures: z.array(failure),
    verdicts: z.array(verdict),
  })
  .meta({ id: 'Coverage' });
