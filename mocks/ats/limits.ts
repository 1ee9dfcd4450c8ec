import { InputError, type Contract } from '../../spec/index.js';
import type { Network } from './state.js';

/** The limits of the contract, in the units that the sandbox reckons with: bytes and milliseconds. */
export interface Limits {
  readonly audioMaxBytes: number;
  readonly audioFreeBytes: number;
  readonly uploadTtl: number;
  readonly quoteTtl: number;
  readonly idempotencyTtl: number;
  readonly keysPerOrganization: number;
  readonly partnerSessionTtl: number;
  readonly downloadTtl: number;
  readonly block: Readonly<Record<Network, number>>;
}

/**
 * Reads `x-failpath.limits`; there is no second copy of a limit.
 *
 * @example
 * readLimits(contract).quoteTtl; // 300000
 *
 * @throws {InputError} `contract-extension`, naming every limit that is missing
 */
export function readLimits(contract: Contract): Limits {
  const missing: string[] = [];
  const read = (name: string): number => contract.limits[name]?.value ?? (missing.push(name), 0);
  const seconds = (name: string): number => read(name) * 1000;
  const limits: Limits = {
    audioMaxBytes: read('audio_max_bytes'),
    audioFreeBytes: read('audio_free_bytes'),
    uploadTtl: seconds('upload_ttl_seconds'),
    quoteTtl: seconds('quote_ttl_seconds'),
    idempotencyTtl: seconds('idempotency_ttl_seconds'),
    keysPerOrganization: read('keys_per_organization'),
    partnerSessionTtl: seconds('partner_session_ttl_seconds'),
    downloadTtl: seconds('download_ttl_seconds'),
    block: { testnet: seconds('block_seconds_testnet'), mainnet: seconds('block_seconds_mainnet') },
  };
  if (missing.length === 0) return limits;
  throw new InputError(
    missing.map((name) => ({
      problem: 'contract-extension',
      what: `x-failpath.limits.${name} is missing`,
      why: 'The sandbox has no limits of its own: it applies those of the contract.',
      remedy: `Declare ${name} with a value, or remove x-failpath.api to serve the contract without the sandbox.`,
      location: contract.locate('/x-failpath/limits'),
    })),
  );
}
