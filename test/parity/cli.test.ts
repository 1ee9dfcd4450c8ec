import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ParityReport } from '../../contracts/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { failpath, ROOT, startFailpath, temporaryFile, type Ended } from '../support/cli.js';
import { describeSandbox } from '../support/deployment.js';
import { expectGolden } from '../support/golden.js';
import { contract } from '../support/judge.js';
import { inProcess } from '../support/io.js';
import { normalise } from '../support/normalise.js';
import { startProxy, type Meddling } from '../support/proxy.js';
import { habitat, mutantNamed } from '../zoo/index.js';
import { telling, withBody } from '../zoo/wire/index.js';

/** Paths run one at a time, so that a report's order never changes; by the contract beside the tests, so that its places are short. */
const parity = (url: string, ...filter: readonly string[]): Promise<Ended> =>
  failpath(['parity', '--url', url, '--concurrency', '1', ...filter.flatMap((globs) => ['--filter', globs])], { cwd: ROOT });

/** Deployments and the one difference that the report is about. */
const REPORTS: readonly { readonly golden: string; readonly mutant: string; readonly filters: readonly string[] }[] = [
  { golden: 'fiction', mutant: 'size limit off by one', filters: ['prepare* registration.audio_*'] },
  {
    golden: 'order',
    mutant: 'initWork with otherOrganization before revokedKey',
    filters: ['initWork api_key.revoked', 'initWork api_key.org_mismatch'],
  },
  { golden: 'too-strict', mutant: 'name of a key: one less', filters: ['createApiKey api_key.invalid_name'] },
  { golden: 'stays-broken', mutant: 'stays broken after transaction.not_found', filters: ['getTransaction transaction.not_found'] },
  { golden: 'no-envelope', mutant: 'flattened envelope', filters: ['initWork api_key.scope_denied'] },
  { golden: 'unproven', mutant: "an edge's page in place of 413", filters: ['prepareWork registration.audio_*'] },
];

/** One operation, all of whose paths need something else. */
const SMALL = ['parity', '--operation', 'revokeApiKey', '--contract', join(ROOT, 'openapi.yaml')];

/** What no check of `verify` minds: values of the details. */
const LIES: readonly { readonly golden: string; readonly filter: string; readonly code: string; readonly details: object }[] = [
  { golden: 'limit', filter: 'createApiKey api_key.limit_reached', code: 'api_key.limit_reached', details: { max: 11 } },
  { golden: 'word', filter: 'listApiKeys common.not_found', code: 'common.not_found', details: { resource: 'org' } },
];

describe('failpath parity', function () {
  this.timeout(120_000);

  it('of the embedded mock with itself: the same, whole', async () => {
    const { exitCode, stdout, stderr } = await inProcess(['parity', '--json', '--contract', join(ROOT, 'openapi.yaml')]);
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
    const { lines, summary, partial, verdict } = JSON.parse(stdout) as ParityReport;
    expect({ partial, verdict, different: lines.filter(({ parity: is }) => is !== 'same').length }).to.deep.equal({
      partial: false,
      verdict: 'same',
      different: 0,
    });
    expect(lines.filter(({ kind }) => kind === 'cause')).to.have.length(contract.failures.flatMap(({ causes }) => causes).length);
    expect(lines.filter(({ kind }) => kind === 'identity')).to.have.length.greaterThan(40);
    expect(lines.filter(({ kind }) => kind === 'precedence')).to.have.length.greaterThan(100);
    expect(summary).to.deep.equal({ same: lines.length });
  });

  for (const { golden, mutant, filters } of REPORTS) {
    const expected = golden === 'unproven' ? 2 : 1;
    it(`${mutant}: exit code ${expected}, and a report that explains itself`, async () => {
      const { exitCode, stdout, stderr } = await habitat(mutantNamed(mutant), (url) => parity(url, ...filters));
      expectGolden(normalise(stdout), new URL(`goldens/${golden}.txt`, import.meta.url));
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: expected, stderr: '' });
    });
  }

  describe('of a mock behind something else', () => {
    let mock: Mock;
    let guarded: Mock;
    before(async () => {
      [mock, guarded] = await Promise.all([startMock(), startMock({ adminToken: 'the-operators-token-of-this-test' })]);
    });
    after(() => Promise.all([mock.close(), guarded.close()]));

    const behind = async (meddling: Meddling, use: (url: string) => Promise<Ended>, { url } = mock): Promise<Ended> => {
      const proxy = await startProxy(url, meddling);
      try {
        return await use(proxy.url);
      } finally {
        await proxy.close();
      }
    };

    for (const { golden, filter, code, details } of LIES) {
      it(`${JSON.stringify(details)}, which verify does not mind: exit code 1`, async () => {
        const lying = telling([code], (answer) =>
          withBody(answer, ({ error }) => ({ error: { ...error, details: { ...(error['details'] as object), ...details } } })),
        );
        const verified = await behind(lying, (url) => failpath(['verify', '--url', url, '--filter', filter], {}));
        expect(verified.exitCode, verified.stdout).to.equal(0);
        const { exitCode, stdout } = await behind(lying, (url) => parity(url, filter));
        expectGolden(normalise(stdout), new URL(`goldens/${golden}.txt`, import.meta.url));
        expect(exitCode).to.equal(1);
      });
    }

    it('as a deployment file describes it: exit code 1 for a lie, and no secret is shown', async () => {
      const lying = telling(['common.not_found'], (answer) => ({ ...answer, status: 410 }));
      const proxy = await startProxy(guarded.url, lying);
      const { file, env } = describeSandbox(guarded, proxy.url);
      const args = ['parity', '--deployment', file, '--operation', 'listApiKeys'];
      // One after the other: both make keys, of which the organization may have so many.
      const report = await failpath(args, { env });
      const json = await failpath([...args, '--json'], { env });
      await proxy.close();
      expect([report.exitCode, json.exitCode], report.stdout).to.deep.equal([1, 1]);
      // The mock's own side has the tokens of the well-known world, which are public there.
      const { lines } = JSON.parse(json.stdout) as ParityReport;
      const shown = report.stdout + JSON.stringify(lines.map(({ mock: _, ...line }) => line));
      for (const [name, value] of Object.entries(env)) expect(shown.includes(value), name).to.equal(false);
      expect(report.stdout).to.contain('5 causes: 1 different, 4 same').and.to.contain('$FAILPATH_ADMIN');
    });

    it('in production: nothing is sent that the file does not permit, and the report says what to add', async () => {
      const { file, env } = describeSandbox(guarded, guarded.url);
      const text = `${readFileSync(file, 'utf8')}\nproduction: true\n`;
      let sent = 0;
      const proxied = await behind({ instead: () => void (sent += 1) }, (url) =>
        failpath(
          ['parity', '--deployment', temporaryFile('production.yaml', text.replace(guarded.url, url)), '--operation', 'listApiKeys'],
          {
            env,
          },
        ),
      );
      expectGolden(normalise(`exit code ${proxied.exitCode}\n${proxied.stdout}`), new URL('goldens/production.txt', import.meta.url));
      expect(sent).to.equal(0);
    });

    it('interrupted: exit code 130, after what is under way', async () => {
      let asked = (): void => undefined;
      const first = new Promise<void>((resolve) => (asked = resolve));
      const slow: Meddling = {
        async answer(answer) {
          asked();
          await sleep(50);
          return answer;
        },
      };
      const { exitCode, stdout } = await behind(slow, async (url) => {
        const running = startFailpath(['parity', '--url', url, '--concurrency', '1']);
        await first;
        running.kill('SIGINT');
        return running.ended;
      });
      expect(exitCode).to.equal(130);
      expect(stdout).to.match(/\ninterrupted in .*, exit code 130\n$/);
    });
  });

  it('of nobody: exit code 3', async () => {
    const mock = await startMock();
    await mock.close();
    const { exitCode, stdout } = await inProcess([...SMALL, '--url', mock.url]);
    expect(exitCode).to.equal(3);
    const [head = '', why = '', verdict = '', ...more] = stdout.split('\n\n');
    expect(head).to.match(/^.* on the embedded mock and on http:[^\n]*$/);
    expect(why).to.match(/^! unproven {2}setup-failed: http:\S* gives no answer [^\n]*$/);
    expect(verdict).to.match(/^7 causes: 7 unproven; \d+ probes: [^\n]*\nunjudged in .*, exit code 3\n$/);
    expect(more).to.deep.equal([]);
  });

  it('of an address that is no mock, without a deployment file: exit code 2, and one sentence', async () => {
    const server = createServer((request, answer) => void request.resume().on('end', () => answer.writeHead(404).end()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const args = [...SMALL, '--url', url];
    const [{ exitCode, stdout }, json] = [await inProcess(args), await inProcess([...args, '--json'])];
    server.close();
    expect([exitCode, json.exitCode]).to.deep.equal([2, 2]);
    const [, why = '', verdict = '', ...more] = stdout.split('\n\n');
    expect(why).to.match(/^! unproven {2}http:\S* is no failpath mock, so that nothing but its address is known: [^\n]* --deployment$/);
    expect(verdict).to.match(/^7 causes: 7 unproven; [^\n]*\nunproven in .*, exit code 2\n$/);
    expect(more).to.deep.equal([]);
    const { lines } = JSON.parse(json.stdout) as ParityReport;
    expect(lines.find(({ code }) => code === 'common.not_found')?.reason, 'what each lacks is in --json').to.contain(' missing: ');
  });

  for (const [args, says] of [
    [['--code', 'api_key.revokd'], /no failure of .* matches api_key\.revokd[\s\S]*Did you mean api_key\.revoked\?/],
    [['--url', 'http://127.0.0.1', '--deployment', 'staging.yaml'], /--deployment and --url are both given/],
    [['staging.yaml'], /too many arguments/],
  ] as const) {
    it(`${args.join(' ')}: exit code 4`, async () => {
      const { exitCode, stdout, stderr } = await failpath(['parity', ...args]);
      expect(stderr).to.match(says);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    });
  }

  it('--help says what each exit code means', async () => {
    const { exitCode, stdout } = await failpath(['parity', '--help']);
    const codes = [...stdout.slice(stdout.indexOf('Exit codes:')).matchAll(/^ {2}(\d+) +\S/gm)].map(([, code]) => Number(code));
    expect({ exitCode, codes }).to.deep.equal({ exitCode: 0, codes: [0, 1, 2, 3, 4, 70, 130] });
  });
});
