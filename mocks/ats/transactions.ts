import { sha256 } from './digest.js';
import type { Transaction } from './state.js';
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
  const elapsed = Math.max(0, now - created_at);
  const isComplete = elapsed >= block;
  const index = Math.min(Math.floor((elapsed * SIXTHS) / block), STEPS.length - 1);
  const reached = [...STEPS.slice(0, isComplete ? STEPS.length : index + 1), ...(isComplete ? [fails === null ? COMPLETED : FAILED] : [])];
  const current = reached.at(-1) ?? STEPS[0];
  const completedAt = created_at + block;
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
    updated_at: rfc3339(isComplete ? completedAt : created_at + Math.floor((index * block) / SIXTHS)),
  };
}

function resultOf(transaction: Transaction, completedAt: number, block: number): Record<string, unknown> {
  return transaction.fails === null ? { ...successOf(transaction, completedAt, block) } : { error: transaction.fails };
}

/** Where a work or version is on chain. */
export interface OnChain {
  readonly tx_hash: string;
  readonly ats_id: number;
  readonly block_number: number;
  readonly explorer_url: string;
}

/** Blocks are counted from 1970 on, so that a number follows from the clock alone. */
export function successOf({ id, network, ats_id }: Transaction, completedAt: number, block: number): OnChain {
  const hash = `0x${sha256(id)}`;
  return {
    tx_hash: hash,
    ats_id,
    block_number: Math.max(0, Math.floor(completedAt / block)),
    explorer_url: `https://explorer.example.org/${network}/transactions/${hash}`,
  };
}
