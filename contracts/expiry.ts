import type { Limit } from '../spec/index.js';
import type { Resolved } from './capabilities.js';
import { readyInFile } from './capability-file.js';
import type { Aged, Deployment, Ttls } from './deployment.js';
import type { Expiry } from './types.js';

/** A second more than the time to live, in which deployments may round. */
const MARGIN_SECONDS = 1;

/** What of a deployment file belongs to something that expires. */
interface Kind {
  readonly aged: keyof Aged;
  readonly ttl: keyof Ttls;
  /** The contract's limit, where the file says none. */
  readonly limit: string;
}

const upload = { ttl: 'uploadTtlSeconds', limit: 'upload_ttl_seconds' } as const;
const quote = { ttl: 'quoteTtlSeconds', limit: 'quote_ttl_seconds' } as const;

const EXPIRIES: Readonly<Record<Expiry, Kind>> = {
  'expired.upload': { aged: 'uploadSession', ...upload },
  'expired.versionUpload': { aged: 'versionUploadSession', ...upload },
  'expired.quote': { aged: 'quote', ...quote },
  'expired.versionQuote': { aged: 'versionQuote', ...quote },
  'expired.session': { aged: 'partnerSession', ttl: 'partnerSessionTtlSeconds', limit: 'partner_session_ttl_seconds' },
};

/** Whether a capability is something that has expired. */
export function isExpiry(capability: string): capability is Expiry {
  return Object.hasOwn(EXPIRIES, capability);
}

/** The member of a deployment file that holds one that has expired already: `aged.quote`. */
export function agedMember(expiry: Expiry): string {
  return `aged.${EXPIRIES[expiry].aged}`;
}

/** Whether the way to it moves the clock, which others would notice; where nothing is known of the deployment, it may. */
export function movesClock(deployment: Deployment | undefined): boolean {
  return deployment === undefined || readyInFile('clock.advance', deployment).met;
}

/**
 * How a deployment comes by something that has expired: its clock is advanced, or a fixture has aged, or a short time to live is waited
 * out, in that order. The first two cost no time; the first was seen alive.
 *
 * @example
 * resolveExpiry('expired.quote', deployment, contract.limits); // { way: { by: 'clock', seconds: 301 } }
 */
export function resolveExpiry(capability: Expiry, deployment: Deployment, limits: Readonly<Record<string, Limit>>): Resolved {
  const { aged, ttl, limit } = EXPIRIES[capability];
  const lives = deployment.ttls[ttl] ?? limits[limit]?.value;
  const seconds = lives === undefined ? undefined : lives + MARGIN_SECONDS;
  const clock = readyInFile('clock.advance', deployment);
  if (clock.met && seconds !== undefined) return { way: { by: 'clock', seconds } };
  if (deployment.aged[aged] !== undefined) return { way: { by: 'file' } };
  const { patienceSeconds } = deployment;
  if (seconds !== undefined && seconds <= patienceSeconds) return { way: { by: 'wait', seconds } };
  const short = `limits.${ttl}, if it is at most ${Math.max(0, patienceSeconds - MARGIN_SECONDS)} here`;
  const patience = seconds === undefined ? '' : `; or set patienceSeconds to at least ${seconds}`;
  return { missing: [{ capability, remedy: `${clock.remedy}; or give ${agedMember(capability)}; or ${short}${patience}` }] };
}
