import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLedgers, tallySeen, toLedger, type Ledger, type ObservedLedger } from '../../contracts/index.js';
import { createObserver } from '../../contracts/observe/observer.js';
import { startMock } from '../../mocks/index.js';
import { failpath, temporaryFile, temporaryFolder } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { contract, judgeDeployment } from '../support/judge.js';

const AT = Date.UTC(2026, 6, 1, 12);

/** A ledger of traffic in which getTransaction answered so. */
function traffic(...answers: readonly (readonly [status: number, code: string])[]): ObservedLedger {
  const observer = createObserver(contract, 'https://staging.example.com');
  for (const [index, [status, code]] of answers.entries())
    observer.add({
      request: { method: 'GET', path: '/v1/transactions/1', query: new URLSearchParams(), headers: {}, body: { kind: 'absent' } },
      answer: {
        status,
        headers: { 'content-type': 'application/json' },
        body: { kind: 'json', value: { error: { code, message: 'No.', request_id: `req_${String(index).padStart(32, '0')}` } } },
      },
      at: AT + index * 60_000,
    });
  return toLedger({
    contract,
    url: 'https://staging.example.com',
    startedAt: new Date(AT),
    durationMs: 1,
    observer,
    failOnViolation: false,
  });
}

/** A ledger of a run with one line, whose requests were answered so. */
function run(
  trigger: 'real cause' | 'magic value' | 'simulated',
  answers: readonly (readonly [phase: 'given' | 'when' | 'again', status: number | null, code: string | null, requestId?: string])[],
  outcome: 'verified' | 'violated' = 'verified',
): Ledger {
  const bare = traffic();
  const requests = answers.map(([phase, status, code, requestId = null]) => ({
    phase,
    label: 'getTransaction',
    method: 'GET',
    url: 'https://staging.example.com/v1/transactions/1',
    status,
    code,
    requestId,
    durationMs: 1,
  }));
  const cause = {
    cause: 'unknown id',
    outcome,
    reason: '',
    observed: null,
    requestId: null,
    durationMs: 1,
    discrepancies: [],
    answer: null,
    evidence: { trigger, requests, control: null, notes: [] },
    repro: null,
  };
  const { traffic: _, failures, ...ledger } = bare;
  return {
    ...ledger,
    startedAt: '2026-07-02T09:00:00.000Z',
    durationMs: 30_000,
    failures: failures.map(({ seen: __, ...line }) =>
      line.operation === 'getTransaction' && line.status === 404 ? { ...line, causes: [cause] } : line,
    ),
  };
}

const file = (ledger: Ledger, name = 'ledger.json'): string => temporaryFile(name, JSON.stringify(ledger));
const NOT_FOUND = 'transaction.not_found';
const ofTransactions = ({ operation }: { readonly operation: string | null }): boolean => operation === 'getTransaction';

describe('failpath seen', function () {
  this.timeout(30_000);

  it('counts a ledger once, by whatever name', () => {
    const [one, copy] = [file(traffic([404, NOT_FOUND])), file(traffic([404, NOT_FOUND]), 'copy.json')];
    const { seen, ledgers } = tallySeen(contract, readLedgers([one, join(one, '..'), copy]), ofTransactions);
    expect([ledgers.length, seen[0]?.times]).to.deep.equal([1, 1]);
  });

  it('tallies what runs and traffic have seen, by evidence, and when last', () => {
    const files = [
      file(
        run('real cause', [
          ['given', 404, NOT_FOUND, 'req_1'],
          ['when', 404, NOT_FOUND, 'req_2'],
          ['again', 404, NOT_FOUND, 'req_3'],
          ['when', null, null],
        ]),
      ),
      file(run('simulated', [['when', 404, NOT_FOUND, 'req_4']])),
      file(traffic([404, NOT_FOUND], [404, NOT_FOUND], [400, NOT_FOUND])),
    ];
    const { seen, neverSeen, undeclared } = tallySeen(contract, readLedgers(files), ofTransactions);
    expect(seen).to.deep.equal([
      {
        operation: 'getTransaction',
        status: 404,
        code: NOT_FOUND,
        times: 7,
        wrong: 1,
        evidence: { 'real cause': 3, simulated: 1, observed: 3 },
        last: '2026-07-02T09:00:30.000Z',
      },
    ]);
    expect(neverSeen.map(({ status, code }) => `${status} ${code}`)).to.deep.equal(['503 common.service_unavailable']);
    expect(undeclared).to.deep.equal([]);
  });

  it('counts a request once, in how many lines it may stand', () => {
    const shared = run('real cause', [
      ['when', 404, NOT_FOUND, 'req_1'],
      ['when', 404, NOT_FOUND, 'req_1'],
      ['when', 404, NOT_FOUND, 'req_2'],
    ]);
    expect(tallySeen(contract, readLedgers([file(shared)])).seen.map(({ times }) => times)).to.deep.equal([2]);
  });

  it('lists what nobody has declared, and where it was seen', () => {
    const files = [
      file(run('real cause', [['when', 404, 'transaction.gone', 'req_1']], 'violated')),
      file(traffic([404, 'transaction.gone'], [500, 'made.up'])),
    ];
    const { undeclared, seen } = tallySeen(contract, readLedgers(files));
    expect(seen).to.deep.equal([]);
    expect(undeclared.map(({ operation, status, code, times, ledgers }) => [operation, status, code, times, ledgers.length])).to.deep.equal(
      [
        ['getTransaction', 404, 'transaction.gone', 2, 2],
        ['getTransaction', 500, 'made.up', 1, 1],
      ],
    );
  });

  it('reads a ledger of another contract, and says so', async () => {
    const other = file({
      ...traffic([404, NOT_FOUND], [404, 'transaction.old']),
      contract: { title: 'X', version: '0.9.0', sha256: 'f'.repeat(64) },
    });
    const { exitCode, stdout } = await failpath(['seen', other, '--operation', 'getTransaction']);
    expect(exitCode).to.equal(0);
    expect(stdout).to.contain('ledger.json was written for another contract (0.9.0): it is read by operation, status and code\n');
    expect(stdout).to.match(/\n1 of 2 declared failures seen, 1 never; 1 undeclared\n$/);
  });

  it('says it all, what needs a look last', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'run'));
    const ledgers = {
      'run/ledger.json': run('real cause', [
        ['when', 404, NOT_FOUND, 'req_1'],
        ['again', 404, NOT_FOUND, 'req_2'],
      ]),
      'traffic.json': traffic([404, NOT_FOUND], [400, NOT_FOUND], [404, 'transaction.gone']),
    };
    for (const [name, ledger] of Object.entries(ledgers)) writeFileSync(join(folder, name), JSON.stringify(ledger));
    const flags = ['--operation', 'getTransaction', '--operation', 'listApiKeys', '--fail-on', 'undeclared', '--fail-on', 'never-seen'];
    const { exitCode, stdout, stderr } = await failpath(['seen', 'run', 'traffic.json', ...flags], { cwd: folder });
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 1, stderr: '' });
    expectGolden(stdout, new URL('./goldens/seen.txt', import.meta.url));
  });

  const findings: readonly (readonly [string, string[], Ledger, number])[] = [
    ['undeclared answers decide nothing unless it is said', [], traffic([404, 'made.up']), 0],
    ['--fail-on undeclared', ['--fail-on', 'undeclared'], traffic([404, 'made.up']), 1],
    ['--fail-on undeclared, where there is none', ['--fail-on', 'undeclared'], traffic([404, NOT_FOUND]), 0],
    ['--fail-on never-seen', ['--fail-on', 'never-seen'], traffic([404, NOT_FOUND]), 1],
    [
      '--fail-on never-seen, where all were',
      ['--fail-on', 'never-seen', '--operation', 'getTransaction', '--status', '404'],
      traffic([404, NOT_FOUND]),
      0,
    ],
    ['ledgers without an answer are no finding, and no pass', ['--fail-on', 'never-seen'], traffic(), 3],
  ];
  for (const [name, flags, ledger, expected] of findings) {
    it(`${name}: ${expected}`, async () => {
      const { exitCode, stdout } = await failpath(['seen', file(ledger), '--json', ...flags]);
      expect(exitCode).to.equal(expected);
      expect(JSON.parse(stdout)).to.have.include.keys('contract', 'ledgers', 'seen', 'neverSeen', 'undeclared', 'exitCode');
    });
  }

  it('refuses files that are no ledgers, each by its name', async () => {
    const wrong = [
      join(temporaryFolder(), 'none.json'),
      temporaryFolder(),
      temporaryFile('text.json', 'ledger'),
      temporaryFile('other.json', '{"failures": [{"operation": 7}]}'),
    ];
    const { exitCode, stdout, stderr } = await failpath(['seen', ...wrong, file(traffic([404, NOT_FOUND]))]);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: '' });
    const said = stderr.split('\n').filter((line) => line.startsWith('ledger-invalid'));
    expect(said.some((line) => line.endsWith('none.json: no such file'))).to.equal(true);
    expect(said.some((line) => /failpath-\w+\/ledger\.json: no such file$/.test(line))).to.equal(true);
    expect(said.some((line) => /text\.json: it is not valid JSON/.test(line))).to.equal(true);
    expect(said.some((line) => /other\.json: failures\.0\.operation: /.test(line))).to.equal(true);
  });

  for (const flags of [[], ['x.json', '--fail-on', 'something']]) {
    it(`ends with 4: ${flags.join(' ') || 'no file'}`, async () => {
      expect((await failpath(['seen', ...flags])).exitCode).to.equal(4);
    });
  }

  it('has seen what verify has verified', async () => {
    const mock = await startMock({ contract });
    const { ledger } = await judgeDeployment(mock.url, { operations: ['getTransaction', 'listApiKeys'] });
    await mock.close();
    const report = tallySeen(
      contract,
      readLedgers([file(ledger)]),
      ({ operation }) => operation === 'getTransaction' || operation === 'listApiKeys',
    );
    expect(report.neverSeen).to.deep.equal([]);
    expect(report.undeclared).to.deep.equal([]);
    expect(report.seen.every(({ evidence }) => (evidence['real cause'] ?? 0) >= 2)).to.equal(true);
  });
});
