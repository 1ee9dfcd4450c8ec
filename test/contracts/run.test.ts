import { expect } from 'chai';
import type { FailurePath, WireAnswer, WireRequest } from '../../contracts/index.js';
import { answer, CALL, refusal, runToy, toyDeployment, toySuite, type FakeTransport } from './support.js';
import { ALL, down, PATHS, silent, toyApi, unavailable } from './toy-api.js';

const faults = (transport: FakeTransport): (string | undefined)[] =>
  transport.requests.filter(({ url }) => url.endsWith('/faults')).map(({ body }) => body as string);
const SET = '{"down":true}';
const RESTORE = '{"down":false}';

describe('a run', () => {
  it('says what happens as it happens', async () => {
    const { events } = await runToy(toySuite(ALL), toyApi());
    expect(events.map(({ type }) => type)).to.deep.equal(['started', ...Array<string>(9).fill('path-finished'), 'finished']);
    expect(events[0]).to.deep.equal({ type: 'started', run: 'abc123', url: 'http://toy.test', failures: 6, paths: 9 });
    expect(events.flatMap((event) => (event.type === 'path-finished' ? [[event.done, event.paths]] : []))).to.deep.equal(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((done) => [done, 9]),
    );
  });

  it('verifies what is refused as declared', async () => {
    const { lines, line } = await runToy(toySuite(ALL), toyApi());
    expect(lines.filter(({ outcome }) => outcome === 'verified').map(({ cause }) => cause)).to.have.members(ALL.map(({ cause }) => cause));
    expect(line('foreign')).to.deep.include({
      outcome: 'verified',
      reason: '',
      observed: { status: 403, code: 'thing.forbidden' },
      discrepancies: [],
      answered: true,
      response: undefined,
    });
    expect(line('foreign').requestId).to.match(/^req_/);
    expect(line('upstream down')).to.include({ outcome: 'not-capable', repro: undefined, requestId: undefined, answered: false });
  });

  it('never has more requests under way than paths at once', async () => {
    for (const concurrency of [1, 2, 5]) {
      const transport = toyApi();
      await runToy(toySuite(ALL), transport, { concurrency });
      expect(transport.most()).to.equal(concurrency);
    }
  });

  describe('of paths that move shared state', () => {
    const needing = (path: FailurePath, label: string): FailurePath => ({ ...path, needs: ['upstream.fault'], when: async (request, steps) => {
      await steps.change('upstream.fault');
      return { ...request, headers: { ...(await path.when?.(request, steps))?.headers, 'x-path': label } };
    } }); // prettier-ignore

    it('has them run after all others, one at a time', async () => {
      let [alone, others] = [0, 0];
      const transport = toyApi((request) => {
        if (request.url.endsWith('/faults')) {
          expect(others, 'parallel paths are done').to.equal(8);
          alone += request.body === SET ? 1 : -1;
          expect(alone, 'one at a time').to.be.within(0, 1);
        } else if (request.headers['x-want'] !== undefined)
          others += request.headers['x-path'] === undefined && request.headers['x-want'] !== '503 toy.down' ? 1 : 0;
        return unavailable(request);
      });
      const suite = toySuite([
        down,
        needing(PATHS.none, 'none'),
        PATHS.notBearer,
        needing(PATHS.revoked, 'revoked'),
        PATHS.foreign,
        PATHS.same,
        PATHS.otherCase,
      ]);
      const { lines } = await runToy(suite, transport);
      expect(lines.slice(-3).map(({ cause }) => cause)).to.deep.equal(['none', 'revoked', 'upstream down']);
      expect(lines.slice(-3).every(({ outcome }) => outcome === 'verified')).to.equal(true);
      expect(faults(transport)).to.deep.equal([SET, RESTORE, SET, RESTORE, SET, RESTORE]);
    });

    it('puts the state back before the control twin', async () => {
      const transport = toyApi(unavailable);
      const { line } = await runToy(toySuite([down]), transport);
      expect(line('upstream down').outcome).to.equal('verified');
      const order = transport.requests
        .slice(1)
        .map(({ url, body, headers }) => (url.endsWith('/faults') ? body : (headers['x-want'] ?? 'control')));
      expect(order).to.deep.equal([SET, '503 toy.down', '503 toy.down', RESTORE, 'control']);
    });

    const failures: Readonly<Record<string, [(request: WireRequest) => WireAnswer | undefined, outcome: string]>> = {
      'a wrong answer': [(request) => (request.headers['x-want'] === undefined ? undefined : refusal(500, 'boom')), 'violated'],
      'a success': [(request) => (request.headers['x-want'] === undefined ? undefined : answer(201, { id: '1' })), 'not-reached'],
      'no answer': [(request) => (request.headers['x-want'] === undefined ? undefined : silent()), 'setup-failed'],
      'a refused call': [(request) => (request.body === SET ? answer(500, undefined) : undefined), 'setup-failed'],
      'a call without an answer': [(request) => (request.body === SET ? silent() : undefined), 'setup-failed'],
      'a control twin that fails': [
        (request) => unavailable(request) ?? (request.method === 'POST' ? refusal(401, 'key.missing') : undefined),
        'setup-failed',
      ],
    };
    for (const [what, [reply, outcome]] of Object.entries(failures)) {
      it(`puts the state back after ${what}`, async () => {
        const transport = toyApi(reply);
        const { line } = await runToy(toySuite([down]), transport);
        expect(line('upstream down').outcome).to.equal(outcome);
        expect(faults(transport)).to.deep.equal([SET, RESTORE]);
      });
    }

    it('puts the state back after a mistake in the path, which is no outcome', async () => {
      const transport = toyApi();
      const mistaken: FailurePath = { ...down, when: async (_, steps) => {
        await steps.change('upstream.fault');
        throw new RangeError('a mistake');
      } }; // prettier-ignore
      const error = await runToy(toySuite([mistaken]), transport).catch((reason: unknown) => reason);
      expect(error).to.be.an.instanceOf(RangeError);
      expect(faults(transport)).to.deep.equal([SET, RESTORE]);
    });

    it('puts back every state that a path moved, the last one first, also when one resists', async () => {
      const way = (name: string): { set: typeof CALL & { body: unknown }; restore: typeof CALL & { body: unknown } } => ({
        set: { ...CALL, body: `set ${name}` },
        restore: { ...CALL, body: `restore ${name}` },
      });
      const deployment = toyDeployment({
        capabilities: { 'chain.fault': way('chain'), 'quota.set': way('quota'), 'upstream.fault': way('upstream') },
      });
      const transport = toyApi((request) => (request.body === '"restore quota"' ? answer(500, undefined) : unavailable(request)));
      const three: FailurePath = { ...down, needs: ['chain.fault', 'quota.set', 'upstream.fault'], when: async (request, steps) => {
        for (const capability of ['chain.fault', 'quota.set', 'upstream.fault'] as const) await steps.change(capability);
        return { ...request, headers: { 'x-want': '503 toy.down' } };
      } }; // prettier-ignore
      const { line } = await runToy(toySuite([three]), transport, { deployment });
      expect(faults(transport)).to.deep.equal([
        '"set chain"',
        '"set quota"',
        '"set upstream"',
        '"restore upstream"',
        '"restore quota"',
        '"restore chain"',
      ]);
      expect(line('upstream down')).to.include({
        outcome: 'setup-failed',
        reason:
          'quota.set could not be put back (quota.set was answered with 500 application/json): the deployment may still be in the state that the path set',
      });
    });

    it('keeps a finding although the state could not be put back, and says both', async () => {
      const transport = toyApi((request) =>
        request.body === RESTORE ? silent() : request.headers['x-want'] === undefined ? undefined : refusal(200, 'toy.down'),
      );
      const { line } = await runToy(toySuite([down]), transport);
      expect(line('upstream down').outcome).to.equal('violated');
      expect(line('upstream down').reason).to.match(
        /^status: expected 503, saw 200.*; upstream\.fault could not be put back \(upstream\.fault got no answer: silence\)/,
      );
    });
  });
});
