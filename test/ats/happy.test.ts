import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { Ats, NEW_UPLOAD, NEW_VERSION, NEW_WORK, ok } from './harness.js';

describe('ats sandbox: success', () => {
  it('registers a work from init to the chain', async () => {
    const ats = new Ats();
    ats.clock.freeze();
    const init = ok(await ats.post('works/init', { ...NEW_WORK, network: 'mainnet' }));
    expect(init.body['upload_expires_at']).to.equal('2026-03-02T09:10:00.000Z');
    const bytes = new Uint8Array(14.2 * 1024 * 1024).fill(7);
    const put = await ats.put(init.body['upload_url'], bytes);
    expect(put.status).to.equal(200);
    expect(put.headers['etag']).to.equal(`"${createHash('sha256').update(bytes).digest('hex')}"`);
    const { job_id } = init.body;

    const quote = ok(await ats.post('works/prepare', { job_id }));
    expect(quote.body).to.deep.include({
      job_id,
      work_id: job_id,
      network_fee_credits: 12,
      total_deposit_credits: 50,
      service_fee_credits: 5,
      storage_fee_credits: 5,
      total_price_credits: 72,
      is_valid: true,
      expires_at: '2026-03-02T09:05:00.000Z',
    });
    expect(quote.body).not.to.have.property('version_deposit_credits');

    const confirm = ok(await ats.post('works/confirm', { job_id }));
    expect(confirm.status).to.equal(202);
    const id = String(confirm.body['transaction_id']);
    expect(confirm.body['status_url']).to.equal(`http://mock.test/v1/transactions/${id}`);
    expect(confirm.body['ws_url']).to.equal(`ws://mock.test/v1/ws/transactions/${id}`);
    expect(await creditsOf(ats)).to.deep.equal({ testnet: 1_000_000, mainnet: 1_000_000 - 72 });

    const steps: unknown[] = [];
    for (let second = 0; second <= 6; second++) {
      const { body } = ok(await ats.ask('GET', `/v1/transactions/${id}`));
      steps.push([body['current_step'], body['progress'], body['is_complete']]);
      if (second < 6) {
        expect(body['result']).to.equal(null);
        await ats.clock.advance(1000);
      }
    }
    expect(steps).to.deep.equal([
      ['validating', 5, false],
      ['preparing_transaction', 20, false],
      ['signing', 40, false],
      ['submitting', 60, false],
      ['confirming', 80, false],
      ['confirming', 80, false],
      ['completed', 100, true],
    ]);
    const { body: done } = ok(await ats.ask('GET', `/v1/transactions/${id}`));
    expect(done['transaction_type']).to.equal('register');
    expect(done['updated_at']).to.equal('2026-03-02T09:00:06.000Z');
    expect(done['steps']).to.have.length(6);
    const result = done['result'] as Record<string, unknown>;
    expect(result['ats_id']).to.be.greaterThan(ats.world.works.other);
    expect(result['tx_hash']).to.match(/^0x[0-9a-f]{64}$/);
  });

  it('adds versions to a work that it has registered, with and without new audio', async () => {
    const ats = new Ats();
    ats.clock.freeze();
    const job_id = await ats.prepared();
    const { body } = ok(await ats.post('works/confirm', { job_id }));
    await ats.clock.advance(11_999);
    const transaction = `/v1/transactions/${String(body['transaction_id'])}`;
    expect((await ats.ask('GET', transaction)).body['is_complete']).to.equal(false);
    const next = ats.world.works.other + 1;
    expect((await ats.post(ats.versions('init', next), NEW_VERSION)).code).to.equal('work.not_found');
    await ats.clock.advance(1);
    const { ats_id } = ok(await ats.ask('GET', transaction)).body['result'] as { ats_id: number };

    const kept = ok(await ats.post(ats.versions('init', ats_id), { ...NEW_VERSION, network: 'mainnet' }));
    expect(Object.keys(kept.body)).to.deep.equal(['job_id']);
    const quote = ok(await ats.post(ats.versions('prepare', ats_id), kept.body));
    expect(quote.body).to.deep.include({ version_deposit_credits: 20, storage_fee_credits: 0, total_price_credits: 37 });
    expect(quote.body).not.to.have.property('total_deposit_credits');
    const confirmed = ok(await ats.post(ats.versions('confirm', ats_id), kept.body));
    await ats.clock.advance(6000);
    const done = ok(await ats.ask('GET', `/v1/transactions/${String(confirmed.body['transaction_id'])}`));
    expect(done.body).to.deep.include({ transaction_type: 'add_version', is_complete: true });
    expect(done.body['result']).to.have.property('ats_id', ats_id);

    const fresh = await ats.uploaded(11 * 1024 * 1024, NEW_UPLOAD, ats.versions('init-upload', ats_id));
    const price = ok(await ats.post(ats.versions('prepare', ats_id), { job_id: fresh }));
    expect(price.body).to.deep.include({ version_deposit_credits: 0, storage_fee_credits: 1, total_price_credits: 1 });
    ok(await ats.post(ats.versions('confirm', ats_id), { job_id: fresh }));
  });

  it('commits to audio and metadata, whatever the order of members', async () => {
    const ats = new Ats();
    const commitment = async (bytes: Uint8Array, body: object): Promise<unknown> => {
      const job_id = await ats.uploaded(bytes, body);
      return ok(await ats.post('works/prepare', { job_id })).body['commitment'];
    };
    const audio = new Uint8Array([1, 2, 3]);
    const first = await commitment(audio, NEW_WORK);
    expect(first).to.match(/^0x[0-9a-f]{64}$/);
    expect(await commitment(audio, Object.fromEntries(Object.entries(NEW_WORK).toReversed()))).to.equal(first);
    expect(await commitment(new Uint8Array([1, 2, 4]), NEW_WORK)).not.to.equal(first);
    expect(await commitment(audio, { ...NEW_WORK, title: 'Harbour Light' })).not.to.equal(first);
  });

  it('lets another key of the organization go on with a job', async () => {
    const ats = new Ats();
    const job_id = await ats.uploaded();
    ok(await ats.post('works/prepare', { job_id }, { token: ats.world.tokens.otherKeySameOrg }));
    ok(await ats.post('works/confirm', { job_id }, { token: ats.world.tokens.registerOnly }));
  });

  it('takes UUIDs in either case', async () => {
    const ats = new Ats();
    const job_id = (await ats.uploaded()).toUpperCase();
    ok(await ats.post('works/prepare', { job_id }, { organization: ats.world.organizations.active.toUpperCase() }));
  });

  it('creates, lists and revokes keys; shows secrets once; says when a key was used', async () => {
    const ats = new Ats();
    ats.clock.freeze();
    const admin = { token: ats.world.admin };
    const path = ats.organization('api-keys');
    const created = ok(
      await ats.ask('POST', path, { ...admin, body: { name: 'Trial', scopes: ['works:register'], webhook_url: 'https://example.org/x' } }),
    );
    expect(created.status).to.equal(201);
    const token = String(created.body['token']);
    expect(token).to.match(/^afo_sk_live_[0-9a-f]{48}$/);
    expect(Buffer.from(String(created.body['webhook_secret_base64']), 'base64')).to.have.length(32);

    await ats.clock.advance(5000);
    ok(await ats.post('works/init', NEW_WORK, { token }));
    const id = String(created.body['id']);
    const listed = await list(ats);
    expect(listed.text).not.to.include(token).and.not.to.include('secret').and.not.to.include('sha256').and.not.to.include('"token');
    expect(find(listed.body, id)).to.deep.equal({
      id,
      name: 'Trial',
      prefix: token.slice(0, 18),
      scopes: ['works:register'],
      webhook_url: 'https://example.org/x',
      created_at: '2026-03-02T09:00:00.000Z',
      last_used_at: '2026-03-02T09:00:05.000Z',
      revoked_at: null,
    });

    await ats.clock.advance(5000);
    const revoked = ok(await ats.ask('DELETE', `${path}/${id}`, admin));
    expect([revoked.status, revoked.text]).to.deep.equal([204, undefined]);
    await ats.clock.advance(5000);
    expect((await ats.post('works/init', NEW_WORK, { token })).code).to.equal('api_key.revoked');
    expect(ok(await ats.ask('DELETE', `${path}/${id}`, admin)).status).to.equal(204);
    const after = find((await list(ats)).body, id);
    expect(after).to.deep.include({ revoked_at: '2026-03-02T09:00:10.000Z', last_used_at: '2026-03-02T09:00:05.000Z' });
  });

  it('has the same world at every start, and again after a reset', async () => {
    const ats = new Ats();
    expect(ats.world).to.deep.equal(new Ats().world);
    const job_id = await ats.prepared();
    await ats.admin('PUT', '/__admin/faults', { shed: true });
    await ats.admin('PUT', `/__admin/organizations/${ats.world.organizations.active}`, { credits: 1, quota: 0, active: false, maxKeys: 1 });
    ats.sandbox.reset();
    expect((await ats.post('works/confirm', { job_id })).why).to.equal('quoteExists: never existed');
    ok(await ats.post('works/confirm', { job_id: await ats.prepared() }));
    for (const [name, token] of Object.entries(ats.world.tokens)) expect(token, name).to.match(/^afo_sk_live_[0-9a-f]{48}$/);
    expect(new Set(Object.values(ats.world.tokens)).size).to.equal(Object.keys(ats.world.tokens).length);
  });

  it('lets an administrator act in inactive organizations', async () => {
    const ats = new Ats();
    for (const id of [ats.world.organizations.inactive, ats.world.organizations.deleted]) {
      ok(await ats.ask('POST', ats.organization('api-keys', id), { token: ats.world.admin, body: { name: 'x', scopes: ['works:read'] } }));
    }
  });
});

async function creditsOf(ats: Ats): Promise<unknown> {
  const { body } = await ats.admin('GET', `/__admin/organizations/${ats.world.organizations.active}`);
  return (body as { credits: unknown }).credits;
}

async function list(ats: Ats): ReturnType<Ats['ask']> {
  return ok(await ats.ask('GET', ats.organization('api-keys'), { token: ats.world.admin }));
}

function find(keys: unknown, id: string): unknown {
  return Object.values(keys as Record<string, { id: string }>).find((key) => key.id === id);
}
