import { sha256 } from './digest.js';
import type { Network, Transaction } from './state.js';
import { rfc3339 } from './time.js';

interface Step {
  readonly step: string;
  /** Percent. */
  readonly progress: number;
  readonly description: string;
}

/** Each begins a sixth of a block after the one before; the last goes on until the block is there. */
const STEPS: readonly [Step, ...Step[]] = [
  { step: 'validating', progress: 5, description: 'Validating the submission' },
  { step: 'preparing_transaction', progress: 20, description: 'Preparing the transaction' },
  { step: 'signing', progress: 40, description: 'Signing the transaction' },
  { step: 'submitting', progress: 60, description: 'Submitting to the chain' },
  { step: 'confirming', progress: 80, description: 'Waiting for the block' },
];
const COMPLETED: Step = { step: 'completed', progress: 100, description: 'On chain' };
const FAILED: Step = { step: 'failed', progress: 100, description: 'Failed' };
const SIXTHS = 6;

/**
 * When a transaction reaches each of its steps, in milliseconds since 1970 UTC; the last of them is its end.
 *
 * @example
 * stepTimes({ created_at: 0 }, 12_000); // [0, 2_000, 4_000, 6_000, 8_000, 12_000]
 */
export function stepTimes({ created_at }: Pick<Transaction, 'created_at'>, block: number): readonly number[] {
  return [...STEPS.map((_, index) => created_at + Math.ceil((index * block) / SIXTHS)), created_at + block];
}

/**
 * A transaction as it stands at a moment. Nothing steps it forward: what there is to see follows from when it was
 * created and what time it is, so it needs no timers and a clock that jumps takes it along.
 *
 * @example
 * showTransaction(transaction, transaction.created_at + 12_000, 12_000).is_complete; // true
 *
 * @param block The time between two blocks of the transaction's network, in milliseconds.
 */
export function showTransaction(transaction: Transaction, now: number, block: number): Record<string, unknown> {
  const { id, kind, created_at, fails } = transaction;
  const times = stepTimes(transaction, block);
  const since = times.findLast((time) => time <= now) ?? created_at;
  const completedAt = created_at + block;
  const isComplete = now >= completedAt;
  const reached = [...STEPS, fails === null ? COMPLETED : FAILED].filter((_, index) => index === 0 || (times[index] ?? 0) <= now);
  const current = reached.at(-1) ?? STEPS[0];
  return {
    id,
    transaction_type: kind,
    current_step: current.step,
    progress: current.progress,
    description: current.description,
    is_complete: isComplete,
    result: isComplete ? resultOf(transaction, completedAt, block) : null,
    steps: reached.map(({ step, progress }) => ({ step, progress })),
    created_at: rfc3339(created_at),
    updated_at: rfc3339(since),
  };
}

function resultOf({ id, network, ats_id, fails }: Transaction, completedAt: number, block: number): Record<string, unknown> {
  if (fails !== null) return { error: fails };
  return { ats_id, ...chainFacts({ transaction_id: id, network }, completedAt, block) };
}

/**
 * What the chain says of a transaction that is complete. Blocks are counted from 1970 on, so that a number follows from the clock alone.
 *
 * @param block The time between two blocks of the network, in milliseconds.
 */
export function chainFacts(
  { transaction_id, network }: { readonly transaction_id: string; readonly network: Network },
  completedAt: number,
  block: number,
): { readonly tx_hash: string; readonly block_number: number; readonly explorer_url: string } {
  const tx_hash = `0x${sha256(transaction_id)}`;
  const block_number = Math.max(0, Math.floor(completedAt / block));
  return { tx_hash, block_number, explorer_url: `https://explorer.example.org/${network}/transactions/${tx_hash}` };
}
