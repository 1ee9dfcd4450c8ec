import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { displayName, InputError, readFileText, type Finding } from '../../../spec/index.js';

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

/** In bytes: what a text can be that is parsed at once. */
const LARGEST = 256 * 1_048_576;
const MOST_FINDINGS = 5;

/**
 * Reads ledgers; a folder stands for the `ledger.json` in it, and one that is named twice, or is a copy, counts once.
 *
 * @example
 * readLedgers(['failpath-report', 'failpath-observed/ledger.json']).length; // 2
 *
 * @throws {InputError} `ledger-invalid`, for every file that cannot be used
 */
export function readLedgers(files: readonly string[]): ReadLedger[] {
  const findings: Finding[] = [];
  const known = new Set<string>();
  const ledgers = files.flatMap((file): ReadLedger[] => {
    const read = readOne(statSync(file, { throwIfNoEntry: false })?.isDirectory() === true ? join(file, 'ledger.json') : file);
    if (!('wrong' in read)) {
      // By whatever name, or as a copy.
      const { file: _, ...content } = read.ledger;
      const sum = createHash('sha256').update(JSON.stringify(content)).digest('hex');
      if (known.has(sum)) return [];
      known.add(sum);
      return [read.ledger];
    }
    findings.push(...read.wrong);
    return [];
  });
  if (findings.length > 0) throw new InputError(findings);
  return ledgers;
}

function readOne(path: string): { readonly ledger: ReadLedger } | { readonly wrong: Finding[] } {
  const file = displayName(path);
  const wrong = (...what: readonly string[]): { readonly wrong: Finding[] } => ({ wrong: what.map((one) => invalid(`${file}: ${one}`)) });
  let value: unknown;
  try {
    value = JSON.parse(readFileText(path, LARGEST));
  } catch (error) {
    const { message } = error as Error;
    return wrong(error instanceof SyntaxError ? `it is not valid JSON (${message.slice(0, 200)})` : message);
  }
  const { success, data, error } = ledgerSchema.safeParse(value);
  if (success) return { ledger: { ...data, file } };
  return wrong(...error.issues.slice(0, MOST_FINDINGS).map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`));
}

function invalid(what: string): Finding {
  const why = 'What nobody has seen is only known if every ledger is read.';
  return { problem: 'ledger-invalid', what, why, remedy: 'Name ledgers that `failpath verify` or `failpath observe` has written.' };
}
