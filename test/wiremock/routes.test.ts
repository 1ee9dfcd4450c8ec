import { expect } from 'chai';
import type { AdminAnswer } from '../../mocks/types.js';
import { toRule } from '../../mocks/wiremock/index.js';
import { Bench } from './support.js';

const get = (answer: AdminAnswer, ...members: readonly (string | number)[]): unknown =>
  members.reduce<unknown>((value, member) => (value as Record<string | number, unknown> | undefined)?.[member], answer.body);

const stubFor = (urlPath: string, status: number, more: object = {}): object => ({ request: { urlPath }, response: { status }, ...more });

describe('wiremock: routes', () => {
  let bench: Bench;
  beforeEach(() => (bench = new Bench()));

  const add = (stub: object): string => {
    const answer = bench.call('POST', '/mappings', stub);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return String(get(answer, 'id'));
  };
  const listed = (target = '/mappings'): unknown[] =>
    (get(bench.call('GET', target), 'mappings') as { name?: string }[]).map(({ name }) => name);

  describe('mappings', () => {
    it('register, show, change and remove a stub', () => {
      const id = add({ ...stubFor('/a', 503), name: 'one' });
      expect(bench.ask('/a')).to.equal(503);
      const stub = { id, uuid: id, name: 'one', request: { urlPath: '/a' }, response: { status: 503 } };
      expect(bench.call('GET', `/mappings/${id}`)).to.deep.equal({ status: 200, body: stub });
      const changed = bench.call('PUT', `/mappings/${id}`, { ...stub, response: { status: 404 }, id: 'ignored' });
      expect(changed).to.deep.equal({ status: 200, body: { ...stub, response: { status: 404 } } });
      expect(bench.ask('/a')).to.equal(404);
      expect(bench.call('DELETE', `/mappings/${id}`)).to.deep.equal({ status: 200, body: {} });
      for (const method of ['GET', 'PUT', 'DELETE'] as const) {
        const gone = bench.call(method, `/mappings/${id}`, {});
        expect([gone.status, get(gone, 'errors', 0, 'title')]).to.deep.equal([404, `There is no stub "${id}"`]);
      }
    });

    it('ask by priority, and of equals the newest', () => {
      add({ ...stubFor('/a', 500), name: 'five' });
      add({ ...stubFor('/a', 501), name: 'five again' });
      add({ ...stubFor('/a', 502), name: 'one', priority: 1 });
      add({ ...stubFor('/a', 503), name: 'nine', priority: 9 });
      expect(listed()).to.deep.equal(['one', 'five again', 'five', 'nine']);
      expect(listed('/mappings?limit=2&offset=1')).to.deep.equal(['five again', 'five']);
      expect(get(bench.call('GET', '/mappings?limit=1'), 'meta')).to.deep.equal({ total: 4 });
      expect(bench.call('GET', '/mappings?limit=x').status).to.equal(422);
      expect(bench.ask('/a')).to.equal(502);
    });

    it('refuse by name, as WireMock and as a problem, and change nothing', () => {
      const answer = bench.call('POST', '/mappings', { response: { status: 200, transformers: ['response-template'] } });
      expect(answer.status).to.equal(422);
      expect(get(answer, 'errors', 0)).to.deep.include({ code: 10, source: { pointer: '/response/transformers' }, title: 'Not usable' });
      expect(answer.body).to.deep.include({ type: 'failpath:admin-invalid-input', status: 422 });
      expect(get(answer, 'detail')).to.match(/^\/response\/transformers: /);
      expect(listed()).to.deep.equal([]);
      for (const body of [undefined, null, [], 'x', 5]) expect(bench.call('POST', '/mappings', body).status).to.equal(422);
    });

    it('go back to the rules of files', () => {
      const rule = { ...toRule(stubFor('/file', 503, { name: 'file' }), 'scripts/a.yaml:1:1'), stub: undefined };
      const { stub: _, ...own } = rule;
      bench = new Bench([{ ...own, name: 'file' }]);
      add({ ...stubFor('/a', 500), name: 'api' });
      expect(listed()).to.deep.equal(['api', 'file']);
      expect(bench.call('DELETE', '/mappings')).to.deep.equal({ status: 200, body: {} });
      expect(listed()).to.deep.equal([]);
      expect(bench.call('POST', '/mappings/reset')).to.deep.equal({ status: 200, body: {} });
      expect(listed()).to.deep.equal(['file']);
    });

    it('are found and removed by metadata', async () => {
      add({ ...stubFor('/a', 500), name: 'a', metadata: { team: 'x', tags: ['t'] } });
      add({ ...stubFor('/b', 500), name: 'b', metadata: { team: 'y' } });
      add({ ...stubFor('/c', 500), name: 'c' });
      const pattern = { matchesJsonPath: { expression: '$.team', equalTo: 'x' } };
      const found = await bench.later('POST', '/mappings/find-by-metadata', pattern);
      expect([get(found, 'mappings', 0, 'name'), get(found, 'meta', 'total')]).to.deep.equal(['a', 1]);
      expect((await bench.later('POST', '/mappings/remove-by-metadata', pattern)).status).to.equal(200);
      expect(listed()).to.deep.equal(['c', 'b']);
      expect((await bench.later('POST', '/mappings/find-by-metadata', { matchesJsonPath: '$[' })).status).to.equal(422);
    });

    it('are imported together or not at all', () => {
      const id = '730d3e32-d098-4169-a20c-554c3bedce58';
      add({ ...stubFor('/x', 500), name: 'before' });
      add({ ...stubFor('/a', 500), id, name: 'old' });
      const bad = bench.call('POST', '/mappings/import', { mappings: [stubFor('/b', 500), { request: { host: {} } }] });
      expect([bad.status, get(bad, 'errors', 0, 'source', 'pointer')]).to.deep.equal([422, '/mappings/1/request/host']);
      expect(listed()).to.deep.equal(['old', 'before']);
      const mappings = [
        { ...stubFor('/a', 501), id, name: 'new' },
        { ...stubFor('/b', 500), name: 'b' },
      ];
      bench.call('POST', '/mappings/import', { mappings, importOptions: { duplicatePolicy: 'IGNORE' } });
      expect(listed()).to.deep.equal(['b', 'old', 'before']);
      const done = bench.call('POST', '/mappings/import', {
        mappings,
        importOptions: { duplicatePolicy: 'OVERWRITE', deleteAllNotInImport: true },
      });
      expect(done).to.deep.equal({ status: 200, body: {} });
      expect(listed()).to.have.members(['new', 'b']);
      bench.call('DELETE', '/mappings');
      bench.call('POST', '/mappings/import', { mappings });
      expect(listed()).to.deep.equal(['new', 'b']);
    });
  });

  describe('requests', () => {
    let id: string;
    beforeEach(() => {
      id = add({ request: { method: 'POST', urlPath: '/works' }, response: { status: 201 }, name: 'works', metadata: { a: 1 } });
      bench.ask('/works', {
        method: 'POST',
        headers: { 'X-A': '1', authorization: 'Bearer secret-of-mine' },
        body: '{"title":"x","token":"t0p"}',
      });
      bench.ask('/works?page=2', { method: 'POST', body: '{"title":"y"}' });
      bench.ask('/other?b=1,2&signature=s1gned');
    });

    it('are counted and found by pattern', async () => {
      const count = async (pattern: unknown): Promise<unknown> => (await bench.later('POST', '/requests/count', pattern)).body;
      expect(await count({})).to.deep.equal({ count: 3, requestJournalDisabled: false });
      expect(await count({ method: 'POST', urlPath: '/works' })).to.deep.include({ count: 2 });
      expect(await count({ url: '/works' })).to.deep.include({ count: 1 });
      expect(await count({ headers: { Authorization: { equalTo: 'Bearer secret-of-mine' } } })).to.deep.include({ count: 1 });
      expect(await count({ bodyPatterns: [{ matchesJsonPath: { expression: '$.title', equalTo: 'y' } }] })).to.deep.include({ count: 1 });
      expect((await bench.later('POST', '/requests/count', { body: 'x' })).status).to.equal(422);
      expect((await bench.later('POST', '/requests/count')).status).to.equal(422);
      const found = await bench.later('POST', '/requests/find', { urlPath: '/works' });
      expect(get(found, 'requests', 1)).to.deep.include({
        url: '/works?page=2',
        absoluteUrl: 'http://localhost:4010/works?page=2',
        method: 'POST',
        body: '{"title":"y"}',
        bodyAsBase64: Buffer.from('{"title":"y"}').toString('base64'),
        loggedDate: Date.UTC(2026, 2, 2, 9, 0, 2),
        loggedDateString: '2026-03-02T09:00:02.000Z',
        queryParams: { page: { key: 'page', values: ['2'] } },
      });
    });

    it('are shown without credentials', () => {
      const all = JSON.stringify(bench.call('GET', '/requests').body);
      expect(all).not.to.match(/secret-of-mine|t0p|s1gned/);
      const [first, , third] = get(bench.call('GET', '/requests'), 'requests') as { request: Record<string, unknown> }[];
      expect(first?.request).to.deep.include({ headers: { 'X-A': '1', authorization: 'Bearer …' }, body: '{"title":"x","token":"…"}' });
      expect(third?.request['url']).to.match(/^\/other\?b=1.*2&signature=…$/);
    });

    it('are listed as the journal’s entries and WireMock’s at once', () => {
      const all = bench.call('GET', '/requests');
      expect(all.body).to.deep.include({ meta: { total: 3 }, requestJournalDisabled: false });
      const [first] = get(all, 'requests') as Record<string, unknown>[];
      expect(first).to.deep.include({ number: 1, requestId: 'req_1', method: 'POST', status: 201, why: 'a test', wasMatched: true });
      expect(first?.['id']).to.equal('00000000-0000-4000-8000-000000000001');
      expect(first?.['stubMapping']).to.deep.include({ id, name: 'works' });
      expect(first?.['response']).to.deep.equal({ status: 201 });
      expect(first?.['responseDefinition']).to.deep.equal({ status: 201, fromConfiguredStub: true });
      const numbers = (target: string): unknown =>
        (get(bench.call('GET', target), 'requests') as { number: number }[]).map(({ number }) => number);
      expect(numbers('/requests?limit=2')).to.deep.equal([2, 3]);
      expect(numbers('/requests?limit=0')).to.deep.equal([]);
      expect(numbers('/requests?since=2026-03-02T09:00:01Z')).to.deep.equal([2, 3]);
      expect(numbers(`/requests?matchingStub=${id}`)).to.deep.equal([1, 2]);
      expect(numbers('/requests?unmatched=true')).to.deep.equal([3]);
      expect(bench.call('GET', '/requests?limit=x').status).to.equal(400);
      expect(bench.call('GET', '/requests?since=x').status).to.equal(422);
    });

    it('are shown and removed one by one', () => {
      const target = '/requests/00000000-0000-4000-8000-000000000002';
      expect(get(bench.call('GET', target), 'number')).to.equal(2);
      expect(get(bench.call('GET', '/requests/2'), 'number')).to.equal(2);
      expect(bench.call('DELETE', target)).to.deep.equal({ status: 200, body: {} });
      expect(bench.call('DELETE', target).status).to.equal(200);
      expect(bench.call('GET', target).status).to.equal(404);
      expect(bench.call('GET', '/requests/x').status).to.equal(404);
    });

    it('are removed by pattern, by metadata, and all at once', async () => {
      const removed = await bench.later('POST', '/requests/remove', { url: '/works' });
      expect([get(removed, 'serveEvents', 0, 'number'), bench.requests.length]).to.deep.equal([1, 2]);
      await bench.later('POST', '/requests/remove-by-metadata', { matchesJsonPath: '$.a' });
      expect(bench.requests.map(({ url }) => url)).to.deep.equal(['/other?b=1,2&signature=s1gned']);
      expect(bench.call('DELETE', '/requests')).to.deep.equal({ status: 200, body: {} });
      bench.ask('/x');
      bench.call('POST', '/requests/reset');
      expect(get(bench.call('GET', '/requests'), 'requests')).to.deep.equal([]);
    });

    it('are unmatched when no rule has answered', () => {
      const unmatched = bench.call('GET', '/requests/unmatched');
      expect((get(unmatched, 'requests') as unknown[]).length).to.equal(1);
      expect(unmatched.body).to.deep.include({ requestJournalDisabled: false });
    });

    it('are near misses of rules, the nearest first', async () => {
      add(stubFor('/othr', 200, { name: 'slip' }));
      const misses = await bench.later('GET', '/requests/unmatched/near-misses');
      expect([get(misses, 'nearMisses', 0, 'stubMapping', 'name'), get(misses, 'nearMisses', 1, 'stubMapping', 'name')]).to.deep.equal([
        'slip',
        'works',
      ]);
      expect(get(misses, 'nearMisses', 0, 'matchResult', 'distance'))
        .to.be.greaterThan(0)
        .and.below(0.5);
      const asked = { method: 'GET', url: '/works', headers: {}, body: '', clientIp: '127.0.0.1' };
      for (const path of ['/near-misses/request', '/requests/near-misses/request']) {
        const near = await bench.later('POST', path, asked);
        expect(get(near, 'nearMisses', 0, 'stubMapping', 'name')).to.equal('works');
        expect(get(near, 'nearMisses', 0, 'request')).to.deep.equal(asked);
      }
      expect((await bench.later('POST', '/near-misses/request', { url: 'x' })).status).to.equal(422);
      expect((await bench.later('POST', '/near-misses/request')).status).to.equal(422);
    });

    it('are near misses of patterns', async () => {
      const pattern = { method: 'POST', url: '/works?page=3' };
      const near = await bench.later('POST', '/near-misses/request-pattern', pattern);
      expect(get(near, 'nearMisses', 0, 'request', 'url')).to.equal('/works?page=2');
      expect(get(near, 'nearMisses', 0, 'requestPattern')).to.deep.equal(pattern);
      expect((get(near, 'nearMisses') as unknown[]).length).to.equal(3);
      expect((await bench.later('POST', '/near-misses/request-pattern')).status).to.equal(422);
    });
  });

  describe('scenarios', () => {
    beforeEach(() => {
      add({ ...stubFor('/s', 503), scenarioName: 'flaky', requiredScenarioState: 'Started', newScenarioState: 'up' });
      add({ ...stubFor('/s', 200), scenarioName: 'flaky', requiredScenarioState: 'up' });
    });
    const state = (): unknown => get(bench.call('GET', '/scenarios'), 'scenarios', 0, 'state');

    it('move, are shown and reset', () => {
      const scenario = get(bench.call('GET', '/scenarios'), 'scenarios', 0) as object;
      expect(scenario).to.deep.include({ id: 'flaky', name: 'flaky', state: 'Started', possibleStates: ['Started', 'up'] });
      expect([bench.ask('/s'), bench.ask('/s'), state()]).to.deep.equal([503, 200, 'up']);
      expect(bench.call('POST', '/scenarios/reset')).to.deep.equal({ status: 200, body: {} });
      expect(state()).to.equal('Started');
    });

    it('are set, one by one', () => {
      expect(bench.call('PUT', '/scenarios/flaky/state', { state: 'up' })).to.deep.equal({ status: 200, body: {} });
      expect([state(), bench.ask('/s')]).to.deep.equal(['up', 200]);
      bench.call('PUT', '/scenarios/flaky/state');
      expect(state()).to.equal('Started');
      expect(bench.call('PUT', '/scenarios/none/state', { state: 'up' }).status).to.equal(404);
      const bad = bench.call('PUT', '/scenarios/flaky/state', { state: 'down' });
      expect([bad.status, get(bad, 'errors', 0, 'code')]).to.deep.equal([422, 11]);
      expect(bench.call('PUT', '/scenarios/flaky/state', []).status).to.equal(422);
    });
  });

  describe('the server', () => {
    it('takes global settings', () => {
      expect(get(bench.call('GET', '/settings'), 'settings', 'fixedDelay')).to.equal(null);
      expect(bench.call('POST', '/settings', { fixedDelay: 500 })).to.deep.equal({ status: 200, body: {} });
      expect(get(bench.call('GET', '/settings'), 'settings', 'fixedDelay')).to.equal(500);
      const delayDistribution = { type: 'uniform', lower: 1, upper: 2 };
      bench.call('PUT', '/settings', { delayDistribution, fixedDelay: null });
      expect(bench.settings).to.deep.equal({ delayDistribution });
      for (const bad of [undefined, { proxyPassThrough: false }, { fixedDelay: 'x' }, { extended: { a: 1 } }]) {
        expect(bench.call('POST', '/settings', bad).status).to.equal(422);
      }
      const lognormal = { type: 'lognormal', median: 1, sigma: 1 };
      expect(bench.call('POST', '/settings', { fixedDelay: 1, delayDistribution: lognormal }).status).to.equal(422);
    });

    it('resets, and says how it is', () => {
      add(stubFor('/a', 500));
      bench.ask('/a');
      expect(bench.call('POST', '/reset')).to.deep.equal({ status: 200, body: { status: 'reset' } });
      expect([bench.resets, bench.requests, listed()]).to.deep.equal([1, [], []]);
      expect(bench.call('GET', '/health').body).to.deep.include({ status: 'ok', operations: 12, version: '1.2.3', uptimeInSeconds: 4 });
      expect(bench.call('GET', '/version').body).to.deep.equal({ version: '1.2.3' });
    });

    it('refuses by name what means nothing here', () => {
      for (const [method, path] of [
        ['POST', '/mappings/save'],
        ['POST', '/shutdown'],
        ['POST', '/recordings/start'],
        ['GET', '/files'],
      ] as const) {
        const answer = bench.call(method, path, {});
        expect([answer.status, get(answer, 'errors', 0, 'title')]).to.deep.equal([422, `${method} /__admin${path} is not supported`]);
      }
    });
  });
});
