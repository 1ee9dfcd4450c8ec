import { describeDeclared } from './declare.js';
import type { Discrepancy, LineEvidence, Outcome } from '../types.js';
import type { Basis, ProbeLine } from './types.js';

/** An expectation beyond single causes, as the ledger keeps it. */
export interface LedgerProbe {
  readonly kind: 'identity' | 'precedence';
  readonly operation: string;
  /** The identity, or which of two faults comes before which. */
  readonly name: string;
  /** `401 api_key.revoked`; `200` where it must succeed. */
  readonly expected: string;
  /** `documented` by the vendor, or our `reading` of what is. */
  readonly basis: Basis;
  readonly source: string;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly observed: { readonly status: number; readonly code: string | null } | null;
  readonly requestId: string | null;
  readonly durationMs: number;
  readonly discrepancies: readonly Discrepancy[];
  /** The line or control twin that this was taken from; `null` where requests of its own were sent. */
  readonly takenFrom: string | null;
  readonly evidence: LineEvidence;
  /** The whole way as a shell script, secrets as environment variables; `null` when nothing was sent. */
  readonly repro: string | null;
}

/** The line of a probe for the ledger. */
export function toLedgerProbe(line: ProbeLine): LedgerProbe {
  const { probe, observed } = line;
  return {
    kind: probe.kind,
    operation: probe.operation.id,
    name: probe.name,
    expected: describeDeclared(probe),
    basis: probe.basis,
    source: probe.source,
    outcome: line.outcome,
    reason: line.reason,
    observed: observed === undefined ? null : { status: observed.status, code: observed.code ?? null },
    requestId: line.requestId ?? null,
    durationMs: line.durationMs,
    discrepancies: line.discrepancies,
    takenFrom: line.takenFrom ?? null,
    evidence: line.evidence,
    repro: line.repro ?? null,
  };
}
