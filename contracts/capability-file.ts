import type { Deployment } from './deployment.js';
import type { Capability, Expiry, SharedState } from './types.js';

/** How a deployment file meets a capability: ready-made, by a call that it describes, or by a value that pretends. */
export type ReadyBy = 'file' | 'http' | 'magic';

/** Whether the file meets a capability, and what to write into it if not. */
export interface Ready {
  readonly met: boolean;
  readonly by: ReadyBy;
  readonly remedy: string;
}

/** What no recording, of whatever size, is uploaded without. */
export const NAME_UPLOAD = 'name upload in allow.writes';

/** State that paths share, and what a deployment file must describe to let the suite move it. */
const SHARED: Readonly<Record<SharedState, string>> = {
  'clock.advance': 'a call that advances the clock by {{seconds}}',
  'quota.set': 'a call that sets the quota of {{organization}} to {{limit}} with {{used}} used up',
  'credits.set': 'a call that sets the credits of {{organization}} to {{credits}}',
  'chain.fault': "a call that makes the chain's dry run refuse",
  'commitment.fault': "a call that makes the server's own commitment fail its validation",
  'upstream.fault': 'a call that takes an upstream away',
  'submission.fault': 'a call that makes the chain refuse what is submitted to it',
};

/** State that a deployment file describes a call for. */
export const SHARED_STATES: readonly string[] = Object.keys(SHARED);

type Fixture = Exclude<Capability, Expiry | SharedState | `upload:${number}` | `identity:${string}`>;

const ADMIN = "give identities.admin, an administrator's session";
/** What is missing where everything else is there. */
export const GIVE_ORGANIZATION = 'give organization, the one under test';

const administrator = ({ identities, organization }: Deployment): [boolean, string] =>
  identities.has('admin') ? [organization !== undefined, GIVE_ORGANIZATION] : [false, ADMIN];

const keyRight = (capability: Fixture) => {
  return (deployment: Deployment): [boolean, string] => {
    if (deployment.forbidden.has(capability)) return [false, `delete capabilities.${capability}: false`];
    // A key that may not be revoked may not be made either: it would stay.
    if (deployment.allow?.revocations === false) return [false, 'set allow.revocations: true, since keys that are made are revoked'];
    return administrator(deployment);
  };
};

const FIXTURES: Readonly<Record<Fixture, (deployment: Deployment) => [met: boolean, remedy: string]>> = {
  'admin.session': administrator,
  'key.create': keyRight('key.create'),
  'key.revoke': keyRight('key.revoke'),
  'org.second': ({ identities, organization }) => {
    const other = identities.get('otherOrg')?.organization;
    return [other !== undefined && other !== organization, 'give identities.otherOrg with its own organization'];
  },
  'work.own': ({ works }) => [works.own !== undefined, 'give works.own, the ats_id of a registered work'],
  'work.external': ({ works }) => [
    works.external !== undefined,
    "give works.external, a work of an external user: the user's name and its id",
  ],
  'work.direct': ({ works }) => [
    works.direct !== undefined,
    'give works.direct, the id of a work that was registered without an external user',
  ],
  'work.other': ({ works }) => [works.other !== undefined, 'give works.other, the ats_id of a work of another organization'],
};

/** Whether a path that needs this capability must run alone. */
export function isSharedState(capability: Capability): capability is SharedState {
  return Object.hasOwn(SHARED, capability);
}

/**
 * Whether a deployment's file meets a capability by itself, without any request.
 *
 * @example
 * readyInFile('work.own', deployment); // { met: false, by: 'file', remedy: 'give works.own, ...' }
 */
export function readyInFile(capability: Exclude<Capability, Expiry>, deployment: Deployment): Ready {
  if (isSharedState(capability)) {
    const way = deployment.ways.get(capability);
    const by = way !== undefined && 'magic' in way ? 'magic' : 'http';
    if (way !== undefined && by === 'http' && deployment.allow?.writes.has(capability) === false)
      return { met: false, by, remedy: `name ${capability} in allow.writes` };
    return { met: way !== undefined, by, remedy: `give capabilities.${capability}: ${SHARED[capability]}` };
  }
  const [met, remedy] = stock(capability, deployment);
  return { met, by: 'file', remedy };
}

function stock(capability: Exclude<Capability, Expiry | SharedState>, deployment: Deployment): [met: boolean, remedy: string] {
  if (isUpload(capability)) {
    const bytes = Number(capability.slice('upload:'.length));
    if (deployment.allow?.writes.has('upload') === false) return [false, NAME_UPLOAD];
    return [bytes <= deployment.largestUploadBytes, `set uploads.maxBytes to at least ${bytes}`];
  }
  if (isIdentity(capability)) {
    const name = capability.slice('identity:'.length);
    const identity = deployment.identities.get(name);
    if (identity === undefined) return [false, `give identities.${name}`];
    return [identity.organization !== undefined, ELSEWHERE.test(name) ? `give identities.${name} an organization` : GIVE_ORGANIZATION];
  }
  return FIXTURES[capability](deployment);
}

/** Identities of another organization than the one under test. */
const ELSEWHERE = /^(?:inactive|deleted|other)/;
const isUpload = (capability: string): capability is `upload:${number}` => capability.startsWith('upload:');
const isIdentity = (capability: string): capability is `identity:${string}` => capability.startsWith('identity:');
