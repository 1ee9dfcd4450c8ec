import { shardsOf } from '../ci/index.js';
import { planRun, rehearse, type Deployment, type LedgerShard, type Suite } from '../contracts/index.js';
import type { Contract } from '../spec/index.js';
import { usage } from './targets.js';

/** Which part of a run this machine takes. */
export interface ShardOption {
  readonly index: number;
  readonly of: number;
}

/**
 * The part of a run that is a shard's own; a rehearsal of the whole says how long each part takes.
 *
 * @throws {InputError} where there is less to share out than there are shards
 */
export async function shardFor(
  whole: { readonly contract: Contract; readonly suite: Suite; readonly deployment: Deployment },
  { index, of }: ShardOption,
): Promise<LedgerShard> {
  const plan = await planRun(whole);
  const shards = shardsOf(await rehearse(plan, { probes: true, webhooks: true }), of);
  const own = shards[index - 1];
  if (own !== undefined && shards.length === of) return own;
  throw usage(
    `--shard is ${index}/${of}, and there are ${shards.length} parts to share out`,
    'An operation stays in one piece, because what is asked of it rests on each other; a shard with nothing to do would look like a pass.',
    `Say at most ${shards.length} shards.`,
  );
}
