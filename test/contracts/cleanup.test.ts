import { expect } from 'chai';
import { startMock } from '../../mocks/index.js';
import {
  atsSuite,
  createDeployment,
  createPlan,
  createRedactor,
  createTransport,
  run,
  SetupFailed,
  TransportError,
  type FailurePath,
  type Suite,
  type Transport,
} from '../../contracts/index.js';
import { answer, atsContract, fakeTransport, runToy, toyContract, toyDeployment, toySuite } from './support.js';
import { ALL, PATHS, silent, toyApi } from './toy-api.js';

describe('a run that creates things', () => {
  describe('that take places', () => {
    /** Paths that create something and hold it until their end. */
    const minting = (path: FailurePath): FailurePath => ({ ...path, needs: ['key.create'] });
    const suite = (
      paths: readonly FailurePath[],
      places: number,
      members: Partial<Suite> = {},
    ): { suite: Suite; most: () => number; undone: string[] } => {
      let [held, most, made] = [0, 0, 0];
      const undone: string[] = [];
      return {
        most: () => most,
        undone,
        suite: toySuite(paths, {
          keyPlaces: () => Promise.resolve(places),
          created: (operation, { status }) => {
            if (operation !== 'makeThing' || status !== 201) return undefined;
            most = Math.max(most, ++held);
            const what = `thing ${++made}`;
            return { what, undo: async () => {
              await new Promise(setImmediate);
              held -= 1;
              undone.push(what);
            } }; // prettier-ignore
          },
          ...members,
        }),
      };
    };

    it('holds no more of them at a time than there are places', async () => {
      for (const places of [1, 2]) {
        const watched = suite(ALL.map(minting), places);
        await runToy(watched.suite, toyApi(), { concurrency: 6 });
        expect(watched.most(), `${places} places`).to.equal(places);
        expect(watched.undone).to.have.length(6);
      }
    });

    it('goes on one at a time when there is no place, or nobody can say', async () => {
      const full = suite(ALL.map(minting), -3);
      await runToy(full.suite, toyApi(), { concurrency: 6 });
      expect(full.most()).to.equal(1);
      const unknown = suite(ALL.map(minting), 0, {
        keyPlaces: async (steps) =>
          Number((await steps.call({ operation: 'makeThing', as: null, headers: { 'x-want': '401 key.missing' } }))['x']),
      });
      await runToy(unknown.suite, toyApi(), { concurrency: 6 });
      expect(unknown.most()).to.equal(1);
    });

    it('keeps places for the identities that it makes for all paths', async () => {
      const watched = suite(
        ALL.map((path) => ({ ...minting(path), needs: ['key.create', 'identity:readOnly'] as const })),
        3,
        {
          sequences: {
            'identity:readOnly': { needs: [], run: () => Promise.resolve({ name: 'readOnly', value: 'made-token', organization: 'org' }) },
          },
        },
      );
      await runToy(watched.suite, toyApi(), { concurrency: 6 });
      expect(watched.most()).to.equal(2);
    });
  });

  describe('removes them', () => {
    const creating = (undo: () => Promise<void>, members: Partial<Suite> = {}): Suite =>
      toySuite(ALL, {
        created: (operation, { status }) =>
          operation === 'makeThing' && status === 201 ? { what: 'thing secret-token-1', undo } : undefined,
        ...members,
      });

    it('after paths that fail', async () => {
      let undone = 0;
      const transport = toyApi((request) => (request.headers['x-want'] === undefined ? undefined : answer(201, { id: '2' })));
      const { lines } = await runToy(
        creating(async () => void (undone += 1)),
        transport,
      );
      expect(lines.filter(({ outcome }) => outcome === 'not-reached')).to.have.length(6);
      expect(undone, 'what was made where it must be refused, and by the control twins').to.equal(12);
    });

    it('when whoever listens leaves, and begins nothing else', async () => {
      let undone = 0;
      const transport = toyApi();
      const suite = creating(async () => void (undone += 1));
      for await (const event of run(createPlan(await toyContract(), suite, toyDeployment()), { transport, concurrency: 2 }))
        if (event.type === 'path-finished') break;
      const made = transport.requests.filter(({ method, headers }) => method === 'POST' && headers['x-want'] === undefined).length;
      expect(undone).to.equal(made).and.to.be.within(1, 3);
    });

    it('when it is aborted, and says which paths were not run', async () => {
      let undone = 0;
      const abort = new AbortController();
      const transport = toyApi((request) => {
        if (request.headers['x-want'] === '403 thing.forbidden') abort.abort();
        return undefined;
      });
      const suite = creating(async () => void (undone += 1));
      const { lines, events } = await runToy(suite, transport, { concurrency: 1, signal: abort.signal });
      expect(
        lines.map(({ outcome, reason }) => `${outcome} ${reason}`).filter((line) => line === 'not-selected the run was interrupted'),
      ).to.have.length(2);
      expect(lines.filter(({ outcome }) => outcome === 'verified')).to.have.length(4);
      expect(undone).to.equal(4);
      expect(events.at(-1)?.type).to.equal('finished');
    });

    it('once more at its end where they resisted, and reports what stays', async () => {
      const tries: string[] = [];
      const redactor = createRedactor();
      redactor.add('secret-name-1', 'NAME');
      const suite = toySuite([PATHS.foreign, PATHS.same], {
        created: (_, { status }, { deployment }) => ({
          what: `thing secret-name-1 of ${deployment.url}`,
          undo: () => {
            tries.push(`try ${status}`);
            return tries.length === 2 ? Promise.resolve() : Promise.reject(new SetupFailed('secret-name-1 stays'));
          },
        }),
      });
      const { events, lines } = await runToy(suite, toyApi(), { concurrency: 1, redactor });
      expect(
        lines.filter(({ outcome }) => outcome === 'verified'),
        'the lines are proven all the same',
      ).to.have.length(2);
      expect(tries).to.have.length(3);
      expect(events.filter(({ type }) => type === 'cleanup-failed')).to.deep.equal([
        {
          type: 'cleanup-failed',
          what: 'thing $NAME of http://toy.test',
          why: '$NAME stays',
          remedy: 'Remove it by hand, or run verify with --remove-leftovers.',
        },
      ]);
    });

    it('also where a sequence failed after it had created something', async () => {
      let undone = 0;
      const suite = toySuite([{ ...PATHS.revoked, needs: ['identity:revoked'], when: async (request, steps) => ({ ...request, as: await steps.identity('revoked') }) }], {
        created: (_, { status }) => (status === 201 ? { what: 'thing', undo: async () => void (undone += 1) } : undefined),
        sequences: {
          'identity:revoked': { needs: [], run: async (steps) => {
            await steps.call({ operation: 'makeThing' });
            await steps.call({ operation: 'makeThing', headers: { 'x-want': '409 thing.exists' } });
            return { name: 'revoked', value: 'never-made' };
          } },
        },
      }); // prettier-ignore
      const { line } = await runToy(suite, toyApi());
      expect(line('revoked')).to.include({
        outcome: 'setup-failed',
        reason: 'makeThing answered 409 thing.exists, not 201',
        answered: true,
      });
      expect(line('revoked').repro, 'what the sequence sent is part of the story').to.contain('x-want: 409 thing.exists');
      expect(undone).to.equal(1);
    });
  });
});

describe('a run whose deployment dies', () => {
  const made = (): { suite: Suite; tries: string[] } => {
    const tries: string[] = [];
    let things = 0;
    return {
      tries,
      suite: toySuite(ALL, {
        created: (operation, { status }, steps) => {
          if (operation !== 'makeThing' || status !== 201) return undefined;
          const what = `thing ${++things}`;
          return { what, undo: async () => (tries.push(what), void (await steps.call({ operation: 'removeThing', params: { id: '1' } }))) };
        },
      }),
    };
  };

  it('asks it no more than twice in a row, and names everything that stays', async () => {
    const { suite, tries } = made();
    let dead = false;
    const transport = toyApi((request) => {
      dead ||= request.method === 'DELETE';
      return dead ? silent() : undefined;
    });
    const { events } = await runToy(suite, transport, { concurrency: 6 });
    const failed = events.flatMap((event) => (event.type === 'cleanup-failed' ? [event] : []));
    const ofPaths = new Set(tries);
    expect(new Set(failed.filter(({ what }) => what.startsWith('thing')).map(({ what }) => what))).to.deep.equal(ofPaths);
    const asked = failed.filter(({ why }) => why !== 'the deployment gives no answer any more');
    expect(asked).to.have.length(2);
    for (const { why } of asked) expect(why).to.match(/^removeThing got no answer: silence/);
    expect(events.at(-1)?.type).to.equal('finished');
  });

  it('goes on once it answers again', async () => {
    const { suite } = made();
    let answered = 0;
    const transport = toyApi((request) => (request.method === 'DELETE' && answered++ < 1 ? silent() : undefined));
    const { events } = await runToy(suite, transport, { concurrency: 1 });
    expect(events.filter(({ type }) => type === 'cleanup-failed')).to.deep.equal([]);
  });
});

describe('a run that makes something without knowing', () => {
  const losing = (lost: NonNullable<Suite['lost']>, times: number): { suite: Suite; transport: ReturnType<typeof toyApi> } => {
    let left = times;
    return {
      suite: toySuite([PATHS.foreign, PATHS.same], { lost }),
      transport: toyApi((request) =>
        request.method === 'POST' && request.headers['x-want'] === undefined && left-- > 0 ? silent() : undefined,
      ),
    };
  };

  it('looks for it at its end, and removes it', async () => {
    const removed: string[] = [];
    const { suite, transport } = losing(
      (steps) => Promise.resolve([{ what: 'lost thing', remove: async () => void removed.push(steps.namesBegin) }]),
      1,
    );
    const { events } = await runToy(suite, transport, { concurrency: 1 });
    expect(removed).to.deep.equal(['failpath-abc123-']);
    expect(events.filter(({ type }) => type === 'cleanup-failed')).to.deep.equal([]);
  });

  it('says so where it may not look, or cannot remove it', async () => {
    for (const [lost, why] of [
      [() => Promise.reject(new SetupFailed('nobody may look')), 'nobody may look'],
      [() => Promise.resolve([{ what: 'lost thing', remove: () => Promise.reject(new SetupFailed('it stays')) }]), 'it stays'],
    ] as const) {
      const { suite, transport } = losing(lost, 1);
      const { events } = await runToy(suite, transport, { concurrency: 1 });
      expect(events.flatMap((event) => (event.type === 'cleanup-failed' ? [event.why] : []))).to.deep.equal([why]);
    }
  });

  it('does not look where everything was answered', async () => {
    const { suite, transport } = losing(() => expect.fail('it looked'), 0);
    await runToy(suite, transport, { concurrency: 1 });
  });

  it('finds a key of its own whose making was never answered', async () => {
    const mock = await startMock();
    const transport = createTransport({ timeoutMs: 10_000, connections: 2 });
    let lost = 0;
    const losingOne: Transport = {
      close: () => Promise.resolve(),
      send: async (request) => {
        const given = await transport.send(request);
        if (request.method === 'POST' && request.url.endsWith('/api-keys') && given.status === 201 && lost++ === 0)
          throw new TransportError('lost');
        return given;
      },
    };
    try {
      const { world } = mock;
      const identities = { admin: { token: world.admin, public: true } };
      const deployment = createDeployment({ url: mock.url, organization: world.organizations.active, identities });
      const plan = createPlan(await atsContract(), atsSuite, deployment, ({ operation }) => operation.id === 'createApiKey');
      for await (const event of run(plan, { transport: losingOne, concurrency: 1 })) expect(event.type).to.not.equal('cleanup-failed');
      const { json } = await transport.send({
        method: 'GET',
        url: `${mock.url}/v1/organizations/${world.organizations.active}/api-keys`,
        headers: { authorization: `Bearer ${world.admin}` },
      });
      const left = (json as { name: string; revoked_at: string | null }[]).filter(
        (key) => key.revoked_at === null && key.name.startsWith('failpath-'),
      );
      expect(left).to.deep.equal([]);
      expect(lost).to.be.greaterThan(1);
    } finally {
      await transport.close();
      await mock.close();
    }
  });
});

describe('a run that is interrupted while it waits', () => {
  it('waits no longer, and cleans up', async () => {
    let undone = 0;
    const abort = new AbortController();
    const path: FailurePath = {
      ...PATHS.foreign,
      given: async (steps) => {
        const ready = await steps.scenario('makeThing');
        await steps.call(ready);
        setImmediate(() => abort.abort());
        await steps.wait(3_600_000);
        return ready;
      },
    };
    const suite = toySuite([path], {
      created: (_, { status }) => (status === 201 ? { what: 'thing', undo: async () => void (undone += 1) } : undefined),
    });
    const { line } = await runToy(suite, toyApi(), { signal: abort.signal });
    expect(line('foreign')).to.include({ outcome: 'setup-failed', reason: 'the run was interrupted while it waited' });
    expect(undone).to.equal(1);
  });
});

describe('a run after one that was aborted', () => {
  const leftovers = (remove: () => Promise<void>): Suite => toySuite([], { leftovers: () => Promise.resolve([{ what: 'key one', remove }, { what: 'key two', remove }]) }); // prettier-ignore

  it('reports what that one left', async () => {
    const { events } = await runToy(
      leftovers(() => expect.fail('it was not asked to')),
      toyApi(),
    );
    expect(events.slice(1, 3)).to.deep.equal([
      { type: 'leftover', what: 'key one', removed: false },
      { type: 'leftover', what: 'key two', removed: false },
    ]);
  });

  it('removes it when asked to, and goes on when one resists', async () => {
    let tries = 0;
    const suite = leftovers(() => (++tries === 1 ? Promise.reject(new SetupFailed('it stays')) : Promise.resolve()));
    const { events } = await runToy(suite, toyApi(), { removeLeftovers: true });
    expect(events.slice(1, 3)).to.deep.equal([
      { type: 'cleanup-failed', what: 'key one', why: 'it stays', remedy: 'Remove it by hand, or run verify with --remove-leftovers.' },
      { type: 'leftover', what: 'key two', removed: true },
    ]);
  });

  it('runs all the same where it may not look', async () => {
    const suite = toySuite(ALL, { leftovers: () => Promise.reject(new SetupFailed('listKeys answered 401')) });
    const { lines } = await runToy(suite, toyApi());
    expect(lines.filter(({ outcome }) => outcome === 'verified')).to.have.length(6);
  });
});

describe('a run without any answer', () => {
  it('sends one request, and every line says why: nothing is known, not even of what is lacking', async () => {
    const transport = fakeTransport(silent);
    const { lines } = await runToy(toySuite(ALL), transport);
    expect(transport.requests).to.have.length(1);
    expect(lines).to.have.length(9);
    for (const { outcome, reason, answered } of lines) {
      expect({ outcome, answered }).to.deep.equal({ outcome: 'setup-failed', answered: false });
      expect(reason).to.match(/^http:\/\/toy\.test gives no answer.*silence/);
    }
  });

  it('does not even send that where everything is left out', async () => {
    const transport = fakeTransport(silent);
    const plan = createPlan(await toyContract(), toySuite(ALL), toyDeployment(), () => false);
    const types: string[] = [];
    for await (const event of run(plan, { transport, concurrency: 1 }))
      types.push(event.type === 'path-finished' ? event.line.outcome : event.type);
    expect(types).to.deep.equal(['started', ...Array<string>(9).fill('not-selected'), 'finished']);
    expect(transport.requests).to.have.length(0);
  });

  it('is not judged by the pages of a proxy', async () => {
    const transport = fakeTransport(() => answer(502, '<center>nginx</center>'));
    const { lines } = await runToy(toySuite([PATHS.foreign]), transport);
    expect(lines.find(({ cause }) => cause === 'foreign')).to.include({ outcome: 'edge-intercepted', answered: false });
  });
});
