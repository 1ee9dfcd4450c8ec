import { expect } from 'chai';
import type { CauseLine, Deployment, FailurePath, Suite, WireAnswer, WireRequest } from '../../contracts/index.js';
import { answer, CALL, refusal, runToy, toyDeployment, toySuite } from './support.js';
import { ALL, down, drive, faulty, PATHS, silent, toyApi, unavailable, type Reply } from './toy-api.js';

const checks = ({ discrepancies }: CauseLine): string[] => discrepancies.map(({ check }) => check);

/** Answers faulty requests one after the other; what is left out is answered as it should be. */
const inTurn = (...answers: readonly (WireAnswer | undefined)[]): Reply => {
  const left = [...answers];
  return (request) => (faulty(request) ? left.shift() : undefined);
};

describe('a line stands on', () => {
  it('every request that was made for it, in order', async () => {
    const { line } = await drive(PATHS.foreign);
    const { requests } = line.evidence;
    expect(requests.map(({ phase, label, method, status, code }) => [phase, label, method, status, code])).to.deep.equal([
      ['when', 'makeThing', 'POST', 403, 'thing.forbidden'],
      ['again', 'makeThing', 'POST', 403, 'thing.forbidden'],
      ['control', 'makeThing', 'POST', 201, null],
    ]);
    expect(requests.every(({ url, durationMs }) => url === 'http://toy.test/things' && durationMs >= 0)).to.equal(true);
    expect(new Set(requests.slice(0, 2).map(({ requestId }) => requestId)), 'each with an id of its own').to.have.length(2);
  });

  it('its control twin, and how the failure was brought about', async () => {
    expect((await drive(PATHS.foreign)).line.evidence).to.deep.include({ trigger: 'real cause', control: { status: 201, code: null } });
    const locked: Reply = (request) => (faulty(request) ? undefined : refusal(401, 'key.missing'));
    const { line } = await drive(PATHS.foreign, locked);
    expect(line.evidence.control).to.deep.equal({ status: 401, code: 'key.missing' });
  });

  it('a magic value, or having asked for it', async () => {
    const magic = toyDeployment({ capabilities: { 'upstream.fault': { magic: { headers: { 'x-down': '1' }, body: {} } } } });
    expect((await drive(down, unavailable, { deployment: magic })).line.evidence.trigger).to.equal('magic value');
    const asking = toyDeployment({ simulate: { headers: { 'x-want': '{{status}} {{code}}' }, query: {} } });
    const { line } = await runToy(toySuite([]), toyApi(), { deployment: asking });
    expect(line('foreign').evidence).to.deep.include({ trigger: 'simulated', control: null });
  });

  it('nothing, where nothing was sent', async () => {
    const { line } = await runToy(toySuite([]), toyApi());
    expect(line('foreign').evidence).to.deep.equal({ trigger: null, requests: [], control: null, notes: [] });
  });

  it('requests without an answer as well', async () => {
    const { line } = await drive(PATHS.foreign, (request) => (faulty(request) ? silent() : undefined));
    expect(line.evidence.requests.map(({ status }) => status)).to.deep.equal([null]);
  });

  it('what a path has noted, redacted', async () => {
    const noting: FailurePath = { ...PATHS.foreign, given: async (steps) => {
      steps.note('seen with active-token');
      return steps.scenario('makeThing');
    } }; // prettier-ignore
    expect((await drive(noting)).line.evidence.notes).to.deep.equal(['seen with $FAILPATH_ACTIVE']);
  });
});

describe('a refusal', () => {
  const table: readonly [what: string, again: WireAnswer, check: string, seen: RegExp][] = [
    ['that only happens once', answer(201, { id: '1' }), 'repeatable', /201/],
    ['that is another one the second time', refusal(409, 'thing.exists', { details: { id: '1' } }), 'repeatable', /409 thing\.exists/],
    ['that breaks down the second time', refusal(500, 'boom'), 'repeatable', /500 boom/],
  ];
  for (const [what, again, check, seen] of table) {
    it(`${what} is violated`, async () => {
      const { line } = await drive(PATHS.foreign, inTurn(undefined, again));
      expect([line.outcome, ...checks(line)]).to.deep.equal(['violated', check]);
      expect(line.reason).to.match(seen);
      expect(line.response, 'the second answer is what there is to see').to.match(new RegExp(`^HTTP ${again.status}`));
      expect(line.repro?.match(/403 thing\.forbidden$/gm), 'the script sends it twice, and says so').to.have.length(2);
    });
  }

  it('whose envelope is wrong the second time is violated as any other', async () => {
    const { line } = await drive(PATHS.foreign, inTurn(undefined, refusal(403, 'thing.forbidden', { message: '' })));
    expect([line.outcome, ...checks(line)]).to.deep.equal(['violated', 'message']);
  });

  it('is not asked for again once it is wrong', async () => {
    const { line, requests } = await drive(PATHS.foreign, inTurn(refusal(400, 'thing.forbidden')));
    expect([line.outcome, requests.filter(faulty).length]).to.deep.equal(['violated', 1]);
  });

  it('that uses up what it was given is violated', async () => {
    const spent = new Set<string>();
    const reply: Reply = (request) => {
      const body = JSON.stringify(request.body);
      if (faulty(request)) return void spent.add(body);
      return spent.has(body) ? refusal(409, 'thing.exists', { details: { id: '1' } }) : undefined;
    };
    const { line } = await drive(PATHS.foreign, reply);
    expect([line.outcome, ...checks(line)]).to.deep.equal(['violated', 'no-side-effect']);
    expect(line.reason).to.match(/changed nothing.*answered 409 thing\.exists/);
    expect(line.repro, 'the script goes on to the control twin').to.match(/# control: makeThing/);
  });

  it('at whose limit the twin is refused as well is violated, and the twin is what there is to see', async () => {
    const path: FailurePath = {
      ...PATHS.foreign,
      control: async (_, request) => ({ ...request, body: { name: 'just within' } }),
      boundary: 'a name that is just within',
    };
    const strict: Reply = (request) =>
      JSON.stringify(request.body ?? '').includes('just within') ? refusal(403, 'thing.forbidden') : undefined;
    const { line } = await drive(path, strict);
    expect([line.outcome, ...checks(line)]).to.deep.equal(['violated', 'boundary']);
    expect(line.reason).to.match(/a name that is just within is within the limit.*403 thing\.forbidden/);
    expect(line.evidence.control).to.deep.equal({ status: 403, code: 'thing.forbidden' });
    expect(line.evidence.requests.map(({ phase, status }) => [phase, status])).to.deep.equal([
      ['when', 403],
      ['again', 403],
      ['control', 403],
      ['fresh', 201],
    ]);
    expect(line.response).to.match(/^HTTP 403/);
    expect(line.repro, 'the script ends with the twin').to.match(/# control: makeThing\n.*just within[^#]*$/s);
  });

  it('that is followed by what the API says will pass is not blamed for it', async () => {
    const down = (): WireAnswer => unavailable({ method: 'POST', url: '', headers: { 'x-want': '503 toy.down' } }) as WireAnswer;
    const { line } = await drive(PATHS.foreign, inTurn(undefined, down()));
    expect(line.outcome).to.equal('setup-failed');
    expect(line.reason).to.equal('the same request once more was answered with 503 toy.down, which passes');
  });

  it('after which nothing succeeds any more is violated, if it did before', async () => {
    let broken = false;
    const reply: Reply = (request) => {
      if (request.headers['x-want'] === '409 thing.exists') broken = true;
      return !faulty(request) && broken ? refusal(401, 'key.missing') : undefined;
    };
    const alone: FailurePath = { ...PATHS.same, alone: true };
    const { line } = await runToy(toySuite([PATHS.foreign, alone]), toyApi(reply));
    expect(line('foreign').outcome).to.equal('verified');
    expect([line('same name').outcome, ...checks(line('same name'))]).to.deep.equal(['violated', 'recovery']);
  });

  it('is not blamed for what the API says will pass, nor for what has never succeeded', async () => {
    const down: Reply = (request) => (faulty(request) ? undefined : unavailable({ ...request, headers: { 'x-want': '503 toy.down' } }));
    expect((await drive(PATHS.foreign, down)).line.outcome).to.equal('setup-failed');
    const locked: Reply = (request) => (faulty(request) ? undefined : refusal(401, 'key.missing'));
    expect((await drive(PATHS.foreign, locked)).line.outcome).to.equal('setup-failed');
  });

  const traced = (kept: () => number): { suite: Partial<Suite> } => ({
    suite: {
      scenarios: {
        makeThing: {
          needs: [],
          given: async (steps) => ({ operation: 'makeThing', body: { name: steps.unique() } }),
          trace: async () => ({ things: kept() }),
        },
      },
    },
  });

  it('that leaves a trace is violated', async () => {
    let kept = 0;
    const reply: Reply = (request) => void (kept += faulty(request) ? 1 : 0);
    const { line } = await drive(PATHS.foreign, reply, traced(() => kept)); // prettier-ignore
    expect([line.outcome, ...checks(line)]).to.deep.equal(['violated', 'no-side-effect']);
    expect(line.reason).to.equal('after the refusal: expected {"things":0}, saw {"things":2}');
  });

  it('that leaves none is verified', async () => {
    expect((await drive(PATHS.foreign, undefined, traced(() => 3))).line.outcome).to.equal('verified'); // prettier-ignore
  });
});

describe('a control twin that a gateway has answered', () => {
  it('is the edge to blame, as where it answers anything else', async () => {
    const limited = answer(429, { message: 'API rate limit exceeded' }, { 'retry-after': '1' });
    const { line } = await drive(PATHS.foreign, (request) => (faulty(request) ? undefined : limited));
    expect(line.outcome).to.equal('edge-intercepted');
    expect(line.reason).to.match(/control twin.*429.*API rate limit exceeded.*Retry-After: 1.*--rate/);
  });
});

describe('a deployment that dies in the middle of a run', () => {
  it('is asked once more whether it is there, and then no more', async () => {
    let dead = false;
    const transport = toyApi((request) => {
      dead ||= faulty(request);
      return dead ? silent() : undefined;
    });
    const { lines } = await runToy(toySuite(ALL), transport, { concurrency: 1, reruns: 1 });
    const run = lines.filter(({ outcome }) => outcome !== 'not-capable');
    expect(run.map(({ outcome }) => outcome)).to.deep.equal(Array.from({ length: ALL.length }, () => 'setup-failed'));
    expect(
      run.filter(({ reason }) => /gives no answer/.test(reason)),
      'said of those that were not tried',
    ).to.have.length(ALL.length - 1);
    expect(transport.requests.filter(faulty)).to.have.length(1);
  });
});

describe('a path that is run again', () => {
  const outcomeOf = async (reply: Reply, reruns = 1): Promise<CauseLine> =>
    (await runToy(toySuite([PATHS.foreign]), toyApi(reply), { reruns })).line('foreign');

  it('and passes then is flaky, and keeps what it was first', async () => {
    const line = await outcomeOf(inTurn(refusal(500, 'boom')));
    expect(line.outcome).to.equal('flaky');
    expect(line.reason).to.match(/^it passed only when it was run again; before that it was violated: status: expected 403, saw 500/);
    expect(line.response).to.match(/^HTTP 500/);
  });

  it('after no answer is flaky too: a lost connection never counts as a pass', async () => {
    let lost = false;
    const line = await outcomeOf((request) => (faulty(request) && !lost ? ((lost = true), silent()) : undefined));
    expect(line.outcome).to.equal('flaky');
  });

  it('and fails again is what it was', async () => {
    expect((await outcomeOf((request) => (faulty(request) ? refusal(500, 'boom') : undefined))).outcome).to.equal('violated');
  });

  it('is run as often as asked for, and not at all by default', async () => {
    const twice = (): Reply => inTurn(refusal(500, 'boom'), refusal(500, 'boom'));
    expect((await outcomeOf(twice(), 2)).outcome).to.equal('flaky');
    expect((await outcomeOf(twice(), 1)).outcome).to.equal('violated');
    expect((await runToy(toySuite([PATHS.foreign]), toyApi(twice()))).line('foreign').outcome).to.equal('violated');
  });

  it('is not run again when it passed', async () => {
    const transport = toyApi();
    await runToy(toySuite([PATHS.foreign]), transport, { reruns: 5 });
    expect(transport.requests.filter(faulty)).to.have.length(2);
  });
});

describe('a deployment that offers sessions', () => {
  const offering = (members: Parameters<typeof toyDeployment>[0] = {}): Deployment =>
    toyDeployment({
      sessions: {
        open: { ...CALL, method: 'POST', url: '/sessions' },
        close: { ...CALL, method: 'DELETE', url: '/sessions/{{session}}' },
        id: '/session/id',
        header: 'x-session',
      },
      ...members,
    });
  let ids = 0;
  const worlds: Reply = (request) => {
    if (request.url.endsWith('/sessions')) return answer(201, { session: { id: `world-${++ids}` } });
    return request.url.includes('/sessions/') ? answer(204, undefined) : unavailable(request);
  };
  const sessionOf = ({ headers }: WireRequest): string => headers['x-session'] ?? 'none';

  it('has one per path, so that nothing needs a lane', async () => {
    const transport = toyApi(worlds);
    const { lines } = await runToy(toySuite([PATHS.foreign, PATHS.same, down]), transport, { deployment: offering() });
    expect(lines.filter(({ outcome }) => outcome === 'verified')).to.have.length(3);
    const own = transport.requests.filter(({ url }) => !url.includes('/sessions') && !url.endsWith('/'));
    expect(new Set(own.map(sessionOf)).size).to.equal(3);
    expect(own.map(sessionOf)).to.not.include('none');
    const [opened, closed] = ['POST', 'DELETE'].map((method) =>
      transport.requests.filter((request) => request.method === method && request.url.includes('/sessions')),
    );
    expect([opened?.length, closed?.length]).to.deep.equal([3, 3]);
  });

  it('is told to end them even when a path fails', async () => {
    const transport = toyApi((request) => (faulty(request) ? silent() : worlds(request)));
    await runToy(toySuite([PATHS.foreign]), transport, { deployment: offering() });
    expect(transport.requests.filter(({ method }) => method === 'DELETE')).to.have.length(1);
  });

  it('but does not open one leaves the path setup-failed, with its answer', async () => {
    const reply: Reply = (request) => (request.url.endsWith('/sessions') ? refusal(503, 'toy.down') : undefined);
    const { line } = await runToy(toySuite([PATHS.foreign]), toyApi(reply), { deployment: offering() });
    expect(line('foreign')).to.include({ outcome: 'setup-failed' });
    expect(line('foreign').reason).to.match(/session could not be opened: the answer was 503 toy\.down, without an id at \/session\/id/);
  });

  it('that cannot be ended is named', async () => {
    const reply: Reply = (request) => (request.method === 'DELETE' ? answer(500, undefined) : worlds(request));
    const { events } = await runToy(toySuite([PATHS.foreign]), toyApi(reply), { deployment: offering() });
    const named = events.flatMap((event) => (event.type === 'cleanup-failed' ? [event.what] : []));
    expect(named).to.have.length(1);
    expect(named[0]).to.match(/^session world-/);
  });

  it('is not part of the script: whoever runs it has a world of their own', async () => {
    const { line } = await runToy(toySuite([PATHS.foreign]), toyApi(worlds), { deployment: offering() });
    expect(line('foreign').repro).to.not.match(/x-session|world-/);
  });
});
