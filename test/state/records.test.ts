import { expect } from 'chai';
import fc from 'fast-check';
import { Records } from '../../mocks/state/index.js';
import type { Change } from '../../mocks/stores/index.js';

interface Item {
  readonly n: number;
}

const MANY = { capacity: 1_000 };
/** Ids and values of a table, in its order. */
const shown = (records: Records, table = 't'): string =>
  records
    .dump()
    .filter((change) => change.table === table)
    .map(({ id, record }) => `${id}${JSON.stringify((record as Item).n)}`)
    .join(' ');

describe('state: records', () => {
  it('are changed in steps, and not outside of one', () => {
    const records = new Records();
    const table = records.table<Item>('t', MANY);
    expect(() => table.put('a', { n: 1 })).to.throw('outside of a step');
    expect(table.size).to.equal(0);
    const { result, changes } = records.step(() => {
      table.put('a', { n: 1 });
      table.put('b', { n: 2 });
      table.put('a', { n: 3 });
      return table.delete('b');
    });
    expect(result).to.deep.equal({ n: 2 });
    expect(shown(records)).to.equal('a3');
    expect(changes.map(({ id, place, record }) => [id, place, record])).to.deep.equal([
      ['a', 1, { n: 1 }],
      ['b', 2, { n: 2 }],
      ['a', 1, { n: 3 }],
      ['b', 2, null],
    ]);
    expect(() => table.delete('a')).to.throw('outside of a step');
    expect(table.delete('x')).to.equal(undefined);
  });

  it('may be changed at any time where nothing is kept', () => {
    const records = new Records(false);
    records.table<Item>('t', MANY).put('a', { n: 1 });
    expect(shown(records)).to.equal('a1');
  });

  it('know whether a step is under way, and what it has changed so far', () => {
    const records = new Records();
    const table = records.table<Item>('t', MANY);
    expect([records.inStep, records.hasChanges, records.changes]).to.deep.equal([false, false, []]);
    records.step(() => {
      expect([records.inStep, records.hasChanges]).to.deep.equal([true, false]);
      table.put('a', { n: 1 });
      expect([records.hasChanges, records.changes.length]).to.deep.equal([true, 1]);
    });
    expect([records.inStep, records.hasChanges]).to.deep.equal([false, false]);
  });

  it('are as before after a step that threw, and after one that is taken back', () => {
    const records = new Records();
    const table = records.table<Item>('t', MANY);
    const heard: string[] = [];
    records.step(() => ['a', 'b', 'c'].forEach((id, n) => table.put(id, { n })));
    table.watch((id, record) => heard.push(`${id}${record?.n ?? '-'}`));
    const change = (): void => {
      table.delete('a');
      table.put('b', { n: 9 });
      table.put('a', { n: 8 });
      table.put('d', { n: 7 });
    };
    expect(() =>
      records.step(() => {
        change();
        throw new Error('no');
      }),
    ).to.throw('no');
    expect(shown(records)).to.equal('a0 b1 c2');
    expect(heard.join(' ')).to.equal('a- b9 a8 d7 d- a- b1 a0');
    const { undo } = records.step(change);
    expect(shown(records)).to.equal('b9 c2 a8 d7');
    undo();
    expect(shown(records)).to.equal('a0 b1 c2');
    expect([...table.list()].map(({ n }) => n)).to.deep.equal([0, 1, 2]);
    expect(records.inStep).to.equal(false);
  });

  it('give the same table again, with the bounds that were said first', () => {
    const records = new Records();
    const table = records.table<Item>('t', { capacity: 3 });
    records.step(() => {
      for (let n = 0; n < 10; n++) records.table<Item>('t', { capacity: 100 }).put(String(n), { n });
    });
    expect(table.size).to.be.at.most(3);
    expect(table.get('9')).to.deep.equal({ n: 9 });
  });

  it('that are over go first, then the oldest that may, never one that may not', () => {
    const records = new Records();
    let now = 0;
    const table = records.table<Item>('t', { capacity: 10, over: ({ n }) => n < now, expendable: ({ n }) => n !== 3 });
    records.step(() => {
      for (let n = 0; n < 10; n++) table.put(String(n), { n });
      now = 3;
      table.put('10', { n: 10 });
    });
    expect(shown(records)).to.equal('33 44 55 66 77 88 99 1010');
    records.step(() => {
      for (let n = 11; n < 40; n++) table.put(String(n), { n });
    });
    expect(table.get('3')).to.deep.equal({ n: 3 });
    expect(table.size).to.be.at.most(10);
    expect(table.get('39')).to.deep.equal({ n: 39 });
  });

  it('show what is present without what is over, which nobody has swept', () => {
    const records = new Records();
    const table = records.table<Item>('t', { ...MANY, over: ({ n }) => n < 2 });
    records.step(() => [0, 1, 2, 3].forEach((n) => table.put(`i${n}`, { n })));
    expect(records.present().map(({ id }) => id)).to.deep.equal(['i2', 'i3']);
    expect(records.dump()).to.have.length(4);
    expect(records.present(new Set(['t']))).to.deep.equal([]);
  });

  it('may come before the owner of their table', () => {
    const records = new Records();
    records.apply([{ table: 't', id: 'b', place: 2, record: { n: 2 } }]);
    records.apply([{ table: 't', id: 'a', place: 1, record: { n: 1 } }]);
    const table = records.table<Item>('t', { capacity: 2 });
    expect([...table.list()].map(({ n }) => n)).to.deep.equal([1, 2]);
    records.step(() => table.put('c', { n: 3 }));
    expect(shown(records)).to.equal('b2 c3');
  });

  it('go to the end when others have removed and added them again', () => {
    const records = new Records();
    records.table<Item>('t', MANY);
    records.apply(['a', 'b'].map((id, n) => ({ table: 't', id, place: n + 1, record: { n } })));
    records.apply([{ table: 't', id: 'a', place: 3, record: { n: 5 } }]);
    expect(shown(records)).to.equal('b1 a5');
  });

  it('are what others have, and nothing else, after they were replaced', () => {
    const records = new Records();
    const table = records.table<Item>('t', MANY);
    records.step(() => ['a', 'b'].forEach((id, n) => table.put(id, { n })));
    records.replace([
      { table: 'u', id: 'x', place: 1, record: { n: 1 } },
      { table: 't', id: 'b', place: 7, record: { n: 4 } },
    ]);
    expect([shown(records), shown(records, 'u')]).to.deep.equal(['b4', 'x1']);
    records.step(() => table.put('c', { n: 1 }));
    expect(records.dump().find(({ id }) => id === 'c')?.place).to.equal(8);
  });

  type Deed = readonly ['put' | 'delete' | 'move', string, number];
  const deed: fc.Arbitrary<Deed> = fc.tuple(fc.constantFrom('put', 'delete', 'move'), fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(9));
  const carryOut = (records: Records, deeds: readonly Deed[]): void => {
    const table = records.table<Item>('t', MANY);
    for (const [what, id, n] of deeds) {
      if (what !== 'put') table.delete(id);
      if (what !== 'delete') table.put(id, { n });
    }
  };

  it('have the order of a list, whatever is done, taken back and restored', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('keep', 'undo', 'throw', 'snapshot', 'restore'), fc.array(deed, { maxLength: 6 }))),
        (steps) => {
          const records = new Records();
          records.table<Item>('t', MANY);
          let model: [string, number][] = [];
          let snapshot: Change[] = [];
          let kept: [string, number][] = [];
          for (const [how, deeds] of steps) {
            const next = [...model];
            for (const [what, id, n] of deeds) {
              const at = next.findIndex(([one]) => one === id);
              if (what === 'put' && at >= 0) next[at] = [id, n];
              else {
                if (at >= 0) next.splice(at, 1);
                if (what !== 'delete') next.push([id, n]);
              }
            }
            if (how === 'throw') {
              expect(() =>
                records.step(() => {
                  carryOut(records, deeds);
                  throw new Error('no');
                }),
              ).to.throw('no');
            } else if (how === 'restore') {
              records.step(() => records.restore(snapshot));
              model = kept;
            } else {
              const { undo } = records.step(() => carryOut(records, deeds));
              if (how === 'undo') undo();
              else model = next;
              if (how === 'snapshot') [snapshot, kept] = [records.dump(), model];
            }
            expect(shown(records)).to.equal(model.map(([id, n]) => `${id}${n}`).join(' '));
            expect([...records.table<Item>('t', MANY).list()].map(({ n }) => n)).to.deep.equal(model.map(([, n]) => n));
          }
        },
      ),
    );
  });

  it('are the same where the changes of all steps are applied, and where they are made once more', () => {
    fc.assert(
      fc.property(fc.array(fc.array(deed, { maxLength: 6 })), (steps) => {
        const [records, applied, redone] = [new Records(), new Records(), new Records()];
        for (const deeds of steps) {
          const { changes } = records.step(() => carryOut(records, deeds));
          applied.apply(changes);
          redone.step(() => redone.redo(changes));
        }
        expect(shown(applied)).to.equal(shown(records));
        expect(shown(redone)).to.equal(shown(records));
        const copy = new Records();
        copy.apply(records.dump());
        expect(copy.dump()).to.deep.equal(records.dump());
      }),
    );
  });

  it('that are restored as they are have not changed', () => {
    const records = new Records();
    const table = records.table<Item>('t', MANY);
    records.step(() => ['a', 'b', 'c'].forEach((id, n) => table.put(id, { n })));
    const dump = records.dump();
    records.step(() => table.put('b', { n: 9 }));
    const { changes } = records.step(() => records.restore(dump));
    expect(changes.map(({ id }) => id)).to.deep.equal(['b']);
    expect(records.step(() => records.restore([], new Set(['t']))).changes).to.deep.equal([]);
    expect(shown(records)).to.equal('a0 b1 c2');
  });
});
