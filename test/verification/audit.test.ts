import { expect } from 'chai';
import { createAudit } from '../../mocks/verification/index.js';
import type { Mock } from '../../mocks/index.js';
import type { AtsWorld } from '../../mocks/ats/index.js';
import { atsContract, json, mocks, raw, send, type Seen } from '../mock/support.js';
import { testJournal } from './support.js';

const CONFIRM = '/v1/organizations/any/works/confirm';

describe('verification: the audit', () => {
  const { start, closeAll } = mocks();
  after(closeAll);
  let mock: Mock;
  before(async () => {
    mock = await start<AtsWorld>();
  });
  beforeEach(async () => {
    mock.reset();
    await send(mock, 'DELETE', '/__admin/coverage');
  });

  const confirm = (code: string, headers: Record<string, string> = {}): Promise<Seen> =>
    send(mock, 'POST', CONFIRM, json({ job_id: 'one' }, { prefer: `error=${code}`, ...headers }));
  const traced = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
  const shown = (): string[] =>
    mock
      .coverage()
      .rows.filter(({ times }) => times > 0)
      .map(({ operation, status, code, times }) => `${operation} ${status} ${code} ${times}`);

  it('counts what was shown over every reset, however the mock is reset', async () => {
    await confirm('common.service_unavailable');
    mock.reset();
    await confirm('common.service_unavailable');
    await send(mock, 'POST', '/__admin/reset');
    await confirm('registration.prepared_not_found');
    await send(mock, 'DELETE', '/__admin/requests');
    await confirm('no.such');
    await send(mock, 'GET', '/v1/nowhere');
    expect(shown()).to.deep.equal(['confirmWork 404 registration.prepared_not_found 1', 'confirmWork 503 common.service_unavailable 2']);
    const { declared, percent } = mock.coverage();
    expect([declared, percent]).to.deep.equal([mock.contract.failures.length, Math.floor(2_000 / declared) / 10]);
  });

  it('counts no failure that was spoiled on its way, nor one that only looks like it', async () => {
    mock.on('confirmWork').offContract('message-changed');
    expect((await send(mock, 'POST', CONFIRM)).status).to.be.at.least(400);
    mock.on('listApiKeys').responds({ status: 401, json: { error: { code: 'api_key.revoked' } } });
    await send(mock, 'GET', '/v1/organizations/any/api-keys');
    expect(shown()).to.deep.equal([]);
  });

  it('keeps verdicts when the mock is reset, and judges on', async () => {
    for (let times = 0; times < 2; times++) await confirm('registration.prepared_not_found', traced);
    const says = (): string[] => mock.verdicts().map(({ misbehaviour, certain }) => `${misbehaviour} ${certain}`);
    expect(says()).to.deep.equal(['retried-never true']);
    await send(mock, 'DELETE', '/__admin/requests');
    expect(says()).to.deep.equal(['retried-never true']);
    await confirm('registration.prepared_not_found', traced);
    expect(says()).to.deep.equal(['retried-never true']);
    await confirm('registration.prepared_not_found', traced);
    expect(says()).to.deep.equal(['retried-never true', 'retried-never true']);
  });

  it('finds the hammering of Node’s fetch, also after a reset that its connections outlive', async () => {
    for (let times = 0; times < 4; times++) await send(mock, 'POST', CONFIRM, json({ warm: times }));
    mock.reset();
    mock.on('confirmWork').answers([{ fails: 'common.service_unavailable' }]);
    for (let times = 0; times < 5; times++) await send(mock, 'POST', CONFIRM, json({ job_id: 'one' }));
    expect(mock.verdicts().map(({ misbehaviour, certain }) => [misbehaviour, certain])).to.deep.include(['hammered', false]);
  });

  it('is shown and forgotten by its routes', async () => {
    for (let times = 0; times < 2; times++) await confirm('registration.prepared_not_found', traced);
    await send(mock, 'GET', '/v1/nowhere');
    const { body, at } = await send(mock, 'GET', '/__admin/coverage');
    const { failures, verdicts, ...counts } = body as { failures: { code: string; times: number }[]; verdicts: unknown[] };
    const declared = mock.contract.failures.length;
    expect(counts).to.deep.equal({
      contract: { sha256: mock.contract.sha256 },
      declared,
      shown: 1,
      percent: Math.floor(1_000 / declared) / 10,
      requests: 3,
      unjudged: 0,
    });
    expect(failures).to.have.length(declared);
    expect(failures.filter(({ times }) => times > 0)).to.deep.equal([
      { operation: 'confirmWork', status: 404, code: 'registration.prepared_not_found', retry: 'never', times: 2 },
    ]);
    expect(verdicts).to.have.length(1);
    expect([at('/verdicts/0/misbehaviour'), at('/verdicts/0/evidence/1/id')]).to.deep.equal(['retried-never', 2]);

    expect((await send(mock, 'DELETE', '/__admin/coverage')).status).to.equal(200);
    const after = await send(mock, 'GET', '/__admin/coverage');
    expect([after.at('/shown'), after.at('/requests'), after.at('/verdicts')]).to.deep.equal([0, 0, []]);
  });

  it('says how many requests the journal had forgotten before they were judged', async () => {
    const get = 'GET /v1/transactions/x?__error=transaction.not_found HTTP/1.1\r\nHost: x\r\n';
    await raw(mock.port, [`${get}\r\n`.repeat(1_002), `${get}Connection: close\r\n\r\n`]);
    const told = async (): Promise<unknown[]> => {
      const { at } = await send(mock, 'GET', '/__admin/coverage');
      return [at('/requests'), at('/unjudged')];
    };
    expect(await told()).to.deep.equal([1_003, 3]);
    mock.reset();
    expect(await told()).to.deep.equal([1_003, 3]);
    expect(shown()).to.deep.equal(['getTransaction 404 transaction.not_found 1003']);
  });

  it('keeps the first thousand verdicts', async () => {
    const contract = await atsContract();
    const journal = testJournal(contract);
    const again = { operation: 'confirmWork', status: 404, code: 'registration.prepared_not_found' };
    for (let call = 0; call < 300; call++) {
      for (const at of [0, 300]) journal.add({ ...again, at: call * 1_000 + at, body: { call } });
    }
    const audited = { ...journal, entries: journal.exchanges, total: 600 };
    const audit = createAudit(contract, () => [audited]);
    expect(audit.verdicts()).to.have.length(300);
    for (let times = 0; times < 5; times++) audit.settle(audited);
    expect(audit.verdicts()).to.have.length(1_000);
  });
});
