import { z } from 'zod';
import type { Ledger } from '../ledger.js';
import { REASON_KINDS } from '../decision.js';
import { readLedgerFiles } from '../ledger-file.js';
import { OUTCOMES } from '../types.js';

const outcome = z.enum(OUTCOMES, {
  error: ({ input }) => `${JSON.stringify(input)} is no outcome: it was written by another version of failpath`,
});
const text = z.string();
const maybe = z.string().nullable();
const seen = z.looseObject({ status: z.number(), code: maybe }).nullable();
const discrepancy = z.looseObject({ check: text, at: text, expected: text, actual: text, remedy: text });
const request = z.looseObject({
  phase: z.enum(['given', 'when', 'again', 'control', 'fresh', 'restore']),
  label: text,
  method: text,
  url: text,
  status: z.number().nullable(),
  code: maybe,
  requestId: maybe,
  durationMs: z.number(),
});
const evidence = z.looseObject({
  trigger: z.enum(['real cause', 'magic value', 'simulated', 'observed']).nullable(),
  requests: z.array(request),
  control: seen,
  notes: z.array(text),
});
const tested = {
  outcome,
  reason: text,
  observed: seen,
  requestId: maybe,
  durationMs: z.number(),
  discrepancies: z.array(discrepancy),
  evidence,
  repro: maybe,
};
const time = text.refine((value) => !Number.isNaN(Date.parse(value)), { error: 'it is no time' });

/** A ledger with all that reports show of it; newer versions may have more in it. */
const ledger = z.looseObject({
  contract: z.looseObject({ title: text, version: text, sha256: text }),
  suite: z.looseObject({ name: text, sha256: text }).nullable().default(null),
  deployment: z.looseObject({ name: text.default(''), url: text }),
  startedAt: time,
  durationMs: z.number(),
  failures: z.array(
    z.looseObject({
      ...{ operation: text, method: text, path: text, status: z.number(), code: text, outcome, reason: text },
      // Ledgers of before there were annotations do not say it.
      declared: text.default(''),
      causes: z.array(z.looseObject({ cause: text, answer: maybe, ...tested })),
    }),
  ),
  webhooks: z
    .array(z.looseObject({ webhook: text, outcome, reason: text, discrepancies: z.array(discrepancy), received: maybe, declared: text }))
    .default([]),
  probes: z
    .array(
      z.looseObject({
        ...{ kind: z.enum(['identity', 'precedence']), operation: text, name: text, expected: text },
        ...{ basis: z.enum(['documented', 'reading']), source: text, takenFrom: maybe, restsOn: z.array(text).default([]) },
        ...tested,
      }),
    )
    .default([]),
  summary: z.record(text, z.number()),
  partial: z.boolean(),
  verdict: text,
  exitCode: z.number(),
  answered: z.boolean().nullable().default(null),
  reasons: z
    .array(z.looseObject({ kind: z.enum(REASON_KINDS), failure: text.optional(), what: text, remedy: text, until: text.optional() }))
    .default([]),
  traffic: z
    .looseObject({
      untold: z.number().default(0),
      violated: z.array(
        z.looseObject({
          ...{ operation: maybe, method: text, path: text, status: z.number(), code: maybe, declared: z.boolean(), count: z.number() },
          ...{ discrepancies: z.array(discrepancy), request, answer: text },
        }),
      ),
    })
    .optional(),
});

/** A ledger that was saved, and where. */
export interface SavedLedger extends Ledger {
  readonly file: string;
}

/**
 * Reads saved ledgers for reports, all of each; a folder stands for the `ledger.json` in it, and a copy counts once.
 *
 * @example
 * const [saved] = readSavedLedgers(['failpath-report']);
 *
 * @throws {InputError} `ledger-invalid`, for every file that cannot be used
 */
export function readSavedLedgers(files: readonly string[]): SavedLedger[] {
  return readLedgerFiles(files, ledger, 'A report tells what is in its ledger, and nothing that it would have to guess.') as SavedLedger[];
}
