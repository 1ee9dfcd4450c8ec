import type { Network, Version, Work } from './state.js';
import { rfc3339 } from './time.js';
import { chainFacts } from './transactions.js';

/**
 * A work as its external user's list shows it.
 *
 * @example
 * showWork(work, versions, limits.block).versions; // [{ number: 1, commitment: '0x...', ... }]
 *
 * @param versions Those that can be seen, oldest first.
 * @param block The time between two blocks of each network, in milliseconds.
 */
export function showWork(work: Work, versions: readonly Version[], block: Readonly<Record<Network, number>>): Record<string, unknown> {
  const { id, ats_id, title, external_user_ref, network, created_at } = work;
  return {
    id,
    ats_id,
    title,
    external_user_ref,
    network,
    created_at: rfc3339(created_at),
    versions: versions.map((version) => showVersion(version, block)),
  };
}

function showVersion(version: Version, block: Readonly<Record<Network, number>>): Record<string, unknown> {
  const { number, commitment, audio, creators, created_at, on_chain_at } = version;
  return {
    number,
    commitment,
    audio,
    creators,
    ...chainFacts(version, on_chain_at, block[version.network]),
    created_at: rfc3339(created_at),
    on_chain_at: rfc3339(on_chain_at),
  };
}
