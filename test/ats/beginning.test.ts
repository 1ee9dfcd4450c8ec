import { expect } from 'chai';
import { beginWorld, seedWorld, worldOf } from '../../mocks/ats/world.js';
import { createState, type State } from '../../mocks/ats/state.js';
import { createMint, type Mint } from '../../mocks/mint.js';
import { Records } from '../../mocks/state/index.js';

const TAG = '5e550000002a';
const NOW = Date.UTC(2026, 2, 2, 9);

function newWorld(): { readonly records: Records; readonly state: State; readonly mint: Mint } {
  const records = new Records();
  let count = 0;
  const mint = createMint({ seed: 'harbour', tag: TAG, count: { next: () => ++count } });
  return { records, state: createState({ now: () => NOW }, records), mint };
}

function seeded(): ReturnType<typeof newWorld> {
  const world = newWorld();
  world.records.step(() => seedWorld(world, worldOf(TAG), NOW));
  return world;
}

function begun(): ReturnType<typeof newWorld> {
  const world = newWorld();
  world.records.step(() => beginWorld(world, world.records, TAG, NOW));
  return world;
}

describe('ats sandbox: a world that begins', () => {
  it('is what one is that was filled at once, whatever is looked at first', () => {
    const expected = seeded().records.dump();
    const names = Object.keys(seeded().state) as (keyof State)[];
    expect(expected.length).to.be.greaterThan(20);
    for (const first of names) {
      const { records, state } = begun();
      expect(state[first].size).to.equal(expected.filter(({ table }) => table === first).length);
      for (const name of names.toReversed()) expect([...state[name].list()]).to.deep.equal([...seeded().state[name].list()]);
      expect(records.dump()).to.deep.equal(expected);
    }
  });

  it('gives out the same afterwards', () => {
    const [one, other] = [seeded(), begun()];
    const next = other.mint.uuid();
    expect(next).to.equal(one.mint.uuid());
    expect(other.records.dump()).to.deep.equal(one.records.dump());
  });

  it('can be looked at outside of a step, and in one that is taken back', () => {
    const expected = seeded().records.dump();
    const { records, state } = begun();
    const id = worldOf(TAG).organizations.active;
    expect(state.organizations.get(id)?.active).to.equal(true);
    const { undo, changes } = records.step(() => {
      state.works.delete('1001');
      state.keys.clear();
    });
    expect(changes.map(({ record }) => record)).to.deep.equal(Array.from({ length: 11 }, () => null));
    undo();
    expect(records.dump()).to.have.deep.members(expected);
    expect(() => state.keys.clear()).to.throw('outside of a step');
  });
});
