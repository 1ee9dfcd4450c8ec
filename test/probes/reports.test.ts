import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decide } from '../../ci/index.js';
import { formatRun, OUTCOMES, toJunit, type Ledger, type LedgerProbe, type Outcome } from '../../contracts/index.js';
import { createAtsSandbox, OPERATIONS, RULES, type Replacements } from '../../mocks/ats/index.js';
import { startMock, WORLD } from '../../mocks/index.js';
import { parseXml } from '../contracts/xml.js';
import { failpath, ROOT, temporaryFile, temporaryFolder, type Ended } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { normalise } from '../support/normalise.js';

const probe = (outcome: Outcome, members: Partial<LedgerProbe> = {}): LedgerProbe => ({
  kind: 'precedence', operation: 'initWork', name: 'a before b', expected: '401 a', basis: 'reading', source: 'it is so', outcome, reason: 'why',
  observed: null, requestId: null, durationMs: 4, discrepancies: [], takenFrom: null, restsOn: [], evidence: { trigger: null, requests: [], control: null, notes: [] },
  repro: 'echo probe', ...members,
}); // prettier-ignore

const ledgerOf = (...probes: readonly LedgerProbe[]): Ledger => ({
  contract: { title: 'An API', version: '1', sha256: '' },
  suite: null,
  deployment: { name: 'toy', url: 'http://toy.test' },
  startedAt: '2026-03-02T09:00:00.000Z',
  durationMs: 1500,
  failures: [],
  webhooks: [],
  probes,
  summary: {},
  answered: true,
  partial: false,
  ...decide({ failures: [], probes, answered: true }),
});

describe('probes in the gate', () => {
  const expected: Readonly<Record<Outcome, number>> = {
    violated: 1, 'not-reached': 1, 'wrong-path': 1, 'setup-failed': 2, 'edge-intercepted': 2, flaky: 2, simulated: 2,
    verified: 0, waived: 0, 'not-capable': 0, 'not-selected': 0,
  }; // prettier-ignore
  for (const outcome of OUTCOMES) {
    it(`beside a proven line, ${outcome} is exit code ${expected[outcome]}`, () => {
      const failures = [
        {
          operation: 'o',
          method: 'GET',
          path: '/',
          status: 400,
          code: 'c',
          outcome: 'verified',
          reason: '',
          declared: 'openapi.yaml:1:1',
          causes: [],
        },
      ] as const;
      expect(decide({ failures, probes: [probe(outcome)], answered: true }).exitCode).to.equal(expected[outcome]);
    });
  }

  it('that nothing lets be looked at prove nothing by themselves', () => {
    expect(decide({ failures: [], probes: [probe('not-capable')], answered: undefined }).exitCode).to.equal(4);
  });
});

describe('probes in a JUnit file', () => {
  it('are a suite per kind; those that nothing lets be looked at are left out', () => {
    const xml = parseXml(
      toJunit(
        ledgerOf(
          probe('verified'),
          probe('violated'),
          probe('setup-failed', { kind: 'identity', name: 'revoked' }),
          probe('not-capable', { kind: 'identity', name: 'unknown' }),
        ),
      ),
    );
    expect(xml.attributes).to.include({ tests: '3', failures: '1', errors: '1', skipped: '0' });
    expect(
      xml.children.map(({ attributes, children }) => [attributes['name'], children.map((one) => one.attributes['name'])]),
    ).to.deep.equal([
      ['precedence', ['initWork a before b: 401 a', 'initWork a before b: 401 a']],
      ['identity', ['initWork revoked: 401 a']],
    ]);
    expect(xml.children[0]?.children[1]?.children[0]).to.deep.include({ name: 'failure', text: 'echo probe' });
  });
});

describe('probes on a terminal', () => {
  const shown = (...probes: readonly LedgerProbe[]): string => formatRun(ledgerOf(...probes), [], { color: false });

  it('what other lines have told is not told again', () => {
    const told = { kind: 'identity', name: 'revoked', takenFrom: 'initWork a (revoked)' } as const;
    expect(shown(probe('violated', told))).to.not.contain('identities');
    const text = shown(probe('violated', told), probe('verified', { kind: 'identity', name: 'admin' }));
    expect(text).to.contain('✗ identities  1 violated, 1 verified\n');
    expect(text).to.not.contain('✗ violated');
  });

  it('one kind of finding is told once, with the others by name', () => {
    const text = shown(probe('violated'), probe('violated', { operation: 'initVersion' }));
    expect(text.match(/✗ violated/g)).to.have.length(1);
    expect(text).to.contain('    the same in 1 more, each with its script in the ledger\n      initVersion a before b\n');
  });

  it('pairs that wait for one line say for which, and those that wait for many how many', () => {
    const waits = (name: string): LedgerProbe =>
      probe('setup-failed', { reason: `it says nothing as long as ${name} is not proven (violated)` });
    expect(shown(waits('initWork a (x)'))).to.contain('! 1 say nothing as long as initWork a (x) is not proven\n');
    expect(shown(waits('initWork a (x)'), waits('initWork b (y)'))).to.contain('! 2 say nothing as long as 2 lines above are not proven\n');
  });
});

interface Report {
  readonly name: string;
  readonly lies?: Replacements;
  readonly filters: readonly string[];
  /** Instead of all that the mock has. */
  readonly deployment?: (url: string) => string;
  readonly exitCode: number;
}

const { rules = [] } = OPERATIONS['prepareVersion'] ?? {};
const at = rules.indexOf('revokedKey');

const FEW = (url: string): string => `url: ${url}
organization: ${WORLD.organizations.active}
identities:
  active: { token: '\${ACTIVE}', public: true }
  admin: { token: '\${ADMIN}', public: true }
works: { own: '${WORLD.works.active}' }
`;

const REPORTS: readonly Report[] = [
  {
    name: 'order swapped',
    lies: { operations: { prepareVersion: { rules: rules.with(at, 'otherOrganization').with(at + 1, 'revokedKey') } } },
    filters: ['prepareVersion api_key.revoked', 'prepareVersion api_key.org_mismatch'],
    exitCode: 1,
  },
  {
    name: 'revoked key lists keys',
    lies: {
      rules: {
        notAdministrator: (facts) => (facts.key === undefined || facts.key.revoked_at === null ? RULES.notAdministrator(facts) : undefined),
      },
    },
    filters: ['listApiKeys 401'],
    exitCode: 1,
  },
  { name: 'few capabilities', filters: ['initWork 4*', 'listApiKeys *'], deployment: FEW, exitCode: 2 },
];

async function verify({ lies = {}, filters, deployment }: Report, out: string): Promise<Ended> {
  const mock = await startMock({ sandbox: (context) => createAtsSandbox(context, lies) });
  const target = deployment === undefined ? ['--url', mock.url] : ['--deployment', temporaryFile('few.yaml', deployment(mock.url))];
  const env = { ACTIVE: WORLD.tokens.active, ADMIN: WORLD.admin };
  try {
    const selected = filters.flatMap((filter) => ['--filter', filter]);
    return await failpath(['verify', ...target, ...selected, '--concurrency', '1', '--out', out], { cwd: ROOT, env });
  } finally {
    await mock.close();
  }
}

describe('reports of probes', function () {
  this.timeout(60_000);
  for (const report of REPORTS) {
    const { name, exitCode } = report;
    it(`${name}: exit code ${exitCode}, and a report that explains itself`, async () => {
      const out = temporaryFolder();
      const ended = await verify(report, out);
      expect({ exitCode: ended.exitCode, stderr: ended.stderr }).to.deep.equal({ exitCode, stderr: '' });
      expectGolden(normalise(ended.stdout).replaceAll(out, '<out>'), new URL(`goldens/${name.replaceAll(' ', '-')}.txt`, import.meta.url));
      const ledger = JSON.parse(readFileSync(join(out, 'ledger.json'), 'utf8')) as Ledger;
      for (const one of ledger.probes)
        expect(Object.keys(one)).to.deep.equal([
          ...['kind', 'operation', 'name', 'expected', 'basis', 'source', 'outcome', 'reason', 'observed', 'requestId', 'durationMs'],
          ...['discrepancies', 'takenFrom', 'restsOn', 'evidence', 'repro'],
        ]);
    });
  }
});
