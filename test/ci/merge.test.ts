import { expect } from 'chai';
import { gate, mergeLedgers, shardsOf, type SavedLedger, type Timings } from '../../ci/index.js';
import {
  atsSuite,
  buildLedger,
  createDeployment,
  fingerprint,
  planRun,
  rehearse,
  type Deployment,
  type Ledger,
  type LedgerShard,
  type Rehearsal,
} from '../../contracts/index.js';
import { decide } from '../../ci/index.js';
import { drive } from '../../cli/driven.js';
import { QUIET } from '../../cli/progress.js';
import { openTarget, type Target } from '../../cli/targets.js';
import { formatFinding, InputError, type Failure } from '../../spec/index.js';
import { expectGolden } from '../support/golden.js';
import { testIo } from '../support/io.js';
import { contract } from '../support/judge.js';
import { normalise } from '../support/normalise.js';
import { ledgerOf, on, type Told } from './support.js';

const suite = atsSuite;
/** A ledger without what differs between two runs of the same thing: texts inside of it, member by member. */
function essence(value: unknown, member = ''): unknown {
  if (member === 'startedAt' || member === 'durationMs') return 0;
  // A webhook as it came: signed, with blocks and hashes.
  if (member === 'received')
    return normalise(String(value))
      .replaceAll(/(v1=|0x)[\da-f]+/g, '$1')
      .replaceAll(/\d+/g, '');
  if (typeof value === 'string') return normalise(value).replaceAll(/\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]*/g, '<token>');
  if (Array.isArray(value)) return value.map((one) => essence(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, essence(one, name)]));
}

/** Where two values differ, as pointers. */
function differences(a: unknown, b: unknown, at = ''): string[] {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null)
    return a === b ? [] : [`${at}: ${String(a)} / ${String(b)}`];
  const members = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...members].flatMap((name) => differences(Reflect.get(a, name), Reflect.get(b, name), `${at}/${name}`));
}

describe('shards of a run over the embedded sandbox', function () {
  this.timeout(120_000);
  let target: Target;
  let rehearsal: Rehearsal;
  before(async () => {
    target = await openTarget(contract, {}, testIo());
    rehearsal = await rehearse(await planRun({ contract, suite, deployment: target.deployment }), { probes: true, webhooks: true });
  });
  after(() => target.close());

  const run = async (shard?: LedgerShard): Promise<Ledger> => {
    const driven = await drive(contract, target.deployment, {
      suite,
      selected: ({ operation }) => shard?.operations.includes(operation.id) ?? true,
      leftOut: shard && 'another shard looks at it',
      options: { concurrency: 8, reruns: 1 },
      io: testIo(),
      signal: new AbortController().signal,
      webhooks: shard?.webhooks ?? true,
      progress: QUIET,
    });
    return buildLedger({
      contract,
      suite: fingerprint(contract, suite, '1'),
      name: 'sandbox',
      url: target.deployment.url,
      shard,
      ...driven,
      decide,
    });
  };

  it('come to what one run comes to, apart from times and ids', async () => {
    const now = new Date();
    const whole = gate(await run(), { now }).ledger;
    const ledgers: SavedLedger[] = [];
    for (const shard of shardsOf(rehearsal, 4)) ledgers.push({ file: `${shard.index}.json`, sha256: '', ledger: await run(shard) });
    expect(ledgers.map(({ ledger }) => ledger.partial)).to.deep.equal([true, true, true, true]);
    const merged = gate(mergeLedgers(ledgers.toReversed()), { now }).ledger;
    expect(merged).to.include({ verdict: 'proven', exitCode: 0, partial: false });
    const different = differences(essence(whole), essence(merged));
    expect(different, different.slice(0, 3).join('\n')).to.have.length(0);
    expect([merged.probes.length, merged.webhooks.length]).to.deep.equal([whole.probes.length, contract.webhooks.length]);
  });

  for (const of of [1, 2, 3, 4, 8, 16]) {
    it(`${of} of them share everything out: each operation and the webhooks once, none with much more than its part`, () => {
      const shards = shardsOf(rehearsal, of);
      expect(shards.map(({ index }) => index)).to.deep.equal(Array.from({ length: of }, (_, index) => index + 1));
      const ids = contract.operations.filter(({ failures }) => failures.length > 0).map(({ id }) => id);
      expect(shards.flatMap(({ operations }) => operations).toSorted()).to.deep.equal(ids.toSorted());
      expect(shards.filter(({ webhooks }) => webhooks)).to.have.length(1);
      const costs = shards.map(({ operations }) => costOf(rehearsal, operations));
      const largest = Math.max(...ids.map((id) => costOf(rehearsal, [id])));
      // What the longest part first promises: no shard is above its share by more than a part.
      const share = costOf(rehearsal, ids) / of;
      expect(Math.max(...costs)).to.be.at.most(Math.max(largest, (share * 4) / 3 + 40));
    });
  }

  it('go by what a ledger has measured, and by the average where it has measured nothing', () => {
    const [slow = '', ...others] = contract.operations.filter(({ failures }) => failures.length > 0).map(({ id }) => id);
    const [unknown = '', ...quick] = others;
    const took = (operation: string, durationMs: number): Timings['failures'][number] =>
      ({ operation, causes: [{ durationMs }] }) as unknown as Timings['failures'][number];
    const failures = [took(slow, 60_000), took(slow, 30_000), ...quick.map((operation) => took(operation, 10)), took(unknown, Number.NaN)];
    const shards = shardsOf(rehearsal, 2, { failures, probes: [] });
    const own = shards.find(({ operations }) => operations.includes(slow));
    // What is slow is alone, and all that is quick is together; without a measured time nobody is for nothing.
    expect(own?.operations.filter((id) => quick.includes(id))).to.deep.equal([]);
    expect(shards.flatMap(({ operations }) => operations).toSorted()).to.deep.equal([slow, ...others].toSorted());
    expect(shardsOf(rehearsal, 4, { failures: [], probes: [] })).to.deep.equal(shardsOf(rehearsal, 4));
  });

  it('are no more than there are parts', () => {
    expect(shardsOf(rehearsal, 50)).to.have.length(contract.operations.length + 1);
  });

  it('are the same wherever they are shared out, and say whether they move what others stand on', async () => {
    const selected = ({ operation }: Failure): boolean => operation.id === 'prepareWork';
    const sharedOut = async (deployment: Deployment): Promise<readonly LedgerShard[]> =>
      shardsOf(await rehearse(await planRun({ contract, suite, deployment, selected })), 16);
    expect(await sharedOut(target.deployment)).to.deep.equal(await sharedOut(target.deployment));
    expect(shardsOf(rehearsal, 4).map((shard) => shard.alone)).to.deep.equal([false, false, false, false]);
    // Without sessions the clock is everybody's.
    const shared = await sharedOut({ ...target.deployment, sessions: undefined });
    expect(shared.filter(({ alone }) => alone).map(({ operations }) => operations)).to.deep.equal([['prepareWork']]);
    const bare = await rehearse(await planRun({ contract, suite, deployment: createDeployment({ url: 'https://staging.example.com' }) }));
    expect(shardsOf(bare, 4).every(({ operations, alone }) => operations.length > 0 && !alone)).to.equal(true);
  });
});

function costOf({ paths, visits }: Rehearsal, operations: readonly string[]): number {
  const own = paths.filter(({ planned }) => operations.includes(planned.failure.operation.id)).map((path) => path.own.length);
  const probes = visits
    .filter(({ visit }) => visit.probes[0]?.action.do === 'send' && operations.includes(visit.probes[0].probe.operation.id))
    .map((visit) => visit.own.length);
  return [...own, ...probes].reduce((sum, one) => sum + one, 0);
}

const LINES: readonly Told[] = [{ operation: 'makeThing' }, { operation: 'getThing' }, { operation: 'removeThing' }];

/** One shard of a small run. */
function shardOf(index: number, operations: readonly string[], members: Partial<Ledger> = {}, of = 3): SavedLedger {
  const lines = LINES.map((line): Told => (operations.includes(line.operation ?? '') ? line : { ...line, outcome: 'not-selected' }));
  const shard = { index, of, operations, webhooks: index === 1, alone: false };
  return { file: `shard-${index}.json`, sha256: '', ledger: { ...ledgerOf(lines), partial: true, shard, ...members } };
}

describe('a merge of shards', () => {
  const [one, two, three] = [shardOf(1, ['makeThing']), shardOf(2, ['getThing']), shardOf(3, ['removeThing'])];

  it('takes each from whoever has looked at it, and lasts from the first beginning to the last end', () => {
    const later = { ...three, ledger: { ...three.ledger, startedAt: '2026-09-30T10:01:00.000Z' } };
    const merged = mergeLedgers([later, one, two]);
    expect(merged).to.include({ partial: false, startedAt: '2026-09-30T10:00:00.000Z', durationMs: 61_500, answered: true });
    expect(merged.summary).to.deep.equal({ verified: 3 });
    expect(merged).to.not.have.any.keys('shard', 'policy');
  });

  const changed = (saved: SavedLedger, members: Partial<Ledger>, file = saved.file): SavedLedger => ({
    ...saved,
    file,
    ledger: { ...saved.ledger, ...members },
  });
  const at = { name: 'staging', url: 'https://other.example.com' };
  const moved = (saved: SavedLedger): SavedLedger => changed(saved, { shard: { ...(saved.ledger.shard as LedgerShard), alone: true } });
  const REFUSED: Readonly<Record<string, readonly SavedLedger[]>> = {
    'no ledger': [],
    'a whole one': [one, { file: 'whole.json', sha256: '', ledger: ledgerOf(LINES) }],
    'what a filter has left': [one, two, { file: 'filtered.json', sha256: '', ledger: { ...ledgerOf(LINES), partial: true } }],
    'one twice': [one, two, three, changed(two, {}, 'copy.json')],
    'one missing': [one, three],
    'two missing': [two],
    'of another number of shards': [one, two, shardOf(3, ['removeThing'], {}, 4)],
    'of another contract': [one, two, changed(three, { contract: { ...three.ledger.contract, sha256: 'd'.repeat(64) } })],
    'of another suite': [one, two, changed(three, { suite: { name: 'things', sha256: '6'.repeat(64) } })],
    'of another deployment': [one, two, changed(three, { deployment: { name: 'production', url: 'https://staging.example.com' } })],
    'at another address': [one, two, changed(three, { deployment: at })],
    'of other failures': [one, two, changed(three, { failures: three.ledger.failures.slice(1) })],
    overlapping: [one, shardOf(2, ['getThing', 'makeThing']), three],
    'with a hole': [one, two, shardOf(3, [])],
    interrupted: [one, two, changed(three, { failures: one.ledger.failures })],
    'interrupted at its end': [one, two, changed(three, { verdict: 'interrupted' })],
    'that have disturbed each other': [one, moved(two), three],
  };
  it('refuses what is not the whole of one run, and says why', () => {
    const told = Object.entries(REFUSED).map(([what, ledgers]) => {
      try {
        mergeLedgers(ledgers);
        return `${what}: not refused`;
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return `${what}\n${error.findings.map((finding) => formatFinding(finding).replace(/^/gm, '  ')).join('\n')}`;
      }
    });
    expectGolden(`${told.join('\n\n')}\n`, new URL('./golden/merge-refused.txt', import.meta.url));
  });

  it('takes shards that each had a deployment on their own machine, or took turns, although they move state', () => {
    const local = [one, two, three].map((saved, index) =>
      moved(changed(saved, { deployment: { name: 'staging', url: `http://127.0.0.1:${4010 + index}` } })),
    );
    expect(mergeLedgers(local).partial).to.equal(false);
    const turns = [one, two, three].map((saved, index) => moved(changed(saved, { startedAt: `2026-09-30T10:0${index}:00.000Z` })));
    expect(mergeLedgers(turns).partial).to.equal(false);
  });

  it('is decided anew, by a policy or without one', () => {
    const wrong = changed(two, {
      failures: ledgerOf(LINES.map((line, index) => (index === 1 ? { ...line, outcome: 'flaky' } : { ...line, outcome: 'not-selected' })))
        .failures,
    });
    expect(gate(mergeLedgers([one, wrong, three]), { now: on('2026-09-30') }).ledger).to.include({ verdict: 'unproven', exitCode: 2 });
  });
});
