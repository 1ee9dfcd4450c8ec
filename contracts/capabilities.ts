import type { Deployment } from './deployment.js';
import type { Sequence, Suite } from './suite.js';
import type { Capability, SharedState } from './types.js';

/** How a deployment meets a capability. */
export type Way =
  | { readonly by: 'file' }
  | { readonly by: 'sequence'; readonly sequence: Sequence }
  | { readonly by: 'http' | 'magic' };

/** A capability that is not met, and what would meet it. */
export interface Missing {
  readonly capability: Capability;
  readonly remedy: string;
}

export type Resolved = { readonly way: Way } | { readonly missing: readonly Missing[] };

/** Answers, for one deployment and suite, how each capability is met. */
export type Resolver = (capability: Capability) => Resolved;

/** State that paths share, and what a deployment file must say to let the suite move it. */
const SHARED: Readonly<Record<SharedState, string>> = {
  'clock.advance': 'a call that advances the clock by {{seconds}}',
  'quota.set': 'a call that sets the quota of {{organization}} to {{limit}} with {{used}} used up',
  'credits.set': 'a call that sets the credits of {{organization}} to {{credits}}',
  'chain.fault': "a call that makes the chain's dry run refuse",
  'commitment.fault': "a call that makes the server's own commitment fail its validation",
  'upstream.fault': 'a call that takes an upstream away',
};

/** Whether a path that needs this capability must run alone. */
export function isSharedState(capability: Capability): capability is SharedState {
  return Object.hasOwn(SHARED, capability);
}

/**
 * How a deployment meets capabilities: what its file has ready, then public API sequences, each with its own needs.
 *
 * @example
 * createResolver(deployment, suite)('identity:revoked'); // { way: { by: 'sequence', ... } } or { missing: [...] }
 */
export function createResolver(deployment: Deployment, suite: Suite): Resolver {
  const known = new Map<Capability, Resolved>();
  const resolve = (capability: Capability): Resolved => {
    let resolved = known.get(capability);
    if (resolved === undefined) {
      // A sequence that needs what it provides would go round in circles; meanwhile it counts as missing.
      known.set(capability, { missing: [{ capability, remedy: 'It needs itself.' }] });
      resolved = find(capability);
      known.set(capability, resolved);
    }
    return resolved;
  };
  const find = (capability: Capability): Resolved => {
    const ready = fromFile(capability, deployment);
    const sequence = suite.sequences[capability];
    if (sequence === undefined || (ready.way !== undefined && sequence.preferred !== true)) return ready.way === undefined ? lacking(capability, ready.remedy) : { way: ready.way };
    const missing = missingOf(sequence.needs, resolve);
    if (missing.length === 0) return { way: { by: 'sequence', sequence } };
    if (ready.way !== undefined) return { way: ready.way };
    return lacking(capability, `${ready.remedy}, or what lets the suite make one: ${missing.map((one) => one.capability).join(', ')}`);
  };
  return resolve;
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

function fromFile(capability: Capability, deployment: Deployment): { way?: Way; remedy: string } {
  const ready = (met: boolean, remedy: string): { way?: Way; remedy: string } => (met ? { way: { by: 'file' }, remedy } : { remedy });
  if (isSharedState(capability)) {
    const way = deployment.ways.get(capability);
    const remedy = `give capabilities.${capability}: ${SHARED[capability]}`;
    return way === undefined ? { remedy } : { way: { by: 'magic' in way ? 'magic' : 'http' }, remedy };
  }
  if (capability.startsWith('upload:')) {
    const bytes = Number(capability.slice('upload:'.length));
    return ready(bytes <= deployment.largestUploadBytes, `set uploads.maxBytes to at least ${bytes}`);
  }
  if (capability.startsWith('identity:')) {
    const name = capability.slice('identity:'.length);
    const identity = deployment.identities.get(name);
    return ready(identity?.organization !== undefined, `give identities.${name}${identity === undefined ? '' : ' an organization'}`);
  }
  return fromFixture(capability as Exclude<Capability, SharedState | `upload:${number}` | `identity:${string}`>, deployment, ready);
}

function fromFixture(
  capability: 'admin.session' | 'key.create' | 'key.revoke' | 'org.second' | 'work.own' | 'work.other',
  deployment: Deployment,
  ready: (met: boolean, remedy: string) => { way?: Way; remedy: string },
): { way?: Way; remedy: string } {
  const admin = deployment.identities.has('admin') && deployment.organization !== undefined;
  switch (capability) {
    case 'admin.session':
      return ready(admin, "give identities.admin, an administrator's session");
    case 'key.create':
    case 'key.revoke': {
      const allowed = !deployment.forbidden.has(capability);
      return ready(admin && allowed, allowed ? "give identities.admin, an administrator's session" : `delete capabilities.${capability}: false`);
    }
    case 'org.second': {
      const other = deployment.identities.get('otherOrg')?.organization;
      return ready(other !== undefined && other !== deployment.organization, 'give identities.otherOrg with its own organization');
    }
    case 'work.own':
      return ready(deployment.works.own !== undefined, 'give works.own, the ats_id of a registered work');
    case 'work.other':
      return ready(deployment.works.other !== undefined, 'give works.other, the ats_id of a work of another organization');
  }
}
