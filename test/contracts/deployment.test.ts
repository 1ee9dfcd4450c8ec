import { expect } from 'chai';
import { join } from 'node:path';
import { createDeployment, loadDeployment, type Deployment } from '../../contracts/index.js';
import { secretsOf } from '../../contracts/repro.js';
import type { Finding } from '../../spec/index.js';
import { findingsOf, withFiles } from './support.js';

type Environment = Readonly<Record<string, string>>;

const load = (yaml: string, environment: Environment = {}): Promise<Deployment> =>
  withFiles({ 'staging.yaml': yaml }, (folder) => loadDeployment(join(folder, 'staging.yaml'), environment));
/** The findings, each with `line:column`. */
const refused = (yaml: string, environment: Environment = {}): Promise<(Finding & { at: string })[]> =>
  withFiles({ 'staging.yaml': yaml }, (folder) =>
    findingsOf(() => loadDeployment(join(folder, 'staging.yaml'), environment)).map((finding) => ({
      ...finding,
      at: `${finding.location?.line}:${finding.location?.column}`,
    })),
  );

describe('a deployment file', () => {
  it('needs no more than a URL', async () => {
    const { url, organization, network, identities, works, ways, http, largestUploadBytes, simulate } = await load(
      'url: https://api.example.org/ats/\n',
    );
    expect(url, 'without the slash at its end').to.equal('https://api.example.org/ats');
    expect({ organization, network, works, simulate, largestUploadBytes }).to.deep.equal({
      organization: undefined, network: 'testnet', works: { own: undefined, other: undefined, external: undefined, direct: undefined }, simulate: undefined, largestUploadBytes: 16 * 1024 * 1024,
    }); // prettier-ignore
    expect([identities.size, ways.size]).to.deep.equal([0, 0]);
    expect(http).to.deep.equal({ timeoutMs: 30_000, headers: {} });
  });

  it('takes credentials from the environment', async () => {
    const yaml = `
url: https://api.example.org
organization: org
identities:
  active: \${KEY}
  otherOrg: {token: '\${OTHER_KEY}', organization: other}
  smallFiles: {token: '\${SMALL_KEY}', maxFileSizeBytes: 4096}
  published: {token: a-public-token, public: true}
`;
    const { identities } = await load(yaml, { KEY: 'active-key', OTHER_KEY: 'other-key', SMALL_KEY: 'small-key' });
    expect([...identities.values()]).to.deep.equal([
      { name: 'active', value: 'active-key', public: false, organization: 'org' },
      { name: 'otherOrg', value: 'other-key', public: false, organization: 'other' },
      { name: 'smallFiles', value: 'small-key', public: false, organization: 'org', maxFileSizeBytes: 4096 },
      { name: 'published', value: 'a-public-token', public: true, organization: 'org' },
    ]);
  });

  it('is filled in from the environment wherever it has ${NAME}, once', async () => {
    const yaml = 'url: ${BASE}\norganization: ${ORG}\nhttp: {headers: {X-Team: "a ${TEAM} b"}}\n';
    const deployment = await load(yaml, { BASE: 'https://preview-7.example.org', ORG: 'org-7', TEAM: '${ORG}' });
    expect([deployment.url, deployment.organization, deployment.http.headers]).to.deep.equal([
      'https://preview-7.example.org',
      'org-7',
      { 'x-team': 'a ${ORG} b' },
    ]);
  });

  it('knows which variables hold secrets: those of calls and headers, not those that every report shows', async () => {
    const yaml = `
url: \${BASE}
organization: \${ORG}
identities: {active: '\${KEY}'}
capabilities:
  clock.advance:
    set: {url: '\${BASE}/clock/\${ORG}', headers: {authorization: 'Bearer \${ADMIN}'}}
http: {headers: {x-gateway: '\${GATEWAY}'}}
`;
    const { secrets } = await load(yaml, {
      BASE: 'https://api.example.org',
      ORG: 'organization-7',
      KEY: 'active-key',
      ADMIN: 'admin-secret',
      GATEWAY: 'gateway-secret',
    });
    expect([...secrets]).to.deep.equal([['ADMIN', 'admin-secret'], ['GATEWAY', 'gateway-secret']]); // prettier-ignore
  });

  it('hides an aged session as it hides any other credential', async () => {
    const yaml = 'url: https://h\naged:\n  partnerSession: {token: "${AGED}", externalUserRef: artist-1}\n';
    const deployment = await load(yaml, { AGED: 'an-aged-session' });
    expect(secretsOf(deployment).map(({ variable, value }) => [variable, value])).to.deep.equal([
      ['FAILPATH_AGED_SESSION', 'an-aged-session'],
    ]);
  });

  it('describes ways to move shared state, and forbids others', async () => {
    const yaml = `
url: https://api.example.org
capabilities:
  key.create: false
  quota.set: false
  clock.advance: {set: {url: /clock, body: {seconds: '{{seconds}}'}}}
  chain.fault: {magic: {operation: initWork, body: {title: REFUSE}}}
`;
    const { ways, forbidden } = await load(yaml);
    expect([...forbidden]).to.deep.equal(['key.create', 'quota.set']);
    expect(Object.fromEntries(ways)).to.deep.equal({
      'clock.advance': { set: { method: 'POST', url: '/clock', headers: {}, body: { seconds: '{{seconds}}' } } },
      'chain.fault': { magic: { operation: 'initWork', headers: {}, body: { title: 'REFUSE' } } },
    });
  });

  it('allows mainnet only by name', async () => {
    const [finding] = await refused('url: https://api.example.org\nnetwork: mainnet\n');
    expect(finding).to.include({
      problem: 'deployment-invalid',
      at: '2:1',
      what: 'network: mainnet costs real credits: say `allowMainnet: true` as well if that is meant',
    });
    expect((await load('url: https://api.example.org\nnetwork: mainnet\nallowMainnet: true\n')).network).to.equal('mainnet');
  });

  it('reads a file of certificate authorities beside it', async () => {
    const files = { 'staging.yaml': 'url: https://api.example.org\nhttp: {ca: ca.pem}\n', 'ca.pem': 'PEM' };
    expect(await withFiles(files, (folder) => loadDeployment(join(folder, 'staging.yaml'), {}).http.ca)).to.equal('PEM');
    const [finding] = await refused('url: https://api.example.org\nhttp: {ca: none.pem}\n');
    expect(finding?.what).to.match(/^the certificate file .*none\.pem cannot be read: /);
  });

  it('may be JSON', async () => {
    expect((await load('{"url": "https://api.example.org"}')).url).to.equal('https://api.example.org');
  });

  describe('is refused, with the place,', () => {
    const table: readonly [what: string, yaml: string, at: string, message: string | RegExp][] = [
      ['for what is no YAML', 'url: "https', '1:12', /quote/i],
      ['when it is empty', '', '1:1', 'url: Invalid input: expected string, received undefined'],
      ['when it is no mapping', '- url', '1:1', 'the deployment: Invalid input: expected object, received array'],
      ['without a URL', 'organization: org\n', '1:1', 'url: Invalid input: expected string, received undefined'],
      ['for an address that is none', 'url: api.example.org\n', '1:1', 'url: an address begins with http:// or https://, or is ${NAME} of an environment variable'],
      ['for an impossible URL', 'url: "https://a b"\n', '1:1', 'url: "https://a b" is no URL of http or https'],
      ['for a credential in the URL', 'url: https://me:pass@api.example.org\n', '1:1', /^url: it holds a credential, which would show in reports/],
      ['for a query in the URL', 'url: https://api.example.org/?v=1\n', '1:1', /it ends in a query or a fragment/],
      ['for a member that does not exist', 'url: https://h\norganisation: org\n', '2:1', /^organisation: there is no member/],
      ['for a capability that does not exist', 'url: https://h\ncapabilities:\n  clock.stop: false\n', '3:3', /^capabilities\.clock\.stop: there is no member/],
      ['for a token in plain text', 'url: https://h\nidentities:\n  active: afo_sk_live_1\n', '3:3', 'identities.active: a token is given as ${NAME}, the name of an environment variable'],
      ['for a token in plain text that is not marked public', 'url: https://h\nidentities:\n  active: {token: abc}\n', '3:12', /^identities\.active\.token: a token is given as \$\{NAME\}.*public: true/],
      ['for an identity of another kind', 'url: https://h\nidentities: {active: 7}\n', '2:14', 'identities.active: an identity is ${NAME} of an environment variable, or an object with such a `token`'],
      ['for a call without a URL', 'url: https://h\ncapabilities:\n  quota.set: {set: {method: PUT}}\n', '3:15', 'capabilities.quota.set.set.url: Invalid input: expected string, received undefined'],
      ['for a way of another kind', 'url: https://h\ncapabilities:\n  quota.set: true\n', '3:3', 'capabilities.quota.set: it is met by {set, restore}, by {magic}, or forbidden with false'],
      ['for a parameter that the call does not have', 'url: https://h\ncapabilities:\n  clock.advance: {set: {url: "/c/{{second}}"}}\n', '3:3', 'capabilities.clock.advance: {{second}} is no parameter here: there are {{seconds}}, {{organization}}, {{network}}'],
      ['for a magic value that says nothing', 'url: https://h\ncapabilities:\n  chain.fault: {magic: {operation: initWork}}\n', '3:17', 'capabilities.chain.fault.magic: a magic value stands in headers, body or both'],
      ['for a way to simulate that says nothing', 'url: https://h\nsimulate: {}\n', '2:1', 'simulate: say how to ask: in headers, query or both'],
      ['for a rate of none', 'url: https://h\nhttp:\n  rate: 0\n', '3:3', /^http\.rate: Too small/],
    ]; // prettier-ignore
    for (const [what, yaml, at, message] of table) {
      it(what, async () => {
        const [finding, ...others] = await refused(yaml);
        expect(others.map((one) => one.what)).to.deep.equal([]);
        expect(finding?.problem).to.equal('deployment-invalid');
        if (typeof message === 'string') expect(finding?.what).to.equal(message);
        else expect(finding?.what).to.match(message);
        expect(finding?.at).to.equal(at);
        expect(finding?.why).to.not.equal('');
        expect(finding?.remedy).to.not.equal('');
      });
    }

    it('for every fault at once', async () => {
      const found = await refused('url: https://h\nnetwork: devnet\nidentities: {active: abc}\nuploads: {maxBytes: -1}\n');
      expect(found.map(({ at }) => at)).to.deep.equal(['2:1', '3:14', '4:11']);
    });

    it('for every variable that is not set, or empty', async () => {
      const found = await refused('url: https://h\nidentities:\n  active: ${KEY}\n  readOnly: {token: "${READ_KEY}"}\n', { READ_KEY: '' });
      expect(found.map(({ problem, at, what }) => [problem, at, what])).to.deep.equal([
        ['deployment-secret-missing', '3:3', 'identities.active needs the environment variable KEY, which is not set'],
        ['deployment-secret-missing', '4:14', 'identities.readOnly.token needs the environment variable READ_KEY, which is not set'],
      ]);
      expect(found[0]?.remedy).to.equal('Set it (export KEY=...), or delete the entry: its failures are then reported as not-capable.');
    });

    it('for what a variable was filled in with, without showing a secret', async () => {
      const [url, ...others] = await refused('url: ${BASE}\nidentities: {active: "${KEY}"}\n', { BASE: 'api.example.org', KEY: 'short' });
      expect(url).to.include({ at: '1:1', what: 'url: "api.example.org" is no URL of http or https' });
      expect(others.map(({ at, what }) => [at, what])).to.deep.equal([
        ['2:14', 'identities.active: a token of fewer than 8 characters cannot be kept out of reports'],
      ]);
    });

    describe('for identities that are the same although it says that they differ:', () => {
      const KEYS = { KEY: 'the-very-same-secret', AGAIN: 'the-very-same-secret', OTHER: 'another-secret' };
      const places = async (yaml: string): Promise<string[]> => {
        const found = await refused(yaml, KEYS);
        expect(JSON.stringify(found)).to.not.contain('the-very-same-secret');
        return found.map(({ at, what }) => `${at} ${what}`);
      };

      it('by their secret, whatever the variables are called', async () => {
        const yaml =
          'url: https://h\nidentities:\n  active: ${KEY}\n  readOnly: ${OTHER}\n  revoked: ${KEY}\n  admin: {token: "${AGAIN}"}\n';
        expect(await places(yaml)).to.deep.equal([
          '5:3 identities.revoked: it has the secret of identities.active; the two differ, so give each its own',
          '6:11 identities.admin.token: it has the secret of identities.active; the two differ, so give each its own',
        ]);
      });

      it('by their organization, said or by default, in whichever case', async () => {
        const yaml = [
          'url: https://h',
          'organization: Org-A',
          'identities:',
          '  active: ${KEY}',
          '  otherOrg: ${OTHER}',
          '  inactiveOrg: {token: inactive-key, public: true, organization: org-a}',
          '  deletedOrg: {token: deleted-key, public: true, organization: org-b}',
        ];
        expect(await places(yaml.join('\n'))).to.deep.equal([
          '5:3 identities.otherOrg: it has the organization of identities.active, Org-A; otherOrg is of another one, so say which',
          '6:52 identities.inactiveOrg.organization: it has the organization of identities.active, Org-A; inactiveOrg is of another one, so say which',
        ]);
      });

      it("by the organization of active, where that is not the deployment's", async () => {
        const yaml = (own: string): string =>
          `url: https://h\norganization: a\nidentities:\n  active: {token: "\${KEY}", organization: b}\n  otherOrg: {token: "\${OTHER}", organization: ${own}}\n`;
        expect(await places(yaml('b'))).to.have.length(1);
        expect((await load(yaml('a'), KEYS)).identities.size).to.equal(2);
      });

      it('also in process', () => {
        const same = { token: 'the-very-same-secret', public: false };
        const found = findingsOf(() => createDeployment({ url: 'https://h', identities: { active: same, revoked: same } }));
        expect(found.map(({ what }) => what)).to.deep.equal([
          'identities.revoked.token: it has the secret of identities.active; the two differ, so give each its own',
        ]);
      });
    });

    it('for an aged session in plain text, or one too short to be hidden', async () => {
      const yaml = (token: string): string => `url: https://h\naged:\n  partnerSession: {token: ${token}, externalUserRef: artist-1}\n`;
      const [plain] = await refused(yaml('eyJhbGciOiJIUzI1NiJ9'));
      expect(`${plain?.at} ${plain?.what}`).to.match(/^3:20 aged\.partnerSession\.token: a token is given as \$\{NAME\}.*public: true/);
      const [short] = await refused(yaml("'${AGED}'"), { AGED: 'short' });
      expect(`${short?.at} ${short?.what}`).to.equal(
        '3:20 aged.partnerSession.token: a token of fewer than 8 characters cannot be kept out of reports',
      );
    });

    it('for an identity that is misspelt, before its variable is asked for; one of a suite of your own is none of that', async () => {
      const found = await refused(
        'url: https://h\nidentities:\n  actve: ${KEY}\n  partnerAdmin: {token: partner-token, public: true}\n  Revoked: ${KEY}\n',
      );
      expect(found.map(({ at, what }) => `${at} ${what}`)).to.deep.equal([
        '3:3 identities.actve: no path asks for such an identity. Did you mean active?',
        '5:3 identities.Revoked: no path asks for such an identity. Did you mean revoked?',
      ]);
    });

    it('when there is none', () => {
      const [finding] = findingsOf(() => loadDeployment('/nowhere/staging.yaml', {}));
      expect(finding).to.include({ problem: 'deployment-invalid', remedy: 'Name an existing file with --deployment.' });
      expect(finding?.what).to.contain('/nowhere/staging.yaml');
    });
  });

  describe('in process', () => {
    it('has its tokens in plain text', () => {
      const { identities } = createDeployment({ url: 'https://h', identities: { active: { token: 'the-token', public: false } } });
      expect(identities.get('active')).to.deep.equal({ name: 'active', value: 'the-token', public: false });
    });

    it('is refused without a place', () => {
      const [finding, ...others] = findingsOf(() => createDeployment({ url: 'https://h?x=1' }));
      expect(others).to.deep.equal([]);
      expect(finding).to.include({ problem: 'deployment-invalid' });
      expect(finding).to.not.have.property('location');
      expect(findingsOf(() => createDeployment({ url: 'http:foo' }))).to.have.length(1);
    });
  });
});
