import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLedger } from '../../ci/index.js';
import { verify, type VerifyOptions } from '../../cli/commands/verify.js';
import { startMock } from '../../mocks/index.js';
import { formatFinding, InputError } from '../../spec/index.js';
import { ROOT, temporaryFolder } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { inProcess, testIo } from '../support/io.js';
import { normalise } from '../support/normalise.js';
import { startProxy } from '../support/proxy.js';
import { mutantNamed } from '../zoo/index.js';
import { on } from './support.js';

const LIE = 'registration.title_required: wrong status';
const WAIVERS = `waivers:
  - operation: initWork
    code: registration.title_required
    owner: works@example.com
    reason: mended with the next release
    expires: 2026-09-30
  - operation: initWork
    code: registration.filename_required
    owner: works@example.com
    reason: was broken in May
    expires: 2026-12-31
`;

/** Runs verify in this process, at a deployment that lies about titles. */
async function verified(
  url: string,
  policy: string,
  day: string,
  more: Partial<VerifyOptions> = {},
): Promise<{ exitCode: number; out: string; folder: string }> {
  const folder = temporaryFolder();
  const file = join(folder, 'failpath.policy.yaml');
  writeFileSync(file, policy);
  const io = testIo();
  const options = {
    contract: join(ROOT, 'openapi.yaml'),
    out: folder,
    concurrency: 8,
    reruns: 0,
    url,
    policy: file,
    filter: ['initWork registration.*'],
  };
  const exitCode = await verify({ ...options, ...more }, io, () => on(day));
  return { exitCode, folder, out: normalise(io.written.out.replaceAll(`${folder}/`, '')) };
}

describe('failpath verify --policy', function () {
  this.timeout(60_000);
  const servers: { url: string; close(): Promise<unknown> }[] = [];
  before(async () => {
    const mock = await startMock();
    servers.push(await startProxy(mock.url, mutantNamed(LIE).proxy?.()), mock);
  });
  after(async () => {
    for (const server of servers) await server.close();
  });

  it('tells every reason in its report, and keeps them in the ledger', async () => {
    const { exitCode, out, folder } = await verified(servers[0]?.url ?? '', WAIVERS, '2026-10-01');
    expect(exitCode).to.equal(1);
    expectGolden(out, new URL('./golden/verify.txt', import.meta.url));
    const { ledger } = readLedger(folder);
    expect(ledger.reasons.map(({ kind }) => kind)).to.deep.equal(['finding', 'waiver-expired', 'waiver-unneeded']);
    expect(ledger.policy?.file).to.match(/failpath\.policy\.yaml$/);
  });

  it('passes by the selected lines when what is wrong is waived, and shows no finding', async () => {
    const [policy = ''] = WAIVERS.split(/(?= {2}- operation: initWork\n {4}code: registration\.filename)/);
    const { exitCode, out } = await verified(servers[0]?.url ?? '', policy, '2026-09-30');
    expect(exitCode).to.equal(0);
    expect(out).to.contain('1 waived').and.to.contain('\naccepted in').and.to.contain('· waived  violated, waived by works@example.com');
    expect(out).to.not.contain('✗');
  });

  it('refuses a shard of a filter, more shards than parts, and a policy that is wrong, before anything is sent', async () => {
    const refused = async (more: Partial<VerifyOptions>, policy = WAIVERS): Promise<string> => {
      try {
        return String((await verified('http://127.0.0.1:9', policy, '2026-09-30', more)).exitCode);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return error.findings.map(formatFinding).join('\n');
      }
    };
    expect(await refused({ shard: { index: 1, of: 2 } })).to.match(/^usage {2}--shard and a filter are both given/);
    expect(await refused({ shard: { index: 1, of: 40 }, filter: [] })).to.match(/^usage {2}--shard is 1\/40, and there are \d+ parts/);
    expect(await refused({}, 'waiver: []')).to.match(/policy-invalid/);
  });
});

describe('failpath gate, can-deploy and merge on the command line', () => {
  const told = async (...args: readonly string[]): Promise<[number | null, string]> => {
    const { exitCode, stdout, stderr } = await inProcess(args);
    return [exitCode, stdout + stderr];
  };

  it('say what they need, and what they end with', async () => {
    for (const command of ['gate', 'can-deploy', 'merge']) {
      const [exitCode, text] = await told(command, '--help');
      expect(exitCode, command).to.equal(0);
      expect(text, command).to.contain('Exit codes:');
      expect((await told(command))[0], command).to.equal(4);
    }
    for (const shard of ['0/2', '3/2', '1', 'a/b', '1/0'])
      expect(await told('verify', '--shard', shard), shard).to.satisfy(([code]: [number]) => code === 4);
  });
});
