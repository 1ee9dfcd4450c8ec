import { expect } from 'chai';
import fc from 'fast-check';
import { buildLedger, OUTCOMES, type CauseLine, type Evidence, type Ledger, type Outcome } from '../../contracts/index.js';
import { worstOf } from '../../contracts/ledger.js';
import type { WebhookLine } from '../../contracts/webhooks/types.js';
import type { Contract, Failure } from '../../spec/index.js';
import { atsContract, failureOf, toyContract } from './support.js';

const NOTHING: CauseLine['evidence'] = { trigger: null, requests: [], control: null, notes: [] };

export function lineOf(failure: Failure, cause: string, outcome: Outcome, members: Partial<CauseLine> = {}): CauseLine {
  return {
    failure,
    cause,
    outcome,
    reason: outcome === 'verified' ? '' : `${cause} is ${outcome}`,
    observed: undefined,
    requestId: undefined,
    durationMs: 1,
    discrepancies: [],
    evidence: NOTHING,
    response: undefined,
    answer: undefined,
    repro: undefined,
    location: { file: 'toy.yaml', line: 1, column: 1 },
    answered: true,
    ...members,
  };
}

describe('a ledger', () => {
  let contract: Contract;
  let seen: Evidence | undefined;
  before(async () => {
    contract = await toyContract();
  });

  const ledgerOf = (...lines: CauseLine[]): Ledger => withSections({}, ...lines);
  const withSections = (sections: Partial<Parameters<typeof buildLedger>[0]>, ...lines: CauseLine[]): Ledger =>
    buildLedger({
      contract,
      url: 'http://toy.test',
      startedAt: new Date(Date.UTC(2026, 2, 2, 9)),
      durationMs: 7,
      lines,
      decide: (evidence) => {
        seen = evidence;
        return { verdict: 'proven', exitCode: 0, reasons: [] };
      },
      ...sections,
    });
  const every = (outcome: Outcome, members: Partial<CauseLine> = {}): CauseLine[] =>
    contract.failures.flatMap((failure) => failure.causes.map((cause) => lineOf(failure, cause, outcome, members)));
  const exists = (): Failure => failureOf(contract, 'makeThing', 'thing.exists');

  it('has a line for every declared failure, whatever became of it, in the order of the contract', () => {
    const { failures, partial, summary } = ledgerOf();
    expect(failures.map(({ operation, status, code }) => `${operation} ${status} ${code}`)).to.deep.equal(
      contract.failures.map(({ key }) => key),
    );
    expect(failures.every(({ outcome, reason }) => outcome === 'not-selected' && reason === 'it was not run')).to.equal(true);
    expect({ partial, summary }).to.deep.equal({ partial: true, summary: { 'not-selected': contract.failures.length } });
  });

  it('says what was proven, of which contract, where and when', () => {
    const { failures, ...rest } = ledgerOf(...every('verified'));
    expect(failures).to.have.length(contract.failures.length);
    expect(rest).to.deep.equal({
      contract: { title: 'Toy API', version: '1.0.0', sha256: contract.sha256 },
      suite: null,
      deployment: { name: 'toy.test', url: 'http://toy.test' },
      startedAt: '2026-03-02T09:00:00.000Z',
      durationMs: 7,
      webhooks: [],
      probes: [],
      summary: { verified: contract.failures.length },
      answered: true,
      partial: false,
      verdict: 'proven',
      exitCode: 0,
      reasons: [],
    });
  });

  it('keeps the causes in the order of the contract, with what was observed', () => {
    const observed = { status: 409, code: 'thing.exists' };
    const { failures } = ledgerOf(
      lineOf(exists(), 'same name in other case', 'not-reached', { repro: 'curl' }),
      lineOf(exists(), 'same name', 'verified', { observed, requestId: 'req_1' }),
    );
    expect(failures.find(({ code }) => code === 'thing.exists')).to.deep.equal({
      operation: 'makeThing',
      method: 'POST',
      path: '/things',
      status: 409,
      code: 'thing.exists',
      declared: 'test/contracts/toy.yaml:43:15',
      outcome: 'not-reached',
      reason: 'same name in other case: same name in other case is not-reached',
      causes: [
        {
          cause: 'same name',
          outcome: 'verified',
          reason: '',
          observed,
          requestId: 'req_1',
          durationMs: 1,
          discrepancies: [],
          answer: null,
          evidence: NOTHING,
          repro: null,
        },
        {
          cause: 'same name in other case',
          outcome: 'not-reached',
          reason: 'same name in other case is not-reached',
          observed: null,
          requestId: null,
          durationMs: 1,
          discrepancies: [],
          answer: null,
          evidence: NOTHING,
          repro: 'curl',
        },
      ],
    });
  });

  it('names the cause that decides only where there is another one, and only where there is something to say', () => {
    const reasonOf = (...lines: CauseLine[]): string | undefined =>
      ledgerOf(...lines).failures.find(({ code }) => code === 'thing.exists')?.reason;
    const [first, second] = ['same name', 'same name in other case'] as const;
    expect(reasonOf(lineOf(exists(), first, 'violated'))).to.equal('same name is violated');
    expect(reasonOf(lineOf(exists(), first, 'violated'), lineOf(exists(), second, 'verified'))).to.equal(
      'same name: same name is violated',
    );
    expect(reasonOf(lineOf(exists(), first, 'verified'), lineOf(exists(), second, 'verified'))).to.equal('');
  });

  it('has the webhooks beside the failures, and shows them to the gate', async () => {
    const webhook = (await atsContract()).webhooks[0];
    if (webhook === undefined) throw new Error('the contract has no webhook');
    const location = { file: 'openapi.yaml', line: 3, column: 5 };
    const line: WebhookLine = { webhook, outcome: 'violated', reason: 'unsigned', discrepancies: [], received: 'POST /', location };
    const unseen: WebhookLine = { ...line, outcome: 'not-capable', received: undefined };
    const { webhooks } = withSections({ webhooks: [line, unseen] });
    const expected = { webhook: webhook.name, outcome: 'violated', reason: 'unsigned', discrepancies: [], received: 'POST /' };
    expect(webhooks).to.deep.equal([
      { ...expected, declared: 'openapi.yaml:3:5' },
      { ...expected, outcome: 'not-capable', received: null, declared: 'openapi.yaml:3:5' },
    ]);
    expect(seen?.webhooks).to.equal(webhooks);
  });

  it('says JSON', () => {
    const ledger = ledgerOf(...every('violated', { observed: { status: 500, code: undefined } }));
    expect(JSON.parse(JSON.stringify(ledger))).to.deep.equal(ledger);
  });

  it('takes a failure for as proven as its least proven cause', () => {
    fc.assert(
      fc.property(fc.constantFrom(...OUTCOMES), fc.constantFrom(...OUTCOMES), (first, second) => {
        const ledger = ledgerOf(lineOf(exists(), 'same name', first), lineOf(exists(), 'same name in other case', second));
        const worst = OUTCOMES[Math.min(OUTCOMES.indexOf(first), OUTCOMES.indexOf(second))];
        return ledger.failures.find(({ code }) => code === 'thing.exists')?.outcome === worst;
      }),
    );
  });

  it('ranks a wrong answer below whatever is merely unproven, and that below what is proven', () => {
    expect(OUTCOMES.slice(0, 3)).to.have.members(['violated', 'not-reached', 'wrong-path']);
    expect(OUTCOMES.at(-1)).to.equal('verified');
    expect(worstOf<{ outcome: Outcome }>([])).to.equal(undefined);
    const [first, second] = [{ outcome: 'violated' }, { outcome: 'violated' }] as const;
    expect(worstOf<{ outcome: Outcome }>([{ outcome: 'verified' }, first, second])).to.equal(first);
  });

  it('is partial as soon as one cause was left out, also beside a worse one', () => {
    const lines = every('verified').filter(({ failure }) => failure.code !== 'thing.exists');
    expect(
      ledgerOf(...lines, lineOf(exists(), 'same name', 'waived'), lineOf(exists(), 'same name in other case', 'not-selected')).partial,
    ).to.equal(true);
    expect(
      ledgerOf(...lines, lineOf(exists(), 'same name', 'waived'), lineOf(exists(), 'same name in other case', 'violated')).partial,
    ).to.equal(false);
  });

  it('tells the gate whether the application answered anything', () => {
    ledgerOf(...every('setup-failed', { answered: false }));
    expect(seen?.answered).to.equal(false);
    ledgerOf(...every('setup-failed', { answered: false }), lineOf(exists(), 'same name', 'verified'));
    expect(seen?.answered).to.equal(true);
    ledgerOf(...every('not-capable', { answered: false }));
    expect(seen?.answered, 'nothing was sent').to.equal(undefined);
    ledgerOf(...every('not-selected', { answered: false }));
    expect(seen?.answered, 'nothing was selected').to.equal(undefined);
  });
});
