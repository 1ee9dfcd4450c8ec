import { expect } from 'chai';
import fc from 'fast-check';
import { parseXml, type Element } from './xml.js';
import { OUTCOMES, toJunit, type Ledger, type LedgerCause, type LedgerFailure, type Outcome } from '../../contracts/index.js';

const cause = (outcome: Outcome, members: Partial<LedgerCause> = {}): LedgerCause => ({
  cause: 'expired', outcome, reason: 'it is so', observed: null, requestId: null, durationMs: 12, discrepancies: [], answer: null, repro: null,
  evidence: { trigger: 'real cause', requests: [], control: null, notes: [] }, ...members,
}); // prettier-ignore
const failure = (causes: readonly LedgerCause[], members: Partial<LedgerFailure> = {}): LedgerFailure => ({
  operation: 'confirmWork', method: 'POST', path: '/confirm', status: 404, code: 'registration.prepared_not_found', outcome: 'verified', reason: '', declared: 'openapi.yaml:1:1', causes, ...members,
}); // prettier-ignore
const ledger = (...failures: readonly LedgerFailure[]): Ledger => ({
  contract: { title: 'An API', version: '1', sha256: '' },
  suite: null,
  deployment: { name: 'toy', url: 'http://toy.test' },
  startedAt: '2026-03-02T09:00:00.000Z',
  durationMs: 1500,
  failures,
  webhooks: [],
  probes: [],
  summary: {},
  answered: true,
  partial: false,
  verdict: '',
  exitCode: 0,
  reasons: [],
});

/** As a CI system reads it. */
const suitesOf = (xml: string): Element => parseXml(xml);
const casesOf = (xml: string): Element[] => suitesOf(xml).children.flatMap(({ children }) => children);
const only = (xml: string): Element => casesOf(xml)[0] as Element;

describe('a ledger as JUnit XML', () => {
  it('is a suite per operation and a case per cause', () => {
    const suites = suitesOf(
      toJunit(
        ledger(
          failure([cause('verified'), cause('verified', { cause: 'unknown' })]),
          failure([cause('verified')], { operation: 'initWork', code: 'x', status: 400 }),
        ),
      ),
    );
    expect(suites).to.include({ name: 'testsuites' });
    expect(suites.attributes).to.deep.equal({ name: 'An API', tests: '3', failures: '0', errors: '0', skipped: '0', time: '1.5' });
    expect(suites.children.map(({ attributes: { name, tests, time, timestamp } }) => [name, tests, time, timestamp])).to.deep.equal([
      ['confirmWork', '2', '0.024', '2026-03-02T09:00:00'],
      ['initWork', '1', '0.012', '2026-03-02T09:00:00'],
    ]);
    expect(suites.children[0]?.children.map(({ name, attributes }) => [name, attributes])).to.deep.equal([
      ['testcase', { classname: 'confirmWork', name: '404 registration.prepared_not_found (expired)', time: '0.012' }],
      ['testcase', { classname: 'confirmWork', name: '404 registration.prepared_not_found (unknown)', time: '0.012' }],
    ]);
  });

  it('has what a case stands on as properties, where anything was sent', () => {
    const evidence = {
      trigger: 'magic value',
      requests: [],
      control: { status: 401, code: 'key.unknown' },
      notes: ['it took a while'],
    } as const;
    const [properties] = only(toJunit(ledger(failure([cause('simulated', { evidence })])))).children;
    expect(properties?.children.map(({ attributes }) => [attributes['name'], attributes['value']])).to.deep.equal([
      ['trigger', 'magic value'],
      ['control', '401 key.unknown'],
      ['requests', '0'],
      ['note', 'it took a while'],
    ]);
    const nothing = { trigger: null, requests: [], control: null, notes: [] };
    const inner = only(toJunit(ledger(failure([cause('not-capable', { evidence: nothing })])))).children;
    expect(inner.map(({ name }) => name)).to.deep.equal(['skipped']);
  });

  const kinds: Readonly<Record<Outcome, 'failure' | 'error' | 'skipped' | 'passed'>> = {
    'violated': 'failure', 'not-reached': 'failure', 'wrong-path': 'failure',
    'setup-failed': 'error', 'edge-intercepted': 'error', 'flaky': 'error',
    'not-capable': 'skipped', 'simulated': 'skipped', 'waived': 'skipped', 'not-selected': 'skipped',
    'verified': 'passed',
  }; // prettier-ignore
  for (const [outcome, kind] of Object.entries(kinds) as [Outcome, string][]) {
    it(`has ${outcome} as ${kind}, with its reason`, () => {
      const [properties, result, ...others] = only(toJunit(ledger(failure([cause(outcome)])))).children;
      expect([properties?.name, others]).to.deep.equal(['properties', []]);
      expect(result?.name).to.equal(kind === 'passed' ? undefined : kind);
      expect(result?.attributes['message']).to.equal(kind === 'passed' ? undefined : `${outcome}: it is so`);
    });
  }

  it('counts what it holds', () => {
    const suites = suitesOf(toJunit(ledger(failure(OUTCOMES.map((outcome) => cause(outcome))))));
    const counts = { tests: '11', failures: '3', errors: '3', skipped: '4' };
    expect(suites.attributes).to.include(counts);
    expect(suites.children[0]?.attributes).to.include(counts);
  });

  it('holds the script of a finding', () => {
    const repro = 'curl -X POST "$URL" \\\n  --data-raw \'{"a": "<b> & \\"c\\""}\'\n';
    const [, found] = only(toJunit(ledger(failure([cause('violated', { repro })])))).children;
    expect(found?.text).to.equal(repro);
    expect(found?.attributes['type']).to.equal('violated');
  });

  it('is well-formed and keeps every character that XML has, whatever stands in it', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('<', '>', '&', '"', "'", ']]>', '\n', '\r', '\t', '\0', '\u001b', '\uFFFE', '\uD800', '🎵', '&#10;'),
        fc.string({ maxLength: 3 }),
      ),
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, text, text, (name, reason, repro) => {
        const one = only(toJunit(ledger(failure([cause('violated', { cause: name, reason: `-${reason}`, repro: `-${repro}` })]))));
        const kept = (value: string): string => value.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
        expect(one.attributes['name']).to.equal(kept(`404 registration.prepared_not_found (${name})`));
        expect(one.children[1]?.attributes['message']).to.equal(kept(`violated: -${reason}`));
        expect(one.children[1]?.text).to.equal(kept(`-${repro}`));
      }),
    );
  });
});
