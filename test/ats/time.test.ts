import { expect } from 'chai';
import { Ats, NEW_VERSION, NEW_WORK, ok, type Seen } from './harness.js';

const DAY = 24 * 60 * 60 * 1000;

function frozen(...args: ConstructorParameters<typeof Ats>): Ats {
  const ats = new Ats(...args);
  ats.clock.freeze();
  return ats;
}

const init = (ats: Ats, body: object = NEW_WORK, key = 'order-1', token = ats.world.tokens.active, path = 'works/init'): Promise<Seen> =>
  ats.post(path, body, { token, headers: { 'idempotency-key': key } });

const organization = (ats: Ats): string => `/__admin/organizations/${ats.world.organizations.active}`;

const confirm = async (ats: Ats, body: object = NEW_WORK): Promise<Seen> =>
  ats.post('works/confirm', { job_id: await ats.prepared(10, body) });

const credits = async (ats: Ats): Promise<{ testnet: number; mainnet: number }> =>
  (
    (await ats.admin('GET', `/__admin/organizations/${ats.world.organizations.active}`)).body as {
      credits: { testnet: number; mainnet: number };
    }
  ).credits;

describe('ats sandbox: expiry', () => {
  it('an upload session lives up to its last millisecond', async () => {
    const ats = frozen();
    const job_id = await ats.uploaded();
    await ats.clock.advance(599_999);
    ok(await ats.post('works/prepare', { job_id }));
    const late = await ats.uploaded();
    await ats.clock.advance(600_000);
    expect((await ats.post('works/prepare', { job_id: late })).why).to.equal('sessionExists: expired');
  });

  it('a quote lives up to its last millisecond', async () => {
    const ats = frozen();
    const [first, late] = [await ats.prepared(), await ats.prepared()];
    await ats.clock.advance(299_999);
    ok(await ats.post('works/confirm', { job_id: first }));
    await ats.clock.advance(1);
    expect((await ats.post('works/confirm', { job_id: late })).why).to.equal('quoteExists: expired');
  });

  it('a job without upload expires as well', async () => {
    const ats = frozen();
    const { body } = ok(await ats.post(ats.versions('init'), NEW_VERSION));
    await ats.clock.advance(600_000);
    expect((await ats.post(ats.versions('prepare'), body)).why).to.equal('sessionExists: expired');
  });
});

describe('ats sandbox: Idempotency-Key', () => {
  it('brings back the very same answer for 24 hours, and then is free again', async () => {
    const ats = frozen();
    const first = ok(await init(ats));
    await ats.clock.advance(DAY - 1);
    const again = ok(await init(ats, Object.fromEntries(Object.entries(NEW_WORK).toReversed())));
    expect(again.text).to.equal(first.text);
    expect(again.why).to.include('2026-03-02T09:00:00.000Z');
    await ats.clock.advance(1);
    const fresh = ok(await init(ats, { ...NEW_WORK, title: 'Another' }));
    expect(fresh.body['job_id']).not.to.equal(first.body['job_id']);
    expect(ok(await init(ats, { ...NEW_WORK, title: 'Another' })).text).to.equal(fresh.text);
  });

  it('refuses another body, operation or path', async () => {
    const ats = frozen();
    ok(await init(ats));
    for (const answer of [
      await init(ats, { ...NEW_WORK, title: 'x' }),
      await init(ats, NEW_WORK, 'order-1', undefined, ats.versions('init-upload')),
    ]) {
      expect([answer.status, answer.code, answer.why]).to.deep.equal([
        400,
        'common.bad_request',
        'idempotencyConflict: Idempotency-Key reused',
      ]);
    }
  });

  it('looks at the body first, and belongs to one API key', async () => {
    const ats = frozen();
    const first = ok(await init(ats));
    expect((await init(ats, { ...NEW_WORK, title: '' })).code).to.equal('registration.title_required');
    expect(ok(await init(ats, NEW_WORK, 'order-1', ats.world.tokens.otherKeySameOrg)).text).not.to.equal(first.text);
  });

  it('remembers no refusal', async () => {
    const ats = frozen();
    expect((await init(ats, { ...NEW_WORK, title: '' })).status).to.equal(422);
    ok(await init(ats));
    const version = (atsId: number): Promise<Seen> => init(ats, NEW_VERSION, 'order-2', undefined, ats.versions('init', atsId));
    expect((await version(999)).code).to.equal('work.not_found');
    ok(await version(ats.world.works.active));
  });

  it('goes on answering once the job itself is gone', async () => {
    const ats = frozen();
    const first = ok(await init(ats));
    await ats.put(first.body['upload_url'], new Uint8Array(1));
    ok(await ats.post('works/prepare', { job_id: first.body['job_id'] }));
    expect(ok(await init(ats)).text).to.equal(first.text);
  });
});

describe('ats sandbox: quota', () => {
  it('counts per month in UTC and starts anew with the next', async () => {
    const ats = frozen();
    await ats.clock.set(Date.UTC(2026, 11, 31, 23, 59, 30));
    await ats.admin('PUT', organization(ats), { quota: 2 });
    ok(await confirm(ats));
    ok(await confirm(ats));
    const refused = await confirm(ats);
    expect(refused.details).to.deep.equal({ limit: 2, used: 2, resets_at: '2027-01-01T00:00:00.000Z' });
    expect(refused.headers['retry-after']).to.equal('30');
    await ats.clock.advance(30_000);
    ok(await confirm(ats));
    expect(((await ats.admin('GET', organization(ats))).body as Record<string, unknown>)['quota']).to.deep.equal({ limit: 2, used: 1 });
  });

  it('is for testnet only', async () => {
    const ats = frozen();
    await ats.admin('PUT', organization(ats), { quota: 0 });
    ok(await confirm(ats, { ...NEW_WORK, network: 'mainnet' }));
    expect((await confirm(ats)).code).to.equal('common.quota_exceeded');
  });

  it('counts versions too', async () => {
    const ats = frozen();
    await ats.admin('PUT', organization(ats), { quota: 1 });
    const { body } = ok(await ats.post(ats.versions('init'), NEW_VERSION));
    ok(await ats.post(ats.versions('prepare'), body));
    ok(await ats.post(ats.versions('confirm'), body));
    expect((await confirm(ats)).code).to.equal('common.quota_exceeded');
  });
});

describe('ats sandbox: credits', () => {
  it('never go below zero, however many confirmations come at once', async () => {
    const ats = frozen();
    const jobs = await Promise.all(Array.from({ length: 50 }, () => ats.prepared(10, { ...NEW_WORK, network: 'mainnet' })));
    await ats.admin('PUT', `/__admin/organizations/${ats.world.organizations.active}`, { credits: { mainnet: 67 * 20 + 5 } });
    const answers = await Promise.all(jobs.map((job_id) => ats.post('works/confirm', { job_id })));
    expect(answers.filter(({ status }) => status === 202)).to.have.length(20);
    expect(answers.filter(({ code }) => code === 'common.forbidden')).to.have.length(30);
    expect(await credits(ats)).to.deep.equal({ testnet: 1_000_000, mainnet: 5 });
  });

  it('are debited once when one quote is confirmed fifty times at once', async () => {
    const ats = frozen();
    const job_id = await ats.prepared(10, { ...NEW_WORK, network: 'mainnet' });
    const answers = await Promise.all(Array.from({ length: 50 }, () => ats.post('works/confirm', { job_id })));
    expect(answers.filter(({ status }) => status === 202)).to.have.length(1);
    expect(answers.filter(({ why }) => why === 'quoteExists: confirmed already')).to.have.length(49);
    expect((await credits(ats)).mainnet).to.equal(1_000_000 - 67);
  });
});
