import { z } from 'zod';
import { LET_PASS, type Ledger, type Reason } from '../../contracts/index.js';
import type { SavedLedger } from '../ledger-file.js';

const text = z.string().min(1).max(4_000);
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'it is no SHA-256');
const day = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'it is no day');
const time = z.iso.datetime({ message: 'it is no time in UTC' });

/** What a store keeps of a decision: enough to answer from, with the reason. */
export const recordSchema = z.strictObject({
  build: text,
  deployment: z.strictObject({ name: text, url: text }),
  verdict: text,
  exitCode: z.int().min(0).max(130),
  /** When it was decided, RFC 3339, UTC. */
  recordedAt: time,
  contract: z.strictObject({ title: z.string(), version: z.string(), sha256: hash }),
  suite: z.strictObject({ name: z.string(), sha256: hash }).nullable(),
  ledger: z.strictObject({ sha256: hash, startedAt: z.string(), failures: z.int().min(0) }),
  policy: z.strictObject({ file: z.string(), sha256: hash }).nullable(),
  /** How many failures have which outcome. */
  summary: z.record(z.string(), z.int()),
  /** Reasons against it, the first of them. */
  reasons: z.array(z.strictObject({ kind: text, failure: text.optional(), what: z.string() })).max(20),
  /** What was let pass until a day, once for each entry of the policy. */
  lapses: z.array(z.strictObject({ kind: text, until: day, what: z.string(), where: z.string(), lines: z.int().min(1) })).max(10_000),
});

export type BuildRecord = Readonly<z.output<typeof recordSchema>>;

/**
 * The record of a decision.
 *
 * @example
 * toRecord({ build: '4f2c', saved: readLedger('failpath-report'), decided: ledger, now: new Date() });
 */
export function toRecord(of: {
  readonly build: string;
  readonly saved: Pick<SavedLedger, 'sha256'>;
  readonly decided: Ledger;
  readonly now: Date;
}): BuildRecord {
  const { contract, suite, deployment, verdict, exitCode, startedAt, failures, policy, summary, reasons } = of.decided;
  const against = reasons.filter(({ kind }) => !LET_PASS.has(kind)).slice(0, 20);
  return {
    build: of.build,
    deployment: { name: deployment.name, url: deployment.url },
    verdict,
    exitCode,
    recordedAt: of.now.toISOString(),
    contract: { title: contract.title, version: contract.version, sha256: contract.sha256 },
    suite: suite === null ? null : { name: suite.name, sha256: suite.sha256 },
    ledger: { sha256: of.saved.sha256, startedAt, failures: failures.length },
    policy: policy === undefined ? null : { file: policy.file, sha256: policy.sha256 },
    summary,
    reasons: against.map(({ kind, failure, what }) => ({
      kind,
      ...(failure === undefined ? {} : { failure: failure.slice(0, 1_000) }),
      what: what.slice(0, 1_000),
    })),
    lapses: lapsesOf(reasons),
  };
}

function lapsesOf(reasons: readonly Reason[]): BuildRecord['lapses'] {
  const lapses = new Map<string, BuildRecord['lapses'][number]>();
  for (const { kind, until, what, where = '' } of reasons) {
    if (until === undefined) continue;
    const key = `${kind} ${where} ${until}`;
    const lines = (lapses.get(key)?.lines ?? 0) + 1;
    lapses.set(key, { kind, until, what: what.slice(0, 1_000), where, lines });
  }
  return [...lapses.values()];
}
