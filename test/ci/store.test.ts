import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addRecord, buildProblem, canDeploy, formatAnswer, gate, readRecords, toRecord, type BuildRecord } from '../../ci/index.js';
import { InputError } from '../../spec/index.js';
import { failpath, temporaryFolder } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { ledgerOf, on, policyOf, type Told } from './support.js';

const golden = (name: string): URL => new URL(`./golden/${name}`, import.meta.url);
const WAIVER = "waivers: [{ operation: '*', owner: me@example.com, reason: not yet, expires: 2026-09-30 }]";

/** What gate records of a build. */
function recordOf(
  lines: readonly Told[],
  how: { readonly build?: string; readonly at?: string; readonly now?: Date; readonly policy?: string; readonly sha256?: string } = {},
): BuildRecord {
  const { build = '4f2c', at = 'staging', now = on('2026-09-30'), policy, sha256 = 'c'.repeat(64) } = how;
  const made = ledgerOf(lines, { deployment: { name: at, url: `https://${at}.example.com` } });
  const ledger = { ...made, contract: { ...made.contract, sha256 } };
  const decided = gate(ledger, { policy: policy === undefined ? undefined : policyOf(policy, ledger), now }).ledger;
  return toRecord({ build, saved: { sha256: 'e'.repeat(64) }, decided, now });
}
const GOOD: readonly Told[] = [{}];
const BAD: readonly Told[] = [
  { outcome: 'not-reached', reason: 'it succeeded' },
  { operation: 'getThing', outcome: 'not-capable' },
];

function storeWith(...records: readonly BuildRecord[]): string {
  const store = temporaryFolder();
  for (const record of records) addRecord(store, record);
  return store;
}

describe('the store', () => {
  it('keeps records from the oldest to the newest, whatever the order in which they were added', () => {
    const [one, two, three] = ['08', '09', '10'].map((hour) => recordOf(GOOD, { now: on('2026-09-30', `${hour}:00:00.000`) }));
    const store = storeWith(...[two, one, three].flatMap((record) => record ?? []));
    expect(readRecords(store, '4f2c').map(({ recordedAt }) => recordedAt.slice(11, 13))).to.deep.equal(['08', '09', '10']);
    expect(readRecords(store, 'other')).to.deep.equal([]);
  });

  it('lets the one that says no win where two are of the same moment', () => {
    const store = storeWith(recordOf(BAD), recordOf(GOOD));
    expect(readRecords(store, '4f2c').at(-1)?.verdict).to.equal('failed');
  });

  it('writes what people can read, under a name that says when, and takes the same record for one', () => {
    const record = recordOf(BAD, { policy: 'requirements: [{ requires: simulated }]' });
    const store = storeWith(record, record);
    const [name = '', ...others] = readdirSync(join(store, '4f2c'));
    expect(others).to.deep.equal([]);
    expect(name).to.match(/^20260930T120000000Z-[0-9a-f]{16}\.json$/);
    const text = readFileSync(join(store, '4f2c', name), 'utf8');
    expectGolden(
      text.replace(/"file": ".*\//, '"file": "').replace(/("file": .*\n\s*"sha256": )"\w+"/, '$1"<hash>"'),
      golden('record.json'),
    );
  });

  it('does not look at files whose names begin with a dot', () => {
    const store = storeWith(recordOf(GOOD));
    writeFileSync(join(store, '4f2c', '.DS_Store'), 'Bud1');
    expect(readRecords(store, '4f2c')).to.have.length(1);
  });

  it('loses nothing when processes write at once', async function () {
    this.timeout(60_000);
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'ledger.json'), JSON.stringify(ledgerOf(GOOD)));
    const args = ['gate', '--ledger', 'ledger.json', '--build', '4f2c'];
    const writing = Promise.all([1, 2].map(() => failpath(args, { cwd: folder })));
    let added = 0;
    const store = join(folder, 'failpath-store');
    const write = (): void => {
      addRecord(store, recordOf(GOOD, { now: new Date(Date.UTC(2026, 0, 1) + added++) }));
      // Whoever reads meanwhile finds whole records only.
      if (added % 20 === 0) readRecords(store, '4f2c');
    };
    // Both processes may be through before a timer has its turn.
    write();
    const ticking = setInterval(write, 5);
    const ended = await writing;
    clearInterval(ticking);
    expect(ended.map(({ exitCode, stderr }) => `${exitCode} ${stderr}`)).to.deep.equal(['0 ', '0 ']);
    expect(readRecords(store, '4f2c')).to.have.length(added + 2);
    expect(readdirSync(join(store, '4f2c')).filter((name) => name.startsWith('.'))).to.deep.equal([]);
  });

  it('passes over what a killed process has left half-written', () => {
    const store = storeWith(recordOf(GOOD));
    writeFileSync(join(store, '4f2c', '.123-abc.tmp'), '{"build":');
    expect(readRecords(store, '4f2c')).to.have.length(1);
  });

  const HARMS: Readonly<Record<string, (file: string) => void>> = {
    changed: (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"exitCode": 1', '"exitCode": 0')),
    'cut off': (file) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, 100)),
    empty: (file) => writeFileSync(file, ''),
    renamed: (file) => renameSync(file, file.replace('20260930T', '20260101T').replace(/-\w+\.json/, '-0123456789abcdef.json')),
    'called otherwise': (file) => renameSync(file, `${file}.bak`),
    'a folder': (file) => {
      rmSync(file);
      mkdirSync(file);
    },
    'of another build': (file) => {
      const other = addRecord(temporaryFolder(), recordOf(BAD, { build: 'other' }));
      writeFileSync(join(file, '..', other.split('/').at(-1) ?? ''), readFileSync(other));
    },
    'too large': (file) => writeFileSync(file, ' '.repeat(5 * 1_048_576)),
    'of another shape': (file) => {
      const store = temporaryFolder();
      const added = addRecord(store, { ...recordOf(BAD), exitCode: 'no' } as never);
      writeFileSync(join(file, '..', added.split('/').at(-1) ?? ''), readFileSync(added));
    },
  };
  for (const [what, harm] of Object.entries(HARMS)) {
    it(`refuses a record that is ${what}, by name`, () => {
      const store = storeWith(recordOf(BAD));
      const [name = ''] = readdirSync(join(store, '4f2c'));
      harm(join(store, '4f2c', name));
      expect(() => readRecords(store, '4f2c'))
        .to.throw(InputError)
        .with.property('findings')
        .that.satisfies(([first]: InputError['findings']) => first?.problem === 'record-invalid' && /4f2c\/.*json.*: ./.test(first.what));
    });
  }

  it('has no place for builds that are no names', () => {
    const refused = ['', '.', '..', '../x', 'a/b', '-x', 'a b', 'x'.repeat(129), 'a.', 'ä', 'a\0b'];
    for (const build of refused) expect(buildProblem(build), build).to.be.a('string');
    for (const build of ['4f2c9e1', 'v1.2.3+45', '1', 'main_7-x']) expect(buildProblem(build), build).to.equal(undefined);
  });
});

describe('can-deploy', () => {
  const ask = (records: readonly BuildRecord[], question: Partial<Parameters<typeof canDeploy>[1]> = {}): ReturnType<typeof canDeploy> =>
    canDeploy(records, { build: '4f2c', to: 'staging', now: on('2026-09-30'), ...question });
  const told = (records: readonly BuildRecord[], question: Partial<Parameters<typeof canDeploy>[1]> = {}): [number, ...string[]] => {
    const { yes, exitCode, objections } = ask(records, question);
    expect(yes).to.equal(exitCode === 0);
    return [exitCode, ...objections.map(({ what }) => what)];
  };

  it('says yes to what is proven there', () => {
    expect(told([recordOf(GOOD)])).to.deep.equal([0]);
  });

  it('says no to what nobody has recorded, with what to do', () => {
    const [answer] = ask([]).objections;
    expect(answer?.remedy).to.contain('failpath gate --build 4f2c');
    expect(told([])).to.deep.equal([2, 'nothing is recorded of build 4f2c on staging']);
    expect(ask([recordOf(GOOD, { at: 'preview' })]).objections[0]?.why).to.equal('It was recorded on preview only.');
  });

  it('goes by the newest record', () => {
    const [morning, noon] = [on('2026-09-30', '09:00:00.000'), on('2026-09-30')];
    expect(told([recordOf(GOOD, { now: morning }), recordOf(BAD, { now: noon })])[0]).to.equal(1);
    expect(told([recordOf(BAD, { now: morning }), recordOf(GOOD, { now: noon })])).to.deep.equal([0]);
  });

  it('says no with 2 to what is only unproven', () => {
    expect(told([recordOf([{}, { operation: 'getThing', outcome: 'flaky' }])])[0]).to.equal(2);
  });

  it('asks for the records of everywhere that a promotion names', () => {
    const staging = recordOf(GOOD);
    const requires = ['staging', 'preview'];
    expect(told([staging], { to: 'production', requires })).to.deep.equal([2, 'nothing is recorded of build 4f2c on preview']);
    expect(told([staging, recordOf(GOOD, { at: 'preview' })], { to: 'production', requires })).to.deep.equal([0]);
    expect(told([recordOf(BAD), recordOf(GOOD, { at: 'preview' })], { to: 'production', requires })[0]).to.equal(1);
  });

  it('notices waivers that have ended since, on the day after their last', () => {
    const record = recordOf([{}, { operation: 'getThing', outcome: 'violated' }], {
      policy: 'waivers: [{ operation: getThing, owner: me, reason: not yet, expires: 2026-09-30 }]',
    });
    expect(record).to.include({ verdict: 'accepted', exitCode: 0 });
    expect(told([record], { now: on('2026-09-30', '23:59:59.999') })).to.deep.equal([0]);
    expect(told([record], { now: on('2026-10-01', '00:00:00.000') })).to.deep.equal([
      1,
      'what was let pass has lapsed: waived until 2026-09-30 (today is 2026-10-01)',
    ]);
  });

  it('notices pending failures whose time has ended since', () => {
    const record = recordOf([{}, { operation: 'getThing', outcome: 'not-capable' }], {
      policy: 'pending: [{ operation: getThing, until: 2026-09-30 }]',
    });
    expect(told([record], { now: on('2026-10-01') })[0]).to.equal(2);
  });

  it('insists on the contract that is asked about', () => {
    const contract = { file: 'openapi.yaml', sha256: 'd'.repeat(64) };
    expect(told([recordOf(GOOD)], { contract })).to.deep.equal([
      2,
      'build 4f2c was verified on staging by another contract than openapi.yaml',
    ]);
    expect(told([recordOf(GOOD, { sha256: contract.sha256 })], { contract })).to.deep.equal([0]);
  });

  it('tells all of it', () => {
    const records = [recordOf(BAD), recordOf([{ outcome: 'flaky' }, { operation: 'getThing' }], { at: 'preview', policy: WAIVER })];
    const answer = ask(records, {
      to: 'production',
      requires: ['staging', 'preview', 'canary'],
      contract: { file: 'openapi.yaml', sha256: 'd'.repeat(64) },
      now: on('2026-10-01'),
    });
    expectGolden(formatAnswer(answer, { color: false }).replaceAll(/\(\S*failpath\.policy/g, '(failpath.policy'), golden('can-deploy.txt'));
    expect(answer.exitCode).to.equal(1);
  });
});
