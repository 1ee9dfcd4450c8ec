import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { coverage, type CoverageOptions } from '../../cli/commands/coverage.js';
import { InputError, type Contract } from '../../spec/index.js';
import { coverageOf, judgeBehaviour, reportVerdict } from '../../mocks/verification/index.js';
import { atsContract } from '../mock/support.js';
import { testIo } from '../support/io.js';
import { testJournal, type TestJournal } from './support.js';

interface Shown {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

describe('failpath coverage', () => {
  let contract: Contract;
  let journal: TestJournal;
  let server: Server;
  let url: string;
  /** What the mock says otherwise. */
  let says: { sha256?: unknown; forgotten?: number; token?: string; text?: string };
  before(async () => {
    contract = await atsContract();
    const answer = (path: string | undefined): readonly [status: number, body: string] => {
      if (says.text !== undefined) return [200, says.text];
      if (path !== '/__admin/coverage') return [404, ''];
      const exchanges = journal.exchanges();
      const requests = exchanges.length + (says.forgotten ?? 0);
      const { rows: failures, ...counts } = coverageOf(contract, exchanges);
      const verdicts = judgeBehaviour(contract, exchanges).map(reportVerdict);
      const sha256 = says.sha256 ?? contract.sha256;
      return [200, JSON.stringify({ contract: { sha256 }, ...counts, requests, unjudged: says.forgotten ?? 0, failures, verdicts })];
    };
    server = createServer(({ url: path, headers }, response) => {
      const welcome = says.token === undefined || headers.authorization === `Bearer ${says.token}`;
      const [status, body] = welcome ? answer(path) : [401, ''];
      response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    journal = testJournal(contract);
    says = {};
  });

  async function run(options: Partial<CoverageOptions> = {}, env: Record<string, string> = {}): Promise<Shown> {
    const io = testIo({ env });
    const exitCode = await coverage({ url, contract: contract.file, operation: ['getTransaction'], ...options }, io);
    return { exitCode, ...io.written };
  }
  async function refusal(options: Partial<CoverageOptions>, env: Record<string, string> = {}): Promise<string> {
    const error: unknown = await run(options, env).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InputError);
    return (error as InputError).message;
  }
  const showNotFound = (): unknown => journal.add({ operation: 'getTransaction', status: 404, code: 'transaction.not_found' });
  const showUnavailable = (): unknown =>
    journal.add({ operation: 'getTransaction', status: 503, code: 'common.service_unavailable', retryAfter: '0', at: 90_000 });

  it('shows what was shown, and passes without a gate', async () => {
    showNotFound();
    const { exitCode, out, err } = await run();
    expect({ exitCode, err }).to.deep.equal({ exitCode: 0, err: '' });
    expect(out).to.equal(
      [
        '  OPERATION       STATUS  CODE                        RETRY    TIMES',
        '✓ getTransaction  404     transaction.not_found       never    1',
        '✗ getTransaction  503     common.service_unavailable  backoff  -',
        '1 of 2 declared failures shown: 50%',
        '',
      ].join('\n'),
    );
  });

  it('is a gate with --min: 2 below it, 0 from it on', async () => {
    showNotFound();
    const below = await run({ min: 100 });
    expect(below.exitCode).to.equal(2);
    expect(below.out).to.match(/50% is less than 100%\.\n$/);
    expect((await run({ min: 50 })).exitCode).to.equal(0);
    showUnavailable();
    expect((await run({ min: 100 })).exitCode).to.equal(0);
  });

  it('tells how the client behaved: 1 when it is certain', async () => {
    const post = { operation: 'initWork', body: { title: 'Song' }, headers: { authorization: 'Bearer one', 'idempotency-key': 'k' } };
    journal.add({ ...post, status: 403, code: 'api_key.scope_denied', at: 0 });
    journal.add({ ...post, status: 403, code: 'api_key.scope_denied', at: 200 });
    const { exitCode, out } = await run({ min: 0 });
    expect(exitCode).to.equal(1);
    expect(out).to.match(
      /How the client behaved\n\nretried-never {2}initWork answered 403 api_key\.scope_denied, which must not be retried/,
    );
  });

  it('tells what is only likely, and decides nothing by it', async () => {
    journal.add({ operation: 'getTransaction', status: 404, code: 'transaction.not_found', at: 0 });
    journal.add({ operation: 'getTransaction', status: 404, code: 'transaction.not_found', at: 200 });
    const { exitCode, out } = await run();
    expect(exitCode).to.equal(0);
    expect(out).to.contain('retried-never (likely)  getTransaction');
  });

  it('prints JSON', async () => {
    showNotFound();
    const { out } = await run({ json: true, min: 60 });
    expect(JSON.parse(out)).to.deep.equal({
      declared: 2,
      shown: 1,
      percent: 50,
      min: 60,
      requests: 1,
      unjudged: 0,
      failures: [
        { operation: 'getTransaction', status: 404, code: 'transaction.not_found', retry: 'never', times: 1 },
        { operation: 'getTransaction', status: 503, code: 'common.service_unavailable', retry: 'backoff', times: 0 },
      ],
      verdicts: [],
      exitCode: 2,
    });
  });

  it('says when the journal has forgotten requests', async () => {
    showNotFound();
    says = { forgotten: 41 };
    expect((await run()).out).to.contain('The journal had forgotten 41 of 42 requests before their behaviour was judged.');
  });

  it('does not judge a mock that no request has reached, or that is not there', async () => {
    const quiet = await run({ min: 0 });
    expect(quiet.exitCode).to.equal(3);
    expect(quiet.err).to.equal(`No request has reached ${url}: run the client against it first.\n`);
    const nobody = await run({ url: 'http://127.0.0.1:9' });
    expect(nobody.exitCode).to.equal(3);
    expect(nobody.err).to.match(/^No mock answers at http:\/\/127\.0\.0\.1:9: .+\.\n$/);
  });

  it('sends the admin token, by option or environment', async () => {
    says = { token: 'let-me-in' };
    showNotFound();
    expect(await refusal({})).to.match(/asks for its admin token[^]+--admin-token, or set FAILPATH_ADMIN_TOKEN/);
    expect(await refusal({ adminToken: 'wrong' }))
      .to.match(/refuses the admin token/)
      .and.not.match(/wrong/);
    expect((await run({ adminToken: 'let-me-in' })).exitCode).to.equal(0);
    expect((await run({}, { FAILPATH_ADMIN_TOKEN: 'let-me-in' })).exitCode).to.equal(0);
  });

  it('refuses what it cannot use', async () => {
    expect(await refusal({ url: 'staging' })).to.match(/--url is "staging"/);
    expect(await refusal({ min: 101 })).to.match(/--min is 101/);
    expect(await refusal({ min: Number.NaN })).to.match(/--min is NaN/);
    expect(await refusal({ operation: ['getTransactoin'] })).to.match(/Did you mean getTransaction\?/);
    says = { sha256: 'another' };
    expect(await refusal({})).to.match(/serves another contract than .+\n.+\n.+--contract/);
    says = { sha256: 1 };
    expect(await refusal({})).to.match(/no failpath mock/);
    says = { text: '<html>' };
    expect(await refusal({})).to.match(/no failpath mock/);
    says = { text: JSON.stringify({ contract: { sha256: contract.sha256 } }) };
    expect(await refusal({})).to.match(/not one of this version/);
  });
});
