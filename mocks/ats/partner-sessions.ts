import { createSecretKey } from 'node:crypto';
import type Jwt from 'jsonwebtoken';
import { onDemand } from '../../spec/index.js';
import { secretOf } from './secrets.js';
import type { Service } from './service.js';

const jwt = (): typeof Jwt => onDemand('jsonwebtoken') as typeof Jwt;

/** For whom a partner session is. It is not kept: the token says it, and the signature that it is true. */
export interface PartnerSession {
  readonly organization_id: string;
  readonly external_user_ref: string;
  /** Milliseconds since 1970 UTC. */
  readonly expires_at: number;
}

/** A new session with its token. */
export interface OpenedSession extends PartnerSession {
  readonly token: string;
}

/**
 * Signs a session: a JSON web token (RFC 7519) with HS256, by the secret of this world and the mock's clock. Expiry is in whole seconds,
 * so that a session lives as long as it says and up to a second less.
 *
 * @example
 * openPartnerSession(service, organization.id, 'artist-2207', clock.now()).token; // 'eyJhbGciOiJIUzI1NiIs...'
 */
export function openPartnerSession(
  { state, mint, limits }: Service,
  organization_id: string,
  external_user_ref: string,
  now: number,
): OpenedSession {
  const iat = Math.floor(now / 1000);
  const exp = iat + limits.partnerSessionTtl / 1000;
  const claims = { organization_id, external_user_ref, iat, exp, jti: mint.uuid() };
  const token = jwt().sign(claims, createSecretKey(secretOf(state, 'partner sessions')), { algorithm: 'HS256' });
  return { organization_id, external_user_ref, expires_at: exp * 1000, token };
}

/** A token that has been looked at: the session that it is, or why it is none. */
export type ReadSession =
  { readonly session: PartnerSession } | { readonly refused: 'malformed' | 'unsigned' | 'bad signature' | 'expired' };

/**
 * Reads a token as a partner session of this world.
 *
 * @example
 * readPartnerSession(service, token, clock.now()); // { session } or { refused: 'expired' }
 */
export function readPartnerSession({ state, policies }: Service, token: string, now: number): ReadSession {
  const claims = policies.sessionClaims(token, secretOf(state, 'partner sessions'));
  if (claims === undefined) return { refused: whyNot(token) };
  const { organization_id, external_user_ref, exp } = Object(claims) as Readonly<Record<string, unknown>>;
  if (typeof organization_id !== 'string' || typeof external_user_ref !== 'string' || typeof exp !== 'number') {
    return { refused: 'malformed' };
  }
  const expires_at = exp * 1000;
  return policies.sessionLives(expires_at, now) ? { session: { organization_id, external_user_ref, expires_at } } : { refused: 'expired' };
}

/** What is wrong with a token whose signature is not ours. */
function whyNot(token: string): 'malformed' | 'unsigned' | 'bad signature' {
  const parts = token.split('.');
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(parts[0] ?? '', 'base64url').toString());
  } catch {
    return 'malformed';
  }
  if (parts.length !== 3 || typeof header !== 'object' || header === null) return 'malformed';
  return parts[2] === '' || (header as { readonly alg?: unknown }).alg === 'none' ? 'unsigned' : 'bad signature';
}
