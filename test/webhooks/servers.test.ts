import { expect } from 'chai';
import { createClock, type MockClock } from '../../mocks/clock.js';
import { createMint } from '../../mocks/mint.js';
import { Records } from '../../mocks/state/index.js';
import { putKey } from '../../mocks/ats/keys.js';
import { POLICIES } from '../../mocks/ats/policies.js';
import type { Service } from '../../mocks/ats/service.js';
import { createState, type State } from '../../mocks/ats/state.js';
import { newDelivery } from '../../mocks/ats/webhooks/delivery.js';
import { readWebhooks, Webhooks } from '../../mocks/ats/webhooks/index.js';
import { atsContract } from '../mock/support.js';
import { Receiver } from './receiver.js';
import { START } from './support.js';

/** One of several servers with the same records, each with an agenda of its own. */
interface Server {
  readonly clock: MockClock;
  readonly webhooks: Webhooks;
}

describe('webhooks: several servers with the same records', () => {
  let receiver: Receiver;
  let servers: Server[];
  let state: State;
  let now: number;

  beforeEach(async () => {
    receiver = await Receiver.start();
    now = START;
    servers = [];
    const records = new Records(false);
    const contract = await atsContract();
    for (let count = 0; count < 2; count++) {
      const clock = createClock(() => now);
      clock.freeze();
      state = createState(clock, records);
      const parts: Pick<Service, 'clock' | 'state' | 'transact' | 'policies'> = {
        clock,
        state,
        policies: POLICIES,
        transact: async (step) => step(),
      };
      const service = parts as Service;
      const webhooks = new Webhooks(service, { rules: readWebhooks(contract)!, forbids: () => undefined, patienceMs: 100 });
      clock.agenda.add(webhooks);
      servers.push({ clock, webhooks });
    }
    let minted = 0;
    const mint = createMint({ seed: 'servers', count: { next: () => ++minted } });
    const about = { organization_id: 'o', name: 'k', scopes: [], webhook_url: receiver.url(), max_file_size_bytes: null };
    const key = putKey({ state, mint }, 'token', { ...about, webhook_secret_base64: mint.bytes(32).toString('base64') }, now);
    for (const id of ['a', 'b', 'c']) {
      const occurs_at = START + 1_000;
      state.deliveries.put(
        id,
        newDelivery({ id, event: 'work_failed', url: receiver.url(`/${id}`), key_sha256: key.token_sha256, occurs_at, body: '{}' }),
      );
    }
  });
  afterEach(async () => {
    for (const { clock, webhooks } of servers) {
      clock.agenda.close();
      webhooks.close();
    }
    await receiver.stop();
  });

  const together = async (milliseconds: number): Promise<void> => {
    await Promise.all(servers.map(({ clock }) => clock.advance(milliseconds)));
  };

  it('make each attempt once', async () => {
    receiver.reactions = [503, 503, 503, 204];
    await together(1_000);
    expect(receiver.arrived.map(({ path }) => path).sort()).to.deep.equal(['/a', '/b', '/c']);
    await together(1_000);
    expect(receiver.arrived).to.have.length(6);
    expect([...state.deliveries.list()].map((one) => `${one.state} ${one.attempts.length}`)).to.deep.equal(Array(3).fill('delivered 2'));
  });

  it('go on where one that is gone has left an attempt', async () => {
    receiver.reactions = ['silence', 'silence', 'silence', 204];
    const [gone, left] = servers;
    await gone?.clock.advance(1_000);
    gone?.clock.agenda.close();
    gone?.webhooks.close();
    expect(receiver.arrived).to.have.length(3);
    await left?.clock.advance(30_999);
    expect(receiver.arrived).to.have.length(3);
    await left?.clock.advance(1_001);
    expect(receiver.arrived).to.have.length(6);
    expect([...state.deliveries.list()].map((one) => one.state)).to.deep.equal(['delivered', 'delivered', 'delivered']);
  });

  it('follow the records, whoever changes them', async () => {
    expect(servers.map(({ clock }) => clock.agenda.next())).to.deep.equal([START + 1_000, START + 1_000]);
    state.deliveries.clear();
    expect(servers.map(({ clock }) => clock.agenda.next())).to.deep.equal([undefined, undefined]);
    await together(5_000);
    expect(receiver.arrived).to.have.length(0);
  });
});
