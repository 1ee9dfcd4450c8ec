import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ObservedLedger } from '../../contracts/index.js';
import { readHar } from '../../spec/index.js';
import { failpath, temporaryFile, temporaryFolder, type Ended } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { contract } from '../support/judge.js';

const SESSION = fileURLToPath(new URL('./fixtures/session.har', import.meta.url));
const BASE = 'https://staging.example.com/api';

async function run(file: string, ...flags: readonly string[]): Promise<Ended & { readonly folder: string }> {
  const folder = temporaryFolder();
  return { ...(await failpath(['observe', '--har', file, ...flags], { cwd: folder })), folder };
}

describe('failpath observe --har', function () {
  this.timeout(30_000);

  it('checks what was saved, and says when it was', async () => {
    const { exitCode, stdout, stderr, folder } = await run(SESSION, '--fail-on', 'violation');
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 1, stderr: '' });
    expectGolden(
      stdout.replaceAll(/\S*\/openapi\.yaml:\d+:\d+/g, 'openapi.yaml:<line>:<column>'),
      new URL('./goldens/har.txt', import.meta.url),
    );
    const ledger = JSON.parse(readFileSync(join(folder, 'failpath-observed', 'ledger.json'), 'utf8')) as ObservedLedger;
    expect([ledger.startedAt, ledger.durationMs, ledger.deployment.url]).to.deep.equal(['2026-07-01T12:00:01.000Z', 4_020, BASE]);
    const seen = ledger.failures.flatMap(({ operation, code, outcome, seen: sightings }) =>
      sightings === null ? [] : [[operation, code, outcome, sightings.last]],
    );
    expect(seen).to.deep.equal([['getTransaction', 'transaction.not_found', 'violated', '2026-07-01T12:00:02.000Z']]);
    expect(readdirSync(folder)).to.deep.equal(['failpath-observed']);
    const text = ['ledger.json', 'junit.xml'].map((name) => readFileSync(join(folder, 'failpath-observed', name), 'utf8')).join('\n');
    expect(`${stdout}${text}`).to.not.contain('h4rc4n4ry');
  });

  it('ends with 0 where no answer was wrong, and with 3 where none could be judged', async () => {
    const entry = (status: number, text: string): object => ({
      request: { method: 'GET', url: `${BASE}/v1/transactions/1` },
      response: { status, content: { mimeType: 'application/json', text, size: 10 } },
    });
    const har = (...entries: readonly object[]): string => temporaryFile('session.har', JSON.stringify({ log: { entries } }));
    const right = '{"error":{"code":"transaction.not_found","message":"No.","request_id":"req_00000000000000000000000000000000"}}';
    const judged = await run(har(entry(404, right)), '--fail-on', 'violation', '--json');
    expect(judged.exitCode).to.equal(0);
    expect(JSON.parse(judged.stdout)).to.include({ event: 'summary', requests: 1, failures: 1, violations: 0, exitCode: 0 });
    const { request } = entry(404, right) as { request: object };
    const unread = await run(har({ request, response: { status: 404, content: { size: 10 } } }), '--base', BASE);
    expect(unread.exitCode).to.equal(3);
    expect(unread.stdout).to.contain('its body: it is not in the HAR file: save it with content');
  });

  it('ends with 3 where the API begins elsewhere than is said, and says so', async () => {
    const told = contract.failures.find(({ code }) => code === contract.refusals.unknownRoute)?.examples[0]?.value;
    const request = { method: 'GET', url: `${BASE}/v1/transactions/1` };
    const response = { status: 404, content: { mimeType: 'application/json', text: JSON.stringify(told) } };
    const file = temporaryFile('base.har', JSON.stringify({ log: { entries: [{ request, response }] } }));
    const { exitCode, stdout, stderr } = await run(file, '--base', 'https://staging.example.com');
    expect(exitCode).to.equal(3);
    expect(stdout).to.match(/0 declared failures, 0 violations, 1 refusal of what no operation answers\n/);
    expect(stdout).to.contain('no operation of the contract was reached in ');
    expect(stderr).to.match(/^No answer of an operation could be judged\. Say with --base/);
  });

  it('takes a WebSocket of the same host for one of the same API', () => {
    const entry = (origin: string, status: number): object => ({
      request: { method: 'GET', url: `${origin}/v1/transactions/1` },
      response: { status },
    });
    const entries = [entry('https://a.example', 404), entry('wss://a.example', 101)];
    const { base, elsewhere } = readHar(temporaryFile('ws.har', JSON.stringify({ log: { entries } })), contract);
    expect({ base, elsewhere }).to.deep.equal({ base: 'https://a.example', elsewhere: [] });
  });

  it('asks where the API begins when there are several places', async () => {
    const entry = (origin: string): object => ({
      request: { method: 'GET', url: `${origin}/v1/transactions/1` },
      response: { status: 404 },
    });
    const file = temporaryFile('two.har', JSON.stringify({ log: { entries: [entry('https://a.example'), entry('https://b.example')] } }));
    const { exitCode, stderr } = await run(file);
    expect(exitCode).to.equal(4);
    expect(stderr).to.match(/^usage .*2 places[^]*--base https:/);
  });
});
