import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Contract } from '../../spec/index.js';
import { createClock, type ClockState, type MockClock } from '../clock.js';
import { createEngine, type Engine, type EngineOptions } from '../engine.js';
import { createRandom, drawDelay } from '../faults/index.js';
import { createJournal, type Journal, type Shelf } from '../journal.js';
import { createMint } from '../mint.js';
import { createScripts, type Scripts } from '../script/index.js';
import { transactionsInMemory, type Records, type Transactions } from '../state/index.js';
import type { Sandbox, SandboxContext, SandboxFactory, Transact } from '../types.js';
import { settingsDelay, type GlobalSettings } from '../wiremock/index.js';
import { createHistory, type History } from './history.js';

/** What a world is, from its beginning to its end. */
export interface About {
  /** Of the contract that it was made with: its SHA-256. */
  readonly contract: string;
  /** Ids, tokens and secrets come of it. */
  readonly mint: string;
  /** Of everything else that is generated, if it is to be the same each time. */
  readonly seed?: string | undefined;
  /** 12 hexadecimal digits in its ids and tokens that lead back to it. */
  readonly tag?: string | undefined;
  /** Milliseconds of real time without a request after which it expires. */
  readonly ttlMs?: number | undefined;
  /** Real time, in milliseconds since 1970 UTC. */
  readonly created: number;
}

/** What all worlds of a server have in common. */
export interface Server {
  readonly contract: Contract;
  readonly sandbox: SandboxFactory | undefined;
  /** What sandboxes may do outside of their world. */
  readonly surroundings: Pick<SandboxContext, 'webhooksTo' | 'webhookPatienceMs'>;
  readonly engine: Pick<EngineOptions, 'proxyTo' | 'cors' | 'dynamic' | 'open'>;
  /** Whether rules have no part in it. */
  readonly unusedRules: boolean;
  /** Told before a journal is emptied. */
  readonly beforeReset: (journal: Journal) => void;
}

/** Where a world is kept. */
export interface Place {
  readonly records: Records;
  readonly transactions: Transactions;
  /** The journal of a world that is not in this process only. */
  readonly shelf?: Shelf | undefined;
}

/** The delay of all answers that have none of their own. */
export interface Settings {
  get(): GlobalSettings;
  set(settings: GlobalSettings): void;
}

/** An isolated world: its own rules, state, clock, seed and journal. */
export interface World {
  /** `default`, or what the session is called. */
  readonly id: string;
  readonly about: About;
  readonly records: Records;
  readonly history: History;
  readonly clock: MockClock;
  readonly sandbox: Sandbox | undefined;
  readonly scripts: Scripts;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly engine: Engine;
  /** Aborted when the world ends: what waits in it ends then. */
  readonly closing: () => AbortSignal;
  readonly transact: Transact;
  readonly transactNow: Transactions['transactNow'];
  /** As `transact`, and nothing of it is noted down in the history. */
  readonly quietly: Transact;
  /** Catches up with other servers of the same world. */
  refresh(): Promise<void>;
  /** The same, but for the journal. */
  catchUp(): Promise<void>;
  /** Resolves once what was changed so far is kept. */
  settled(): Promise<void>;
  /** Back to its beginning, and `then` in the same step. */
  reset(then?: () => void): void;
  close(): void;
}

/** What is known of a world beside its own records: what it is, whether it was filled, and whether it was given something to begin with. */
export const ABOUT = Object.freeze({ capacity: 10 });

/** The world of those who name none. */
export const DEFAULT = 'default';

/** A place in memory, for as long as the process lives. */
export function inMemory(records: Records): Place {
  return { records, transactions: transactionsInMemory(records) };
}

/** A seed that nobody can guess. */
export function randomSeed(): string {
  return randomBytes(16).toString('hex');
}

/**
 * Puts a world together from what is kept of it; the first time, it is filled.
 *
 * @example
 * const world = createWorld(server, 'default', about, inMemory(new Records()));
 * const { answer } = await world.engine.answer(request);
 */
export function createWorld(server: Server, id: string, about: About, { records, transactions, shelf }: Place): World {
  const { contract } = server;
  const history = createHistory(records, (headers) => sandbox?.knows(headers) ?? false);
  const lifetime = new Lifetime();
  /** A step, in which no time passes, and what it has changed noted down; one within another is noted by that. */
  const noted = <T>(step: () => T, note: (at: number, result: T) => void): (() => T) => {
    const inner = records.inStep;
    return () =>
      clock.still(() => {
        const result = step();
        if (!inner && records.hasChanges) note(clock.now(), result);
        return result;
      });
  };
  const transact: Transact = (step) => transactions.transact(noted(step, history.addChanges));
  const transactNow = <T>(step: () => T): T => transactions.transactNow(noted(step, history.addChanges));
  const quietlyNow = <T>(step: () => T): T => transactions.transactNow(() => clock.still(step));

  const journal = createJournal({
    contract,
    beforeReset: () => server.beforeReset(journal),
    shelf,
    ...(shelf === undefined ? {} : { salt: about.mint }),
  });
  const times = records.table<ClockState>('clock', { capacity: 1 });
  const clock: MockClock = createClock(Date.now, journal.worldChanged.bind(journal), {
    get: () => times.get('now'),
    set: (state) => transactNow(() => times.put('now', state)),
  });
  const counts = records.table<number>('minted', { capacity: 1 });
  const mint = createMint({ seed: about.mint, tag: about.tag, count: { next: () => counted(counts) } });
  const sandbox = server.sandbox?.({ ...server.surroundings, contract, clock, tables: records, transact, mint, tag: about.tag });
  const scripts = createScripts({
    contract,
    clock,
    identities: sandbox?.identities,
    onChange: journal.worldChanged.bind(journal),
    unused: server.unusedRules,
    tables: records,
    change: transactNow,
  });
  const settings = createSettings(records, transactNow);
  const engine = createEngine({
    ...server.engine,
    contract,
    clock,
    sandbox,
    scripts,
    seed: about.seed,
    delay: drawDelays(settings, about.seed ?? 'delays'),
    ask: (asked, step, isBy = () => true) =>
      transactions.take(noted(step, (at, result) => (isBy(result) ? history.addRequest(asked, at) : history.addChanges(at)))),
    shared: shelf !== undefined,
  });
  const world: World = {
    id,
    about,
    records,
    history,
    clock,
    sandbox,
    scripts,
    settings,
    journal,
    engine,
    closing: () => lifetime.signal,
    transact,
    transactNow,
    quietly: (step) => transactions.transact(() => clock.still(step)),
    refresh: async () => {
      await transactions.refresh();
      await journal.refresh();
    },
    catchUp: () => transactions.refresh(),
    settled: async () => {
      // Who has ended it from within has nothing left to keep.
      if (lifetime.isOver) return;
      await transactions.refresh();
      await journal.settled();
    },
    reset: (then = () => undefined) => {
      quietlyNow(() => {
        clock.reset();
        settings.set({});
        scripts.clear();
        then();
        sandbox?.reset();
        history.begin(clock.now());
      });
      clock.agenda.changed();
      journal.reset();
    },
    close: () => {
      lifetime.end();
      clock.agenda.close();
      sandbox?.close?.();
    },
  };
  const known = records.table<unknown>('about', ABOUT);
  if (known.get('filled') === undefined) {
    quietlyNow(() => {
      // Another server may have been faster.
      if (known.get('filled') !== undefined) return;
      known.put('filled', {});
      const isNew = known.get('given') === undefined;
      if (isNew) fill(sandbox, shelf === undefined);
      history.begin(clock.now(), isNew);
    });
  }
  return world;
}

/** How long a world lasts; its signal is made for the first who waits for its end. */
class Lifetime {
  #controller: AbortController | undefined;
  isOver = false;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      // Every delay that is under way listens to it.
      setMaxListeners(0, this.#controller.signal);
      if (this.isOver) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  end(): void {
    this.isOver = true;
    this.#controller?.abort();
  }
}

/** What others keep as well has to be there for all of them. */
function fill(sandbox: Sandbox | undefined, isAlone: boolean): void {
  if (isAlone && sandbox?.begin !== undefined) sandbox.begin();
  else sandbox?.reset();
}

function counted(counts: { get(id: string): number | undefined; put(id: string, count: number): void }): number {
  const next = (counts.get('last') ?? 0) + 1;
  counts.put('last', next);
  return next;
}

function createSettings(records: Records, transactNow: Transactions['transactNow']): Settings {
  const table = records.table<GlobalSettings>('settings', { capacity: 1 });
  return {
    get: () => table.get('now') ?? {},
    set: (next) => transactNow(() => table.put('now', next)),
  };
}

function drawDelays({ get }: Settings, seed: string): () => number {
  const random = createRandom(seed);
  let known: GlobalSettings | undefined;
  let delay: ReturnType<typeof settingsDelay>;
  return () => {
    const settings = get();
    if (settings !== known) {
      known = settings;
      delay = settingsDelay(settings);
    }
    return delay === undefined ? 0 : drawDelay(delay, random);
  };
}
