import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { startMock, type Mock } from '../../mocks/index.js';
import { failpath, temporaryFile } from '../support/cli.js';
import { describeSandbox } from '../support/deployment.js';
import { expectGolden } from '../support/golden.js';
import { normalise } from '../support/normalise.js';
import { startProxy } from '../support/proxy.js';

describe('failpath verify --deployment, in production', () => {
  let mock: Mock;
  before(async () => void (mock = await startMock({ adminToken: 'the-operators-token-of-this-test' })));
  after(() => mock.close());

  /** The sandbox as a production deployment, and what reaches it that is not safe. */
  async function verify(allow: readonly string[]): Promise<{ report: string; unsafe: readonly string[] }> {
    const unsafe: string[] = [];
    const proxy = await startProxy(mock.url, {
      instead({ method = '', url }) {
        if (method !== 'GET') unsafe.push(`${method} ${url ?? ''}`);
        return undefined;
      },
    });
    try {
      const { file, env } = describeSandbox(mock, proxy.url);
      const host = new URL(proxy.url).host;
      const text = [readFileSync(file, 'utf8'), 'production: true', ...allow.map((line) => line.replace('<host>', host)), ''].join('\n');
      const args = [
        'verify',
        '--deployment',
        temporaryFile('production.yaml', text),
        '--operation',
        'createApiKey',
        '--operation',
        'listApiKeys',
      ];
      const { exitCode, stdout, stderr } = await failpath(args, { env });
      return { report: normalise(`exit code ${exitCode}\n${stderr}${stdout}`), unsafe };
    } finally {
      await proxy.close();
    }
  }

  it('without an allow list nothing is sent, and each line names what to allow', async () => {
    const { report, unsafe } = await verify([]);
    expectGolden(report, new URL('goldens/production-nothing.txt', import.meta.url));
    expect(unsafe).to.deep.equal([]);
  });

  it('with its host named what is safe is verified, and nothing else is sent', async () => {
    const { report, unsafe } = await verify(["allow: { hosts: ['<host>'] }"]);
    expectGolden(report, new URL('goldens/production-host.txt', import.meta.url));
    expect(unsafe).to.deep.equal([]);
  });
});
