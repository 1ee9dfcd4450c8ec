import { expect } from 'chai';
import { createPlan, createRedactor, run, SetupFailed, type FailurePath, type Suite } from '../../contracts/index.js';
import { answer, fakeTransport, runToy, toyContract, toyDeployment, toySuite } from './support.js';
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
