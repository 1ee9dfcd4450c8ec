import { expect } from 'chai';
import type { AtsWorld } from '../../mocks/ats/index.js';
import type { Mock } from '../../mocks/index.js';
import { json, mocks, send, type Seen } from '../mock/support.js';

const PREPARE = '/v1/organizations/any/works/prepare';
const INIT = '/v1/organizations/any/works/init';

interface Explained {
  readonly operation: string | null;
  readonly answeredBy: string;
  readonly why: string;
  readonly rule?: string;
  readonly identity: string;
  readonly rules: readonly {
    readonly id: string;
    readonly matches: boolean;
    readonly name?: string;
    readonly fields: readonly unknown[];
  }[];
  readonly meta: { readonly total: number };
}

describe('verification: explanations', () => {
  const { start, closeAll } = mocks();
  after(closeAll);
  let mock: Mock;
  let bare: Mock<unknown>;
  before(async () => {
    mock = await start<AtsWorld>();
    bare = await start({ sandbox: false });
  });
  beforeEach(() => mock.reset());

  const post = (path: string, body: unknown): Promise<Seen> => send(mock, 'POST', path, json(body));
  const explain = async (request: unknown, at: { readonly url: string } = mock): Promise<Explained> => {
    const answer = await send(at, 'POST', '/__admin/explain', json(request));
    expect(answer.status, answer.text).to.equal(200);
    return answer.body as Explained;
  };

  describe('POST /__admin/explain', () => {
    it('names the step that would answer', async () => {
      const { active } = mock.world.tokens;
      const steps: readonly (readonly [request: object, answeredBy: string, why: RegExp])[] = [
        [{ method: 'POST', url: PREPARE, headers: { Prefer: 'error=api_key.revoked' } }, 'choice', /^Prefer: error=api_key\.revoked$/],
        [{ method: 'POST', url: `http://anywhere:1${PREPARE}?__error=nonsense` }, 'choice', /does not declare nonsense/],
        [{ method: 'POST', url: `${PREPARE}?__code=many` }, 'choice', /many/],
        [{ method: 'POST', url: INIT, body: { title: 'fail with api_key.org_inactive' } }, 'magic', /^magic value in \/title$/],
        [{ method: 'POST', url: INIT, headers: { authorization: [`Bearer ${active}`] }, body: '{"title":' }, 'sandbox', /by its state/],
        [{ method: 'HEAD', url: '/v1/transactions/unknown' }, 'sandbox', /by its state/],
        [{ method: 'OPTIONS', url: '/v1/transactions/unknown' }, 'routing', /^OPTIONS asks for the methods of the path$/],
        [
          { method: 'OPTIONS', url: PREPARE, headers: { Origin: 'http://a', 'Access-Control-Request-Method': 'POST' } },
          'routing',
          /may send POST$/,
        ],
        [{ method: 'OPTIONS', url: '/v1/nowhere' }, 'routing', /no operation has OPTIONS/],
        [{ url: '/v1/nowhere' }, 'routing', /no operation has GET \/v1\/nowhere/],
      ];
      for (const [request, answeredBy, why] of steps) {
        const explained = await explain(request);
        expect(explained.answeredBy, JSON.stringify(request)).to.equal(answeredBy);
        expect(explained.why).to.match(why);
      }
      expect(await explain({ method: 'post', url: INIT, headers: { authorization: `Bearer ${active}` } })).to.deep.equal({
        operation: 'initWork',
        identity: 'active',
        answeredBy: 'sandbox',
        why: 'no choice, rule or magic value applies: the sandbox decides by its state',
        rules: [],
        meta: { total: 0 },
      });
      expect(await explain({ method: 'POST', url: INIT }, bare)).to.include({ answeredBy: 'validation', operation: 'initWork' });
    });

    it('says of HEAD and OPTIONS what they are answered', async () => {
      const path = '/v1/transactions/unknown';
      const preflight = { origin: 'http://a', 'access-control-request-method': 'POST' };
      mock.onAny({ path, method: 'OPTIONS' }).named('mine').responds({ status: 418 });
      mock.on('getTransaction').fails('common.service_unavailable').times(1);
      for (const [method, headers, operation] of [
        ['OPTIONS', {}, null],
        ['OPTIONS', preflight, null],
        ['HEAD', {}, 'getTransaction'],
        ['HEAD', {}, 'getTransaction'],
      ] as const) {
        const explained = await explain({ method, url: path, headers });
        await send(mock, method, path, { headers });
        const entry = mock.journal.entries(1)[0];
        expect([explained.answeredBy, explained.operation]).to.deep.equal([entry?.answeredBy, operation]);
      }
    });

    it('names the rule that would answer, and says of the others what they miss, the nearest first', async () => {
      mock.on('confirmWork').named('elsewhere').fails('common.service_unavailable');
      mock
        .on('prepareWork', { headers: { 'x-client': 'ios' }, body: { at: { '/job_id': 'b' } } })
        .named('far')
        .fails('api_key.revoked');
      mock
        .on('prepareWork', { headers: { 'x-client': 'ios' } })
        .named('near')
        .fails('api_key.revoked');
      const { id } = mock.on('prepareWork').named('hit').fails('common.service_unavailable').rule;
      const request = { method: 'POST', url: PREPARE, headers: { 'x-client': 'web' }, body: { job_id: 'a' } };
      const { rules, meta, answeredBy, rule, why } = await explain(request);
      expect({ answeredBy, rule, meta }).to.deep.equal({ answeredBy: 'script', rule: id, meta: { total: 4 } });
      expect(why).to.match(/^rule "hit" .+ is the first that applies$/);
      expect(rules.map(({ name, matches }) => [name, matches])).to.deep.equal([
        ['hit', true],
        ['near', false],
        ['far', false],
        ['elsewhere', false],
      ]);
      expect(rules[2]?.fields).to.deep.equal([
        { field: 'operation', expected: 'prepareWork', actual: 'prepareWork', matches: true },
        { field: 'header x-client', expected: '"ios"', actual: '"web"', matches: false },
        { field: 'body /job_id', expected: '"b"', actual: '"a"', matches: false },
      ]);
      expect((await send(mock, 'POST', PREPARE, json(request.body, request.headers))).status).to.equal(503);
    });

    it('shows twenty rules at most, and says how many there are', async () => {
      for (let index = 0; index < 30; index++) mock.on('prepareWork', { headers: { 'x-n': String(index) } }).fails('api_key.revoked');
      const { rules, meta } = await explain({ method: 'POST', url: PREPARE });
      expect([rules.length, meta.total]).to.deep.equal([20, 30]);
    });

    it('counts nothing and uses nothing up', async () => {
      mock.on('prepareWork').answers([503, 'ok']).during('10s').inScenario('outage', { is: 'Started', becomes: 'over' });
      const requests = mock.journal.total;
      const request = { method: 'POST', url: PREPARE };
      for (let times = 0; times < 3; times++) expect(await explain(request)).to.include({ answeredBy: 'script' });
      expect([mock.journal.total, mock.coverage().shown >= 0, requests]).to.deep.equal([requests, true, requests]);
      expect((await send(mock, 'POST', PREPARE)).status).to.equal(503);
      expect((await explain(request)).rules[0]?.fields).to.deep.include({
        field: 'scenario outage',
        expected: '"Started"',
        actual: '"over"',
        matches: false,
      });
    });

    it('refuses what it cannot use', async () => {
      const refused: readonly (readonly [body: unknown, why: RegExp])[] = [
        [[], /expected object/],
        ['{"url"', /not valid JSON/],
        [{}, /url/],
        [{ url: 'nowhere' }, /must be a path with its query, or a URL/],
        [{ url: '/', method: 'GET /' }, /must be a method such as POST/],
        [{ url: '/', headers: { a: 1 } }, /headers/],
        [{ url: '/', header: {} }, /Unrecognized key: "header"/],
        [{ url: `/${'x'.repeat(20_000)}` }, /16384/],
      ];
      for (const [body, why] of refused) {
        const answer = await post('/__admin/explain', body);
        expect([answer.status, answer.at('/type')], answer.text).to.deep.equal([400, 'failpath:admin-invalid-input']);
        expect(String(answer.at('/detail'))).to.match(why);
      }
    });
  });

  describe('an answer that nobody wanted names the nearest rules', () => {
    beforeEach(() => {
      mock
        .on('prepareWork', { headers: { 'x-client': 'ios' } })
        .named('down')
        .fails('common.service_unavailable');
      mock
        .onAny({ path: '/nowhere', headers: { 'x-client': 'ios' } })
        .named('stray')
        .responds({ status: 418 });
    });

    it('in the header and the journal, where no operation answers', async () => {
      const why = 'no operation has the path /nowhere; the nearest is rule "stray" (code), but header x-client is "web" and not "ios"';
      const { status, headers, body } = await send(mock, 'POST', '/nowhere', json({}, { 'x-client': 'web' }));
      expect([status, headers.get('x-failpath-why')]).to.deep.equal([404, why]);
      expect(body).to.not.have.property('rules');
      expect(mock.journal.entries(1)[0]?.why).to.equal(why);
    });

    it('in its own problem, where a choice cannot be met', async () => {
      const answer = await send(mock, 'POST', PREPARE, json({}, { prefer: 'error=no.such', 'x-client': 'web' }));
      expect(answer.at('/type')).to.equal('failpath:unknown-choice');
      expect(answer.headers.get('x-failpath-why')).to.equal(answer.at('/detail'));
      expect([answer.at('/rules/0/name'), answer.at('/rules/0/matches'), answer.at('/rules/0/fields/1')]).to.deep.equal([
        'down',
        false,
        { field: 'header x-client', expected: '"ios"', actual: '"web"', matches: false },
      ]);
    });

    it('but not what they expect to a web page, which anybody can make somebody open', async () => {
      const page = { origin: 'https://elsewhere.example', 'x-client': 'web' };
      const stray = await send(mock, 'POST', '/nowhere', json({}, page));
      expect(stray.headers.get('x-failpath-why')).to.match(/the nearest is rule "stray" \(code\), but header x-client differs$/);
      expect(mock.journal.entries(1)[0]?.why).to.contain('is "web" and not "ios"');
      const unmet = await send(mock, 'POST', PREPARE, json({}, { ...page, prefer: 'error=no.such' }));
      expect(unmet.at('/rules/0/fields/1')).to.deep.equal({ field: 'header x-client', matches: false });
    });

    it('and nothing else does', async () => {
      const { headers, body } = await send(mock, 'POST', PREPARE, json({}, { prefer: 'error=api_key.revoked' }));
      expect(headers.get('x-failpath-why')).to.equal('Prefer: error=api_key.revoked');
      expect(body).to.have.all.keys('error');
    });
  });

  describe('/__admin/rules', () => {
    const on = { on: 'prepareWork', fails: 'common.service_unavailable' };
    const listed = async (): Promise<unknown[]> => {
      const { body, at } = await send(mock, 'GET', '/__admin/rules');
      const { rules, meta } = body as { rules: { id: string }[]; meta: unknown };
      expect(meta).to.deep.equal({ total: rules.length });
      expect(at('/rules/0/stub')).to.equal(undefined);
      return rules.map(({ id }) => id);
    };

    it('takes one rule, a list and a script, and lists them', async () => {
      const one = await post('/__admin/rules', { ...on, name: 'mine' });
      expect([one.status, one.at('/rules/0/name'), one.at('/rules/0/source')]).to.deep.equal([201, 'mine', 'admin']);
      expect((await post('/__admin/rules', [on, { ...on, on: 'confirmWork' }])).at('/rules/1/match/on')).to.deep.equal('confirmWork');
      expect((await post('/__admin/rules', { rules: [on] })).status).to.equal(201);
      expect(await listed()).to.have.length(4);
      expect((await send(mock, 'POST', PREPARE)).status).to.equal(503);
    });

    it('removes one, and all', async () => {
      const { at } = await post('/__admin/rules', [on, on]);
      expect((await send(mock, 'DELETE', `/__admin/rules/${String(at('/rules/0/id'))}`)).status).to.equal(200);
      expect(await listed()).to.deep.equal([at('/rules/1/id')]);
      const unknown = await send(mock, 'DELETE', '/__admin/rules/none');
      expect([unknown.status, unknown.at('/detail')]).to.deep.equal([404, 'There is no rule "none".']);
      expect((await send(mock, 'DELETE', '/__admin/rules')).status).to.equal(200);
      expect(await listed()).to.deep.equal([]);
    });

    it('says where a rule is wrong and what is, and then adds none', async () => {
      const refused: readonly (readonly [body: unknown, detail: RegExp])[] = [
        [[on, { ...on, on: 'prepareWrk' }], /rules\[1\]\.on: no operation is called "prepareWrk"[^]+Did you mean prepareWork\?/],
        [{ ...on, fails: 'api_key.revokd' }, /rules\[0\]\.fails: [^]+api_key\.revoked/],
        [{ ...on, match: {} }, /rules\[0\]\.match: there is no member "match"/],
        [{ rules: 'all' }, /rules/],
        ['text', /not valid JSON|no rule/],
        [null, /no rule/],
      ];
      for (const [body, detail] of refused) {
        const answer = await post('/__admin/rules', body);
        expect([answer.status, answer.at('/type')], answer.text).to.deep.equal([400, 'failpath:admin-invalid-input']);
        expect(String(answer.at('/detail'))).to.match(detail);
      }
      expect(await listed()).to.deep.equal([]);
    });

    it('holds so many rules and no more: several or none', async () => {
      const rule = { on: 'prepareWork', passes: true };
      const most = Array.from({ length: 9_999 }, () => rule);
      expect((await post('/__admin/rules', most)).status).to.equal(201);
      const beyond = await post('/__admin/rules', [rule, rule]);
      expect([beyond.status, beyond.at('/remedy')]).to.deep.equal([400, 'Remove rules with DELETE /__admin/rules.']);
      expect(String(beyond.at('/detail'))).to.match(/10,?000/);
      expect(await listed()).to.have.length(9_999);
    }).timeout(10_000);

    it('is emptied by a reset', async () => {
      await post('/__admin/rules', on);
      await send(mock, 'POST', '/__admin/reset');
      expect(await listed()).to.deep.equal([]);
    });
  });
});
