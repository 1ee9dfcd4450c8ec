import { expect } from 'chai';
import type { Contract } from '../../spec/index.js';
import { atsContract } from '../mock/support.js';
import { isGenuine } from './receiver.js';
import { BLOCK, START, suite, World } from './support.js';

describe('webhooks: what is sent', () => {
  const parts = suite();
  let contract: Contract;
  before(async () => {
    contract = await atsContract();
  });

  /** What the contract holds against a webhook, headers included. */
  const violations = (name: string, at: number = 0): string[] => {
    const webhook = contract.webhooks.find((one) => one.name === name);
    const body = parts.receiver.arrived[at]?.body;
    const headers = parts.receiver.arrived[at]?.headers ?? {};
    return [
      ...(webhook?.body?.json?.validate(body) ?? [{ pointer: '', message: 'is no webhook' }]).map((one) => `${one.pointer} ${one.message}`),
      ...(webhook?.parameters ?? []).flatMap((one) =>
        one.validate(headers[one.name.toLowerCase()]).map(({ message }) => `${one.name} ${message}`),
      ),
    ];
  };

  it('is one signed POST when a registration is on chain', async () => {
    const { world, receiver } = parts;
    const key = await world.key(receiver.url('/hooks/ats?from=ats'));
    const id = await world.submit(key, { external_user_ref: 'artist-2207' });
    await world.advance(BLOCK - 1);
    expect(receiver.arrived).to.have.length(0);
    await world.advance(1);
    expect(receiver.arrived).to.have.length(1);
    const [arrived] = receiver.arrived;
    expect(arrived?.path).to.equal('/hooks/ats?from=ats');
    expect(arrived?.headers['content-type']).to.equal('application/json');
    expect(violations('work_registered')).to.deep.equal([]);
    expect(isGenuine(arrived!, key.webhook_secret_base64, START + BLOCK * 1_000)).to.equal(true);
    const status = (await (await fetch(`${world.mock.url}/v1/transactions/${id}`)).json()) as { result: Record<string, unknown> };
    expect(arrived?.body).to.include({
      event: 'work_registered',
      transaction_id: id,
      organization_id: world.mock.world.organizations.active,
      api_key_id: key.id,
      external_user_ref: 'artist-2207',
      network: 'testnet',
      finalized_at: new Date(START + BLOCK * 1_000).toISOString(),
      ...status.result,
    });
    await world.advance(86_400);
    expect(receiver.arrived).to.have.length(1);
  });

  it('is believed by nobody with another secret, another body or another time', async () => {
    const { world, receiver } = parts;
    const key = await world.key(receiver.url());
    await world.submit(key);
    await world.advance(BLOCK);
    const [arrived] = receiver.arrived;
    const now = START + BLOCK * 1_000;
    expect(isGenuine(arrived!, (await world.key()).webhook_secret_base64, now)).to.equal(false);
    expect(
      isGenuine({ ...arrived!, raw: Buffer.from(JSON.stringify({ ...arrived!.body, ats_id: 1 })) }, key.webhook_secret_base64, now),
    ).to.equal(false);
    expect(isGenuine(arrived!, key.webhook_secret_base64, now + 301_000)).to.equal(false);
    expect(isGenuine(arrived!, key.webhook_secret_base64, now + 299_000)).to.equal(true);
  });

  it('is work_updated for a version, without a user that nobody named', async () => {
    const { world, receiver } = parts;
    await world.submitVersion(await world.key(receiver.url()));
    await world.advance(BLOCK);
    expect(violations('work_updated')).to.deep.equal([]);
    expect(receiver.arrived[0]?.body).to.include({ event: 'work_updated', ats_id: world.mock.world.works.active });
    expect(receiver.arrived[0]?.body).not.to.have.property('external_user_ref');
  });

  it('is work_failed, with the reason, for what fails', async () => {
    const { world, receiver } = parts;
    const key = await world.key(receiver.url());
    await world.admin('PUT', 'faults', { submission: 'The fee is too low.' });
    const ids = [await world.submit(key), await world.submitVersion(key)];
    await world.admin('PUT', 'faults', { submission: false });
    await world.advance(BLOCK);
    expect([violations('work_failed', 0), violations('work_failed', 1)]).to.deep.equal([[], []]);
    expect(receiver.arrived.map(({ body }) => body['transaction_id'])).to.deep.equal(ids);
    expect(receiver.arrived[0]?.body).to.include({
      reason: 'The fee is too low.',
      failed_at: new Date(START + BLOCK * 1_000).toISOString(),
    });
  });

  it('goes to the key that has confirmed, and to nobody when that has no URL', async () => {
    const { world, receiver } = parts;
    await world.key(receiver.url('/other'));
    await world.submit(await world.key());
    await world.submit(await world.key(receiver.url('/mine')));
    await world.advance(BLOCK);
    expect(receiver.arrived.map(({ path }) => path)).to.deep.equal(['/mine']);
  });

  it('still goes out when the key was revoked meanwhile', async () => {
    const { world, receiver } = parts;
    const key = await world.key(receiver.url());
    await world.submit(key);
    const { organizations, admin } = world.mock.world;
    await fetch(`${world.mock.url}/v1/organizations/${organizations.active}/api-keys/${key.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${admin}` },
    });
    await world.advance(BLOCK);
    expect(isGenuine(receiver.arrived[0]!, key.webhook_secret_base64, world.mock.clock.now())).to.equal(true);
  });

  it('is sent by itself while real time passes', async () => {
    const { world, receiver } = parts;
    world.mock.clock.unfreeze();
    await world.submit(await world.key(receiver.url()));
    await world.advance(BLOCK - 0.05);
    await receiver.until(1);
  });

  it('comes from a mock without a socket as well', async () => {
    const { receiver } = parts;
    const world = await World.start({ listen: false });
    try {
      await world.submit(await world.key(receiver.url()));
      await world.advance(BLOCK);
      expect(violations('work_registered')).to.deep.equal([]);
    } finally {
      await world.mock.close();
    }
  });
});
