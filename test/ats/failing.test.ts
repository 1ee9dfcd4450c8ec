import { expect } from 'chai';
import { Ats, NEW_UPLOAD, NEW_WORK, ok } from './harness.js';

const FAULTS = '/__admin/faults';
const MAINNET = { ...NEW_WORK, network: 'mainnet' };

async function failing(submission: boolean | string): Promise<Ats> {
  const ats = new Ats();
  ats.clock.freeze();
  await ats.admin('PUT', FAULTS, { submission });
  return ats;
}

async function confirm(ats: Ats, body: object = NEW_WORK): Promise<string> {
  const confirmed = ok(await ats.post('works/confirm', { job_id: await ats.prepared(1000, body) }));
  return `/v1/transactions/${String(confirmed.body['transaction_id'])}`;
}

describe('ats sandbox: a transaction that fails', () => {
  it('ends after its block, with the reason', async () => {
    const ats = await failing('the chain is full');
    const transaction = await confirm(ats);
    await ats.clock.advance(11_999);
    const before = ok(await ats.ask('GET', transaction)).body;
    expect(before).to.deep.include({ current_step: 'confirming', is_complete: false, result: null });
    await ats.clock.advance(1);
    const after = ok(await ats.ask('GET', transaction)).body;
    expect(after).to.deep.include({ current_step: 'failed', progress: 100, is_complete: true, result: { error: 'the chain is full' } });
    expect(after['updated_at']).to.equal('2026-03-02T09:00:12.000Z');
    const steps = (after['steps'] as { step: string }[]).map(({ step }) => step);
    expect(steps).to.deep.equal(['validating', 'preparing_transaction', 'signing', 'submitting', 'confirming', 'failed']);
  });

  it('keeps its credits', async () => {
    const ats = await failing(true);
    await confirm(ats, MAINNET);
    await ats.clock.advance(6_000);
    const { credits } = (await ats.admin('GET', `/__admin/organizations/${ats.world.organizations.active}`)).body as { credits: object };
    expect(credits).to.deep.equal({ testnet: 1_000_000, mainnet: 1_000_000 - 67 });
  });

  it('registers nothing, ever', async () => {
    const ats = await failing(true);
    await confirm(ats);
    await ats.clock.advance(60_000);
    const next = ats.world.works.other + 1;
    const init = (): ReturnType<Ats['post']> => ats.post(ats.versions('init-upload', next), NEW_UPLOAD);
    expect((await init()).why).to.equal('workExists: unknown');
  });

  it('leaves a work as it was that it was to add a version to', async () => {
    const ats = await failing(true);
    const kept = async (): Promise<unknown> => {
      const { body } = ok(await ats.post(ats.versions('init'), { network: NEW_UPLOAD.network, creators: NEW_UPLOAD.creators }));
      return ok(await ats.post(ats.versions('prepare'), body)).body['commitment'];
    };
    const audio = await kept();
    const add = async (bytes: number): Promise<void> => {
      const job_id = await ats.uploaded(bytes, NEW_UPLOAD, ats.versions('init-upload'));
      ok(await ats.post(ats.versions('prepare'), { job_id }));
      ok(await ats.post(ats.versions('confirm'), { job_id }));
      await ats.clock.advance(12_000);
    };
    await add(2_000);
    expect(await kept()).to.equal(audio);
    await ats.admin('PUT', FAULTS, { submission: false });
    await add(2_000);
    expect(await kept()).not.to.equal(audio);
  });

  it('is decided when it is confirmed', async () => {
    const ats = await failing(false);
    const good = await confirm(ats);
    await ats.admin('PUT', FAULTS, { submission: true });
    const bad = await confirm(ats);
    await ats.admin('PUT', FAULTS, { submission: 'too late' });
    await ats.clock.advance(12_000);
    expect(ok(await ats.ask('GET', good)).body['current_step']).to.equal('completed');
    expect(ok(await ats.ask('GET', bad)).body['result']).to.deep.equal({ error: 'The chain has refused the transaction.' });
  });
});
