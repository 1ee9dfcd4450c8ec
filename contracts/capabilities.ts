import type { Limit } from '../spec/index.js';
import { GIVE_ORGANIZATION, NAME_UPLOAD, readyInFile, type ReadyBy } from './capability-file.js';
import type { Deployment } from './deployment.js';
import { isExpiry, resolveExpiry } from './expiry.js';
import type { Sequence, Suite } from './suite.js';
import type { Capability } from './types.js';

/** How a deployment meets a capability. */
export type Way =
  | { readonly by: ReadyBy }
  | { readonly by: 'sequence'; readonly sequence: Sequence }
  /** Something expires: its clock is advanced by so much, or so much time is let pass. */
  | { readonly by: 'clock' | 'wait'; readonly seconds: number };

/** A capability that is not met, and what would meet it. */
export interface Missing {
  readonly capability: Capability;
  readonly remedy: string;
}

export type Resolved = { readonly way: Way } | { readonly missing: readonly Missing[] };

/** Answers, for one deployment and suite, how each capability is met. */
export type Resolver = (capability: Capability) => Resolved;

/**
 * How a deployment meets capabilities: what its file has ready, then public API sequences, each with its own needs. What has to
 * expire does so after the times of `limits`, the contract's, unless the file says others.
 *
 * @example
 * createResolver(deployment, suite, contract.limits)('identity:revoked'); // { way: { by: 'sequence', ... } } or { missing: [...] }
 */
export function createResolver(deployment: Deployment, suite: Suite, limits: Readonly<Record<string, Limit>> = {}): Resolver {
  const known = new Map<Capability, Resolved>();
  const resolve = (capability: Capability, within: readonly Capability[] = []): Resolved => {
    const seen = known.get(capability);
    if (seen !== undefined) return seen;
    // A sequence that needs what it provides would go round in circles; meanwhile it counts as missing.
    if (within.includes(capability)) return lacking(capability, 'it needs itself');
    const resolved = find(capability, [...within, capability]);
    // What was found on the way to something else may hold only there: that one counted as missing.
    if (within.length === 0) known.set(capability, resolved);
    return resolved;
  };
  const find = (capability: Capability, within: readonly Capability[]): Resolved => {
    if (isExpiry(capability)) return resolveExpiry(capability, deployment, limits);
    const { met, remedy, by } = readyInFile(capability, deployment);
    const sequence = suite.sequences[capability];
    if (met && sequence?.preferred !== true) return { way: { by } };
    if (sequence !== undefined) {
      const missing = missingOf(sequence.needs, (need) => resolve(need, within));
      if (missing.length === 0) return { way: { by: 'sequence', sequence } };
      // What makes one is there, but for the organization.
      if (!met && missing.every((one) => one.remedy === GIVE_ORGANIZATION)) return lacking(capability, GIVE_ORGANIZATION);
      if (!met)
        return lacking(capability, `${remedy}, or what lets the suite make one: ${missing.map((one) => one.capability).join(', ')}`);
    }
    return met ? { way: { by } } : lacking(capability, remedy);
  };
  return (capability) => resolve(capability);
}

/**
 * What is missing of capabilities, in words.
 *
 * @example
 * describeMissing(missingOf(['work.own'], resolve)); // 'work.own missing: give works.own, the ats_id of a registered work'
 */
export function describeMissing(missing: readonly Missing[]): string {
  // How large a recording would be says nothing where none may be uploaded.
  const names = missing.map(({ capability, remedy }) => (remedy === NAME_UPLOAD ? 'upload' : capability));
  return `${[...new Set(names)].join(', ')} missing: ${[...new Set(missing.map(({ remedy }) => remedy))].join('; ')}`;
}

/** What is missing of several capabilities, each named once. */
export function missingOf(capabilities: readonly Capability[], resolve: Resolver): Missing[] {
  const missing = capabilities.flatMap((capability) => {
    const resolved = resolve(capability);
    return 'missing' in resolved ? resolved.missing : [];
  });
  return missing.filter((one, index) => missing.findIndex(({ capability }) => capability === one.capability) === index);
}

function lacking(capability: Capability, remedy: string): Resolved {
  return { missing: [{ capability, remedy }] };
}
