import { readLedger, shardsOf, type Timings } from '../ci/index.js';
import { planRun, rehearse, type Deployment, type LedgerShard, type Suite } from '../contracts/index.js';
import type { Contract } from '../spec/index.js';
import { isFiltered, type SelectOptions } from './select.js';
import { usage } from './usage.js';

/** Which part of a run this machine takes. */
export interface ShardOption {
  readonly index: number;
  readonly of: number;
}

export interface ShareOptions extends SelectOptions {
  readonly shard?: ShardOption;
  /** A ledger of an earlier run. */
  readonly timings?: string;
}

/**
 * What a run is shared out by; `undefined` for what a rehearsal says.
 *
 * @throws {InputError} for options that do not go together, and a ledger that cannot be read
 */
export function timingsOf({ shard, timings, ...select }: ShareOptions): Timings | undefined {
  if (shard !== undefined && isFiltered(select))
    throw usage('--shard and a filter are both given', 'A shard is a part of the whole, to be merged with the others.', 'Say one of them.');
  if (timings !== undefined && shard === undefined)
    throw usage('--timings is given without --shard', 'It says how to share a run out.', 'Say --shard 1/2 as well, or leave it out.');
  return timings === undefined ? undefined : readLedger(timings).ledger;
}

/**
 * The part of a run that is a shard's own; a rehearsal of the whole says how long each part takes, or the ledger of an earlier run.
 *
 * @throws {InputError} where there is less to share out than there are shards
 */
export async function shardFor(
  whole: { readonly contract: Contract; readonly suite: Suite; readonly deployment: Deployment },
  { index, of }: ShardOption,
  timings?: Timings,
): Promise<LedgerShard> {
  const plan = await planRun(whole);
  const shards = shardsOf(await rehearse(plan, { probes: true, webhooks: true }), of, timings);
  const own = shards[index - 1];
  if (own !== undefined && shards.length === of) return own;
  throw usage(
    `--shard is ${index}/${of}, and there are ${shards.length} parts to share out`,
    'An operation stays in one piece, because what is asked of it rests on each other; a shard with nothing to do would look like a pass.',
    `Say at most ${shards.length} shards.`,
  );
}
