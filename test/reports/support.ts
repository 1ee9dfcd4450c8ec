import { fileURLToPath } from 'node:url';
import type { Ledger, LedgerCause, LedgerFailure, LineEvidence, Outcome } from '../../contracts/index.js';
import { loadContract, type Contract } from '../../spec/index.js';

/** What the ledger below is about. */
export const toyContract = (): Promise<Contract> => loadContract(fileURLToPath(new URL('../contracts/toy.yaml', import.meta.url)));

const BASE = 'https://staging.toy.test';

/** A ledger with a line of each outcome; `foreign` stands wherever a deployment, or what was read of it, has put a text of its own. */
export function sampleLedger(foreign = ''): Ledger {
  let lines = 0;
  const evidence = (trigger: LineEvidence['trigger'], status: number, code: string): LineEvidence => ({
    trigger,
    requests: [
      { phase: 'given', label: 'makeThing', method: 'POST', url: `${BASE}/things`, status: 201, code: null, requestId: null, durationMs: 12 },
      { phase: 'when', label: 'makeThing', method: 'POST', url: `${BASE}/things?q=${foreign}`, status, code: `${code}${foreign}`, requestId: `req_${++lines}${foreign}`, durationMs: 34.5 },
      { phase: 'control', label: 'makeThing', method: 'POST', url: `${BASE}/things`, status: 201, code: null, requestId: null, durationMs: 8 },
    ],
    control: { status: 201, code: null },
    notes: foreign === '' ? [] : [foreign],
  }); // prettier-ignore
  const none: LineEvidence = { trigger: null, requests: [], control: null, notes: [] };

  const cause = (name: string, outcome: Outcome, members: Partial<LedgerCause> = {}): LedgerCause => ({
    cause: name,
    outcome,
    reason: outcome === 'verified' ? '' : `it is ${outcome}${foreign}`,
    observed: { status: 401, code: `key.missing${foreign}` },
    requestId: `req_9${foreign}`,
    durationMs: 54.5,
    discrepancies: [],
    answer: null,
    evidence: evidence('real cause', 401, 'key.missing'),
    repro: `#!/usr/bin/env bash\ncurl -sS "$URL"'/things' # ${foreign}\n`,
    ...members,
  });
  const failure = (operation: string, status: number, code: string, line: number, causes: readonly LedgerCause[]): LedgerFailure => {
    const worst = ORDER.map((outcome) => causes.find((one) => one.outcome === outcome)).find((one) => one !== undefined);
    const [method, path] = operation === 'makeThing' ? ['POST', '/things'] : ['DELETE', '/things/{id}'];
    const [outcome, reason] = [worst?.outcome ?? 'not-selected', worst?.reason ?? 'it was not run'];
    return { operation, method, path, status, code, outcome, reason, declared: `toy.yaml:${line}:9`, causes };
  };

  const body = `HTTP 500\ncontent-type: text/plain${foreign}\n\nat query (db.js:31)\n${foreign}`;
  const wrong = [
    { check: 'status', at: 'status', expected: '403', actual: '500', remedy: 'Answer key.revoked with 403.' },
    {
      check: 'schema',
      at: `/error/details${foreign}`,
      expected: 'present',
      actual: `absent${foreign}`,
      remedy: `Answer the shape${foreign}.`,
    },
  ];
  const failures = [
    failure('makeThing', 401, 'key.missing', 29, [cause('none', 'verified'), cause('not Bearer', 'simulated', { evidence: evidence('simulated', 401, 'key.missing') })]),
    failure('makeThing', 403, 'key.revoked', 35, [cause('revoked', 'violated', { observed: { status: 500, code: null }, discrepancies: wrong, answer: body })]),
    failure('makeThing', 403, 'thing.forbidden', 36, [cause('foreign', 'wrong-path')]),
    failure('makeThing', 409, 'thing.exists', 43, [cause('same name', 'not-reached', { observed: { status: 201, code: null }, answer: `HTTP 201\n\n{"id":"1"}${foreign}` }), cause('same name in other case', 'flaky')]),
    failure('makeThing', 503, 'toy.down', 51, [cause('upstream down', 'not-capable', { observed: null, requestId: null, evidence: none, repro: null })]),
    failure('removeThing', 401, 'key.missing', 65, [cause('none', 'setup-failed'), cause('not Bearer', 'edge-intercepted', { evidence: evidence('magic value', 401, 'key.missing') })]),
    failure('removeThing', 403, 'thing.locked', 66, [cause('locked', 'waived', { reason: `waived by ada until 2026-12-31: the new lock comes first${foreign}` })]),
    failure('removeThing', 404, 'thing.unknown', 67, [cause('unknown', 'not-selected', { reason: 'a filter left it out', observed: null, requestId: null, evidence: none, repro: null })]),
    failure('removeThing', 410, 'thing.gone', 68, [cause('gone', 'verified')]),
  ]; // prettier-ignore
  const probe = {
    basis: 'documented',
    source: `the page on keys${foreign}`,
    requestId: null,
    durationMs: 3,
    takenFrom: null,
    restsOn: [],
    repro: null,
    evidence: none,
  } as const;
  const summary: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of failures) summary[outcome] = (summary[outcome] ?? 0) + 1;
  return {
    contract: { title: 'A toy', version: '1', sha256: '5eed' },
    suite: null,
    deployment: { name: 'toy', url: BASE },
    startedAt: '2026-03-02T09:00:00.000Z',
    durationMs: 1500,
    failures,
    webhooks: [
      { webhook: 'thing_made', outcome: 'verified', reason: '', discrepancies: [], received: null, declared: 'toy.yaml:70:3' },
      { webhook: 'thing_gone', outcome: 'violated', reason: `signature: expected v1=..., saw none${foreign}`, discrepancies: [{ check: 'signature', at: 'signature', expected: 'v1=...', actual: `none${foreign}`, remedy: 'Sign it.' }], received: `POST\n\n{}${foreign}`, declared: 'toy.yaml:71:3' },
    ],
    probes: [
      { ...probe, kind: 'identity', operation: 'makeThing', name: `nobody${foreign}`, expected: '401 key.missing', outcome: 'not-reached', reason: `makeThing answered 201${foreign}`, observed: { status: 201, code: null }, discrepancies: [] },
      { ...probe, kind: 'identity', operation: 'makeThing', name: 'active', expected: '200', outcome: 'verified', reason: '', observed: { status: 200, code: null }, discrepancies: [] },
      { ...probe, kind: 'precedence', operation: 'makeThing', name: 'key.revoked before thing.exists', expected: '403 key.revoked', outcome: 'setup-failed', reason: 'it says nothing as long as makeThing key.revoked (revoked) is not proven', observed: null, discrepancies: [] },
    ],
    summary,
    answered: true,
    partial: true,
    verdict: 'failed',
    exitCode: 1,
    reasons: [],
  }; // prettier-ignore
}

const ORDER: readonly Outcome[] = [
  'violated',
  'not-reached',
  'wrong-path',
  'setup-failed',
  'edge-intercepted',
  'not-capable',
  'flaky',
  'simulated',
  'waived',
  'not-selected',
  'verified',
];

/** A ledger of nothing but proof. */
export function provenLedger(): Ledger {
  const { failures, ...rest } = sampleLedger();
  const proven = failures.map((failure): LedgerFailure => {
    const causes = failure.causes.map((cause): LedgerCause => ({ ...cause, outcome: 'verified', reason: '', discrepancies: [], answer: null }));
    return { ...failure, outcome: 'verified', reason: '', causes };
  }); // prettier-ignore
  const summary = { verified: proven.length };
  return { ...rest, failures: proven, webhooks: [], probes: [], summary, partial: false, verdict: 'proven', exitCode: 0 };
}
