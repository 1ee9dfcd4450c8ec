import type { Fees, Kind, Network } from './state.js';

/** Credits, as the contract's notes at `Quote` read them. */
const NETWORK_FEE = 12;
const SERVICE_FEE = 5;
const DEPOSIT: Readonly<Record<Kind, number>> = { register: 50, add_version: 20 };

const MB = 1024 * 1024;
/** Above this size, a started MB costs twice as much. */
const STEEP_BYTES = 100 * MB;

/**
 * What a submission costs. Testnet charges for storage only; the total is the sum of all lines.
 *
 * @example
 * feesFor('mainnet', 'register', 14.2 * 1024 * 1024, 10 * 1024 * 1024).total; // 72
 *
 * @param storedBytes What has to be stored anew; 0 for a version that keeps its file.
 * @param freeBytes The size up to which storage is free.
 */
export function feesFor(network: Network, kind: Kind, storedBytes: number, freeBytes: number): Fees {
  const storage = storageFee(storedBytes, freeBytes);
  if (network === 'testnet') return { network: 0, deposit: 0, service: 0, storage, total: storage };
  const deposit = DEPOSIT[kind];
  return { network: NETWORK_FEE, deposit, service: SERVICE_FEE, storage, total: NETWORK_FEE + deposit + SERVICE_FEE + storage };
}

function storageFee(bytes: number, freeBytes: number): number {
  const startedMb = (from: number, to: number): number => Math.ceil(Math.max(0, Math.min(bytes, to) - from) / MB);
  return startedMb(freeBytes, STEEP_BYTES) + 2 * startedMb(STEEP_BYTES, Infinity);
}
