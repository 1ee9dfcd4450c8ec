import type { Mint } from '../mint.js';
import { lately } from '../once.js';
import { sha256 } from './digest.js';
import type { Service } from './service.js';
import type { Key } from './state.js';
import { rfc3339 } from './time.js';

/** What every API key starts with. */
export const TOKEN_PREFIX = 'afo_sk_live_';

/** How much of a token people may see to recognise it: 6 of its 48 hex digits. */
const SHOWN_LENGTH = TOKEN_PREFIX.length + 6;

/**
 * A new token: `afo_sk_live_` and 24 random bytes in hex.
 *
 * @example
 * newToken(mint).length; // 60
 */
export function newToken(mint: Mint): string {
  return `${TOKEN_PREFIX}${mint.bytes(24).toString('hex')}`;
}

/** The secret that signs a key's webhooks: 32 random bytes in base64. */
export function newWebhookSecret(mint: Mint): string {
  return mint.bytes(32).toString('base64');
}

/** What a key is made of, besides what follows from the token and the moment. */
export type NewKey = Pick<Key, 'organization_id' | 'name' | 'scopes' | 'webhook_url' | 'max_file_size_bytes' | 'webhook_secret_base64'> &
  Partial<Key>;

/**
 * Stores a key under the SHA-256 of its token; the token goes no further.
 *
 * @example
 * putKey(service, newToken(service.mint), { organization_id, name: 'Trial', scopes: ['works:read'], ... }, clock.now());
 */
export function putKey({ state, mint }: Pick<Service, 'state' | 'mint'>, token: string, key: NewKey, now: number): Key {
  // Written out: a record that is put together of others takes more room, and there are many of these.
  const record: Key = {
    id: key.id ?? mint.uuid(),
    token_sha256: sha256(token),
    organization_id: key.organization_id,
    name: key.name,
    prefix: shownPart(token.slice(0, SHOWN_LENGTH)),
    scopes: key.scopes,
    webhook_url: key.webhook_url,
    webhook_secret_base64: key.webhook_secret_base64,
    max_file_size_bytes: key.max_file_size_bytes,
    created_at: key.created_at ?? now,
    last_used_at: key.last_used_at ?? null,
    revoked_at: key.revoked_at ?? null,
    well_known: key.well_known ?? false,
  };
  state.keys.put(record.token_sha256, record);
  return record;
}

/** The same for all well-known keys of a world; a part of a token would keep the whole of it. */
const shownPart = lately((part: string) => Buffer.from(part).toString(), 1_000);

/** A key as lists show it: neither token nor secret. */
export function showKey({ id, name, prefix, scopes, webhook_url, ...key }: Key): Record<string, unknown> {
  return {
    id,
    name,
    prefix,
    scopes,
    webhook_url,
    created_at: rfc3339(key.created_at),
    last_used_at: time(key.last_used_at),
    revoked_at: time(key.revoked_at),
  };
}

function time(value: number | null): string | null {
  return value === null ? null : rfc3339(value);
}
