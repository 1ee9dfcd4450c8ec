import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatGate, gate as decide, readLedger, readPolicy } from '../../ci/index.js';
import { canDeploy } from '../../cli/commands/can-deploy.js';
import { gate, type GateOptions } from '../../cli/commands/gate.js';
import { merge } from '../../cli/commands/merge.js';
import { REPORTS, type Ledger, type Report } from '../../contracts/index.js';
import { formatFinding, InputError } from '../../spec/index.js';
import { temporaryFolder } from '../support/cli.js';
import { testIo, type TestIo } from '../support/io.js';
import { expectGolden } from '../support/golden.js';
import { ledgerOf, on, probeOf, type Told } from './support.js';

const golden = (name: string): URL => new URL(`./golden/${name}`, import.meta.url);
const NOW = on('2026-09-30');

/** A folder to run commands in, and what they print. */
function desk(): {
  readonly folder: string;
  file(name: string, content: unknown): string;
  run(options?: Partial<GateOptions>, now?: Date): { exitCode: number; out: string; err: string };
} {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  return {
    folder,
    file: (name, content) => {
      writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content));
      return at(name);
    },
    run: (options = {}, now = NOW) => {
      const told = { out: '', err: '' };
      const exitCode = gate({ ledger: at('ledger.json'), store: at('store'), ...options }, ioTo(told), now);
      const bare = (text: string): string => text.replaceAll(`${folder}/`, '');
      return { exitCode, out: bare(told.out), err: bare(told.err) };
    },
  };
}

/** What a command writes goes there. */
function ioTo(told: { out: string; err: string }): TestIo {
  return { ...testIo(), written: told, out: (text) => void (told.out += text), err: (text) => void (told.err += text) };
}

function refusal(act: () => unknown): string {
  try {
    act();
    return 'not refused';
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.findings.map(formatFinding).join('\n');
  }
}

/** A ledger in a format, for readers without the contract. */
function formatted(name: keyof typeof REPORTS, ledger: Ledger): string {
  const report: Report = REPORTS[name];
  return report.format(ledger);
}

const LINES: readonly Told[] = [
  { operation: 'makeThing', cause: 'taken', outcome: 'violated', wrong: ['schema /error/details'], reason: 'details are missing' },
  { operation: 'makeThing', cause: 'reserved' },
  { operation: 'getThing', status: 404, code: 'thing.missing', outcome: 'not-reached', reason: 'it succeeded with 200' },
  { operation: 'getThing', status: 403, code: 'thing.hidden', outcome: 'not-capable', reason: 'give identities.other' },
  { operation: 'moveThing', status: 409, code: 'thing.moved', outcome: 'wrong-path', reason: 'answered 404 thing.missing' },
  { operation: 'removeThing', status: 404, code: 'thing.missing', outcome: 'setup-failed', reason: 'no thing could be made' },
  { operation: 'listThings', status: 503, code: 'thing.busy', outcome: 'simulated', trigger: 'magic value', reason: 'chosen at the edge' },
];
const POLICY = `requirements:
  - requires: real cause
  - { status: 503, requires: magic value }
waivers:
  - operation: makeThing
    cause: taken
    owner: things@example.com
    reason: the new schema is deployed on Monday
    expires: 2026-10-05
  - operation: getThing
    status: 403
    owner: ops@example.com
    reason: staging has one organization only
    expires: 2026-09-29
  - operation: makeThing
    cause: reserved
    owner: things@example.com
    reason: was broken in May
    expires: 2026-12-31
pending:
  - { operation: moveThing, until: 2026-10-15 }
baseline: known.json
`;
const KNOWN = [
  { deployment: 'staging', line: 'getThing 404 thing.missing (unknown)', outcome: 'not-reached', observed: '404 thing.missing', wrong: [] },
  { deployment: 'staging', line: 'makeThing 409 thing.exists (reserved)', outcome: 'violated', observed: '500', wrong: ['status status'] },
  {
    deployment: 'production',
    line: 'makeThing 409 thing.exists (reserved)',
    outcome: 'violated',
    observed: '500',
    wrong: ['status status'],
  },
];

describe('failpath gate', () => {
  it('tells every reason, with the entry of the policy and what to do', () => {
    const { file, run } = desk();
    file('ledger.json', ledgerOf(LINES));
    file('known.json', { violations: KNOWN });
    const { exitCode, out, err } = run({ policy: file('failpath.policy.yaml', POLICY) });
    expect({ exitCode, err }).to.deep.equal({ exitCode: 1, err: '' });
    expectGolden(out, golden('gate.txt'));
  });

  it('counts failures as what they are decided as, and no reader is told of a failure where the policy lets all pass', () => {
    const { file, run } = desk();
    const lines: readonly Told[] = [
      { code: 'a' },
      // Mended for the most part.
      { code: 'b', cause: 'one' },
      { code: 'b', cause: 'two', outcome: 'violated', wrong: ['schema /error'], reason: 'it is another' },
      { code: 'c', outcome: 'not-reached' },
      { code: 'd', outcome: 'not-reached' },
      { code: 'e', outcome: 'setup-failed' },
      { code: 'f', outcome: 'simulated' },
    ];
    const ledger = ledgerOf(lines, { probes: [probeOf('violated')] });
    file('ledger.json', ledger);
    const line = 'makeThing 409 b (two)';
    file('known.json', {
      violations: [{ deployment: 'staging', line, outcome: 'violated', observed: '404 thing.missing', wrong: ['schema /error'] }],
    });
    const [waived, until] = ['owner: me, reason: later, expires: 2026-10-01', 'until: 2026-10-01'];
    const policy = file(
      'p.yaml',
      `requirements: [{ code: f, requires: simulated }]\nwaivers: [{ code: [c, e], ${waived} }, { probe: '*', ${waived} }]\npending: [{ code: d, ${until} }]\nbaseline: known.json\n`,
    );
    expect(run({ policy }).out).to.contain(
      '\n6 failures: 1 verified, 1 known, 2 waived, 1 pending, 1 not-required; decided by p.yaml\naccepted exit code 0\n',
    );
    const decided = decide(ledger, { policy: readPolicy(policy, { today: '2026-09-30' }), now: NOW }).ledger;
    expect(formatted('terminal', decided)).to.contain('  · makeThing').and.contain('1 known, 2 waived, 1 pending, 1 not-required\n');
    expect(formatted('markdown', decided)).to.contain('6 failures: 1 known, 1 pending, 1 not-required, 2 waived, 1 verified.');
    const junit = formatted('junit', decided);
    expect(junit)
      .to.contain('tests="8" failures="0" errors="0" skipped="6"')
      .and.match(/<skipped message="known: violated, as \S*known\.json knows: it is another"/);
    const tap = formatted('tap', decided);
    expect([tap.match(/^not ok/gm), tap.match(/ # SKIP (?:known|pending|waived|not-required): /g)?.length]).to.deep.equal([null, 6]);
    // The last day of some of it is over.
    const later = decide(ledger, { policy: readPolicy(policy, { today: '2026-09-30' }), now: on('2026-10-02') }).ledger;
    expect(formatted('junit', later)).to.contain('tests="8" failures="3" errors="1" skipped="2"');
  });

  it('says which entries are about other deployments only', () => {
    const { file, run } = desk();
    file('ledger.json', ledgerOf([{}]));
    const about = (...names: string[]): string =>
      run({ policy: file('p.yaml', `requirements:\n${names.map((name) => `  - { deployment: ${name}, requires: nothing }\n`).join('')}`) })
        .out;
    expect(about('stag*', 'staginggg', 'production', 'staginggg')).to.contain(
      '\n3 entries are about other deployments: staginggg, production\nproven',
    );
    expect(about('production')).to.contain('\n1 entry is about other deployments: production\n');
    expect(about('staging')).to.not.contain('other deployments');
  });

  it('says the same in JSON, and what it is decided from', () => {
    const { file, run } = desk();
    file('ledger.json', ledgerOf(LINES));
    const { exitCode, out } = run({ json: true });
    const told = JSON.parse(out) as Record<string, unknown> & { reasons: readonly { kind: string }[] };
    expect(Object.keys(told)).to.deep.equal([
      'contract',
      'suite',
      'deployment',
      'startedAt',
      'ledger',
      'policy',
      'summary',
      'verdict',
      'exitCode',
      'reasons',
      'record',
    ]);
    expect(told).to.include({ verdict: 'failed', exitCode, policy: null, record: null });
    expect(told.reasons.map(({ kind }) => kind)).to.deep.equal(['finding', 'finding', 'finding', 'unproven', 'unproven', 'unproven']);
  });

  it('records what it has decided, whatever it is, and can-deploy answers from it', async () => {
    const { folder, file, run } = desk();
    file('ledger.json', ledgerOf(LINES));
    const { out } = run({ build: '1.0' });
    expect(out).to.match(/\n {2}store\/1\.0\/20260930T120000000Z-[0-9a-f]{16}\.json\n$/);
    const asked = async (build: string, more: object = {}): Promise<[number, string]> => {
      const told = { out: '', err: '' };
      const exitCode = await canDeploy({ build, to: 'staging', store: join(folder, 'store'), ...more }, ioTo(told), NOW);
      return [exitCode, told.out.split('\n')[0] ?? ''];
    };
    expect(await asked('1.0')).to.deep.equal([1, 'no  build 1.0 may not go to staging']);
    expect(await asked('1.1')).to.deep.equal([2, 'no  build 1.1 may not go to staging']);
    file('ledger.json', ledgerOf([{}]));
    run({ build: '1.0' }, on('2026-09-30', '12:00:01.000'));
    expect(await asked('1.0')).to.deep.equal([0, 'yes  build 1.0 may go to staging']);
    const policy = file('p.yaml', 'promotion: { production: [staging], staging: [preview] }');
    expect(await asked('1.0', { policy })).to.deep.equal([2, 'no  build 1.0 may not go to staging']);
    expect(await asked('1.0', { policy, to: 'production' })).to.deep.equal([0, 'yes  build 1.0 may go to production']);
    const wrong = await asked('1.0', { policy, to: 'prodction' }).catch((error: unknown) => String(error));
    expect(wrong).to.contain('Did you mean production?');
    const json = { out: '', err: '' };
    await canDeploy({ build: '1.0', to: 'staging', store: join(folder, 'store'), json: true }, ioTo(json), NOW);
    expect(JSON.parse(json.out)).to.include({ build: '1.0', to: 'staging', yes: true, exitCode: 0 });
  });

  it('refuses builds that are no names', async () => {
    const { file, run } = desk();
    file('ledger.json', ledgerOf([{}]));
    expect(refusal(() => run({ build: '../up' }))).to.match(/^usage {2}--build is "\.\.\/up" is no name of a build/);
    const told = await canDeploy({ build: 'a/b', to: 'staging', store: '' }, ioTo({ out: '', err: '' })).catch(String);
    expect(told).to.contain('no name of a build');
  });

  it('says where a record cannot be written', () => {
    const { file, run } = desk();
    file('ledger.json', ledgerOf([{}]));
    expect(refusal(() => run({ build: '1.0', store: file('taken', '') }))).to.match(
      /^output-unwritable {2}the record cannot be written to/,
    );
  });

  const { contract: _, ...headless } = ledgerOf([{}]);
  const tampered = JSON.stringify(ledgerOf([{ outcome: 'violated' }])).replace('"outcome":"violated"', '"outcome":"verified"');
  const REFUSED: Readonly<Record<string, string | Partial<Ledger>>> = {
    'what a filter has left': ledgerOf([{}, { operation: 'getThing', outcome: 'not-selected' }]),
    'a shard': { ...ledgerOf([{}]), partial: true, shard: { index: 2, of: 4, operations: ['makeThing'], webhooks: false, alone: false } },
    'a ledger that hides what it has left out': { ...ledgerOf([{}, { operation: 'getThing', outcome: 'not-selected' }]), partial: false },
    'a line that its causes deny': tampered,
    'a failure twice': { ...ledgerOf([{}]), failures: [...ledgerOf([{}]).failures, ...ledgerOf([{}]).failures] },
    'a line that nobody waives': JSON.stringify(ledgerOf([{ outcome: 'violated' }])).replaceAll('"violated"', '"waived"'),
    'a verified line with something wrong': ledgerOf([{ wrong: ['leak /error'] }]),
    'an outcome that there is not': JSON.stringify(ledgerOf([{}])).replaceAll('"verified"', '"fine"'),
    'a ledger without its head': headless,
    'half a ledger': JSON.stringify(ledgerOf([{}])).slice(0, 300),
    'something else': '[]',
  };
  it('refuses what cannot decide', () => {
    const told = Object.entries(REFUSED).map(([what, ledger]) => {
      const { folder, file } = desk();
      const saved = file('ledger.json', ledger);
      const run = (): number => gate({ ledger: saved, store: folder }, ioTo({ out: '', err: '' }), NOW);
      return `${what}\n${refusal(run).replaceAll(`${folder}/`, '').replace(/^/gm, '  ')}`;
    });
    expect(told.filter((text) => text.includes('not refused'))).to.deep.equal([]);
    expectGolden(`${told.join('\n\n')}\n`, golden('gate-refused.txt'));
  });

  it('takes a folder for the ledger in it, and says what is not there', () => {
    const { folder, file } = desk();
    expect(refusal(() => readLedger(folder))).to.match(/ledger-invalid {2}.*ledger\.json: no such file/);
    file('ledger.json', ledgerOf([{}]));
    expect(readLedger(folder).ledger.deployment.name).to.equal('staging');
  });
});

describe('failpath gate --write-baseline', () => {
  it('writes what is wrong by now, leaves what is known of other deployments, and passes from then on', () => {
    const { folder, file, run } = desk();
    const wrong = LINES.filter(({ outcome }) => outcome !== 'not-capable' && outcome !== 'setup-failed');
    file('ledger.json', { ...ledgerOf(wrong), probes: [probeOf('wrong-path', { observed: { status: 404, code: 'b' } })] });
    const policy = file(
      'failpath.policy.yaml',
      POLICY.replace(/ {2}- operation: getThing\n(?: {4}.*\n)+/, '').replace(
        / {2}- operation: makeThing\n {4}cause: reserved\n(?: {4}.*\n)+/,
        '',
      ),
    );
    file('known.json', { violations: KNOWN });
    expect(run({ policy }).exitCode).to.equal(1);
    const written = run({ policy, writeBaseline: true });
    expect({ exitCode: written.exitCode, err: written.err }).to.deep.equal({
      exitCode: 0,
      err: 'written: known.json (2 of staging, 1 of others)\n',
    });
    expectGolden(readFileSync(join(folder, 'known.json'), 'utf8'), golden('baseline.json'));
    const before = readFileSync(join(folder, 'known.json'));
    expect(run({ policy, writeBaseline: true }).exitCode).to.equal(0);
    expect(readFileSync(join(folder, 'known.json')).equals(before)).to.equal(true);
  });

  it('fails on what is new, on what is wrong in another way, and on what is mended', () => {
    const { file, run } = desk();
    const policy = file('p.yaml', 'baseline: known.json');
    const gone = { operation: 'removeThing', status: 404, code: 'thing.missing', outcome: 'not-reached' } as const;
    const known = { operation: 'getThing', outcome: 'violated', wrong: ['schema /error', 'leak /error/message'] } as const;
    const kinds = (...lines: readonly Told[]): string[] => {
      file('ledger.json', ledgerOf(lines));
      const { reasons } = JSON.parse(run({ policy, json: true }).out) as { reasons: readonly { kind: string; failure: string }[] };
      return reasons.map(({ kind, failure }) => `${kind} ${failure.split(' ')[0] ?? ''}`);
    };
    file('ledger.json', ledgerOf([{}, known, gone]));
    run({ policy, writeBaseline: true });
    expect(kinds({}, known, gone)).to.deep.equal(['known getThing', 'known removeThing']);
    expect(kinds({}, { ...known, wrong: known.wrong.toReversed() }, gone)).to.deep.equal(['known getThing', 'known removeThing']);
    expect(kinds({ outcome: 'violated' }, known, gone)).to.deep.equal(['finding makeThing', 'known getThing', 'known removeThing']);
    expect(kinds({}, { ...known, wrong: ['schema /error'] }, gone)).to.deep.equal(['finding getThing', 'known removeThing']);
    expect(kinds({}, { ...known, outcome: 'flaky' }, gone)).to.deep.equal(['unproven getThing', 'known removeThing']);
    expect(kinds({}, { operation: 'getThing' }, gone)).to.deep.equal(['baseline-fixed getThing', 'known removeThing']);
    expect(kinds({}, known)).to.deep.equal(['baseline-fixed removeThing', 'known getThing']);
  });

  it('needs a policy that says where', () => {
    const { file, run } = desk();
    file('ledger.json', ledgerOf([{}]));
    expect(refusal(() => run({ writeBaseline: true }))).to.match(/^usage {2}there is no baseline to write/);
    expect(refusal(() => run({ policy: file('p.yaml', 'baseline: none/known.json'), writeBaseline: true }))).to.match(/^output-unwritable/);
  });
});

describe('failpath merge', () => {
  it('writes what it has put together, decided by the policy', () => {
    const { folder, file } = desk();
    const lines: readonly Told[] = [{ operation: 'makeThing' }, { operation: 'getThing', outcome: 'flaky' }];
    const shard = (index: number, operation: string): string => {
      const own = lines.map((line): Told => (line.operation === operation ? line : { ...line, outcome: 'not-selected' }));
      const place = { index, of: 2, operations: [operation], webhooks: index === 1, alone: false };
      return file(`${index}.json`, { ...ledgerOf(own), partial: true, shard: place });
    };
    const files = [shard(1, 'makeThing'), shard(2, 'getThing')];
    const told = { out: '', err: '' };
    const policy = file('p.yaml', 'requirements: [{ operation: getThing, requires: nothing }]');
    expect(merge(files, { out: join(folder, 'whole'), policy }, ioTo(told), NOW)).to.equal(0);
    expect(told.out).to.match(/\n2 failures: 1 verified, 1 not-required; decided by .*p\.yaml\naccepted exit code 0\n/);
    const { ledger } = readLedger(join(folder, 'whole'));
    expect(ledger).to.include({ verdict: 'accepted', partial: false });
    expect(merge(files, { out: join(folder, 'whole'), json: true }, ioTo(told), NOW)).to.equal(2);
    expect(formatGate(readLedger(join(folder, 'whole')).ledger, { color: false, recorded: undefined })).to.contain('unproven exit code 2');
  });
});
