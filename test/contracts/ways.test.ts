import { expect } from 'chai';
import {
  SetupFailed,
  type CauseLine,
  type Deployment,
  type DeploymentFile,
  type FailurePath,
  type SharedState,
  type WireRequest,
} from '../../contracts/index.js';
import { answer, CALL, refusal, runToy, toyDeployment, toySuite } from './support.js';
import { drive, faulty, PATHS, toyApi, want, type Reply } from './toy-api.js';

/** A path that moves the state of a capability, and expects `thing.forbidden`. */
const moving = (capability: SharedState, parameters?: Readonly<Record<string, unknown>>): FailurePath => ({
  ...PATHS.foreign,
  needs: [capability],
  when: async (request, steps) => {
    await steps.change(capability, parameters);
    return { ...request, headers: { 'x-want': '403 thing.forbidden' } };
  },
});
const withCapabilities = (capabilities: DeploymentFile['capabilities']): { deployment: Deployment } => ({
  deployment: toyDeployment({ capabilities }),
});

describe('shared state', () => {
  it('is moved by a call with its parameters filled in, each with its own type', async () => {
    const set = {
      method: 'POST',
      url: '/admin/{{organization}}/clock?by={{seconds}}',
      headers: { 'x-network': '{{network}}' },
      body: { seconds: '{{seconds}}', text: 'by {{seconds}} s', list: ['{{organization}}', 1], nothing: null },
    };
    const { requests } = await drive(moving('clock.advance', { seconds: 301 }), undefined, withCapabilities({ 'clock.advance': { set } }));
    expect(requests[0]).to.deep.equal({
      method: 'POST',
      url: 'http://toy.test/admin/org/clock?by=301',
      headers: { 'content-type': 'application/json', 'x-network': 'testnet' },
      body: '{"seconds":301,"text":"by 301 s","list":["org",1],"nothing":null}',
    });
  });

  it('may be elsewhere than the deployment, and needs no body', async () => {
    const { requests } = await drive(
      moving('chain.fault'),
      (request) => (request.url.startsWith('http://admin.test') ? answer(204, undefined) : undefined),
      withCapabilities({ 'chain.fault': { set: { method: 'POST', url: 'http://admin.test/chain', headers: {} } } }),
    );
    expect(requests[0]).to.deep.equal({ method: 'POST', url: 'http://admin.test/chain', headers: {} });
  });

  it('is relative to the whole base URL, with or without a slash', async () => {
    for (const url of ['admin/x', '/admin/x']) {
      const deployment = toyDeployment({ url: 'http://toy.test/base/', capabilities: { 'chain.fault': { set: { ...CALL, url } } } });
      const { requests } = await drive(moving('chain.fault'), (request) => (request.method === 'PUT' ? answer(200, {}) : undefined), {
        deployment,
      });
      expect(requests[0]?.url).to.equal('http://toy.test/base/admin/x');
    }
  });

  describe('by a magic value', () => {
    const magic = (members: Readonly<Record<string, unknown>>): { deployment: Deployment } =>
      withCapabilities({ 'chain.fault': { magic: { headers: {}, body: {}, ...members } } });

    it('is graded as simulated, and pretended only for the faulty request', async () => {
      const { line, requests } = await drive(
        moving('chain.fault'),
        undefined,
        magic({ headers: { 'x-magic': 'refuse' }, body: { name: 'REFUSE' } }),
      );
      expect(line).to.include({ outcome: 'simulated' });
      expect(line.reason).to.match(/chosen at the API's edge/);
      expect(requests.map(({ headers }) => headers['x-magic'])).to.deep.equal(['refuse', 'refuse', undefined]);
      expect(requests[0]?.body).to.equal('{"name":"REFUSE"}');
      expect(requests[2]?.body).to.not.contain('REFUSE');
    });

    it('may stand in an earlier request, and not in that of the control twin', async () => {
      const path: FailurePath = {
        operation: 'removeThing', code: 'key.missing', cause: 'none', needs: ['chain.fault'],
        given: async (steps) => {
          await steps.change('chain.fault');
          await steps.call({ operation: 'makeThing', body: {} });
          return { operation: 'removeThing', params: { id: '1' }, headers: { 'x-want': '401 key.missing' } };
        },
        control: async (steps, { headers: _, ...request }) => {
          await steps.call({ operation: 'makeThing', body: {} });
          return request;
        },
      }; // prettier-ignore
      const { line, requests } = await drive(path, undefined, magic({ operation: 'makeThing', headers: { 'x-magic': 'refuse' } }));
      expect(line.outcome).to.equal('simulated');
      expect(requests.map(({ method, headers }) => [method, headers['x-magic']])).to.deep.equal([
        ['POST', 'refuse'],
        ['DELETE', undefined],
        ['DELETE', undefined],
        ['POST', undefined],
        ['DELETE', undefined],
      ]);
    });

    it('that is ignored proves nothing, for or against', async () => {
      const { line } = await drive(
        moving('chain.fault'),
        (request) => (faulty(request) ? answer(201, { id: '1' }) : undefined),
        magic({ headers: { 'x-magic': 'refuse' } }),
      );
      expect(line).to.include({
        outcome: 'setup-failed',
        reason: 'the magic value was ignored: makeThing answered 201: the request succeeded where it must be refused',
      });
    });

    it('that is answered wrongly is a finding', async () => {
      const { line } = await drive(
        moving('chain.fault'),
        (request) => (faulty(request) ? refusal(400, 'thing.forbidden') : undefined),
        magic({ headers: { 'x-magic': 'refuse' } }),
      );
      expect(line.outcome).to.equal('violated');
    });
  });
});

describe('a failure that is asked for', () => {
  const simulate = { headers: { prefer: 'code={{status}}, example={{example}}', 'x-unknown': 'a' }, query: { fail: '{{code}}' } };
  const asked = async (reply: Reply, cause = 'foreign'): Promise<{ line: CauseLine; requests: WireRequest[] }> => {
    const transport = toyApi(reply);
    const { line } = await runToy(toySuite([]), transport, { deployment: toyDeployment({ simulate }) });
    const index = transport.requests.findIndex(({ url }) => url.includes(`fail=${line(cause).failure.code}`));
    return { line: line(cause), requests: transport.requests.slice(index, index + 1) };
  };
  const forbidden: Reply = ({ url }) => (url.includes('fail=') ? refusal(403, 'thing.forbidden') : undefined);

  it("is the contract's example, with the deployment's way to ask", async () => {
    const { line, requests } = await asked(forbidden);
    expect(line).to.include({
      outcome: 'simulated',
      reason: "the answer was chosen at the API's edge: the envelope is proven, the check behind it is not",
    });
    expect(requests).to.deep.equal([
      {
        method: 'POST',
        url: 'http://toy.test/things?fail=thing.forbidden',
        headers: {
          accept: 'application/json',
          authorization: 'Bearer active-token',
          'content-type': 'application/json',
          prefer: 'code=403, example=thing.forbidden',
          'x-unknown': 'a',
        },
        body: '{"name":"pot"}',
      },
    ]);
  });

  it('and comes wrong, is a finding', async () => {
    const { line } = await asked(({ url }) => (url.includes('fail=') ? refusal(400, 'thing.forbidden') : undefined));
    expect(line).to.include({ outcome: 'violated' });
  });

  for (const [what, reply, shown] of [
    ['another failure', refusal(401, 'key.missing'), '401 key.missing'],
    ['a success', answer(201, { id: '1' }), '201 application/json'],
    [
      'a problem of its own',
      answer(501, { title: 'unknown choice' }, { 'content-type': 'application/problem+json' }),
      '501 application/problem+json',
    ],
  ] as const) {
    it(`and is answered with ${what}, is unproven: asking did not work`, async () => {
      const { line } = await asked(({ url }) => (url.includes('fail=') ? reply : undefined));
      expect(line).to.include({
        outcome: 'setup-failed',
        reason: `this deployment's way to ask for a failure (simulate) was answered with ${shown}`,
      });
    });
  }

  it('and is answered by a proxy, is just that', async () => {
    expect((await asked(({ url }) => (url.includes('fail=') ? answer(502, '') : undefined))).line.outcome).to.equal('edge-intercepted');
  });
});

describe('what sequences make', () => {
  const using = (path: FailurePath): FailurePath => ({
    ...path,
    needs: ['identity:readOnly'],
    when: async (request, steps) => ({
      ...(await want(`${path.code === 'thing.exists' ? 409 : 403} ${path.code}`)(request, steps)),
      as: await steps.identity('readOnly'),
    }),
  });
  const paths = [using(PATHS.foreign), using(PATHS.same), using(PATHS.otherCase), using(PATHS.revoked)];

  it('is made once for all paths, and is part of the story of each', async () => {
    let made = 0;
    const transport = toyApi();
    const suite = toySuite(paths, {
      sequences: {
        'identity:readOnly': {
          needs: [],
          run: async (steps) => {
            await steps.call({ operation: 'makeThing', body: { name: 'the-read-only-key' } });
            return { name: 'readOnly', value: `made-token-${++made}` };
          },
        },
      },
    });
    const { lines } = await runToy(suite, transport);
    const proven = lines.filter(({ outcome }) => outcome === 'verified');
    expect([proven.length, made]).to.deep.equal([4, 1]);
    for (const { repro } of proven) expect(repro).to.contain('the-read-only-key');
    expect(
      transport.requests.filter(({ headers }) => headers['authorization'] === 'Bearer made-token-1'),
      'each of them twice',
    ).to.have.length(8);
  });

  it('is tried again for the next path when it failed', async () => {
    let tries = 0;
    const suite = toySuite(paths, {
      sequences: {
        'identity:readOnly': {
          needs: [],
          run: () =>
            ++tries < 3
              ? Promise.reject(new SetupFailed(`try ${tries} failed`))
              : Promise.resolve({ name: 'readOnly', value: 'made-token' }),
        },
      },
    });
    const { lines } = await runToy(suite, toyApi(), { concurrency: 1 });
    const outcomes = lines.filter(({ outcome }) => outcome !== 'not-capable').map(({ outcome, reason }) => `${outcome} ${reason}`.trim());
    expect(outcomes.sort()).to.deep.equal(['setup-failed try 1 failed', 'setup-failed try 2 failed', 'verified', 'verified']);
  });

  it('may be a work, or whatever else has a name', async () => {
    const path: FailurePath = {
      ...PATHS.foreign,
      needs: ['work.own'],
      when: async (request, steps) => ({
        ...request,
        body: { work: await steps.provide('work.own') },
        headers: { 'x-want': '403 thing.forbidden' },
      }),
    };
    const { requests } = await drive(path, undefined, {
      suite: { sequences: { 'work.own': { needs: [], run: () => Promise.resolve('1001') } } },
    });
    expect(requests[0]?.body).to.equal('{"work":"1001"}');
  });
});
