import { expect } from 'chai';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { decide } from '../../ci/index.js';
import { startObserving, toJunit, toLedger, type Ledger, type Observing } from '../../contracts/index.js';
import { startMock, WORLD } from '../../mocks/index.js';
import { failpath, temporaryFolder } from '../support/cli.js';
import { contract } from '../support/judge.js';
import { ask, observations, type Answered } from './support.js';

describe('observe in front of the sandbox, while verify drives it', function () {
  this.timeout(120_000);
  let [verified, bare]: (Ledger | undefined)[] = [];
  let observing: Observing;
  before(async () => {
    const mock = await startMock({ contract });
    observing = await startObserving({ upstream: mock.url, contract, port: 0, keepHost: true });
    const run = async (url: string): Promise<Ledger> => {
      const cwd = temporaryFolder();
      const { exitCode, stderr } = await failpath(['verify', '--url', url], { cwd });
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
      return JSON.parse(readFileSync(join(cwd, 'failpath-report', 'ledger.json'), 'utf8')) as Ledger;
    };
    verified = await run(observing.url);
    bare = await run(mock.url);
    await observing.close();
    await mock.close();
  });
  const ledgerOf = (): ReturnType<typeof toLedger> =>
    toLedger({
      contract,
      url: observing.upstream,
      startedAt: observing.startedAt,
      durationMs: 1,
      observer: observing.observer,
      failOnViolation: true,
    });

  it('verify comes to the same as without it', () => {
    const outcomes = (ledger: Ledger | undefined): unknown => [ledger?.summary, ledger?.probes.map(({ name, outcome }) => [name, outcome])];
    expect(verified?.summary).to.deep.equal({ verified: contract.failures.length });
    expect(outcomes(verified)).to.deep.equal(outcomes(bare));
  });

  it('observe has seen every failure that verify verified, and no violation', () => {
    const { failures, traffic } = ledgerOf();
    const proven = verified?.failures.filter(({ outcome }) => outcome === 'verified') ?? [];
    const unseen = proven.filter(({ operation, status, code }) => {
      const line = failures.find((one) => one.operation === operation && one.status === status && one.code === code);
      return line?.seen === null || line?.causes[0]?.evidence.trigger !== 'observed';
    });
    expect(proven.length).to.equal(contract.failures.length);
    expect(unseen.map(({ operation, code }) => `${operation} ${code}`)).to.deep.equal([]);
    expect({
      violated: traffic.violated.length,
      unanswered: traffic.unanswered,
      unjudged: traffic.unjudged,
      edge: traffic.edge,
    }).to.deep.equal({
      violated: 0,
      unanswered: [],
      unjudged: [],
      edge: 0,
    });
  });

  it('what was only seen satisfies no gate', () => {
    const ledger = ledgerOf();
    expect(ledger.partial).to.equal(true);
    expect(ledger.summary).to.deep.equal({ 'not-selected': contract.failures.length });
    expect(decide({ failures: ledger.failures, answered: true })).to.include({ verdict: 'nothing was run', exitCode: 4 });
    expect({ verdict: ledger.verdict, exitCode: ledger.exitCode }).to.deep.equal({ verdict: 'no violation was seen', exitCode: 0 });
    expect(toJunit(ledger)).to.contain(`failures="0" errors="0" skipped="${contract.failures.length}"`);
  });
});

describe('observe in front of the sandbox: uploads', function () {
  this.timeout(300_000);
  const suite = observations();
  afterEach(() => suite.closeAll());

  for (const [name, size, expected] of [
    ['8 MB', 8 * 1_048_576, { status: 200, size: undefined }],
    // More than the platform takes: the sandbox says how much has arrived.
    ['600 MB', 600 * 1_048_576, { status: 413, size: 600 * 1_048_576 }],
  ] as const) {
    it(`${name} arrive unharmed`, async function () {
      if (size > 100_000_000 && process.env['FAILPATH_LONG'] === undefined) this.skip();
      const mock = await startMock({ contract });
      const observing = await suite.observe(mock.url, { keepHost: true });
      const headers = { authorization: `Bearer ${WORLD.tokens.active}`, 'content-type': 'application/json' };
      const post = async (operation: string, value: unknown): Promise<Answered & { readonly json: Record<string, unknown> }> => {
        const path = `/v1/organizations/${WORLD.organizations.active}/works/${operation}`;
        const answer = await ask(`${observing.url}${path}`, { method: 'POST', headers, body: JSON.stringify(value) });
        return { ...answer, json: JSON.parse(answer.body.toString()) as Record<string, unknown> };
      };
      const { json } = await post('init', contract.operation('initWork')?.body?.json?.examples[0]?.value);
      expect(json['upload_url']).to.match(new RegExp(`^${observing.url}/`));
      const outgoing = request(String(json['upload_url']), {
        method: 'PUT',
        headers: { 'content-length': size, 'content-type': 'audio/wav' },
        agent: false,
      });
      const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
      const chunk = Buffer.alloc(1_048_576);
      chunk.write('RIFF');
      chunk.write('WAVEfmt ', 8);
      for (let written = 0; written < size; written += chunk.length) if (!outgoing.write(chunk)) await once(outgoing, 'drain');
      outgoing.end();
      const [answer] = await answered;
      answer.resume();
      const prepared = await post('prepare', { job_id: json['job_id'] });
      await observing.close();
      await mock.close();
      const details = (prepared.json['error'] as { details?: { size_bytes?: number } } | undefined)?.details;
      expect({ status: prepared.status, size: details?.size_bytes }, prepared.body.toString()).to.deep.equal(expected);
      expect(observing.observer.traffic.violated).to.have.length(0);
      expect(observing.observer.traffic.elsewhere).to.deep.equal([{ what: 'PUT /__storage/…', count: 1 }]);
    });
  }
});
