import { createHmac } from 'node:crypto';

/** Everything random that a world gives out: ids, tokens, secrets. */
export interface Mint {
  /** A UUID of version 4. */
  uuid(): string;
  /** So many random bytes, at most 32. */
  bytes(count: number): Buffer;
}

export interface MintOptions {
  /** The same seed gives the same values, in the same order. */
  readonly seed: string;
  /** How many values were given out: read, and counted up before each. */
  readonly count: { next(): number };
  /** 12 hexadecimal digits that every value begins with, so that it leads back to the world that it comes from. */
  readonly tag?: string | undefined;
}

/**
 * Gives out values that nobody else has, and that the same world gives out again in the same order when it is built again: a situation
 * can only be replayed where the ids come back.
 *
 * @example
 * const mint = createMint({ seed: 'harbour', count: counter() });
 * mint.uuid(); // '0d5c7b1e-…'; with the tag `5e5510a00001`, '5e5510a0-0001-4…'
 *
 * HMAC-SHA-256 of the number of the value, with the seed as its key.
 */
export function createMint({ seed, count, tag = '' }: MintOptions): Mint {
  const bytes = (length: number): Buffer => {
    const drawn = createHmac('sha256', seed).update(String(count.next())).digest().subarray(0, length);
    drawn.write(tag, 'hex');
    return drawn;
  };
  return {
    bytes,
    uuid: () => {
      const drawn = bytes(16);
      // RFC 9562, section 5.4: the version and the variant.
      drawn.writeUInt8((drawn.readUInt8(6) & 0x0f) | 0x40, 6);
      drawn.writeUInt8((drawn.readUInt8(8) & 0x3f) | 0x80, 8);
      return drawn.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    },
  };
}
