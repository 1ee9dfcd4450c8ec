import { expect } from 'chai';
import { startMock, type Mock } from '../../mocks/index.js';
import { failpath, temporaryFile } from '../support/cli.js';
import { describeSandbox } from '../support/deployment.js';
import { expectGolden } from '../support/golden.js';
import { contract } from '../support/judge.js';

const TOKEN = 'afo_sk_live_0123456789abcdef0123456789abcdef0123456789abcdef';

/** Deployment files that cannot be used, and what the answer must say of each place in them. */
const INVALID: readonly { readonly name: string; readonly lines: readonly string[]; readonly says: Readonly<Record<string, RegExp>> }[] = [
  {
    name: 'unknown members, secrets in plain text, a misspelt parameter',
    lines: [
      'url: https://staging.example.com',
      'identitys: {}',
      'identities:',
      `  active: ${TOKEN}`,
      '  readOnly:',
      `    token: ${TOKEN}`,
      'capabilities:',
      '  clock.advance: {set: {url: /clock, body: {by: "{{minutes}}"}}}',
    ],
    says: {
      '2:1': /^deployment-invalid {2}identitys: there is no member "identitys" here$/,
      '4:3': /^deployment-invalid {2}identities\.active: a token is given as \$\{NAME\}/,
      '6:5': /^deployment-invalid {2}identities\.readOnly\.token: .*\$\{NAME\}/,
      '8:3': /^deployment-invalid {2}capabilities\.clock\.advance: \{\{minutes\}\} is no parameter here/,
    },
  },
  {
    name: 'variables that are not set',
    lines: ['url: https://staging.example.com', 'identities:', '  active: ${STAGING_ACTIVE}', '  admin: ${STAGING_ADMIN}'],
    says: {
      '3:3': /^deployment-secret-missing {2}identities\.active needs the environment variable STAGING_ACTIVE, which is not set$/,
      '4:3': /^deployment-secret-missing {2}identities\.admin needs the environment variable STAGING_ADMIN, which is not set$/,
    },
  },
  {
    name: 'mainnet that nobody allowed',
    lines: ['url: https://api.example.com', 'network: mainnet'],
    says: { '2:1': /^deployment-invalid {2}network: mainnet costs real credits: say `allowMainnet: true`/ },
  },
  {
    name: 'a credential in the URL',
    lines: ['url: https://me:hunter2@staging.example.com'],
    says: { '1:1': /^deployment-invalid {2}url: .*holds a credential/ },
  },
  { name: 'a syntax error', lines: ['url: [https://staging.example.com', ''], says: { '2:1': /^deployment-invalid {2}\S/ } },
];

describe('failpath verify --deployment', () => {
  for (const { name, lines, says } of INVALID) {
    it(`${name}: exit code 4, each with its place, reason and remedy`, async () => {
      const file = temporaryFile('staging.yaml', lines.join('\n'));
      const { exitCode, stdout, stderr } = await failpath(['verify', '--deployment', file]);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
      const findings = [...stderr.matchAll(/^(?:(.+?):(\d+:\d+) {2})?(\S.*)\n {4}why: \S.*\n {4}fix: \S.*$/gm)];
      expect(
        findings.map(([, , place]) => place),
        stderr,
      ).to.have.members(Object.keys(says));
      for (const [, at, place = '', what] of findings) {
        expect(at).to.equal(file);
        expect(what).to.match(says[place] ?? /never/);
      }
      expect(stderr).to.not.contain('hunter2').and.to.not.contain(TOKEN.slice(0, 20));
    });
  }

  it('identities that are the same, and one that is misspelt: exit code 4, and no secret', async () => {
    const same = ['url: https://staging.example.com', 'organization: 2f8c3c1e-6d0a-4a57-8f5e-1b7e90f3c6a4', 'identities:'];
    const files = [
      [...same, '  active: ${STAGING_KEY}', '  revoked: ${STAGING_KEY}', '  otherOrg: ${STAGING_OTHER}'],
      [...same, '  actve: ${STAGING_KEY}'],
    ];
    const env = { STAGING_KEY: TOKEN, STAGING_OTHER: TOKEN.replace('01', 'ff') };
    const reports: string[] = [];
    for (const lines of files) {
      const file = temporaryFile('staging.yaml', lines.join('\n'));
      const { exitCode, stdout, stderr } = await failpath(['verify', '--deployment', file], { env });
      reports.push(`exit code ${exitCode}\n${stdout}${stderr.replaceAll(file, 'staging.yaml')}`);
    }
    expectGolden(reports.join('\n'), new URL('goldens/same-identities.txt', import.meta.url));
    expect(reports.join('')).to.not.contain(TOKEN.slice(0, 20));
  });

  it('a file that is not there is exit code 4', async () => {
    const { exitCode, stderr } = await failpath(['verify', '--deployment', 'nowhere.yaml']);
    expect(exitCode).to.equal(4);
    expect(stderr).to.match(
      /^deployment-invalid {2}nowhere\.yaml: no such file\n {4}why: .+\n {4}fix: Name an existing file with --deployment\./,
    );
  });

  describe('for a running deployment', () => {
    let mock: Mock;
    before(async () => void (mock = await startMock({ adminToken: 'the-operators-token-of-this-test' })));
    after(() => mock.close());

    it('without identities every line is not-capable and names what is missing, exit code 2', async () => {
      const file = temporaryFile('staging.yaml', `url: ${mock.url}\norganization: ${mock.world.organizations.active}\n`);
      const { exitCode, stdout, stderr } = await failpath(['verify', '--deployment', file]);
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 2, stderr: '' });
      expect(stdout).to.match(/\n! not-capable {2}identity:active missing: give identities\.active, or what lets the suite make one: /);
      expect(stdout).to.match(/\n! not-capable {2}admin\.session missing: give identities\.admin, an administrator's session\n/);
      expect(stdout).to.contain(`: ${contract.failures.length} not-capable\nunproven in `);
      for (const { operation, status, code } of contract.failures) expect(stdout).to.contain(`    ${operation.id} ${status} ${code}`);
    });

    it('with everything that the suite asks for, all is verified, whoever holds the secrets', async () => {
      const { file, env } = describeSandbox(mock, mock.url);
      const { exitCode, stdout, stderr } = await failpath(['verify', '--deployment', file], { env });
      expect({ exitCode, stderr }, stdout).to.deep.equal({ exitCode: 0, stderr: '' });
      expect(stdout).to.contain(`: ${contract.failures.length} verified\n`).and.to.contain('\nproven in ');
    });
  });
});
