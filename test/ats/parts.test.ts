import { expect } from 'chai';
import { canonicalJson } from '../../mocks/ats/canonical.js';
import { feesFor } from '../../mocks/ats/fees.js';
import { createState } from '../../mocks/ats/state.js';
import { Records } from '../../mocks/state/index.js';
import { createMint } from '../../mocks/mint.js';
import { seedWorld, WORLD } from '../../mocks/ats/world.js';
import { createClock } from '../../mocks/clock.js';
import { Ats } from './harness.js';

describe('ats sandbox: fees', () => {
  const MB = 1024 * 1024;
  const storage = (bytes: number): number => feesFor('testnet', 'register', bytes, 10 * MB).storage;

  it('store 10 MB free, then 1 credit for each started MB, 2 above 100 MB', () => {
    expect([0, 10 * MB, 10 * MB + 1, 11 * MB, 11 * MB + 1, 100 * MB, 100 * MB + 1, 101 * MB, 102 * MB].map(storage)).to.deep.equal([
      0, 0, 1, 1, 2, 90, 92, 92, 94,
    ]);
    expect(storage(500 * MB)).to.equal(90 + 800);
  });

  it('charge for storage only on testnet, and for everything on mainnet', () => {
    expect(feesFor('testnet', 'register', 12 * MB, 10 * MB)).to.deep.equal({ network: 0, deposit: 0, service: 0, storage: 2, total: 2 });
    expect(feesFor('mainnet', 'register', 12 * MB, 10 * MB)).to.deep.equal({ network: 12, deposit: 50, service: 5, storage: 2, total: 69 });
    expect(feesFor('mainnet', 'add_version', 0, 10 * MB)).to.deep.equal({ network: 12, deposit: 20, service: 5, storage: 0, total: 37 });
  });
});

describe('ats sandbox: canonical JSON', () => {
  it('orders members at every level and nothing else', () => {
    expect(canonicalJson({ b: [2, 1, { d: 1, c: null }], a: 'ü"', __proto__x: true, e: undefined })).to.equal(
      '{"__proto__x":true,"a":"ü\\"","b":[2,1,{"c":null,"d":1}]}',
    );
  });
});

describe('ats sandbox: tables', () => {
  it('drop what is over as new records come, without a timer', () => {
    let now = 0;
    const table = new Records(false).table<number>('numbers', { capacity: 1000, over: (until) => until < now });
    for (now = 0; now < 5000; now++) table.put(`r${now}`, now + 10);
    expect([...table.list()].length).to.be.at.most(256);
    expect(table.get('r4999')).to.equal(5009);
  });

  it('never hold more than their capacity, and keep what may not go', () => {
    const table = new Records(false).table<{ n: number; keep: boolean }>('numbers', { capacity: 10, expendable: ({ keep }) => !keep });
    for (let n = 0; n < 1000; n++) table.put(String(n), { n, keep: n < 3 });
    expect([...table.list()].map(({ n }) => n)).to.deep.equal([0, 1, 2, 993, 994, 995, 996, 997, 998, 999]);
  });

  it('give a deleted record to one caller, and replace in place', () => {
    const table = new Records(false).table<number>('numbers', { capacity: 10 });
    table.put('a', 1);
    table.put('b', 2);
    table.put('a', 3);
    expect([...table.list()]).to.deep.equal([3, 2]);
    expect([table.delete('a'), table.delete('a')]).to.deep.equal([3, undefined]);
  });

  it('hold plain JSON, and no token in the clear', () => {
    const clock = createClock();
    const state = createState(clock, new Records(false));
    let minted = 0;
    seedWorld({ state, mint: createMint({ seed: 'parts', count: { next: () => ++minted } }) }, WORLD, clock.now());
    const dump = JSON.stringify(Object.values(state).map((table) => [...table.list()]));
    for (const token of [...Object.values(WORLD.tokens), WORLD.admin]) expect(dump).not.to.include(token);
    for (const table of Object.values(state))
      for (const record of table.list()) expect(JSON.parse(JSON.stringify(record))).to.deep.equal(record);
  });
});

describe('ats sandbox: administration', () => {
  const organization = `/__admin/organizations/${WORLD.organizations.active}`;

  it('sets single faults and leaves the others', async () => {
    const ats = new Ats();
    expect((await ats.admin('GET', '/__admin/faults')).body).to.deep.equal({
      dryRun: false,
      commitment: false,
      upstream: false,
      shed: false,
      submission: false,
    });
    await ats.admin('PUT', '/__admin/faults', { dryRun: 'no funds' });
    expect((await ats.admin('PUT', '/__admin/faults', { shed: true })).body).to.deep.equal({
      dryRun: 'no funds',
      commitment: false,
      upstream: false,
      shed: true,
      submission: false,
    });
  });

  it('sets what an organization has, and takes back what it showed', async () => {
    const ats = new Ats();
    const before = (await ats.admin('GET', organization)).body;
    expect(before).to.deep.equal({ credits: { testnet: 1e6, mainnet: 1e6 }, quota: null, active: true, deleted: false, maxKeys: null });
    expect((await ats.admin('PUT', organization, { credits: 7, quota: 3, maxKeys: 2 })).body).to.deep.include({
      credits: { testnet: 7, mainnet: 7 },
      quota: { limit: 3, used: 0 },
      maxKeys: 2,
    });
    expect((await ats.admin('PUT', organization, { credits: { mainnet: 1 }, quota: { limit: 3, used: 2 } })).body).to.deep.include({
      credits: { testnet: 7, mainnet: 1 },
      quota: { limit: 3, used: 2 },
    });
    expect((await ats.admin('PUT', organization, { quota: 9 })).body).to.deep.include({ quota: { limit: 9, used: 2 } });
    expect((await ats.admin('PUT', organization, before)).body).to.deep.equal(before);
  });

  it('refuses what it does not understand, and changes nothing', async () => {
    const ats = new Ats();
    for (const body of [undefined, null, [], 'x', { upstreams: true }, { upstream: 'yes' }, { dryRun: '' }]) {
      expect(await ats.admin('PUT', '/__admin/faults', body), JSON.stringify(body)).to.have.nested.property(
        'body.type',
        'failpath:admin-invalid-input',
      );
    }
    for (const body of [
      undefined,
      [],
      { credits: -1 },
      { credits: { dogenet: 1 } },
      { quota: 1.5 },
      { quota: { used: 1 } },
      { maxKeys: '3' },
      { name: 'x' },
    ]) {
      const answer = await ats.admin('PUT', organization, body);
      expect(answer.status, JSON.stringify(body)).to.equal(400);
      expect(answer.body).to.include.all.keys('type', 'title', 'detail', 'remedy');
    }
    const unknown = await ats.admin('PUT', '/__admin/organizations/nobody', {});
    expect([unknown.status, JSON.stringify(unknown.body).includes(WORLD.organizations.other)]).to.deep.equal([404, true]);
  });
});
