import { hash } from 'node:crypto';

/**
 * SHA-256 as hex: how tokens are kept, and what commitments are made of.
 *
 * @example
 * sha256('abc'); // 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
 */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}
