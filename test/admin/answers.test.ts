import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import type { OpenAPIV3_1 } from 'openapi-types';
import type { Mock } from '../../mocks/index.js';
import { json, mocks, send } from '../mock/support.js';
import { CALLS, STUB, type AdminCall } from './routes.js';
import { answerPlace, documentOf, judgeOf, routesIn, type Judge } from './support.js';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** By node:http: fetch sends no body with GET. */
function call(mock: Mock, route: string, { params = {}, query, body }: AdminCall): Promise<Answer> {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? name));
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${mock.url}${path}${query === undefined ? '' : `?${query}`}`, { method, headers }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text: answer }));
    });
    request.on('error', reject).end(text);
  });
}

describe('control API: answers', () => {
  const started = mocks();
  let mock: Mock;
  let document: OpenAPIV3_1.Document;
  let judge: Judge;
  before(async () => {
    mock = await started.start();
    document = await documentOf(mock);
    judge = judgeOf(document);
  });
  after(() => started.closeAll());
  beforeEach(async () => {
    mock.reset();
    await send(mock, 'POST', '/__admin/mappings', json(STUB));
    await send(mock, 'POST', '/__admin/rules', json({ on: 'initWork', answers: [503, 'ok'], delay: '1ms', name: 'flaky' }));
    await send(mock, 'GET', '/v1/transactions/abc?a=1', { headers: { 'x-client': 'ios', 'idempotency-key': 'k', cookie: 'c=d' } });
    await send(mock, 'POST', '/v1/organizations/x/works/init', json({ title: 'x' }));
    await send(mock, 'GET', '/v1/transactions/abd', { headers: { prefer: 'code=404' } });
    await send(mock, 'GET', '/v1/nowhere');
  });

  const expectDescribed = (route: string, { status, type, text }: Answer): void => {
    const problems = judge(answerPlace(document, route, status, type), type.startsWith('text/') ? text : JSON.parse(text));
    expect(problems, `${status} ${text.slice(0, 2_000)}`).to.deep.equal([]);
  };

  it('are tried of every route', () => {
    expect(Object.keys(CALLS).sort()).to.deep.equal(routesIn(document).sort());
  });

  for (const [route, { good, bad }] of Object.entries(CALLS)) {
    if (good !== undefined) {
      it(`${route} succeeds as described`, async () => {
        const answer = await call(mock, route, good);
        expect(answer.status, answer.text).to.be.within(200, 201);
        expectDescribed(route, answer);
        if (good.body === undefined) return;
        const [method = '', path = ''] = route.split(' ');
        const place = ['paths', path, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema'];
        expect(judge(place, JSON.parse(JSON.stringify(good.body))), 'the body').to.deep.equal([]);
      });
    }

    it(`${route} refuses as described`, async () => {
      const answer = await call(mock, route, bad);
      expect(answer.status, answer.text).to.equal(bad.status);
      expect(answer.type).to.equal('application/problem+json');
      expectDescribed(route, answer);
    });
  }

  it('have more than their description only where it says so', () => {
    const place = answerPlace(document, 'GET /__admin/clock', 200, 'application/json');
    expect(judge(place, { now: '2026-03-02T09:00:00Z', frozen: true })).to.deep.equal([]);
    expect(judge(place, { now: '2026-03-02T09:00:00Z', frozen: true, more: 1 })).to.have.lengthOf(1);
    expect(judge(place, { now: 'noon', frozen: true })).to.have.lengthOf.at.least(1);
    expect(judge(answerPlace(document, 'GET /__admin/clock', 418, 'application/json'), {})).to.match(/has no/);
  });
});

describe('control API: names and bounds', () => {
  const started = mocks();
  let mock: Mock;
  before(async () => {
    mock = await started.start();
  });
  beforeEach(() => mock.reset());
  after(() => started.closeAll());

  it('finds what has a long name', async () => {
    const name = 'outage '.repeat(100);
    const stub = { ...STUB, scenarioName: name };
    expect((await send(mock, 'POST', '/__admin/mappings', json(stub))).status).to.equal(201);
    const path = `/__admin/scenarios/${encodeURIComponent(name)}/state`;
    expect((await send(mock, 'PUT', path, json({ state: 'up' }))).status).to.equal(200);
    expect((await send(mock, 'GET', '/__admin/scenarios')).at('/scenarios/0/state')).to.equal('up');
  });

  it('says of what is missing that it is, and shows no more than the beginning of its name', async () => {
    const long = 'x'.repeat(2_000);
    for (const [method, path] of [
      ['GET', 'mappings'],
      ['DELETE', 'mappings'],
      ['GET', 'requests'],
      ['DELETE', 'rules'],
      ['GET', 'organizations'],
    ] as const) {
      const seen = await send(mock, method, `/__admin/${path}/${long}`);
      expect([seen.status, seen.at('/routes')], path).to.deep.equal([404, undefined]);
      expect(seen.at('/detail'), path).to.match(/^There is no \w+ "x{60}/);
      expect(seen.text.length, path).to.be.below(1_000);
    }
  });

  it('takes bodies as deep as it says, in every place that walks them', async () => {
    const nested = (depth: number, open: string, close: string, core: string): string => open.repeat(depth) + core + close.repeat(depth);
    const deep = nested(190, '{"not":', '}', '{"equalTo":"x"}');
    const list = nested(190, '[', ']', '1');
    for (const [path, body] of [
      ['mappings', `{"request":{"bodyPatterns":[${deep}]}}`],
      ['mappings', `{"response":{"jsonBody":${list}}}`],
      ['mappings', `{"metadata":{"a":${list}}}`],
      ['mappings/find-by-metadata', deep],
      ['requests/count', `{"bodyPatterns":[${deep}]}`],
      ['requests/count', `{"bodyPatterns":[{"equalToJson":${list}}]}`],
      ['explain', `{"url":"/v1/x","body":${list}}`],
      ['rules', `{"on":"prepareWork","responds":{"status":500,"json":${list}}}`],
      ['rules', list],
      ['near-misses/request', `{"url":"/x","cookies":${list}}`],
    ] as const) {
      const seen = await send(mock, 'POST', `/__admin/${path}`, json(body));
      expect(seen.status, `${path} ${seen.text.slice(0, 300)}`).to.be.oneOf([200, 201, 400, 422]);
    }
  });
});
