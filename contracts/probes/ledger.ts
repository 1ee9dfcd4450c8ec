import type { Waived } from '../decision.js';
import { nameOfLine } from '../line.js';
import { describeDeclared } from './declare.js';
import type { Discrepancy, LineEvidence, Outcome } from '../types.js';
import type { Basis, Probe, ProbeLine } from './types.js';

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
  /** The lines that it stands on, by name: while one of them is not proven, it says nothing of its own. */
  readonly restsOn: readonly string[];
  /** Present when somebody answers for it. */
  readonly waived?: Waived;
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
    restsOn: restsOn(probe),
    evidence: line.evidence,
    repro: line.repro ?? null,
  };
}

/** Both faults of a pair; the line that a verdict is taken from. */
function restsOn({ expected, over, line }: Probe): string[] {
  const declared = over === undefined ? [line] : [expected, over];
  return declared.flatMap((one) => (one === undefined ? [] : [nameOfLine(one)]));
}
