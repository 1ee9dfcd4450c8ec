import { expect } from 'chai';
import { WireMockRestClient } from 'wiremock-rest-client';
import { startMock, type Mock } from '../../mocks/index.js';

/** What a request came back as. */
const ask = async (mock: Mock, path: string, init: RequestInit = {}): Promise<readonly [number, string]> => {
  const response = await fetch(mock.url + path, init);
  return [response.status, await response.text()];
};

const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** An unchanged client library of WireMock steers the mock: what it answers and what was received. */
describe('wiremock: wiremock-rest-client, unchanged', () => {
  let mock: Mock;
  let client: WireMockRestClient;
  before(async () => {
    mock = await startMock({ port: 0 });
    // Without it, the library ends the process at the first refusal.
    client = new WireMockRestClient(mock.url, { logLevel: 'silent', continueOnFailure: true });
  });
  beforeEach(() => client.global.resetAll());
  after(() => mock.close());

  it('registers, lists, changes and removes stubs', async () => {
    const stub = await client.mappings.createMapping({
      name: 'down',
      request: { method: 'GET', urlPathPattern: '/v1/transactions/[a-z]+', headers: { 'X-Client': { contains: 'ios' } } },
      response: { status: 502, body: '<h1>Bad Gateway</h1>', headers: { 'Content-Type': 'text/html' } },
      metadata: { team: 'clients' },
    });
    expect(stub)
      .to.have.property('id')
      .that.matches(/^[0-9a-f-]{36}$/);
    const id = String(stub.id);
    const headers = { 'X-Client': 'ios 17' };
    expect(await ask(mock, '/v1/transactions/abc', { headers })).to.deep.equal([502, '<h1>Bad Gateway</h1>']);
    expect((await ask(mock, '/v1/transactions/123', { headers }))[0]).not.to.equal(502);
    expect((await ask(mock, '/v1/transactions/abc'))[0]).not.to.equal(502);

    expect(await client.mappings.getMapping(id)).to.deep.include({ id, name: 'down', metadata: { team: 'clients' } });
    expect((await client.mappings.getAllMappings()).meta).to.deep.include({ total: 1 });
    const found = await client.mappings.findByMetaData({ matchesJsonPath: { expression: '$.team', equalTo: 'clients' } } as never);
    expect(found.mappings?.map(({ name }) => name)).to.deep.equal(['down']);

    await client.mappings.updateMapping(id, {
      request: { urlPath: '/v1/transactions/abc' },
      response: { status: 418, jsonBody: { tea: true } },
    });
    expect(await ask(mock, '/v1/transactions/abc')).to.deep.equal([418, '{"tea":true}']);
    await client.mappings.deleteMapping(id);
    expect((await client.mappings.getAllMappings()).mappings).to.deep.equal([]);
    expect((await ask(mock, '/v1/transactions/abc'))[0]).not.to.equal(418);
  });

  it('matches bodies, and asks stubs by priority', async () => {
    const request = { method: 'POST', urlPath: '/v1/works/prepare' };
    const bodyPatterns = [{ matchesJsonPath: { expression: '$.title', equalTo: 'trigger' } }];
    await client.mappings.createMapping({ request, response: { status: 500 }, priority: 9 });
    await client.mappings.createMapping({ request: { ...request, bodyPatterns }, response: { status: 503 }, priority: 1 });
    await client.mappings.createMapping({ request, response: { status: 429, headers: { 'Retry-After': '1' } } });
    expect((await ask(mock, '/v1/works/prepare', post({ title: 'trigger' })))[0]).to.equal(503);
    expect((await ask(mock, '/v1/works/prepare', post({ title: 'other' })))[0]).to.equal(429);
  });

  it('runs through a scenario, and resets it', async () => {
    const scenario = { request: { method: 'GET', url: '/v1/transactions/abc' }, scenarioName: 'recovers' };
    const created = [
      { ...scenario, requiredScenarioState: 'Started', newScenarioState: 'again', response: { status: 503 } },
      { ...scenario, requiredScenarioState: 'again', newScenarioState: 'up', response: { status: 503 } },
      { ...scenario, requiredScenarioState: 'up', response: { status: 200, jsonBody: { ok: true } } },
    ];
    for (const stub of created) await client.mappings.createMapping(stub);
    const statuses: number[] = [];
    for (let count = 0; count < 4; count++) statuses.push((await ask(mock, '/v1/transactions/abc'))[0]);
    expect(statuses).to.deep.equal([503, 503, 200, 200]);
    const { scenarios } = (await client.scenarios.getAllScenarios()) as unknown as {
      scenarios: readonly { name: string; state: string }[];
    };
    expect(scenarios.map(({ name, state }) => [name, state])).to.deep.equal([['recovers', 'up']]);
    await client.scenarios.setScenarioState('recovers', 'again');
    expect((await ask(mock, '/v1/transactions/abc'))[0]).to.equal(503);
    await client.scenarios.resetAllScenarios();
    expect((await ask(mock, '/v1/transactions/abc'))[0]).to.equal(503);
    await client.scenarios.resetScenario('recovers');
  });

  it('verifies requests', async () => {
    await client.mappings.createMapping({ request: { method: 'POST', urlPath: '/v1/works/prepare' }, response: { status: 503 } });
    await ask(mock, '/v1/works/prepare', post({ title: 'a' }, { 'idempotency-key': 'k1' }));
    await ask(mock, '/v1/works/prepare', post({ title: 'b' }, { 'idempotency-key': 'k2' }));
    await ask(mock, '/v1/transactions/abc?page=2');
    const count = async (pattern: object): Promise<unknown> => ((await client.requests.getCount(pattern)) as { count: number }).count;
    expect(await count({ method: 'POST', urlPath: '/v1/works/prepare' })).to.equal(2);
    expect(await count({ method: 'POST', headers: { 'Idempotency-Key': { equalTo: 'k2' } } })).to.equal(1);
    expect(await count({ bodyPatterns: [{ equalToJson: '{"title":"a"}' }] })).to.equal(1);
    expect(await count({ url: '/v1/transactions/abc?page=2' })).to.equal(1);
    expect(await count({ method: 'DELETE' })).to.equal(0);

    const { requests } = (await client.requests.findRequests({ method: 'POST' })) as { requests: readonly { url: string; body: string }[] };
    expect(requests.map(({ url, body }) => [url, body])).to.deep.equal([
      ['/v1/works/prepare', '{"title":"a"}'],
      ['/v1/works/prepare', '{"title":"b"}'],
    ]);
    const unmatched = (await client.requests.getUnmatchedRequests()) as { requests: readonly { url: string }[] };
    expect(unmatched.requests.map(({ url }) => url)).to.deep.equal(['/v1/transactions/abc?page=2']);
    const all = (await client.requests.getAllRequests()) as { requests: readonly { id: string; wasMatched: boolean }[] };
    expect(all.requests.map(({ wasMatched }) => wasMatched)).to.deep.equal([true, true, false]);
    expect(await client.requests.getRequest(String(all.requests[0]?.id))).to.have.nested.property('request.method', 'POST');

    const near = (await client.requests.getNearMissesByRequestPattern({ url: '/v1/transactions/abc?page=3' })) as {
      nearMisses: readonly { request: { url: string } }[];
    };
    expect(near.nearMisses[0]?.request.url).to.equal('/v1/transactions/abc?page=2');
    await client.requests.removeRequests({ method: 'POST' });
    expect(await count({})).to.equal(1);
    await client.requests.deleteAllRequests();
    expect(await count({})).to.equal(0);
  });

  it('resets stubs and requests', async () => {
    await client.mappings.createMapping({ request: { urlPath: '/v1/transactions/abc' }, response: { status: 418 } });
    await ask(mock, '/v1/transactions/abc');
    await client.global.resetAll();
    expect((await client.mappings.getAllMappings()).mappings).to.deep.equal([]);
    expect(await client.requests.getCount({})).to.deep.include({ count: 0 });
    expect((await ask(mock, '/v1/transactions/abc'))[0]).not.to.equal(418);
  });

  it('is told by name what is not supported, and nothing of it happens', async () => {
    const refused: unknown = await client.mappings.createMapping({
      request: { urlPath: '/v1/transactions/abc' },
      response: { status: 200, body: '{{request.path}}', transformers: ['response-template'] },
    });
    expect(refused).to.have.nested.property('errors[0].source.pointer', '/response/transformers');
    expect((await client.mappings.getAllMappings()).mappings).to.deep.equal([]);
  });
});
