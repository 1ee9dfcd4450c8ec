import { expect } from 'chai';
import { atsSuite, createDeployment, type Capability, type Deployment, type DeploymentFile, type Sequence } from '../../contracts/index.js';
import { createResolver, describeMissing, missingOf } from '../../contracts/capabilities.js';
import { isSharedState } from '../../contracts/capability-file.js';
import { toySuite } from './support.js';

const ADMIN = { token: 'admin-token', public: false };
const CALL = { method: 'PUT', url: '/x', headers: {} };
const ALL: readonly Capability[] = [
  'admin.session', 'key.create', 'key.revoke', 'org.second', 'work.own', 'work.other', 'work.external', 'work.direct',
  'identity:active', 'identity:readOnly', 'identity:registerOnly', 'identity:revoked', 'identity:smallFiles', 'identity:inactiveOrg', 'identity:deletedOrg',
  'upload:1044', 'upload:11534336', 'clock.advance', 'quota.set', 'credits.set', 'chain.fault', 'commitment.fault', 'upstream.fault',
]; // prettier-ignore

/** How each capability is met, or that it is missing. */
function waysOf(deployment: Deployment): Record<string, string> {
  const resolve = createResolver(deployment, atsSuite);
  return Object.fromEntries(
    ALL.map((capability) => {
      const resolved = resolve(capability);
      return [capability, 'way' in resolved ? resolved.way.by : 'missing'];
    }),
  );
}

const deployment = (members: Partial<DeploymentFile>): Deployment => createDeployment({ url: 'http://toy.test', ...members });
const all = (how: string): Record<string, string> => Object.fromEntries(ALL.map((capability) => [capability, how]));
const uploads = { 'upload:1044': 'file', 'upload:11534336': 'file' };

describe('capabilities', () => {
  describe('of a deployment', () => {
    it('of which nothing but the address is known: only uploads', () => {
      expect(waysOf(deployment({}))).to.deep.equal({ ...all('missing'), ...uploads });
    });

    it('with an administrator: the public API makes keys and works', () => {
      expect(waysOf(deployment({ organization: 'org', identities: { admin: ADMIN } }))).to.deep.equal({
        ...all('missing'), ...uploads,
        'admin.session': 'file', 'key.create': 'file', 'key.revoke': 'file',
        'identity:active': 'sequence', 'identity:readOnly': 'sequence', 'identity:revoked': 'sequence', 'identity:smallFiles': 'sequence',
        'identity:registerOnly': 'sequence', 'work.own': 'sequence', 'work.external': 'sequence', 'work.direct': 'sequence',
      }); // prettier-ignore
    });

    it('with ready-made identities only: those, and what they can make', () => {
      let tokens = 0;
      const key = (organization?: string): { token: string; public: boolean; organization?: string | undefined } => ({
        token: `some-token-${++tokens}`,
        public: false,
        organization,
      });
      const identities = { active: key(), readOnly: key(), revoked: key(), otherOrg: key('other'), inactiveOrg: key('inactive') };
      expect(waysOf(deployment({ organization: 'org', identities, works: { own: 7 } }))).to.deep.equal({
        ...all('missing'), ...uploads,
        'identity:active': 'file', 'identity:readOnly': 'file', 'identity:revoked': 'file', 'identity:inactiveOrg': 'file',
        'org.second': 'file', 'work.own': 'file', 'work.other': 'sequence', 'work.external': 'sequence', 'work.direct': 'sequence',
      }); // prettier-ignore
    });

    it('that forbids to create keys, and to upload more than a little', () => {
      const identities = {
        admin: ADMIN,
        active: { token: 'active-token', public: false },
        revoked: { token: 'revoked-token', public: false },
      };
      expect(waysOf(deployment({ organization: 'org', identities, capabilities: { 'key.create': false }, uploads: { maxBytes: 2000 } }))).to.deep.equal({
        ...all('missing'),
        'admin.session': 'file', 'key.revoke': 'file', 'identity:active': 'file', 'identity:revoked': 'file', 'work.own': 'sequence', 'upload:1044': 'file',
        'work.external': 'sequence', 'work.direct': 'sequence',
      }); // prettier-ignore
    });

    it('with calls and magic values for shared state', () => {
      const capabilities: DeploymentFile['capabilities'] = {
        'clock.advance': { set: CALL, restore: CALL },
        'quota.set': { set: CALL },
        'chain.fault': { magic: { headers: { 'x-test': 'refuse' }, body: {} } },
        'upstream.fault': false,
      };
      expect(waysOf(deployment({ capabilities }))).to.deep.equal({
        ...all('missing'),
        ...uploads,
        'clock.advance': 'http',
        'quota.set': 'http',
        'chain.fault': 'magic',
      });
    });
  });

  describe('that are missing', () => {
    const remedyOf = (capability: Capability, members: Partial<DeploymentFile> = {}): string | undefined => {
      const [missing, ...others] = missingOf([capability], createResolver(deployment(members), atsSuite));
      expect(others).to.deep.equal([]);
      expect(missing?.capability).to.equal(capability);
      return missing?.remedy;
    };

    it('say what would meet them', () => {
      expect(remedyOf('admin.session')).to.equal("give identities.admin, an administrator's session");
      expect(remedyOf('org.second')).to.equal('give identities.otherOrg with its own organization');
      expect(remedyOf('clock.advance')).to.equal('give capabilities.clock.advance: a call that advances the clock by {{seconds}}');
      expect(remedyOf('upload:99999999')).to.equal('set uploads.maxBytes to at least 99999999');
      expect(remedyOf('key.create', { capabilities: { 'key.create': false } })).to.equal('delete capabilities.key.create: false');
      expect(remedyOf('identity:inactiveOrg')).to.equal('give identities.inactiveOrg');
      expect(remedyOf('identity:inactiveOrg', { identities: { inactiveOrg: '${TOKEN}' } })).to.equal(
        'give identities.inactiveOrg an organization',
      );
    });

    it('say what the suite could make them with', () => {
      expect(remedyOf('identity:readOnly')).to.equal('give identities.readOnly, or what lets the suite make one: key.create');
      expect(remedyOf('work.other')).to.equal(
        'give works.other, the ats_id of a work of another organization, or what lets the suite make one: org.second',
      );
    });

    it('name the organization where it alone is missing', () => {
      const resolve = createResolver(deployment({ identities: { admin: ADMIN } }), atsSuite);
      for (const capability of ['admin.session', 'key.create', 'identity:active', 'identity:readOnly'] as const)
        expect(missingOf([capability], resolve)).to.deep.equal([{ capability, remedy: 'give organization, the one under test' }]);
    });

    it('say no size where nothing may be uploaded', () => {
      const resolve = createResolver(deployment({ allow: { hosts: [], writes: [], revocations: false } }), atsSuite);
      const missing = missingOf(['upload:1044', 'upload:11534336'], resolve);
      expect(describeMissing(missing)).to.equal('upload missing: name upload in allow.writes');
    });

    it('are named once', () => {
      const resolve = createResolver(deployment({}), atsSuite);
      expect(missingOf(['key.create', 'clock.advance', 'key.create'], resolve).map(({ capability }) => capability)).to.deep.equal([
        'key.create',
        'clock.advance',
      ]);
    });
  });

  describe('of sequences that need each other', () => {
    const sequence = (...needs: Capability[]): Sequence => ({ needs, run: () => Promise.resolve('made') });

    it('are missing, without an endless search', () => {
      const resolve = createResolver(
        deployment({}),
        toySuite([], { sequences: { 'work.own': sequence('work.other'), 'work.other': sequence('work.own') } }),
      );
      expect(missingOf(['work.own', 'work.other'], resolve).map(({ capability }) => capability)).to.deep.equal(['work.own', 'work.other']);
      expect(missingOf(['work.own'], resolve)[0]?.remedy).to.contain('or what lets the suite make one: work.other');
    });

    it('are missing when one needs itself', () => {
      const resolve = createResolver(deployment({}), toySuite([], { sequences: { 'work.own': sequence('work.own') } }));
      expect(missingOf(['work.own'], resolve)).to.have.length(1);
    });

    it('are met from the one that is ready, in whichever order they are asked for', () => {
      const sequences = { 'work.own': { ...sequence('work.other'), preferred: true }, 'work.other': sequence('work.own') };
      for (const order of [
        ['work.own', 'work.other'],
        ['work.other', 'work.own'],
      ] as const) {
        const resolve = createResolver(deployment({ works: { own: 1 } }), toySuite([], { sequences }));
        expect(missingOf(order, resolve), order.join()).to.deep.equal([]);
      }
    });
  });

  it('that move shared state are known by name', () => {
    expect(ALL.filter(isSharedState)).to.deep.equal([
      'clock.advance',
      'quota.set',
      'credits.set',
      'chain.fault',
      'commitment.fault',
      'upstream.fault',
    ]);
  });
});
