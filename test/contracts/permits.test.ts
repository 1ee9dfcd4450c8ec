import { expect } from 'chai';
import { createDeployment, createPermits, createPlan, prepareRun, type DeploymentFile, type WireRequest } from '../../contracts/index.js';
import { InputError } from '../../spec/index.js';
import { createResolver, missingOf } from '../../contracts/capabilities.js';
import { atsSuite, type Capability, type FailurePath, type Steps } from '../../contracts/index.js';
import { answer, atsContract, runToy, toyContract, toyDeployment, toySuite } from './support.js';
import { ALL, down, PATHS, toyApi, unavailable } from './toy-api.js';

const BASE = 'https://api.example.com/ats';
const ORG = '/v1/organizations/2f8c3c1e-6d0a-4a57-8f5e-1b7e90f3c6a4';
type Allow = NonNullable<DeploymentFile['allow']>;
const CLOCK = {
  set: { method: 'POST', url: '/test/clock?by={{seconds}}', headers: {} },
  restore: { method: 'DELETE', url: 'https://clock.example.com/{{organization}}', headers: {} },
};

const request = (method: string, url: string, body?: WireRequest['body']): WireRequest => ({
  method,
  url: url.startsWith('/') ? `${BASE}${url}` : url,
  headers: {},
  ...(body === undefined ? {} : { body }),
});
const why = async (asked: WireRequest, allow: Partial<Allow> | undefined, members: Partial<DeploymentFile> = {}): Promise<string> => {
  const all = allow === undefined ? {} : { allow: { hosts: [], writes: [], revocations: false, ...allow } };
  return createPermits(await atsContract(), createDeployment({ url: BASE, ...all, ...members }))(asked) ?? 'permitted';
};
const HERE = { hosts: ['api.example.com'] };

describe('what a deployment file permits', () => {
  it('is everything, where it says neither production nor allow', async () => {
    expect(await why(request('DELETE', 'http://elsewhere.test/'), undefined)).to.equal('permitted');
  });

  it('is nothing in production without an allow list', async () => {
    const asked = request('GET', `${ORG}/api-keys`);
    expect(await why(asked, undefined, { production: true })).to.equal(
      'the deployment file does not allow requests to api.example.com: name that host in allow.hosts',
    );
    expect(await why(asked, HERE, { production: true })).to.equal('permitted');
  });

  it('is what is named, also where production is not said', async () => {
    expect(await why(request('POST', `${ORG}/works/init`, '{}'), HERE)).to.equal(
      'the deployment file does not allow initWork: name it in allow.writes',
    );
  });

  it('names nothing that could not be written: what is misspelt is refused, with what was meant', async () => {
    const error = await why(request('GET', '/'), { ...HERE, writes: ['initwork', 'foo', 'upload', 'sessions', 'clock.advance'] }).catch(
      (reason: unknown) => reason,
    );
    const findings = error instanceof InputError ? error.findings : [];
    expect(findings.map(({ problem, what, remedy }) => [problem, /"(\w+)"/.exec(what)?.[1], remedy])).to.deep.equal([
      ['deployment-invalid', 'initwork', 'Did you mean initWork?'],
      ['deployment-invalid', 'foo', 'Name operations by their operationId: `failpath list` shows them.'],
    ]);
  });

  const TABLE: readonly [what: string, asked: WireRequest, allow: Partial<Allow>, says: RegExp][] = [
    ['a safe request to a named host', request('GET', `${ORG}/api-keys`), HERE, /^permitted$/],
    ['a handshake, which is a GET', request('GET', '/v1/ws/transactions/1'), HERE, /^permitted$/],
    ['HEAD', request('HEAD', '/'), HERE, /^permitted$/],
    ['a path that only begins like the base', request('POST', 'https://api.example.com/atsv1/organizations/1/works/init'), { ...HERE, writes: ['initWork'] }, /no operation of the contract/],
    ['a way out of the base', request('POST', `/..${ORG}/works/init`), { ...HERE, writes: ['initWork'] }, /no operation of the contract/],
    ['a host in other case', request('GET', 'https://API.example.com/ats/'), HERE, /^permitted$/],
    ['a host named in other case', request('GET', '/'), { hosts: ['API.Example.com'] }, /^permitted$/],
    ['a usual port that is named', request('GET', '/'), { hosts: ['api.example.com:443'] }, /^permitted$/],
    ['another port', request('GET', 'https://api.example.com:8443/'), HERE, /requests to api\.example\.com:8443: name that host/],
    ['another port that is named', request('GET', 'https://api.example.com:8443/'), { hosts: ['api.example.com:8443'] }, /^permitted$/],
    ['a host within a named one', request('GET', 'https://x.api.example.com/'), HERE, /requests to x\.api\.example\.com/],
    ['a host in the user part', request('GET', 'https://api.example.com@evil.test/'), HERE, /requests to evil\.test/],
    ['what is no URL', request('GET', 'nonsense'), HERE, /no URL/],
    ['an operation that is named', request('POST', `${ORG}/works/init`, '{}'), { ...HERE, writes: ['initWork'] }, /^permitted$/],
    ['an operation while another is named', request('POST', `${ORG}/works/confirm`, '{}'), { ...HERE, writes: ['initWork'] }, /does not allow confirmWork: name it/],
    ['an operation at another host', request('POST', `https://other.test/ats${ORG}/works/init`), { hosts: ['other.test'], writes: ['initWork'] }, /no operation of the contract/],
    ['an upload', request('PUT', 'https://storage.test/u/secret-signature', { bytes: 1 }), { hosts: ['storage.test'] }, /^the deployment file does not allow upload: name it in allow\.writes$/],
    ['an upload that is named', request('PUT', 'https://storage.test/u/1', { bytes: 1 }), { hosts: ['storage.test'], writes: ['upload'] }, /^permitted$/],
    ['an upload to a host that is not', request('PUT', 'https://storage.test/u/secret-signature', { bytes: 1 }), { ...HERE, writes: ['upload'] }, /^the deployment file does not allow requests to storage\.test: name that host in allow\.hosts$/],
    ['a PUT that is no upload', request('PUT', 'https://storage.test/u/1', 'x'), { hosts: ['storage.test'], writes: ['upload'] }, /cannot allow a PUT/],
    ['a revocation', request('DELETE', `${ORG}/api-keys/1`), { ...HERE, writes: ['revokeApiKey'] }, /does not allow revokeApiKey: set allow\.revocations: true/],
    ['a revocation that is allowed', request('DELETE', `${ORG}/api-keys/1`), { ...HERE, revocations: true }, /^permitted$/],
    ['a call of a capability', request('POST', '/test/clock?by=301', '{}'), HERE, /does not allow clock\.advance: name it in allow\.writes/],
    ['a call of a capability that is named', request('POST', '/test/clock?by=301', '{}'), { ...HERE, writes: ['clock.advance'] }, /^permitted$/],
    ['its way back, elsewhere', request('DELETE', 'https://clock.example.com/org-1'), { ...HERE, writes: ['clock.advance'] }, /requests to clock\.example\.com/],
    ['its way back, named', request('DELETE', 'https://clock.example.com/org-1'), { hosts: ['clock.example.com'], writes: ['clock.advance'] }, /^permitted$/],
    ['what only looks like its call', request('POST', '/test/clock/all?by=301', '{}'), { ...HERE, writes: ['clock.advance'] }, /cannot allow a POST/],
  ]; // prettier-ignore
  for (const [what, asked, allow, says] of TABLE) {
    it(`${what}: ${says.source.replaceAll(/[\\^$]/g, '')}`, async () => {
      const found = await why(asked, allow, { capabilities: { 'clock.advance': CLOCK } });
      expect(found).to.match(says).and.not.contain('secret-signature');
    });
  }
});

describe('capabilities that the permits bar', () => {
  const missing = (capability: Capability, allow: Partial<Allow>): string[] => {
    const deployment = createDeployment({
      url: BASE,
      organization: 'org',
      identities: { admin: { token: 'admin-token', public: false } },
      allow: { hosts: [], writes: [], revocations: false, ...allow },
      capabilities: { 'clock.advance': CLOCK },
    });
    return missingOf([capability], createResolver(deployment, atsSuite)).map(({ remedy }) => remedy);
  };
  it('say what to name', () => {
    expect(missing('clock.advance', {})).to.deep.equal(['name clock.advance in allow.writes']);
    expect(missing('clock.advance', { writes: ['clock.advance'] })).to.deep.equal([]);
    expect(missing('upload:1044', {})).to.deep.equal(['name upload in allow.writes']);
    expect(missing('upload:1044', { writes: ['upload'] })).to.deep.equal([]);
    expect(missing('key.create', {})).to.deep.equal(['set allow.revocations: true, since keys that are made are revoked']);
    expect(missing('key.create', { revocations: true })).to.deep.equal([]);
  });
});

describe('a run in production', () => {
  const production = (allow: Partial<Allow>): ReturnType<typeof toyDeployment> =>
    toyDeployment({ production: true, allow: { hosts: ['toy.test'], writes: [], revocations: false, ...allow } });

  it('sends no byte that is not permitted: each line is not-capable and names the permit', async () => {
    const transport = toyApi();
    const { lines } = await runToy(toySuite(ALL), transport, { deployment: production({}) });
    expect(transport.requests.map(({ method }) => method)).to.deep.equal(['GET']);
    const said = lines.filter(({ failure, cause }) =>
      ALL.some((path) => path.operation === failure.operation.id && path.code === failure.code && path.cause === cause),
    );
    expect(said.map(({ outcome, reason }) => `${outcome} ${reason}`)).to.deep.equal(
      Array<string>(6).fill('not-capable the deployment file does not allow makeThing: name it in allow.writes'),
    );
    expect(
      said.every(({ repro, answered }) => repro === undefined && !answered),
      'nothing was sent',
    ).to.equal(true);
  });

  it('opens sessions only where they are named', async () => {
    const sessions = { open: { method: 'POST', url: '/worlds', headers: {} }, id: '/id', header: 'x-world' };
    for (const [writes, opened] of [
      [['makeThing'], 0],
      [['makeThing', 'sessions'], 1],
    ] as const) {
      const transport = toyApi((asked) => (asked.url.endsWith('/worlds') ? answer(201, { id: 'world-1' }) : undefined));
      const allow = { hosts: ['toy.test'], writes: [...writes], revocations: false };
      const { line } = await runToy(toySuite([PATHS.foreign]), transport, { deployment: toyDeployment({ allow, sessions }) });
      expect(line('foreign').outcome).to.equal('verified');
      expect(transport.requests.filter(({ url }) => url.endsWith('/worlds'))).to.have.length(opened);
    }
  });

  it('loses no finding to a control twin that it may not send', async () => {
    const control: FailurePath = {
      ...PATHS.same,
      control: (steps, ready) => steps.call({ operation: 'removeThing', params: { id: '1' } }).then(() => ready),
    };
    const wrong = answer(409, { error: { code: 'thing.exists', message: 'No.' } });
    const transport = toyApi((asked) => (asked.headers['x-want'] === undefined ? undefined : wrong));
    const { line } = await runToy(toySuite([control]), transport, { deployment: production({ writes: ['makeThing'] }) });
    expect(line('same name').outcome).to.equal('violated');
  });

  it('asks nobody anything where not even the host is named', async () => {
    const transport = toyApi();
    const { lines } = await runToy(toySuite([PATHS.foreign]), transport, { deployment: production({ hosts: [] }) });
    expect(transport.requests).to.have.length(0);
    expect(lines.find(({ cause }) => cause === 'foreign')).to.include({
      outcome: 'not-capable',
      reason: 'the deployment file does not allow requests to toy.test: name that host in allow.hosts',
    });
  });

  it('proves what is named', async () => {
    const { lines } = await runToy(toySuite(ALL), toyApi(), { deployment: production({ writes: ['makeThing'] }) });
    expect(lines.filter(({ outcome }) => outcome === 'verified')).to.have.length(6);
  });

  it('says what the way to a path is lacking, be it before the fault or for the control twin', async () => {
    const other = { operation: 'removeThing', params: { id: '1' } };
    const before: FailurePath = { ...PATHS.foreign, given: (steps) => steps.call(other).then(() => steps.scenario('makeThing')) };
    const control: FailurePath = { ...PATHS.same, control: (steps, ready) => steps.call(other).then(() => ready) };
    const { line } = await runToy(toySuite([before, control]), toyApi(), { deployment: production({ writes: ['makeThing'] }) });
    for (const cause of ['foreign', 'same name'])
      expect(line(cause)).to.deep.include({
        outcome: 'not-capable',
        reason: 'the deployment file does not allow removeThing: set allow.revocations: true',
      });
  });

  it('moves no state that it may not put back', async () => {
    const capabilities: DeploymentFile['capabilities'] = {
      'upstream.fault': {
        set: { method: 'PUT', url: '/faults', headers: {} },
        restore: { method: 'PUT', url: 'http://elsewhere.test/faults', headers: {} },
      },
    };
    const transport = toyApi(unavailable);
    const deployment = toyDeployment({
      allow: { hosts: ['toy.test'], writes: ['makeThing', 'upstream.fault'], revocations: false },
      capabilities,
    });
    const { line } = await runToy(toySuite([down]), transport, { deployment });
    expect(line('upstream down')).to.include({
      outcome: 'not-capable',
      reason: 'the deployment file does not allow requests to elsewhere.test: name that host in allow.hosts',
    });
    expect(transport.requests.filter(({ method }) => method === 'PUT')).to.deep.equal([]);
  });

  it('cleans up, and removes leftovers, only where it may', async () => {
    const undo = async (steps: Steps): Promise<void> => void (await steps.call({ operation: 'removeThing', params: { id: '1' } }));
    const suite = toySuite([PATHS.foreign], {
      created: (_, { status }, steps) => (status === 201 ? { what: 'thing 1', undo: () => undo(steps) } : undefined),
      leftovers: (steps) => Promise.resolve([{ what: 'thing 0', remove: () => undo(steps) }]),
    });
    const transport = toyApi();
    const { events } = await runToy(suite, transport, { deployment: production({ writes: ['makeThing'] }), removeLeftovers: true });
    const failed = events.flatMap((event) => (event.type === 'cleanup-failed' ? [`${event.what}: ${event.why}`] : []));
    const reason = 'the deployment file does not allow removeThing: set allow.revocations: true';
    expect(failed).to.deep.equal([`thing 0: ${reason}`, `thing 1: ${reason}`]);
    expect(transport.requests.filter(({ method }) => method === 'DELETE')).to.deep.equal([]);
  });

  it('is bound wherever a run is prepared: by the runner, by mocha, for webhooks', async () => {
    const transport = toyApi(() => answer(200, {}));
    const plan = createPlan(await toyContract(), toySuite([]), production({}));
    const { context } = prepareRun(plan, { transport });
    const error = await context.transport.send(request('POST', 'http://toy.test/things')).catch((reason: unknown) => reason);
    expect((error as Error).message).to.equal('the deployment file does not allow makeThing: name it in allow.writes');
    expect(transport.requests).to.deep.equal([]);
  });
});
