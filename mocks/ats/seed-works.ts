import { commitmentOf, metadataDigest } from './commitment.js';
import { sha256 } from './digest.js';
import { silence } from './silence.js';
import type { Audio, Creator, State, Version, Work } from './state.js';
import { addWork, putVersion } from './works.js';

/** The works that every start of the sandbox has. */

/** Of a work that everybody knows. */
type Known = Pick<Work, 'id' | 'ats_id' | 'organization_id' | 'external_user_ref'>;

/** What all of its versions have together. */
type History = Pick<Work, 'title' | 'audio' | 'versions' | 'created_at' | 'on_chain_at'>;

/** Records are written out member by member: one that is put together of others has a shape of its own, in each world. */
function addKnown(state: State, { id, ats_id, organization_id, external_user_ref }: Known, of: History): void {
  const { title, audio, versions, created_at, on_chain_at } = of;
  addWork(state, {
    id,
    ats_id,
    organization_id,
    external_user_ref,
    network: 'testnet',
    title,
    magic: NO_MAGIC,
    created_at,
    on_chain_at,
    well_known: true,
    versions,
    audio,
  });
}

const NO_MAGIC: Work['magic'] = [];
const NOBODY: Version['creators'] = [];

/** A work that has always been on chain, whatever the clock shows. */
export function seedWork(state: State, work: Known & Pick<Work, 'title' | 'audio'>): void {
  const { title, audio } = work;
  addKnown(state, work, { title, audio, versions: 1, created_at: 0, on_chain_at: 0 });
  addSeeded(state, work, 1, { audio, creators: NOBODY, created_at: 0, on_chain_at: 0 });
}

/** So much of silence as the storage answers: what is downloaded has the hash that lists say. */
const quiet = (seconds: number): Audio => {
  const size_bytes = 44 + seconds * 8_000;
  return { size_bytes, sha256: sha256(Buffer.concat([...silence(size_bytes)])) };
};

const ADA: Creator = { full_name: 'Ada Brandt', roles: ['author'] };
const TOMAS: Creator = { full_name: 'Tomás Vela', roles: ['composer', 'arranger'] };

type Seeded = Pick<Version, 'audio' | 'creators' | 'created_at' | 'on_chain_at'>;

const VERSIONS: readonly Seeded[] = [
  { audio: quiet(10), creators: [ADA, TOMAS], created_at: Date.UTC(2024, 0, 15, 9), on_chain_at: Date.UTC(2024, 0, 15, 9, 0, 12) },
  { audio: quiet(12), creators: [ADA], created_at: Date.UTC(2024, 4, 2, 14, 30), on_chain_at: Date.UTC(2024, 4, 2, 14, 30, 12) },
];

/** A work with a history, for an external user. */
export function seedVersions(state: State, work: Known): void {
  const [first, last] = [VERSIONS[0], VERSIONS.at(-1)];
  if (first === undefined || last === undefined) return;
  const { created_at, on_chain_at } = first;
  addKnown(state, work, { title: 'Harbour Lights', audio: last.audio, versions: VERSIONS.length, created_at, on_chain_at });
  for (const [index, version] of VERSIONS.entries()) addSeeded(state, work, index + 1, version);
}

function addSeeded(state: State, { id, ats_id }: Known, number: number, { audio, creators, created_at, on_chain_at }: Seeded): void {
  putVersion(
    state,
    { ats_id },
    {
      number,
      network: 'testnet',
      transaction_id: `${id}/${number}`,
      audio,
      commitment: commitmentOf(audio.sha256, metadataDigest({ id, number, creators })),
      creators,
      created_at,
      on_chain_at,
      well_known: true,
    },
  );
}
