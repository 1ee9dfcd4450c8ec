import { expect } from 'chai';
import { formatVerdict, judgeBehaviour, repetitionsOf, reportVerdict, type Verdict } from '../../mocks/verification/index.js';
import type { Contract } from '../../spec/index.js';
import { atsContract } from '../mock/support.js';
import { testJournal, type Sketch } from './support.js';

const unavailable = { status: 503, code: 'common.service_unavailable' };
const quota = { status: 429, code: 'common.quota_exceeded', retryAfter: '30' };
const notFound = { status: 404, code: 'registration.prepared_not_found' };
const confirm: Sketch = { operation: 'confirmWork', body: { job_id: 'j' }, headers: { authorization: 'Bearer one' } };
const init = (key: string | undefined, title = 'Song'): Sketch => ({
  operation: 'initWork',
  body: { title },
  headers: { authorization: 'Bearer one', ...(key === undefined ? {} : { 'idempotency-key': key }) },
});
const traced = (sketch: Sketch, trace: string): Sketch => ({
  ...sketch,
  headers: { ...sketch.headers, traceparent: `00-${trace.repeat(32)}-${'b'.repeat(16)}-01` },
});

describe('verification: behaviour', () => {
  let contract: Contract;
  before(async () => {
    contract = await atsContract();
  });
  const judge = (...sketches: Sketch[]): readonly Verdict[] => {
    const journal = testJournal(contract);
    sketches.forEach(journal.add);
    return judgeBehaviour(contract, journal.exchanges());
  };
  const names = (...sketches: Sketch[]): string[] => judge(...sketches).map(({ misbehaviour }) => misbehaviour);

  describe('retried-never', () => {
    it('says what happened, shows it, and says what to do', () => {
      const [verdict] = judge(
        { ...confirm, ...notFound, at: 0 },
        { ...confirm, ...notFound, at: 250 },
        { ...confirm, ...notFound, at: 900 },
      );
      expect(verdict?.says).to.equal(
        'confirmWork answered 404 registration.prepared_not_found, which must not be retried, and the same request came again twice, first after 249 ms.',
      );
      expect(verdict?.certain).to.equal(false);
      expect(formatVerdict(reportVerdict(verdict as Verdict))).to.equal(
        [
          `retried-never (likely)  ${verdict?.says}`,
          ...['09:00:00.000', '09:00:00.250', '09:00:00.900'].map(
            (at, index) =>
              `    #${index + 1}  ${at}  POST /v1/organizations/0b7f3f2e-3d1c-4f5a-9c1e-2a4b6d8f0e11/works/confirm → 404 registration.prepared_not_found`,
          ),
          '    fix: Give up on registration.prepared_not_found at once: the same request will be refused again. Should these be separate calls, tell them apart: reset the mock between tests, or send a traceparent or an Idempotency-Key of its own with each.',
          '',
        ].join('\n'),
      );
      const reported = reportVerdict(verdict as Verdict);
      expect(reported).to.include({ misbehaviour: 'retried-never', status: 404 });
      expect(reported.evidence.map(({ id }) => id)).to.deep.equal([1, 2, 3]);
    });

    for (const [why, again] of Object.entries<Partial<Sketch>>({
      'another body': { body: { job_id: 'k' } },
      'another credential': { headers: { authorization: 'Bearer two' } },
      'another query': { query: 'x=1' },
      'another choice of the answer': { headers: { authorization: 'Bearer one', prefer: 'error=common.forbidden' } },
      'a key, where there was none': { headers: { authorization: 'Bearer one', 'idempotency-key': 'k' } },
      'another world': { epoch: 1 },
      'long after': { at: 62_000 },
      'under way before the failure was answered': { at: 1 },
      'over a connection that was open beside the first': { connection: 2 },
    })) {
      it(`is not ${why}`, () => {
        expect(names({ ...confirm, ...notFound, at: 0, took: 5 }, { ...confirm, ...notFound, at: 300, ...again })).to.deep.equal([]);
      });
    }

    it('is the same request over a connection that was opened for it', () => {
      expect(names({ ...confirm, ...notFound, at: 0 }, { ...confirm, ...notFound, at: 300, connection: 2, opened: 200 })).to.deep.equal([
        'retried-never',
      ]);
    });

    it('is the same JSON, whatever the order of its members', () => {
      const [a, b] = [
        { ...confirm, body: { a: 1, b: { c: 1, d: 2 } } },
        { ...confirm, body: { b: { d: 2, c: 1 }, a: 1 } },
      ];
      expect(names({ ...a, ...notFound, at: 0 }, { ...b, ...notFound, at: 300 })).to.deep.equal(['retried-never']);
    });

    it('is certain by a trace, and no other call is accused by one', () => {
      const again = { ...confirm, ...notFound };
      expect(judge({ ...traced(again, '1'), at: 0 }, { ...traced(again, '1'), at: 300 }).map(({ certain }) => certain)).to.deep.equal([
        true,
      ]);
      expect(names({ ...traced(again, '1'), at: 0 }, { ...traced(again, '2'), at: 300 })).to.deep.equal([]);
    });

    it('is excused by what the caller changed meanwhile, be it an upload without a credential', () => {
      const failed = { ...confirm, ...notFound, at: 0 };
      const again = { ...confirm, status: 202, at: 500 };
      const prepare = { operation: 'prepareWork', body: { job_id: 'j' }, headers: confirm.headers ?? {}, at: 100 };
      expect(names(failed, prepare, again)).to.deep.equal([]);
      expect(names(failed, { method: 'PUT', at: 100 }, again)).to.deep.equal([]);
      expect(names(failed, { ...prepare, ...unavailable }, again)).to.deep.equal(['retried-never']);
      expect(names(failed, { ...prepare, headers: { authorization: 'Bearer two' } }, again)).to.deep.equal(['retried-never']);
      expect(names(failed, { ...prepare, operation: 'getTransaction' }, again)).to.deep.equal(['retried-never']);
    });

    it('is not excused by what happened too late, or by the retries themselves', () => {
      const prepare = { operation: 'prepareWork', body: { job_id: 'j' }, headers: confirm.headers ?? {} };
      expect(names({ ...confirm, ...notFound, at: 0 }, { ...confirm, at: 300 }, { ...prepare, at: 500 })).to.deep.equal(['retried-never']);
      const keyed = { ...confirm, headers: { ...confirm.headers, 'idempotency-key': 'k' } };
      const [verdict] = judge(
        { ...keyed, ...notFound, at: 0, took: 5 },
        { ...keyed, ...notFound, at: 1, took: 5 },
        { ...keyed, status: 202, at: 300 },
        { ...keyed, status: 202, at: 600 },
      );
      expect(verdict?.evidence.map(({ id }) => id)).to.deep.equal([1, 2, 3, 4]);
    });

    it('is not told a second time as hammering', () => {
      expect(names(...[0, 5, 10, 15, 20].map((at) => ({ ...confirm, ...notFound, at })))).to.deep.equal(['retried-never']);
    });

    it('is not what was never seen: an answer that was spoiled, or that the contract does not declare', () => {
      expect(names({ ...confirm, ...notFound, at: 0, spoiledBy: 'connection-reset' }, { ...confirm, at: 300 })).to.deep.equal([]);
      expect(names({ ...confirm, status: 418, code: 'registration.prepared_not_found', at: 0 }, { ...confirm, at: 300 })).to.deep.equal([]);
      expect(names({ ...confirm, status: 501, code: 'failpath:unknown-choice', at: 0 }, { ...confirm, at: 300 })).to.deep.equal([]);
      expect(names({ ...confirm, ...notFound, operation: undefined, at: 0 }, { ...confirm, at: 300 })).to.deep.equal([]);
    });
  });

  describe('hammered', () => {
    const at = (...moments: number[]): Sketch[] => moments.map((moment) => ({ ...confirm, ...unavailable, at: moment }));

    it('is three retries in a row that did not wait', () => {
      expect(judge(...at(0, 20, 40, 60))[0]?.says).to.equal(
        'confirmWork answered 503 common.service_unavailable, and the same request came again 3 times in a row, never waiting longer than 19 ms.',
      );
      expect(names(...at(0, 20, 40))).to.deep.equal([]);
      expect(names(...at(0, 20, 40, 200, 220, 240))).to.deep.equal([]);
    });

    it('is ten retries in a row that never waited a second', () => {
      expect(names(...at(0, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 4_500, 5_000))).to.deep.equal(['hammered']);
      expect(names(...at(0, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 4_500))).to.deep.equal([]);
    });

    it('is not a client that waits by the clock that its test moves on, nor one that waits while the clock stands still', () => {
      expect(names(...at(0, 20, 40, 60).map((sketch, index) => ({ ...sketch, clock: index * 5_000 })))).to.deep.equal([]);
      expect(names(...at(0, 2_000, 4_000, 6_000).map((sketch) => ({ ...sketch, clock: 0 })))).to.deep.equal([]);
    });

    it('is not made of what other callers do at the same time', () => {
      const sketches = at(0, 20, 40, 60).map((sketch, index) => ({ ...sketch, headers: { authorization: `Bearer ${index % 2}` } }));
      expect(names(...sketches)).to.deep.equal([]);
    });
  });

  describe("over connections that take turns, as those of Node's fetch do", () => {
    /** Of the second connection, the test says when it was opened; of the first, that it was before everything else. */
    const turns = (second: Partial<Sketch>, moments: readonly number[] = [5, 10, 15, 20]): Sketch[] =>
      moments.map((at, index) => ({
        ...confirm,
        ...unavailable,
        at,
        opened: -10,
        ...(index % 2 === 0 ? {} : { connection: 2, ...second }),
      }));
    const before = { opened: 0, after: 1 };

    it('finds hammering where one was opened after an answer on the other, be it one that is forgotten', () => {
      const [verdict] = judge(...turns({ opened: 8 }));
      expect([verdict?.misbehaviour, verdict?.certain, verdict?.evidence.length]).to.deep.equal(['hammered', false, 4]);
      expect(names(...turns(before))).to.deep.equal(['hammered']);
      expect(names({ ...confirm, at: 0, opened: -10 }, ...turns({ opened: 2 }))).to.deep.equal(['hammered']);
    });

    it('accuses nobody whose connections were opened side by side', () => {
      expect(names(...turns({ opened: 0 }))).to.deep.equal([]);
      expect(names(...turns({ opened: 5.5 }))).to.deep.equal([]);
      expect(names({ ...confirm, body: 'other', at: 1, took: 2, opened: -10 }, ...turns({ opened: 2 }))).to.deep.equal([]);
    });

    it('accuses nobody whose requests were ever in flight together, or too close for one worker', () => {
      const beside = (at: number): Sketch[] => [{ ...confirm, body: 'other', at, took: 3, connection: 2, ...before }];
      expect(names(...turns(before), ...beside(30), { ...confirm, body: 'third', opened: -10, at: 32 })).to.deep.equal([]);
      expect(names(...turns(before), ...beside(30), { ...confirm, body: 'third', opened: -10, at: 33.1 })).to.deep.equal([]);
      expect(names(...turns(before), ...beside(30), { ...confirm, body: 'third', opened: -10, at: 34 })).to.deep.equal(['hammered']);
    });

    it('tells callers apart', () => {
      const other = { headers: { authorization: 'Bearer two' } };
      expect(names(...turns({ opened: 8, ...other }, [5, 10, 15, 20, 25]))).to.deep.equal([]);
    });
  });

  describe('ignored-retry-after', () => {
    it('is a retry before the time that the answer named', () => {
      const [verdict] = judge({ ...confirm, ...quota, at: 0 }, { ...confirm, at: 10_000 });
      expect(verdict?.says).to.equal(
        'confirmWork answered 429 common.quota_exceeded with Retry-After: 30 s, and the same request came too soon once, first after 10 s.',
      );
    });

    it('leaves room for clocks that tick differently, and reads a date', () => {
      expect(names({ ...confirm, ...quota, at: 0 }, { ...confirm, at: 29_950 })).to.deep.equal([]);
      const until = { ...confirm, ...quota, retryAfter: 'Mon, 02 Mar 2026 09:00:30 GMT', at: 0 };
      expect(names(until, { ...confirm, at: 30_000 })).to.deep.equal([]);
      expect(names(until, { ...confirm, at: 3_000 })).to.deep.equal(['ignored-retry-after']);
      expect(names({ ...confirm, ...quota, retryAfter: 'soon', at: 0 }, { ...confirm, at: 3_000 })).to.deep.equal([]);
    });

    it('is not a retry at once that the API allowed', () => {
      const sketches = [0, 5, 10, 15, 20].map((at) => ({ ...confirm, ...unavailable, retryAfter: '0', at }));
      expect(names(...sketches)).to.deep.equal([]);
    });

    it('goes together with hammering', () => {
      const sketches = [0, 5, 10, 15].map((at) => ({ ...confirm, ...unavailable, retryAfter: '5', at }));
      expect(names(...sketches)).to.deep.equal(['hammered', 'ignored-retry-after']);
    });
  });

  describe('changed-key', () => {
    it('is another key, or none, after a failure that may be retried', () => {
      const [verdict] = judge(
        { ...init('a'), ...unavailable, at: 0 },
        { ...init('b'), ...unavailable, at: 2_000 },
        { ...init('c'), at: 6_000 },
      );
      expect(verdict?.says).to.equal(
        'initWork answered 503 common.service_unavailable, and the same request came again with another Idempotency-Key, twice in all.',
      );
      expect(verdict?.evidence.map(({ id }) => id)).to.deep.equal([1, 2, 3]);
      const [dropped] = judge({ ...init('a'), ...unavailable, at: 0 }, { ...init(undefined), at: 2_000 });
      expect(dropped?.says).to.contain('came again without its Idempotency-Key, once in all');
    });

    it('is not a second call beside one that keeps its key', () => {
      expect(names({ ...init('a'), ...unavailable, at: 0 }, { ...init('b'), at: 500 }, { ...init('a'), at: 2_000 })).to.deep.equal([]);
    });

    it('is not a call of another worker, or one that is made when nothing fails as well', () => {
      const [failed, other] = [
        { ...init('a'), ...unavailable, at: 0 },
        { ...init('b'), at: 500 },
      ];
      expect(names(failed, { ...other, connection: 2 })).to.deep.equal([]);
      expect(names(failed, { ...other, connection: 2, opened: 400 })).to.deep.equal(['changed-key']);
      const healthy = testJournal(contract);
      [init('c'), init('d')].forEach(healthy.add);
      const failing = testJournal(contract);
      [failed, other].forEach(failing.add);
      expect(judgeBehaviour(contract, failing.exchanges(), { repetitions: repetitionsOf(healthy.exchanges()) })).to.deep.equal([]);
    });

    it('is not the new key of a corrected or repeated call', () => {
      expect(names({ ...init('a'), status: 400, code: 'common.bad_request', at: 0 }, { ...init('b'), at: 500 })).to.deep.equal([]);
      expect(names({ ...init('a'), at: 0 }, { ...init('b'), at: 500 })).to.deep.equal([]);
      expect(names({ ...init('a'), ...unavailable, at: 0 }, { ...init('b'), at: 90_000 })).to.deep.equal([]);
    });

    it('is certain by a trace', () => {
      const failed = { ...traced(init('a'), '1'), ...unavailable, at: 0 };
      expect(judge(failed, { ...traced(init('b'), '1'), at: 500 })[0]).to.include({ misbehaviour: 'changed-key', certain: true });
      expect(names(failed, { ...traced(init('b'), '2'), at: 500 })).to.deep.equal([]);
    });
  });

  describe('reused-key', () => {
    it('is one key for two requests', () => {
      const [verdict] = judge({ ...init('a', 'one'), at: 0 }, { ...init('a', 'two'), at: 5_000 });
      expect(verdict).to.include({ misbehaviour: 'reused-key', certain: true, status: undefined });
      expect(verdict?.says).to.equal('The Idempotency-Key "a" came with initWork, and 5 s later with another initWork.');
      const other = { ...init('a'), operation: 'initVersion', at: 5_000 };
      expect(judge({ ...init('a'), at: 0 }, other)[0]?.says).to.contain('5 s later with initVersion.');
    });

    it('is not the same request, a corrected one, another credential, another world, or a key that is forgotten', () => {
      expect(names({ ...init('a'), at: 0 }, { ...init('a'), at: 5_000 })).to.deep.equal([]);
      expect(
        names({ ...init('a', ''), status: 422, code: 'registration.title_required', at: 0 }, { ...init('a', 'two'), at: 5_000 }),
      ).to.deep.equal([]);
      expect(
        names(
          { ...init('a', 'one'), at: 0 },
          { ...init('a', 'two'), at: 5_000, headers: { authorization: 'Bearer two', 'idempotency-key': 'a' } },
        ),
      ).to.deep.equal([]);
      expect(names({ ...init('a', 'one'), at: 0 }, { ...init('a', 'two'), at: 5_000, epoch: 1 })).to.deep.equal([]);
      expect(names({ ...init('a', 'one'), at: 0 }, { ...init('a', 'two'), at: 5_000, clock: 86_400_001 })).to.deep.equal([]);
    });
  });

  it('takes as many requests for separate calls as are made when nothing fails', () => {
    const healthy = testJournal(contract);
    [0, 10, 20].forEach((at) => healthy.add({ ...confirm, status: 202, at }));
    const failing = testJournal(contract);
    [0, 10, 20].forEach((at) => failing.add({ ...confirm, ...notFound, at }));
    const repetitions = repetitionsOf(healthy.exchanges());
    expect(judgeBehaviour(contract, failing.exchanges(), { repetitions })).to.deep.equal([]);
    failing.add({ ...confirm, ...notFound, at: 30 });
    expect(judgeBehaviour(contract, failing.exchanges(), { repetitions }).map(({ misbehaviour }) => misbehaviour)).to.deep.equal([
      'retried-never',
    ]);
  });

  it('takes the reading that is best for the client where requests overlap', () => {
    const get = { operation: 'listApiKeys', headers: { authorization: 'Bearer one' } };
    const hasty = { ...get, ...unavailable };
    // Two at once, of which the first is retried at once and the second in good time.
    expect(
      names(
        { ...hasty, at: 0, took: 3 },
        { ...hasty, at: 1, took: 3, connection: 2, retryAfter: '2' },
        { ...get, at: 8, connection: 2 },
        { ...get, at: 2_100 },
      ),
    ).to.deep.equal([]);
  });

  it('accuses nobody by a full journal of one request over as many connections', () => {
    const journal = testJournal(contract);
    for (let index = 0; index < 1_000; index++) journal.add({ ...confirm, ...notFound, at: index, connection: index });
    expect(judgeBehaviour(contract, journal.exchanges())).to.deep.equal([]);
  });
});
