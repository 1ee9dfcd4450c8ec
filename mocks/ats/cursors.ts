import { createHash, createHmac } from 'node:crypto';
import { secretOf } from './secrets.js';
import type { State } from './state.js';

/** Bytes: the place, the list that it is in, and a signature over both. */
const PLACE = 4;
const LIST = 4;
const SIGNATURE = 8;

/**
 * A cursor: a place in a list, signed, so that none fits another list and none can be made up.
 *
 * @example
 * cursorAt(state, 'artist-2207 on testnet', 17); // 'AAAAEX8mY0kqP2bWmVZ3xw'
 *
 * @param list What tells the list from all others.
 */
export function cursorAt(state: State, list: string, place: number): string {
  const said = Buffer.alloc(PLACE + LIST);
  said.writeUInt32BE(place);
  createHash('sha256').update(list).digest().copy(said, PLACE, 0, LIST);
  return Buffer.concat([said, signatureOf(state, said)]).toString('base64url');
}

/** A cursor that was read: its place, or why it has none. */
export type ReadCursor = { readonly place: number } | { readonly refused: 'unknown cursor' | 'cursor of another list' };

/**
 * Reads a cursor of a list.
 *
 * @example
 * readCursor(state, 'artist-2207 on testnet', 'AAAAEX8mY0kqP2bWmVZ3xw'); // { place: 17 }
 */
export function readCursor(state: State, list: string, cursor: string): ReadCursor {
  const bytes = Buffer.from(cursor.slice(0, 100), 'base64url');
  if (bytes.length !== PLACE + LIST + SIGNATURE || bytes.toString('base64url') !== cursor) return { refused: 'unknown cursor' };
  const said = bytes.subarray(0, PLACE + LIST);
  if (!signatureOf(state, said).equals(bytes.subarray(PLACE + LIST))) return { refused: 'unknown cursor' };
  const place = said.readUInt32BE();
  return cursorAt(state, list, place) === cursor ? { place } : { refused: 'cursor of another list' };
}

function signatureOf(state: State, said: Buffer): Buffer {
  return createHmac('sha256', secretOf(state, 'cursors')).update(said).digest().subarray(0, SIGNATURE);
}
