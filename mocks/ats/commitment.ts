import { canonicalJson } from './canonical.js';
import { sha256 } from './digest.js';

/**
 * The digest of what a job submits besides its audio.
 *
 * @example
 * metadataDigest({ title: 'Harbour Lights', creators: [] }); // 64 hex digits, whatever the order of members
 */
export function metadataDigest(metadata: unknown): string {
  return sha256(canonicalJson(metadata));
}

/**
 * What goes on chain: `0x` and the SHA-256 over the 32 bytes of the audio's digest and the 32 of the metadata's.
 *
 * @example
 * commitmentOf(audio.sha256, session.metadata_sha256); // '0x...', 64 hex digits
 */
export function commitmentOf(audioSha256: string, metadataSha256: string): string {
  return `0x${sha256(Buffer.from(audioSha256 + metadataSha256, 'hex'))}`;
}
