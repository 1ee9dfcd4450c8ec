import { expect } from 'chai';
import { compileQuery, countExchanges, findExchanges, nearMisses, type ExchangeQuery } from '../../mocks/verification/index.js';
import { InputError, type Contract } from '../../spec/index.js';
import { atsContract } from '../mock/support.js';
import { CALLS, START, testJournal, type TestJournal } from './support.js';

describe('verification: query', () => {
  let contract: Contract;
  let journal: TestJournal;
  before(async () => {
    contract = await atsContract();
    journal = testJournal(contract);
    const active = { authorization: 'Bearer one', 'x-client': 'ios 17' };
    journal.add({
      operation: 'initWork',
      body: { title: 'Song', creators: [{ ipi: '1' }] },
      headers: { ...active, 'idempotency-key': 'k1' },
      identity: 'active',
    });
    journal.add({
      operation: 'confirmWork',
      body: { job_id: 'j1' },
      status: 503,
      code: 'common.service_unavailable',
      identity: 'active',
      ruleId: 'flaky',
    });
    journal.add({ operation: 'confirmWork', body: { job_id: 'j2' }, status: 202, headers: active });
    journal.add({ operation: 'getTransaction', query: 'tag=a&tag=b', status: 404, code: 'transaction.not_found' });
    journal.add({ path: '/nowhere', status: 404, code: 'common.not_found' });
    journal.add({ operation: 'initWork', unread: 'The body is not valid JSON.', status: 400, code: 'common.bad_request' });
  });

  const cases: readonly [ExchangeQuery | string, number[]][] = [
    ['confirmWork', [2, 3]],
    [{ operation: '*Work' }, [1, 2, 3, 6]],
    [{ operation: ['initWork', 'getTransaction'] }, [1, 4, 6]],
    [{ status: 404 }, [4, 5]],
    [{ status: '5*' }, [2]],
    [{ status: ['2*', '503'] }, [1, 2, 3]],
    [{ code: 'common.*' }, [2, 5, 6]],
    [{ code: 'a.code.nobody.declares' }, []],
    [{ method: 'get' }, [4, 5]],
    [{ path: '/nowhere' }, [5]],
    [{ path: { contains: '/works/' } }, [1, 2, 3, 6]],
    [{ query: { tag: 'b' } }, [4]],
    [{ query: { tag: { absent: true } }, method: 'GET' }, [5]],
    [{ headers: { 'X-Client': { matches: '^ios' } } }, [1, 3]],
    [{ body: { at: { '/job_id': 'j2' } } }, [3]],
    [{ body: { at: { '$.creators[0].ipi': '1' } } }, [1]],
    [{ body: { contains: { creators: [{}] } } }, [1]],
    [{ body: { equals: { job_id: 'j1' } } }, [2]],
    [{ body: { absent: true } }, [4, 5, 6]],
    [{ identity: 'active' }, [1, 2]],
    [{ idempotencyKey: 'k1' }, [1]],
    [{ ruleId: 'flaky' }, [2]],
    [{ since: START + 3_000, until: START + 5_000 }, [3, 4]],
    [{ since: '2026-03-02T09:00:05Z' }, [5, 6]],
    [{ operation: 'confirmWork', status: 503, body: { at: { '/job_id': 'j2' } } }, []],
    [{}, [1, 2, 3, 4, 5, 6]],
  ];
  for (const [query, ids] of cases) {
    it(`${JSON.stringify(query)} means ${ids.length === 0 ? 'none' : ids.join(', ')}`, () => {
      expect(findExchanges(journal, query).map(({ id }) => id)).to.deep.equal(ids);
      expect(countExchanges(journal, query)).to.equal(ids.length);
    });
  }

  const refused: readonly [ExchangeQuery | string, RegExp][] = [
    ['confrimWork', /no operation is called "confrimWork"\n.+never match.+\n +fix: Did you mean confirmWork\?/],
    [{ operation: 'x*y' }, /no operation is called "x\*y"/],
    [
      { code: 'common.service_unavailble' },
      /no failure has the code "common.service_unavailble"[^]+Did you mean common.service_unavailable\?/,
    ],
    [{ headers: { Authorization: 'Bearer one' } }, /does not keep the credential in the header Authorization[^]+identity/],
    [{ body: { at: { job_id: 'j1' } } }, /body at job_id: .+neither a JSON pointer nor a JSONPath/],
    [{ path: { matches: '(' } }, /no regular expression/],
    [{ since: 'yesterday' }, /since is "yesterday", which is no time/],
    [{ until: Infinity }, /until is null, which is no time/],
  ];
  for (const [query, says] of refused) {
    it(`refuses ${JSON.stringify(query)}`, () => {
      expect(() => compileQuery(query, contract)).to.throw(InputError, says);
    });
  }

  it('tells everything that is wrong at once', () => {
    const wrong = { operation: 'nope', since: 'then', headers: { cookie: 'x' } };
    expect(() => compileQuery(wrong, contract))
      .to.throw(InputError)
      .with.property('findings')
      .with.lengthOf(3);
  });

  it('says what it means in words', () => {
    const query = compileQuery(
      { operation: 'confirmWork', status: '5*', body: { at: { '/job_id': 'j1' } }, headers: { 'x-client': { contains: 'ios' } } },
      contract,
    );
    expect(query.says).to.equal('to confirmWork answered with 5* with header x-client containing "ios" with body /job_id "j1"');
  });

  it('ranks the nearest misses, the newest of equals first', () => {
    const ranked = (query: ExchangeQuery): number[] =>
      nearMisses(compileQuery(query, contract), journal.exchanges(), 3).map(({ exchange }) => exchange.id);
    expect(ranked({ operation: 'confirmWork', body: { at: { '/job_id': 'j3' } } })).to.deep.equal([3, 2, 6]);
    expect(ranked({ operation: 'getTransaction', method: 'GET', query: { tag: 'c' } }).slice(0, 2)).to.deep.equal([4, 5]);
    expect(ranked({ path: '/nowher' })[0]).to.equal(5);
    expect(nearMisses(compileQuery({}, contract), journal.exchanges())).to.deep.equal([]);
  });

  it('says of a body that was not kept that it was not', () => {
    const long = testJournal(contract);
    const exchange = long.add({ operation: 'initWork', body: { title: 'x'.repeat(100_000) } });
    expect(exchange.body).to.deep.equal({ kind: 'cut', start: `{"title":"${'x'.repeat(990)}`, length: 100_012 });
    const [title] = compileQuery({ body: { at: { '/title': 'y' } } }, contract).compare(exchange);
    expect(title?.actual).to.equal('not kept: the body has 100012 characters');
    const unread = journal.exchanges()[5];
    expect(compileQuery({ body: { absent: false } }, contract).compare(unread as never)[0]?.actual).to.equal(
      'no JSON: The body is not valid JSON.',
    );
    expect(CALLS['initWork']).to.have.length(2);
  });
});
