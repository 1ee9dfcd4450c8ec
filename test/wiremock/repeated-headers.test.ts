import { expect } from 'chai';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createMemoryStore } from '../../mocks/stores/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { linesOf, repeatedIn } from '../../mocks/headers.js';
import { begin } from '../sessions/support.js';

const PATH = '/v1/transactions/unknown';

/** Node's own client sends each of an array on a line of its own. */
type Lines = Readonly<Record<string, string | string[]>>;

async function ask(mock: Mock, headers: Lines, path = PATH): Promise<number> {
  const asked = request(mock.url + path, { headers, agent: false }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

async function control(mock: Mock, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return (await (await fetch(`${mock.url}/__admin${path}`, init)).json()) as Record<string, unknown>;
}

async function explained(mock: Mock, headers: Lines): Promise<unknown> {
  return (await control(mock, '/explain', { url: PATH, headers }))['answeredBy'];
}

const TWO = { 'X-Tag': ['a', 'b'] };
const PATTERNS: readonly (readonly [string, object, Lines, boolean])[] = [
  ['includes', { includes: [{ equalTo: 'b' }, { equalTo: 'a' }] }, TWO, true],
  ['includes, of another', { includes: [{ equalTo: 'a' }, { equalTo: 'c' }] }, TWO, false],
  ['hasExactly', { hasExactly: [{ equalTo: 'a' }, { equalTo: 'b' }] }, TWO, true],
  ['hasExactly, of more', { hasExactly: [{ equalTo: 'a' }, { equalTo: 'b' }] }, { 'X-Tag': ['a', 'b', 'c'] }, false],
  ['equalTo the first', { equalTo: 'a' }, TWO, true],
  ['equalTo the last', { equalTo: 'b' }, TWO, true],
  ['equalTo the joined lines', { equalTo: 'a, b' }, TWO, false],
  ['equalTo one line that has a comma', { equalTo: 'a, b' }, { 'X-Tag': 'a, b' }, true],
  ['matches', { matches: '^b$' }, TWO, true],
];

describe('wiremock: a header that is sent more than once', () => {
  let mock: Mock;
  before(async () => {
    mock = await startMock();
  });
  beforeEach(() => mock.reset());
  after(() => mock.close());

  for (const [name, pattern, headers, matches] of PATTERNS) {
    it(`answers a stub by each line, counts the same and explains the same: ${name}`, async () => {
      const asked = { urlPath: PATH, headers: { 'X-Tag': pattern } };
      await control(mock, '/mappings', { request: asked, response: { status: 296 } });
      expect(await ask(mock, headers)).to.equal(matches ? 296 : 404);
      expect(await explained(mock, headers)).to.equal(matches ? 'script' : 'sandbox');
      expect(await control(mock, '/requests/count', asked)).to.include({ count: matches ? 1 : 0 });
      const { requests } = await control(mock, '/requests/find', asked);
      expect(requests).to.have.lengthOf(matches ? 1 : 0);
    });
  }

  it('finds stubs by any line of a header of which the API reads the first', async () => {
    const asked = { urlPath: PATH, headers: { Authorization: { equalTo: 'Bearer second' } } };
    await control(mock, '/mappings', { request: asked, response: { status: 296 } });
    expect(await ask(mock, { Authorization: ['Bearer first', 'Bearer second'] })).to.equal(296);
    expect(await ask(mock, { Authorization: 'Bearer first' })).to.equal(404);
    expect(await control(mock, '/requests/count', asked)).to.include({ count: 1 });
    const { requests } = await control(mock, '/requests/find', asked);
    expect(JSON.stringify([mock.journal.exchanges(), requests])).not.to.match(/Bearer (?:first|second)/);
  });

  it('lets rules and verification look at each line, in a session as well', async () => {
    mock.on('getTransaction', { headers: { 'x-tag': 'b' } }).answers([503]);
    mock.on('getTransaction', { headers: { 'x-tag': { matches: '^c$' } } }).responds({ status: 500 });
    expect(await ask(mock, TWO)).to.equal(503);
    expect(await ask(mock, { 'x-tag': ['a', 'c'] })).to.equal(500);
    expect(await ask(mock, { 'x-tag': ['a', 'd'] })).to.equal(404);
    expect(await explained(mock, TWO)).to.equal('script');
    await mock.received('getTransaction', { times: 1, headers: { 'x-tag': 'b' } });
    await mock.received('getTransaction', { times: 3, headers: { 'x-tag': 'a' } });
    await mock.received('getTransaction', { never: true, headers: { 'x-tag': 'a, b' } });
    const rules = { on: 'getTransaction', when: { headers: { 'x-tag': 'b' } }, answers: [503] };
    const session = await begin(mock, { rules });
    expect(await ask(mock, TWO, `/__session/${session.id}${PATH}`)).to.equal(503);
  });

  it('shows each line, and finds no near miss where nothing is missed', async () => {
    await ask(mock, TWO);
    const { requests } = (await control(mock, '/requests')) as { requests: readonly { request: { headers: Lines } }[] };
    expect(requests[0]?.request.headers['x-tag']).to.deep.equal(['a', 'b']);
    expect(mock.journal.exchanges()[0]?.headers['x-tag']).to.deep.equal(['a', 'b']);
    await control(mock, '/mappings', { request: { urlPath: PATH, headers: { 'X-Tag': { equalTo: 'b' } } }, response: { status: 296 } });
    await control(mock, '/mappings', { request: { urlPath: PATH, headers: { 'X-Tag': { equalTo: 'c' } } }, response: { status: 297 } });
    const { nearMisses } = (await control(mock, '/requests/unmatched/near-misses')) as {
      nearMisses: readonly { stubMapping: { response: { status: number } } }[];
    };
    expect(nearMisses.map(({ stubMapping }) => stubMapping.response.status)).to.deep.equal([297]);
  });

  it('is the same to another server on one store', async () => {
    const first = createMemoryStore();
    const [one, other] = [await startMock({ store: first }), await startMock({ store: first.connect() })];
    try {
      await ask(one, TWO);
      const asked = { urlPath: PATH, headers: { 'X-Tag': { hasExactly: [{ equalTo: 'a' }, { equalTo: 'b' }] } } };
      expect(await control(other, '/requests/count', asked)).to.include({ count: 1 });
    } finally {
      await Promise.all([one.close(), other.close()]);
      await first.close();
    }
  });

  it('is told apart from one that is sent once, whatever it is called', () => {
    expect(repeatedIn(['A', '1', 'B', '2'], { a: '1', b: '2' })).to.equal(undefined);
    expect(repeatedIn(['__proto__', '1', 'B', '2'], { b: '2' })).to.equal(undefined);
    const repeated = repeatedIn(['__proto__', '1', 'B', '2', '__PROTO__', '3'], { b: '2' });
    expect(linesOf({ headers: { b: '2' }, repeated }, '__proto__')).to.deep.equal(['1', '3']);
    expect(linesOf({ headers: { b: '2' } }, '__proto__')).to.equal(undefined);
  });
});
