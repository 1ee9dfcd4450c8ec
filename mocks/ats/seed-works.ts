import { commitmentOf, metadataDigest } from './commitment.js';
import { sha256 } from './digest.js';
import { silence } from './silence.js';
import type { Audio, Creator, State, Version, Work } from './state.js';
import { addWork, putVersion } from './works.js';

/** The works that every start of the sandbox has. */

/** Of a work that everybody knows. */
type Known = Pick<Work, 'id' | 'ats_id' | 'organization_id' | 'external_user_ref'>;

const WELL_KNOWN = { network: 'testnet', well_known: true } as const;

/** A work that has always been on chain, whatever the clock shows. */
export function seedWork(state: State, work: Known & Pick<Work, 'title' | 'audio'>): void {
  addWork(state, { ...WELL_KNOWN, ...work, versions: 1, magic: [], created_at: 0, on_chain_at: 0 });
  addSeeded(state, work, { number: 1, audio: work.audio, creators: [], created_at: 0, on_chain_at: 0 });
}

/** So much of silence as the storage answers: what is downloaded has the hash that lists say. */
const quiet = (seconds: number): Audio => {
  const size_bytes = 44 + seconds * 8_000;
  return { size_bytes, sha256: sha256(Buffer.concat([...silence(size_bytes)])) };
};

const ADA: Creator = { full_name: 'Ada Brandt', roles: ['author'] };
const TOMAS: Creator = { full_name: 'Tomás Vela', roles: ['composer', 'arranger'] };

const VERSIONS: readonly Pick<Version, 'audio' | 'creators' | 'created_at' | 'on_chain_at'>[] = [
  { audio: quiet(10), creators: [ADA, TOMAS], created_at: Date.UTC(2024, 0, 15, 9), on_chain_at: Date.UTC(2024, 0, 15, 9, 0, 12) },
  { audio: quiet(12), creators: [ADA], created_at: Date.UTC(2024, 4, 2, 14, 30), on_chain_at: Date.UTC(2024, 4, 2, 14, 30, 12) },
];

/** A work with a history, for an external user. */
export function seedVersions(state: State, work: Known): void {
  const [first, last] = [VERSIONS[0], VERSIONS.at(-1)];
  if (first === undefined || last === undefined) return;
  const { created_at, on_chain_at } = first;
  const title = 'Harbour Lights';
  addWork(state, { ...WELL_KNOWN, ...work, title, audio: last.audio, versions: VERSIONS.length, magic: [], created_at, on_chain_at });
  for (const [index, version] of VERSIONS.entries()) addSeeded(state, work, { ...version, number: index + 1 });
}

function addSeeded(
  state: State,
  { id, ats_id }: Known,
  version: Pick<Version, 'number' | 'audio' | 'creators' | 'created_at' | 'on_chain_at'>,
): void {
  const { audio, number, creators } = version;
  const commitment = commitmentOf(audio.sha256, metadataDigest({ id, number, creators }));
  putVersion(state, { ats_id }, { ...WELL_KNOWN, ...version, transaction_id: `${id}/${number}`, commitment });
}
