import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClock } from '../../mocks/index.js';
import { createScripts, readScript } from '../../mocks/script/index.js';
import { failpath, temporaryFile, temporaryFolder, type Ended } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { atsContract } from '../mock/support.js';

const SESSION = fileURLToPath(new URL('./golden/session.har', import.meta.url));
const BASE = 'https://staging.example.com/api';

interface Entry {
  readonly request: { readonly method: string; url: string };
  readonly response: object;
}

const entry = (url: string, status = 404, more: object = {}): Entry => ({
  request: { method: 'GET', url },
  response: {
    status,
    content: {
      mimeType: 'application/json',
      text: '{"error":{"code":"transaction.not_found","message":"No.","request_id":"req_00000000000000000000000000000000"}}',
    },
    ...more,
  },
});
const har = (...entries: readonly unknown[]): string => temporaryFile('session.har', JSON.stringify({ log: { version: '1.2', entries } }));

/** Runs the import in a folder of its own. */
async function run(file: string, ...flags: readonly string[]): Promise<Ended & { readonly folder: string }> {
  const folder = temporaryFolder();
  return { ...(await failpath(['import', file, ...flags], { cwd: folder })), folder };
}

describe('failpath import', function () {
  this.timeout(30_000);

  it('makes a script of a session, and says what is in it', async () => {
    const { exitCode, stdout, stderr, folder } = await run(SESSION);
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 1, stderr: '' });
    const text = readFileSync(join(folder, 'recorded.yaml'), 'utf8').replace(/ in \S*session\.har/, ' in session.har');
    expectGolden(stdout, new URL('./golden/session.txt', import.meta.url));
    expectGolden(text, new URL('./golden/session.yaml', import.meta.url));
    const contract = await atsContract();
    const scripts = createScripts({ contract, clock: createClock() });
    scripts.replace('x', readScript(join(folder, 'recorded.yaml'), { contract }));
    expect(scripts.rules).to.have.length.above(3);
    expect(readdirSync(folder)).to.deep.equal(['recorded.yaml']);
  });

  it('prints JSON, and ends with 0 when every answer is as the contract says', async () => {
    const file = har(entry(`${BASE}/v1/transactions/1`), entry('https://elsewhere.example/x'), entry(`${BASE}/v1/transactions/2`, 0));
    const { exitCode, stdout } = await run(file, '--json', '--out', 'mine.yaml');
    expect(exitCode).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal({
      file: 'mine.yaml',
      rules: 1,
      base: BASE,
      unanswered: 1,
      requests: 1,
      failures: 1,
      successes: 0,
      unjudged: 0,
      leftOut: 0,
      violations: [],
      elsewhere: [{ request: 'GET https://elsewhere.example', count: 1 }],
    });
  });

  it('never replaces a file without being told to', async () => {
    const file = har(entry(`${BASE}/v1/transactions/1`));
    const out = temporaryFile('recorded.yaml', 'mine');
    const { exitCode, stderr } = await run(file, '--out', out);
    expect(exitCode).to.equal(4);
    expect(stderr).to.match(/^output-unwritable .*exists[^]*--overwrite/);
    expect(readFileSync(out, 'utf8')).to.equal('mine');
    expect((await run(file, '--out', out, '--overwrite')).exitCode).to.equal(0);
    expect(readFileSync(out, 'utf8')).to.contain('transaction.not_found');
  });

  it('asks where the API begins when there are several places', async () => {
    const file = har(entry(`${BASE}/v1/transactions/1`), entry('https://www.example.com/v1/transactions/1'));
    const { exitCode, stderr } = await run(file);
    expect(exitCode).to.equal(4);
    expect(stderr).to.match(/^usage .*2 places: https:\/\/\S+ \(1\), https:\/\/\S+ \(1\)[^]*--base https:/);
    const told = await run(file, '--base', `${BASE}/`, '--json');
    expect(JSON.parse(told.stdout)).to.deep.include({
      base: BASE,
      requests: 1,
      elsewhere: [{ request: 'GET https://www.example.com', count: 1 }],
    });
  });

  const unusable: readonly (readonly [string, string, RegExp])[] = [
    ['a file that does not exist', join(temporaryFolder(), 'none.har'), /no such file/],
    ['a folder', temporaryFolder(), /it is a folder/],
    ['what is no JSON', temporaryFile('a.har', '<har>'), /it is not valid JSON/],
    [
      'JSON that is no HAR',
      temporaryFile('b.har', '{"log": {"entries": [{"request": {"method": "GET", "url": "x"}}]}}'),
      /log\.entries\.0\.request\.url: it is no URL/,
    ],
    ['a session without the API', har(entry('https://x.example/y')), /no request reaches an operation .*GET https:\/\/x\.example/],
    ['an empty session', har(), /it has no requests/],
    ['a session without answers', har(entry(`${BASE}/v1/transactions/1`, 0)), /was answered/],
  ];
  for (const [name, file, expected] of unusable) {
    it(`refuses ${name}`, async () => {
      const { exitCode, stdout, stderr, folder } = await run(file);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
      expect(stderr)
        .to.match(/^har-invalid /)
        .and.to.match(expected);
      expect(readdirSync(folder)).to.deep.equal([]);
    });
  }

  it('refuses a base that is none', async () => {
    const { exitCode, stderr } = await run(SESSION, '--base', 'staging.example.com');
    expect(exitCode).to.equal(4);
    expect(stderr).to.match(/^usage {2}--base is "staging\.example\.com"/);
  });

  it('reads no pipe and no device', async function () {
    if (process.platform === 'win32') this.skip();
    const { exitCode, stderr } = await run('/dev/zero');
    expect(exitCode).to.equal(4);
    expect(stderr).to.match(/^har-invalid {2}\/dev\/zero: it is no regular file, but a pipe or a device\n/);
  });
});
