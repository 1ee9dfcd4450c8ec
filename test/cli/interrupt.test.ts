import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startMock, type Mock } from '../../mocks/index.js';
import { failpath, startFailpath, temporaryFolder } from '../support/cli.js';
import { describeSandbox } from '../support/deployment.js';
import { contract } from '../support/judge.js';
import { startProxy } from '../support/proxy.js';

/** The names of the organization's keys that are not revoked, without those of the well-known world. */
async function liveKeys({ url, world }: Mock): Promise<readonly string[]> {
  const answer = await fetch(`${url}/v1/organizations/${world.organizations.active}/api-keys`, {
    headers: { authorization: `Bearer ${world.admin}` },
  });
  const keys = (await answer.json()) as readonly { name: string; revoked_at: string | null }[];
  return keys.filter(({ name, revoked_at: revoked }) => !Object.hasOwn(world.tokens, name) && revoked === null).map(({ name }) => name);
}

describe('failpath verify, interrupted', function () {
  this.timeout(120_000);

  let mock: Mock;
  beforeEach(async () => void (mock = await startMock()));
  afterEach(() => mock.close());

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`${signal}: what is under way ends, keys are revoked, the ledger is written, exit code 130`, async () => {
      let minted = (): void => undefined;
      const key = new Promise<void>((resolve) => (minted = resolve));
      // Slow enough that the run is in the middle of things when the signal comes.
      const proxy = await startProxy(mock.url, {
        async answer(answer, { operation }) {
          if (operation.id === 'createApiKey' && answer.status === 201) minted();
          await sleep(50);
          return answer;
        },
      });
      try {
        const out = temporaryFolder();
        // No sessions: what is made in one goes away with it, and this is about what does not.
        const { file, env } = describeSandbox({ ...mock, adminToken: 'not asked for' }, proxy.url);
        const args = ['verify', '--deployment', file, '--out', out, '--concurrency', '2', '--filter', '*ApiKey*'];
        const running = startFailpath(args, { env });
        await key;
        expect(await liveKeys(mock), 'keys in the middle of the run').to.have.length.greaterThan(0);
        running.kill(signal);
        const { exitCode, stdout } = await running.ended;
        expect(exitCode).to.equal(130);
        expect(stdout).to.match(/\ninterrupted in /);
        const ledger = JSON.parse(readFileSync(join(out, 'ledger.json'), 'utf8')) as Record<string, unknown>;
        expect(ledger).to.include({ partial: true, verdict: 'interrupted', exitCode: 130 });
        expect(ledger['failures']).to.have.length(contract.failures.length);
        expect(await liveKeys(mock)).to.deep.equal([]);
      } finally {
        await proxy.close();
      }
    });
  }

  it('a second signal, also in the middle of the clean-up, ends it at once', async () => {
    let [asked, cleaning] = [(): void => undefined, (): void => undefined];
    const key = new Promise<void>((resolve) => (asked = resolve));
    const begun = new Promise<void>((resolve) => (cleaning = resolve));
    const own = await startMock({ adminToken: 'the-operators-token-of-this-test' });
    // Its clean-up is never answered.
    const proxy = await startProxy(own.url, {
      answer(answer, { operation }) {
        if (operation.id === 'createApiKey' && answer.status === 201) asked();
        return answer;
      },
      instead({ method }) {
        if (method !== 'DELETE') return undefined;
        cleaning();
        return new Promise(() => undefined);
      },
    });
    try {
      const { file, env } = describeSandbox(own, proxy.url);
      const running = startFailpath(['verify', '--deployment', file, '--concurrency', '1', '--filter', '*ApiKey*'], { env });
      await key;
      running.kill('SIGINT');
      await begun;
      running.kill('SIGINT');
      expect((await running.ended).exitCode).to.equal(130);
    } finally {
      await proxy.close();
      await own.close();
    }
  });

  it('keys that an aborted run left are reported, and removed on demand; those of others are not touched', async () => {
    const create = async (name: string): Promise<void> => {
      const answer = await fetch(`${mock.url}/v1/organizations/${mock.world.organizations.active}/api-keys`, {
        method: 'POST',
        headers: { authorization: `Bearer ${mock.world.admin}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name, scopes: ['works:read'] }),
      });
      expect(answer.status).to.equal(201);
    };
    await create('failpath-0badc0de-1');
    await create('production');
    const args = ['verify', '--url', mock.url, '--operation', 'listApiKeys'];

    const reported = await failpath(args);
    expect(reported.stderr).to.equal(
      'left by an aborted run or a script of a report: API key failpath-0badc0de-1 (--remove-leftovers removes it)\n',
    );
    expect(await liveKeys(mock)).to.have.members(['failpath-0badc0de-1', 'production']);

    const removed = await failpath([...args, '--remove-leftovers']);
    expect({ exitCode: removed.exitCode, stderr: removed.stderr }).to.deep.equal({
      exitCode: 0,
      stderr: 'removed: API key failpath-0badc0de-1\n',
    });
    expect(await liveKeys(mock)).to.deep.equal(['production']);
  });
});
