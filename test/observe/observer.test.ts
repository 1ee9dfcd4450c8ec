import { expect } from 'chai';
import fc from 'fast-check';
import { decide } from '../../ci/index.js';
import { formatViolation, toLedger } from '../../contracts/index.js';
import { createObserver } from '../../contracts/observe/observer.js';
import type { ObservedLedger, Observer } from '../../contracts/observe/index.js';
import type { SeenExchange } from '../../spec/index.js';
import { contract } from '../support/judge.js';

const BASE = 'https://staging.example.com';
const UNKNOWN = '/v1/transactions/unknown';
const AT = Date.UTC(2026, 6, 1, 12);

type Spoken = {
  readonly method?: string;
  readonly url?: string;
  readonly status?: number;
  readonly told?: unknown;
  readonly asked?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly at?: number;
};

let ids = 0;
const error = (code: string, more: object = {}): object => ({
  error: { code, message: 'No.', request_id: `req_${String(ids++).padStart(32, '0')}`, ...more },
});

function exchange({ method = 'GET', url = UNKNOWN, status = 404, told, asked = {}, headers = {}, at = AT }: Spoken): SeenExchange {
  const { pathname, searchParams } = new URL(url, BASE);
  return {
    request: { method, path: pathname, query: searchParams, headers: asked, body: { kind: 'absent' } },
    answer: {
      status,
      headers: { ...(told === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body:
        told === undefined ? { kind: 'absent' } : typeof told === 'string' ? { kind: 'text', text: told } : { kind: 'json', value: told },
    },
    at,
    durationMs: 12.34,
  };
}

function observed(...spoken: readonly (Spoken | SeenExchange)[]): Observer {
  const observer = createObserver(contract, BASE);
  for (const one of spoken) observer.add('answer' in one ? one : exchange(one));
  return observer;
}

const ledgerOf = (observer: Observer, failOnViolation = false): ObservedLedger =>
  toLedger({ contract, url: BASE, startedAt: new Date(AT), durationMs: 1, observer, failOnViolation });

const NOT_FOUND = 'transaction.not_found';
/** What a request that no operation answers is refused with. */
const NO_ROUTE = contract.failures.find(({ code }) => code === contract.refusals.unknownRoute)?.examples[0]?.value;

describe('observe: what an exchange is', () => {
  const counts = (observer: Observer): object => {
    const { requests, successes, failures, unrouted, violations, edge, unjudged, elsewhere } = observer.traffic;
    return { requests, successes, failures, unrouted, violations, edge, unjudged, elsewhere };
  };
  const none = { requests: 1, successes: 0, failures: 0, unrouted: 0, violations: 0, edge: 0, unjudged: [], elsewhere: [] };

  const kinds: readonly (readonly [string, Spoken, object])[] = [
    ['a declared failure', { told: error(NOT_FOUND) }, { failures: 1 }],
    ['the answer to a HEAD, by its status', { method: 'HEAD' }, { failures: 1 }],
    ['a HEAD with a status that nothing declares', { method: 'HEAD', status: 418 }, { violations: 1 }],
    ['a page of a gateway', { status: 502, told: '<center>nginx</center>', headers: { 'content-type': 'text/html' } }, { edge: 1 }],
    ['a 429 of a rate limiter', { status: 429, told: { error: { code: 'rate_limited', message: 'Slow down.' } } }, { edge: 1 }],
    ["a 429 in the API's own envelope, which is undeclared", { status: 429, told: error('common.rate_limited') }, { violations: 1 }],
    ['a path of something else', { url: '/health/7f3a9c', status: 200 }, { elsewhere: [{ what: 'GET /health/…', count: 1 }] }],
    [
      'an error of something else',
      { url: '/health', status: 500, told: { message: 'x' } },
      { elsewhere: [{ what: 'GET /health', count: 1 }] },
    ],
    ['a refusal of a route that is none, in the envelope', { url: '/v1/none', told: NO_ROUTE }, { unrouted: 1 }],
    ['a code that the contract does not have, on a route that is none', { url: '/v1/none', told: error('common.gone') }, { violations: 1 }],
    ['a refusal of a method, outside of the envelope', { method: 'DELETE', status: 405, told: 'no' }, { violations: 1 }],
    ['a preflight request', { method: 'OPTIONS', status: 204 }, { elsewhere: [{ what: 'OPTIONS /v1/transactions/unknown', count: 1 }] }],
    [
      'what a cache asks for',
      { status: 304, asked: { 'if-none-match': '"a"' } },
      { unjudged: [{ what: '304: HTTP answers so by itself', count: 1 }] },
    ],
    ['a 304 that nobody has asked for', { status: 304 }, { violations: 1 }],
    [
      'a part of a file',
      { status: 206, asked: { range: 'bytes=0-1' } },
      { unjudged: [{ what: '206: HTTP answers so by itself', count: 1 }] },
    ],
  ];
  for (const [name, spoken, expected] of kinds) {
    it(name, () => {
      expect(counts(observed(spoken))).to.deep.equal({ ...none, ...expected });
    });
  }

  it('a body that could not be read is not judged, and its status is', () => {
    const unread = (status: number): SeenExchange => {
      const one = exchange({ status });
      return { ...one, answer: { ...one.answer, body: { kind: 'unread', why: 'it is too long' } } };
    };
    const { unjudged, violated } = observed(unread(404), unread(418)).traffic;
    expect(unjudged).to.deep.equal([{ what: 'its body: it is too long', count: 1 }]);
    expect(violated.map(({ status }) => status)).to.deep.equal([418]);
  });

  it('names what answered in front of the API, and what shows it', () => {
    const page = { status: 502, told: '<center>nginx</center>', headers: { 'content-type': 'text/html' } };
    expect(observed(page, page, { status: 429, headers: { 'retry-after': '7' } }).traffic.edges).to.deep.equal([
      { what: 'getTransaction 502: the body is the error page of a proxy ("<center>nginx")', count: 2 },
      { what: "getTransaction 429: a 429 that the contract does not know is a rate limiter's", count: 1 },
    ]);
  });

  it('an answer without a code, or of no operation, is evidence for no failure', () => {
    const { seen } = observed({ method: 'HEAD' }, { url: '/v1/none', told: NO_ROUTE });
    expect(seen.size).to.equal(0);
  });

  it('a credential that is only a word is repeated by chance', () => {
    const repeats = (token: string): number =>
      observed({ asked: { authorization: `Bearer ${token}` }, told: error(NOT_FOUND, { message: `transaction ${token} x` }) }).traffic
        .violations;
    expect([repeats('transaction'), repeats('x'), repeats('tok3n-0123456789')]).to.deep.equal([0, 0, 1]);
  });

  it('a cookie that is set is no leak', () => {
    const asked = { cookie: 'sid=0123456789abcdef' };
    const { traffic } = observed({ asked, told: error(NOT_FOUND), headers: { 'set-cookie': 'sid=0123456789abcdef; Path=/' } });
    expect(traffic.violations).to.equal(0);
  });
});

describe('observe: violations', () => {
  it('a code is one line, whatever stands in it', () => {
    const { violated, undeclared } = observed({ told: error('gone\n\u001b[2J\tnow\u202e') }).traffic;
    const shown = 'gone\uFFFD\uFFFD[2J\uFFFDnow\uFFFD';
    expect([violated[0]?.code, violated[0]?.request.code, undeclared[0]?.code]).to.deep.equal([shown, shown, shown]);
  });

  it('a refusal that the contract declares for what no operation answers is violated, and not undeclared', () => {
    const { violated } = observed({ url: '/v1/none', told: { error: { code: contract.refusals.unknownRoute } } }).traffic;
    expect(violated.map(({ declared }) => declared)).to.deep.equal([true]);
    const [violation] = violated;
    expect(violation && formatViolation(contract, violation, { color: false })).to.match(/^✗ violated  GET \/v1\/none 404 /);
  });

  it('one kind is told once, with how often it came, whatever the values', () => {
    const wrong = (at: number, id: number): Spoken => ({ status: 400, told: error(NOT_FOUND, { details: { id } }), at: AT + at });
    const { violated, violations } = observed(wrong(0, 1), wrong(2_000, 2), wrong(1_000, 3)).traffic;
    expect(violations).to.equal(3);
    expect(
      violated.map(({ operation, status, code, declared, count, first, last }) => ({
        operation,
        status,
        code,
        declared,
        count,
        first,
        last,
      })),
    ).to.deep.equal([
      {
        operation: 'getTransaction',
        status: 400,
        code: NOT_FOUND,
        declared: true,
        count: 3,
        first: '2026-07-01T12:00:00.000Z',
        last: '2026-07-01T12:00:02.000Z',
      },
    ]);
  });

  it('places in a list are one place', () => {
    const url = `/v1/organizations/ac71fe00-0000-4000-8000-000000000001/api-keys`;
    const list = (...items: unknown[]): Spoken => ({ url, status: 200, told: { items } });
    const { violated } = observed(list('a'), list('a')).traffic;
    expect(violated).to.have.length(1);
    expect(violated[0]?.count).to.equal(2);
  });

  it('kinds beyond the first 500 are counted, and not kept', () => {
    const observer = observed(...Array.from({ length: 510 }, (_, index): Spoken => ({ told: error(`made.up_${index}`) })));
    const { violated, undeclared, untold, violations } = observer.traffic;
    expect([violated.length, undeclared.length, untold, violations]).to.deep.equal([500, 500, 10, 510]);
  });

  it('undeclared answers are listed by operation, status and code', () => {
    const { undeclared } = observed(
      { told: error('made.up') },
      { told: error('made.up'), at: AT + 1_000 },
      { status: 500, told: 'Oops' },
    ).traffic;
    expect(undeclared.map(({ operation, status, code, count, last }) => [operation, status, code, count, last])).to.deep.equal([
      ['getTransaction', 404, 'made.up', 2, '2026-07-01T12:00:01.000Z'],
      ['getTransaction', 500, null, 1, '2026-07-01T12:00:00.000Z'],
    ]);
  });

  it('a code of any length is shown short, and without what a terminal would obey', () => {
    const { violated } = observed({ told: error(`\u001b[2J${'x'.repeat(100_000)}`) }).traffic;
    expect(violated[0]?.code)
      .to.match(/^\uFFFD\[2Jx+…$/)
      .and.to.have.length.below(410);
    expect(JSON.stringify(violated)).to.have.length.below(10_000);
  });
});

describe('observe: the ledger', () => {
  it('what was seen is evidence, and nothing is proven by it', () => {
    const ledger = ledgerOf(observed({ told: error(NOT_FOUND) }, { told: error(NOT_FOUND), at: AT + 5_000 }));
    const line = ledger.failures.find(({ seen }) => seen !== null);
    expect(line).to.deep.include({
      outcome: 'not-selected',
      reason: 'seen in traffic 2 times, which is evidence and no proof',
      seen: { times: 2, wrong: 0, first: '2026-07-01T12:00:00.000Z', last: '2026-07-01T12:00:05.000Z' },
    });
    expect(line?.causes.map(({ cause, outcome, evidence }) => [cause, outcome, evidence.trigger, evidence.requests.length])).to.deep.equal([
      ['unknown', 'not-selected', 'observed', 2],
    ]);
    expect(ledger.failures.filter(({ seen }) => seen === null).every(({ reason }) => reason === 'not seen in traffic')).to.equal(true);
    expect(ledger.partial).to.equal(true);
    expect(decide({ failures: ledger.failures, answered: true }).exitCode).to.equal(4);
  });

  it('says that it cannot know which cause it was', () => {
    const failure = contract.failures.find(({ causes, status }) => causes.length > 1 && status === 401);
    const url = (failure?.operation.path ?? '').replaceAll(/\{[^}]+\}/g, 'x');
    const spoken = { method: failure?.operation.method ?? '', url, status: 401, told: failure?.examples[0]?.value };
    const [line] = ledgerOf(observed(spoken)).failures.filter(({ seen }) => seen !== null);
    expect(line?.causes[0]?.evidence.notes[1]).to.equal(`traffic does not show which of its causes it was: ${failure?.causes.join(', ')}`);
  });

  it('what was seen wrong is violated, also beside what was right', () => {
    const ledger = ledgerOf(observed({ told: error(NOT_FOUND) }, { status: 400, told: error(NOT_FOUND) }), true);
    const line = ledger.failures.find(({ seen }) => seen !== null);
    expect(line).to.deep.include({ outcome: 'violated', reason: 'status: expected 404, saw 400' });
    expect(line?.seen).to.include({ times: 2, wrong: 1 });
    expect(line?.causes[0]?.answer).to.match(/^HTTP 400\n/);
    expect({ summary: ledger.summary, verdict: ledger.verdict, exitCode: ledger.exitCode }).to.deep.equal({
      summary: { 'not-selected': contract.failures.length - 1, violated: 1 },
      verdict: 'violations were seen',
      exitCode: 1,
    });
    expect(decide({ failures: ledger.failures, answered: true }).exitCode).to.equal(1);
  });

  it('nothing that could be judged of an operation is 3, whatever else came by', () => {
    const end = (failOn: boolean, ...spoken: readonly Spoken[]): readonly unknown[] => {
      const { verdict, exitCode } = ledgerOf(observed(...spoken), failOn);
      return [verdict, exitCode];
    };
    const none = 'no operation of the contract was reached';
    const undeclared = { url: '/v1/none', told: error('common.gone') };
    expect(end(true)).to.deep.equal(['nothing could be judged', 3]);
    expect(end(true, { url: '/health', status: 200 })).to.deep.equal([none, 3]);
    expect(end(true, { url: '/api/v1/transactions/1', told: NO_ROUTE })).to.deep.equal([none, 3]);
    expect(end(false, undeclared)).to.deep.equal([none, 3]);
    expect(end(true, undeclared)).to.deep.equal(['violations were seen', 1]);
  });
});

describe('observe: secrets', () => {
  const CANARY = 'c4n4ry+0123456789/abcdefghij==';
  const told = { error: { code: 'made.up', message: `the value is ${CANARY}`, request_id: 'req_1' } };

  const places: readonly (readonly [string, readonly Spoken[]])[] = [
    ['a bearer credential', [{ asked: { authorization: `Bearer ${CANARY}` }, told }]],
    ['a credential of another request before', [{ asked: { authorization: `Bearer ${CANARY}` }, told: error(NOT_FOUND) }, { told }]],
    ['the password of Basic', [{ asked: { authorization: `Basic ${Buffer.from(`me:${CANARY}`).toString('base64')}` }, told }]],
    ['a cookie of the request', [{ asked: { cookie: `theme=dark; sid=${CANARY}` }, told }]],
    ['a cookie of the answer', [{ headers: { 'set-cookie': `sid=${CANARY}; HttpOnly` }, told }]],
    ['a header with a telling name', [{ asked: { 'x-api-key': CANARY }, told }]],
    ['a parameter', [{ url: `${UNKNOWN}?token=${encodeURIComponent(CANARY)}`, told: { error: { code: 'made.up' } } }]],
    ['a member with a telling name', [{ told: { ...told, session: { token: CANARY } } }]],
  ];
  for (const [name, spoken] of places) {
    it(`${name} is shown nowhere`, () => {
      const observer = observed(...spoken);
      const shown = JSON.stringify(ledgerOf(observer));
      expect(observer.traffic.violations).to.be.above(0);
      for (const form of [CANARY, encodeURIComponent(CANARY), Buffer.from(CANARY).toString('base64').slice(0, 30)])
        expect(shown.includes(form)).to.equal(false);
    });
  }

  it('what headers of the answer hold is shown nowhere, however short it is', () => {
    const headers = {
      location: `https://s3.example/x?X-Amz-Signature=SIG&part=${encodeURIComponent(CANARY)}#access_token=FRAG`,
      link: '</next?sig=LNK>; rel="next"',
      'x-session-token': 'HDR',
      'www-authenticate': 'Bearer realm="shop"',
    };
    const { violated } = observed({ told, headers }).traffic;
    const shown = JSON.stringify(violated);
    for (const secret of ['SIG', 'FRAG', 'LNK', 'HDR', CANARY, encodeURIComponent(CANARY)])
      expect(shown.includes(secret), secret).to.equal(false);
    expect(violated[0]?.answer)
      .to.contain('location: https://s3.example/x?X-Amz-Signature=…&part=…#access_token=…\n')
      .and.to.contain('x-session-token: …\nwww-authenticate: Bearer realm="shop"');
  });

  it("what the client's own body holds under a telling name is shown nowhere", () => {
    for (const body of [
      { kind: 'json', value: { user: { password: 'correct-horse' } } },
      { kind: 'text', text: 'user=me&password=correct-horse' },
    ] as const) {
      const { request, answer } = exchange({ told: error('made.up', { message: 'no such user: me, correct-horse' }) });
      const asked = { ...request, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body };
      const shown = JSON.stringify(ledgerOf(observed({ request: asked, answer })));
      expect(shown).to.contain('no such user: me, $PASSWORD').and.not.contain('correct-horse');
    }
  });

  it('a secret that the contract names is hidden from its answer on, whole and in its parts', () => {
    const operation = contract.operations.find(({ id }) => id === 'initWork');
    const url = (operation?.path ?? '').replaceAll(/\{[^}]+\}/g, 'x');
    const success = operation?.successes[0];
    const value = structuredClone(success?.content?.examples[0]?.value) as Record<string, string>;
    value['upload_url'] = `https://uploads.example.org/u/0123456789abcdef0123?signature=${encodeURIComponent(CANARY)}`;
    const observer = observed(
      { method: 'POST', url, status: success?.status ?? 0, told: value },
      { told: error('made.up', { message: `${value['upload_url']} ${CANARY}` }) },
    );
    const shown = JSON.stringify(ledgerOf(observer));
    expect(shown).to.contain('$UPLOAD_URL').and.not.contain('0123456789abcdef0123').and.not.contain(CANARY);
  });

  it('a long secret is found before it is cut', () => {
    const long = 'k3y'.repeat(400);
    const url = UNKNOWN;
    const shown = JSON.stringify(
      ledgerOf(observed({ url, status: 200, asked: { authorization: `Bearer ${long}` }, told: { id: [long], x: long } })),
    );
    expect(shown).to.not.contain('k3yk3yk3y');
  });
});

describe('observe: anything', () => {
  it('no exchange breaks it, and each is counted once', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom(NOT_FOUND, 'common.not_found', 'req_1'));
    const spoken = fc.record(
      {
        method: fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE', 'PROPFIND'),
        url: fc.oneof(
          fc.constantFrom(UNKNOWN, '/v1/none', '/', '/v1/transactions/%ff', '//x', '/v1/%2e%2e/x'),
          fc.webPath().map((path) => `/${path}`),
        ),
        status: fc.integer({ min: 200, max: 599 }),
        told: fc.oneof(
          fc.jsonValue().filter((value) => value !== null),
          text,
          fc.record({ error: fc.record({ code: text, message: fc.anything(), request_id: text }) }),
        ),
        asked: fc.dictionary(fc.constantFrom('authorization', 'cookie', 'range', 'if-none-match', 'x-api-key'), fc.string()),
        headers: fc.dictionary(fc.constantFrom('content-type', 'set-cookie', 'server', 'retry-after', 'x-request-id'), fc.string()),
      },
      { requiredKeys: ['method', 'url', 'status'] },
    );
    fc.assert(
      fc.property(fc.array(spoken, { maxLength: 5 }), (some) => {
        const observer = createObserver(contract, BASE);
        for (const one of some) {
          const { request, answer } = exchange({
            status: one.status,
            told: one.told,
            ...(one.asked && { asked: one.asked }),
            ...(one.headers && { headers: one.headers }),
          });
          observer.add({ request: { ...request, method: one.method, path: one.url }, answer });
        }
        const { requests, successes, failures, unrouted, violations, edge, unjudged, elsewhere } = observer.traffic;
        const sum = (counted: typeof unjudged): number => counted.reduce((all, { count }) => all + count, 0);
        expect(successes + failures + unrouted + violations + edge + sum(unjudged) + sum(elsewhere)).to.equal(some.length);
        expect(requests).to.equal(some.length);
        JSON.stringify(ledgerOf(observer));
      }),
      { numRuns: 300 },
    );
  });
});
