import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { OUTCOMES, REASON_KINDS, toldBy, type Ledger, type LedgerFailure } from '../contracts/index.js';
import { displayName, InputError, readFileText, type Finding } from '../spec/index.js';

/** In bytes: what a text can be that is parsed at once. */
const LARGEST = 256 * 1_048_576;
const MOST_FINDINGS = 5;

const outcome = z.enum(OUTCOMES);
const triggers = ['real cause', 'magic value', 'simulated', 'observed'] as const;
const evidence = z.looseObject({ trigger: z.enum(triggers).nullable(), requests: z.array(z.looseObject({})) });
const observed = z.looseObject({ status: z.number(), code: z.string().nullable() }).nullable();
const discrepancies = z.array(z.looseObject({ check: z.string(), at: z.string() }));
const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'it is no time');
const waived = z.looseObject({ outcome, owner: z.string(), reason: z.string(), expires: z.string() }).optional();
const verdict = { outcome, reason: z.string(), discrepancies, waived };

/** As much of a ledger as is decided from; the rest is kept as it is. */
const ledgerSchema = z.looseObject({
  contract: z.looseObject({ title: z.string(), version: z.string(), sha256: z.string() }),
  suite: z.looseObject({ name: z.string(), sha256: z.string() }).nullable(),
  deployment: z.looseObject({ name: z.string().min(1), url: z.string() }),
  startedAt: time,
  durationMs: z.number(),
  failures: z.array(
    z.looseObject({
      operation: z.string(),
      status: z.number(),
      code: z.string(),
      outcome,
      reason: z.string(),
      causes: z.array(z.looseObject({ cause: z.string(), ...verdict, observed, evidence })),
    }),
  ),
  webhooks: z.array(z.looseObject({ webhook: z.string(), ...verdict })),
  probes: z.array(
    z.looseObject({
      kind: z.enum(['identity', 'precedence']),
      operation: z.string(),
      name: z.string(),
      ...verdict,
      observed,
      evidence,
      takenFrom: z.string().nullable(),
      restsOn: z.array(z.string()),
    }),
  ),
  answered: z.boolean().nullable(),
  partial: z.boolean(),
  shard: z
    .looseObject({ index: z.int().min(1), of: z.int().min(1), operations: z.array(z.string()), webhooks: z.boolean(), alone: z.boolean() })
    .refine(({ index, of }) => index <= of, 'it is beyond the last one')
    .optional(),
  verdict: z.string(),
  exitCode: z.int(),
  reasons: z.array(z.looseObject({ kind: z.enum(REASON_KINDS), what: z.string(), remedy: z.string() })),
});

/** A ledger of a file. */
export interface SavedLedger {
  /** As people should see it. */
  readonly file: string;
  /** Hex, over the file's bytes. */
  readonly sha256: string;
  readonly ledger: Ledger;
}

/**
 * Reads a ledger that `failpath verify` has written, to decide from it; a folder stands for the `ledger.json` in it.
 *
 * @example
 * readLedger('failpath-report').ledger.verdict; // 'proven'
 *
 * @throws {InputError} `ledger-invalid`, for a file that is no such ledger, or that contradicts itself
 */
export function readLedger(path: string): SavedLedger {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? join(path, 'ledger.json') : path;
  const shown = displayName(file);
  let text: string;
  let value: unknown;
  try {
    text = readFileText(file, LARGEST);
    value = JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    throw new InputError([
      invalid(`${shown}: ${error instanceof SyntaxError ? `it is not valid JSON (${message.slice(0, 200)})` : message}`),
    ]);
  }
  const parsed = ledgerSchema.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, MOST_FINDINGS);
    throw new InputError(issues.map((issue) => invalid(`${shown}: ${issue.path.join('.') || 'the file'}: ${issue.message}`)));
  }
  const ledger = parsed.data as unknown as Ledger;
  const wrong = contradictions(ledger).slice(0, MOST_FINDINGS);
  if (wrong.length > 0) throw new InputError(wrong.map((what) => invalid(`${shown}: ${what}`)));
  return { file: shown, sha256: createHash('sha256').update(text).digest('hex'), ledger };
}

/** What a run does not write, but a hand that changes a line here and there does. */
function contradictions(ledger: Ledger): string[] {
  const lines = [
    ...ledger.failures.flatMap((failure) => failure.causes.map((cause) => ({ name: `${nameOf(failure)} (${cause.cause})`, ...cause }))),
    ...ledger.probes.map((probe) => ({ ...probe, name: `${probe.kind} ${probe.operation}: ${probe.name}` })),
    ...ledger.webhooks.map((webhook) => ({ ...webhook, name: `webhook ${webhook.webhook}` })),
  ];
  const names = [...ledger.failures.map(nameOf), ...lines.map(({ name }) => name)];
  return [
    ...repeated(names).map((name) => `${name} is in it twice`),
    ...ledger.failures.flatMap((failure) => deniedBy(failure, ledger.partial)),
    ...lines.flatMap(({ name, outcome: said, waived: by, discrepancies: found }) => [
      ...((said === 'waived') === (by !== undefined) && by?.outcome !== 'waived' ? [] : [`${name} does not say who waives what`]),
      ...(said === 'verified' && found.length > 0 ? [`${name} is said to be verified, and something is wrong with it`] : []),
    ]),
  ];
}

function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.has(name) || !seen.add(name));
}

function nameOf({ operation, status, code }: LedgerFailure): string {
  return `${operation} ${status} ${code}`;
}

function deniedBy(failure: LedgerFailure, partial: boolean): string[] {
  const { outcome: said, causes } = failure;
  const told = toldBy(causes).outcome;
  const open = causes.length === 0 || causes.some((cause) => cause.outcome === 'not-selected');
  return [
    ...(told === said ? [] : [`${nameOf(failure)} is said to be ${said}, and its causes make it ${told}`]),
    ...(open && !partial ? [`${nameOf(failure)} was left out, and the ledger says that it is not partial`] : []),
  ];
}

function invalid(what: string): Finding {
  return {
    problem: 'ledger-invalid',
    what,
    why: 'What is decided from a ledger is only as good as the ledger.',
    remedy: 'Name a ledger as this version of `failpath verify` writes it; run verify again if there is none.',
  };
}
