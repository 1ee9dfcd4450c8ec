import { expect } from 'chai';
import {
  createPlan,
  prepareProbes,
  prepareRun,
  run,
  type ProbeLine,
  type ProbeSuite,
  type RunEvent,
  type RunOptions,
} from '../../contracts/index.js';
import { answer, refusal, toyContract, toyDeployment, toySuite } from '../contracts/support.js';
import { ALL, down, silent, toyApi, unavailable, want, type Reply } from '../contracts/toy-api.js';

const GROUNDS = { basis: 'reading', source: 'the toy says so' } as const;
const REVOKED = { code: 'key.revoked', cause: 'revoked' };
const EXISTS = { code: 'thing.exists', cause: 'same name' };

const stranger = { identity: 'stranger', code: 'key.revoked', ...GROUNDS, when: want('stranger') };
const IDENTITIES: ProbeSuite['identities'] = {
  key: [
    { identity: 'none', code: 'key.missing', line: 'none', ...GROUNDS },
    { identity: 'active', code: null, ...GROUNDS },
    stranger,
    { identity: 'admin', code: 'thing.forbidden', ...GROUNDS, when: want('admin') },
  ],
};
const PAIR = { operation: 'makeThing', first: REVOKED, over: EXISTS, ...GROUNDS, when: want('both') };

const REFUSALS: Readonly<Record<string, () => ReturnType<typeof refusal>>> = {
  stranger: () => refusal(403, 'key.revoked'),
  admin: () => refusal(403, 'thing.forbidden'),
  both: () => refusal(403, 'key.revoked'),
};
const rightly: Reply = (request) => REFUSALS[request.headers['x-want'] ?? '']?.();
const when =
  (name: string, reply: () => ReturnType<typeof answer> | undefined): Reply =>
  (request) =>
    request.headers['x-want'] === name ? reply() : rightly(request);

interface Toy {
  readonly events: RunEvent[];
  readonly probes: readonly ProbeLine[];
  /** What was sent after the last path. */
  readonly sent: readonly string[];
  of(name: string): ProbeLine;
}

async function probeToy(
  probes: Partial<ProbeSuite>,
  reply: Reply = rightly,
  options: Partial<RunOptions> & Partial<Parameters<typeof toyDeployment>[0]> & { paths?: typeof ALL } = {},
): Promise<Toy> {
  const { paths = ALL, capabilities, sessions } = options;
  const transport = toyApi(reply);
  const suite = toySuite(paths, { probes: { identities: {}, precedence: [], ...probes } });
  const deployment = toyDeployment({
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(sessions === undefined ? {} : { sessions }),
  });
  const plan = createPlan(await toyContract(), suite, deployment);
  const events: RunEvent[] = [];
  let before = 0;
  for await (const event of run(plan, { transport, concurrency: 1, run: 'abc123', probes: true, ...options })) {
    events.push(event);
    if (event.type === 'path-finished') before = transport.requests.length;
  }
  const lines = events.flatMap((event) => (event.type === 'probe-finished' ? [event.line] : []));
  const sent = transport.requests.slice(before).map(({ headers, method }) => headers['x-want'] ?? method);
  return {
    events,
    probes: lines,
    sent,
    of: (name) => {
      const found = lines.find(({ probe }) => probe.name.startsWith(name) && probe.operation.id === 'makeThing');
      if (found === undefined) throw new Error(`there is no probe ${name}`);
      return found;
    },
  };
}

describe('identities', () => {
  it('knock with one request that is ready, one after the other, and whoever may comes last', async () => {
    const { probes, sent, of } = await probeToy({ identities: IDENTITIES });
    expect(sent).to.deep.equal(['stranger', 'admin', 'POST']);
    expect(probes.filter(({ probe }) => probe.operation.id === 'makeThing').map(({ outcome }) => outcome)).to.deep.equal(
      Array.from({ length: 4 }, () => 'verified'),
    );
    expect(of('stranger').evidence).to.deep.include({ trigger: 'real cause', control: { status: 201, code: null } });
    expect(of('admin').evidence.requests.map(({ phase, code }) => [phase, code])).to.deep.equal([
      ['when', 'thing.forbidden'],
      ['control', null],
    ]);
    expect(of('admin').repro).to.contain('# makeThing 403 thing.forbidden (admin)').and.not.contain('stranger');
  });

  it('take from a line what it has shown, and from control twins that whoever may is let in', async () => {
    const { of } = await probeToy({ identities: IDENTITIES });
    expect(of('none').takenFrom).to.equal('makeThing key.missing (none)');
    expect(of('none').repro).to.contain('# makeThing 401 key.missing (none)');
    expect(of('active')).to.deep.include({ outcome: 'verified', observed: { status: 201, code: undefined } });
    expect(of('active').takenFrom).to.match(/^the control twin of makeThing key\.missing \(none\)$/);
  });

  it('have no cell for a code that the operation does not declare', async () => {
    const { probes } = await probeToy({ identities: IDENTITIES });
    const names = probes.filter(({ probe }) => probe.operation.id === 'removeThing').map(({ probe }) => probe.name);
    expect(names).to.deep.equal(['none', 'active']);
  });

  it('say nothing where whoever may is not let in either; but a flaw of the right refusal is one by itself', async () => {
    let begun = false;
    const { of } = await probeToy({ identities: IDENTITIES }, (request) => {
      if (request.headers['x-want'] === 'stranger') begun = true;
      if (request.headers['x-want'] === 'admin') return answer(403, { error: { code: 'thing.forbidden', message: 'No.' } });
      if (begun && request.headers['x-want'] === undefined) return refusal(409, 'thing.exists', { details: { id: '1' } });
      return rightly(request);
    });
    expect(of('stranger')).to.deep.include({
      outcome: 'setup-failed',
      reason: 'the same request by whoever may send it answered 409 thing.exists, not 201',
    });
    expect(of('stranger').evidence.control).to.deep.equal({ status: 409, code: 'thing.exists' });
    expect(of('admin').outcome).to.equal('violated');
  });

  it('who is let in is not-reached, and the next one gets a request that is not used up', async () => {
    const names = new Set<unknown>();
    const { of, sent } = await probeToy({ identities: IDENTITIES }, (request) => {
      if (['stranger', 'admin'].includes(request.headers['x-want'] ?? '')) names.add(request.body);
      return request.headers['x-want'] === 'stranger' ? answer(201, { id: '1' }) : rightly(request);
    });
    expect(of('stranger').outcome).to.equal('not-reached');
    expect(of('admin').outcome).to.equal('verified');
    expect(names.size).to.equal(2);
    expect(sent).to.deep.equal(['stranger', 'admin', 'POST']);
  });

  it('a proxy that answers is edge-intercepted, a refusal for another reason wrong-path', async () => {
    const { of } = await probeToy({ identities: IDENTITIES }, (request) => {
      if (request.headers['x-want'] === 'stranger') return answer(502, '<html>nginx</html>', { server: 'nginx' });
      return request.headers['x-want'] === 'admin' ? refusal(403, 'key.revoked') : rightly(request);
    });
    expect(of('stranger').outcome).to.equal('edge-intercepted');
    expect(of('admin').outcome).to.equal('wrong-path');
  });
});

const WAITS = /^it says nothing as long as makeThing (.+) is not proven \((.+)\)$/;

describe('two faults at once', () => {
  const judged: readonly [name: string, reply: () => ReturnType<typeof answer>, outcome: string, reason: RegExp][] = [
    ['the first is refused', () => refusal(403, 'key.revoked'), 'verified', /^$/],
    [
      'the other one is',
      () => refusal(409, 'thing.exists', { details: { id: '1' } }),
      'violated',
      /^409 thing\.exists fired before 403 key\.revoked; the order of refusal \(reading: the toy says so\) says 403 key\.revoked first$/,
    ],
    ['a third one is', () => refusal(403, 'thing.forbidden'), 'wrong-path', /^403 thing\.forbidden fired instead/],
    ['it succeeds', () => answer(201, { id: '1' }), 'not-reached', /^makeThing answered 201/],
    ['the first is refused with a flaw', () => answer(403, { error: { code: 'key.revoked', message: 'No.' } }), 'violated', /request_id/],
    [
      'the API is down for the moment',
      () => answer(503, JSON.parse(refusal(503, 'toy.down').text), { 'retry-after': '1' }),
      'setup-failed',
      /toy\.down, which passes/,
    ],
    [
      'a proxy answers',
      () => answer(502, '<html>nginx</html>', { server: 'nginx' }),
      'edge-intercepted',
      /did not come from the application/,
    ],
    ['nobody answers', silent, 'setup-failed', /got no answer/],
  ];
  for (const [name, reply, outcome, reason] of judged) {
    it(`${name}: ${outcome}`, async () => {
      const { probes } = await probeToy({ precedence: [PAIR] }, when('both', reply));
      expect(probes.map((line) => line.outcome)).to.deep.equal([outcome]);
      expect(probes[0]?.reason).to.match(reason);
    });
  }

  it('are made of the two paths: the first fault goes in last', async () => {
    const { when: _, ...pair } = PAIR;
    const { probes, sent } = await probeToy({ precedence: [pair] });
    expect(sent).to.deep.equal(['403 key.revoked']);
    expect(probes[0]?.evidence.requests.map(({ phase, status }) => [phase, status])).to.deep.equal([['when', 403]]);
    expect(probes[0]?.repro).to.contain('# makeThing 403 key.revoked (revoked, and at once thing.exists (same name))');
  });

  it('state that is shared is moved once everything else is ready, and put back', async () => {
    const both: ProbeSuite['precedence'] = [
      { operation: 'makeThing', first: { code: 'toy.down', cause: 'upstream down' }, over: EXISTS, ...GROUNDS },
    ];
    const { probes, sent } = await probeToy({ precedence: both }, unavailable, { paths: [...ALL, down] });
    expect(probes.map(({ outcome, reason }) => [outcome, reason])).to.deep.equal([['verified', '']]);
    expect(sent).to.deep.equal(['PUT', '503 toy.down', 'PUT']);
  });

  it('say nothing while one of them alone is not proven, and nothing is sent', async () => {
    const { probes, sent } = await probeToy({ precedence: [PAIR] }, (request) =>
      request.headers['x-want'] === '409 thing.exists' ? answer(201, { id: '1' }) : rightly(request),
    );
    expect(probes[0]?.outcome).to.equal('setup-failed');
    expect(WAITS.exec(probes[0]?.reason ?? '')?.slice(1)).to.deep.equal(['thing.exists (same name)', 'not-reached']);
    expect(sent).to.deep.equal([]);
  });

  it('where the first implies the other, the line of the first is the verdict', async () => {
    const { probes, sent } = await probeToy({ precedence: [{ ...PAIR, implied: true }] });
    expect(probes.map(({ outcome, takenFrom }) => [outcome, takenFrom])).to.deep.equal([['verified', 'makeThing key.revoked (revoked)']]);
    expect(sent).to.deep.equal([]);
  });

  it('are not sent where something is missing', async () => {
    const { probes, sent } = await probeToy({ precedence: [{ ...PAIR, needs: ['clock.advance'] }] });
    expect(probes.map(({ outcome }) => outcome)).to.deep.equal(['not-capable']);
    expect(probes[0]?.reason).to.match(/^clock\.advance missing: give capabilities\.clock\.advance/);
    expect(sent).to.deep.equal([]);
  });
});

describe('a run of probes', () => {
  it('passes on another try: flaky; and what fails again stays what it was', async () => {
    let tries = 0;
    const once = await probeToy(
      { precedence: [PAIR] },
      when('both', () => refusal(403, tries++ === 0 ? 'thing.forbidden' : 'key.revoked')),
      { reruns: 1 },
    );
    expect(once.probes.map(({ outcome }) => outcome)).to.deep.equal(['flaky']);
    expect(once.probes[0]?.reason).to.match(/^it passed only when it was run again; before that it was wrong-path: /);
    const never = await probeToy(
      { precedence: [PAIR] },
      when('both', () => refusal(403, 'thing.forbidden')),
      { reruns: 2 },
    );
    expect(never.probes.map(({ outcome }) => outcome)).to.deep.equal(['wrong-path']);
    expect(never.sent).to.deep.equal(['both', 'both', 'both']);
  });

  it('says of each that it is finished, out of how many', async () => {
    const { events } = await probeToy({ identities: IDENTITIES, precedence: [PAIR] });
    const counts = events.flatMap((event) => (event.type === 'probe-finished' ? [`${event.done}/${event.probes}`] : []));
    expect(counts).to.deep.equal(['1/7', '2/7', '3/7', '4/7', '5/7', '6/7', '7/7']);
    expect(events.findLastIndex(({ type }) => type === 'path-finished')).to.be.lessThan(
      events.findIndex(({ type }) => type === 'probe-finished'),
    );
  });

  it('sends nothing further once it is interrupted', async () => {
    const abort = new AbortController();
    const { probes, sent } = await probeToy(
      { identities: IDENTITIES },
      (request) => {
        if (request.headers['x-want'] === 'stranger') abort.abort();
        return rightly(request);
      },
      { signal: abort.signal },
    );
    expect(sent).to.deep.equal(['stranger']);
    for (const name of ['stranger', 'admin']) {
      const line = probes.find(({ probe }) => probe.name === name);
      expect(line, name).to.deep.include({ outcome: 'not-selected', reason: 'the run was interrupted' });
    }
  });

  it('is not part of a run that does not ask for it', async () => {
    const { probes, sent } = await probeToy({ identities: IDENTITIES }, rightly, { probes: false });
    expect({ probes, sent }).to.deep.equal({ probes: [], sent: [] });
  });

  it('a session that cannot be opened is told by every probe that would have been in it', async () => {
    const open = { method: 'POST', url: '/sessions', headers: {} };
    let opened = 0;
    const { probes } = await probeToy(
      { precedence: [PAIR] },
      (request) => {
        if (!request.url.endsWith('/sessions')) return rightly(request);
        return ++opened > ALL.length ? answer(500, {}) : answer(200, { id: 's1' });
      },
      { sessions: { open, id: '/id', header: 'x-session' } },
    );
    expect(probes.map(({ outcome }) => outcome)).to.deep.equal(['setup-failed']);
    expect(probes[0]?.reason).to.match(/^a session could not be opened/);
  });

  it('one by one, as test frameworks ask for them, it makes each visit once', async () => {
    const transport = toyApi(rightly);
    const plan = createPlan(await toyContract(), toySuite(ALL, { probes: { identities: IDENTITIES, precedence: [] } }), toyDeployment());
    const prepared = prepareRun(plan, { transport, run: 'abc123' });
    const ready = prepareProbes(plan, prepared, { lines: [] });
    const asked = ready.visits
      .flatMap((visit) => visit.probes.map(({ probe }) => probe))
      .filter(({ name }) => ['stranger', 'admin'].includes(name));
    const lines = await Promise.all(asked.map((probe) => ready.execute(probe)));
    expect(lines.map((line) => line?.outcome)).to.deep.equal(['verified', 'verified']);
    expect(transport.requests.map(({ headers }) => headers['x-want'])).to.deep.equal([undefined, 'stranger', 'admin', undefined]);
  });

  it('a pair of faults that no path leads to is a mistake in the suite', async () => {
    const wrong = { ...PAIR, first: { code: 'key.revoked', cause: 'stolen' } };
    let message = '';
    await probeToy({ precedence: [wrong] }).catch((error: unknown) => (message = (error as Error).message));
    expect(message).to.equal('the suite toy has no path makeThing key.revoked (stolen), which a pair of faults names');
  });
});
