import type { Facts } from '../facts.js';
import { newToken, newWebhookSecret, putKey, showKey } from '../keys.js';
import type { Done } from './effect.js';

/** POST .../api-keys: the one time that token and secret are shown. */
export function createKey(facts: Facts): Done | undefined {
  const { organization, now, service } = facts;
  if (organization === undefined) return undefined;
  const [token, webhook_secret_base64] = [newToken(service.mint), newWebhookSecret(service.mint)];
  const scopes = facts.member('scopes');
  const max = facts.member('max_file_size_bytes');
  const key = putKey(
    service,
    token,
    {
      organization_id: organization.id,
      name: facts.text('name') ?? '',
      scopes: Array.isArray(scopes) ? scopes.map(String) : [],
      webhook_url: facts.text('webhook_url') ?? null,
      max_file_size_bytes: typeof max === 'number' ? max : null,
      webhook_secret_base64,
    },
    now,
  );
  return { body: { ...showKey(key), token, webhook_secret_base64 }, why: `key ${key.prefix}... created` };
}

/** GET .../api-keys: revoked keys included, oldest first. */
export function listKeys({ organization, service }: Facts): Done | undefined {
  if (organization === undefined) return undefined;
  const keys = [...service.state.keys.list()].filter(({ organization_id }) => organization_id === organization.id);
  return { body: keys.map(showKey), why: `${keys.length} keys` };
}

/** DELETE .../api-keys/{api_key_id}: a second time changes nothing. */
export function revokeKey({ namedKey, service: { state }, now }: Facts): Done | undefined {
  if (namedKey === undefined) return undefined;
  if (namedKey.revoked_at !== null) return { why: 'the key was revoked before' };
  state.keys.put(namedKey.token_sha256, { ...namedKey, revoked_at: now });
  return { why: `key ${namedKey.prefix}... revoked` };
}
