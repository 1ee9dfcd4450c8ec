import { z } from 'zod';
import { readLedgerFiles } from '../../ledger-file.js';

const evidence = z.looseObject({
  trigger: z.string().nullable().default(null),
  requests: z
    .array(
      z.looseObject({
        phase: z.string(),
        label: z.string(),
        status: z.number().nullable(),
        code: z.string().nullable(),
        requestId: z.string().nullable().default(null),
      }),
    )
    .default([]),
});
/** An expectation that was tested: a cause of a failure, or a probe. */
const tested = z.looseObject({ outcome: z.string(), evidence });
const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), { error: 'it is no time' });
const sightings = z.looseObject({ times: z.number(), wrong: z.number(), last: time });
const undeclared = z.looseObject({
  operation: z.string().nullable(),
  method: z.string(),
  path: z.string(),
  status: z.number(),
  code: z.string().nullable(),
  count: z.number(),
  last: time,
});
/** As much of a ledger as is read; newer versions may have more in it. */
const ledgerSchema = z.looseObject({
  contract: z.looseObject({ title: z.string(), version: z.string(), sha256: z.string() }),
  deployment: z.looseObject({ url: z.string() }),
  startedAt: time,
  durationMs: z.number(),
  failures: z.array(
    z.looseObject({
      operation: z.string(),
      status: z.number(),
      code: z.string(),
      causes: z.array(tested),
      seen: sightings.nullable().optional(),
    }),
  ),
  probes: z.array(tested).default([]),
  traffic: z
    .looseObject({
      successes: z.number(),
      failures: z.number(),
      violations: z.number(),
      reached: z.number().optional(),
      undeclared: z.array(undeclared),
    })
    .optional(),
});

/** A ledger, of `verify` or of `observe`, and where it was found. */
export interface ReadLedger extends z.output<typeof ledgerSchema> {
  readonly file: string;
}

/**
 * Reads ledgers; a folder stands for the `ledger.json` in it, and one that is named twice, or is a copy, counts once.
 *
 * @example
 * readLedgers(['failpath-report', 'failpath-observed/ledger.json']).length; // 2
 *
 * @throws {InputError} `ledger-invalid`, for every file that cannot be used
 */
export function readLedgers(files: readonly string[]): ReadLedger[] {
  return readLedgerFiles(files, ledgerSchema, 'What nobody has seen is only known if every ledger is read.');
}
