import cluster, { type Worker } from 'node:cluster';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../spec/index.js';
import type { Report } from '../metrics/index.js';
import type { Exchange } from '../exchange.js';
import type { MockAnswer, MockRequest } from '../types.js';
import { newConnection } from '../server.js';
import type { MemoryStore } from '../stores/index.js';
import { listenFor, type Beats } from './beats.js';
import { createPeer, PeerError, type Handlers, type Peer } from './peer.js';
import { lendStore } from './store.js';
import { exchangeOfEntry, work, type Begun } from './worker.js';
import type { Forwarded, Orders, WorkerEvent, WorkerState } from './types.js';

/** Set for processes that are workers, and nothing else. */
const ROLE = 'FAILPATH_MOCK_WORKER';
/** How long a worker may take to say how it is; who takes longer is left out. */
const PATIENCE_MS = 2_000;
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;

/** What the workers of a mock have to do with it. */
export interface Employer {
  readonly orders: Omit<Orders, 'number'>;
  /** What is lent to the workers, unless they have orders where to find a store. */
  readonly store: MemoryStore | undefined;
  /** Answers what is asked of the control API. */
  readonly control: (request: MockRequest) => Promise<MockAnswer>;
  /** Told of every answer that a worker has given. */
  readonly count: (exchange: Exchange) => void;
  /** Told when what a worker had begun has nobody who goes on with it. */
  readonly abandoned: () => void;
  readonly onEvent: (event: WorkerEvent) => void;
}

/** The workers of a mock. */
export interface Crew {
  readonly port: number;
  readonly pids: readonly number[];
  /** Whether each of them answers. */
  states(): readonly WorkerState[];
  /** How each of them is. */
  reports(): Promise<readonly Report[]>;
  /** Answers what is under way, and ends them. */
  close(graceMs: number): Promise<void>;
}

interface Member {
  readonly worker: Worker;
  readonly peer: Peer;
  readonly exit: Promise<string>;
  isServing: boolean;
  /** Once it serves. */
  beats?: Beats;
}

/**
 * Starts processes that serve one port together; those that die are replaced.
 *
 * @throws {InputError} `address-unavailable`, and whatever keeps a mock from its start
 */
export async function hire(count: number, employer: Employer): Promise<Crew> {
  const orders = { ...employer.orders, port: employer.orders.port || (await freePort(employer.orders.host)) };
  const crew = new HiredCrew({ ...employer, orders });
  await crew.start(count);
  return crew;
}

class HiredCrew implements Crew {
  readonly port: number;
  readonly #employer: Employer;
  readonly #members = new Set<Member>();
  readonly #stop = new AbortController();
  #begun = 0;

  constructor(employer: Employer) {
    this.#employer = employer;
    this.port = employer.orders.port;
  }

  get pids(): readonly number[] {
    return Array.from(this.#members, ({ worker }) => worker.process.pid ?? 0);
  }

  async start(count: number): Promise<void> {
    try {
      const members = Array.from({ length: count }, () => this.#fork());
      // What is wrong is wrong for all, and told once.
      const [first, ...others] = members as [Member, ...Member[]];
      await this.#begin(first);
      await Promise.all(others.map((member) => this.#begin(member)));
    } catch (error) {
      await this.close(0);
      throw error;
    }
  }

  states(): readonly WorkerState[] {
    return Array.from(this.#members, ({ worker, beats }) => ({
      pid: worker.process.pid ?? 0,
      status: beats === undefined ? 'starting' : beats.isSilent ? 'silent' : 'ok',
    }));
  }

  async reports(): Promise<readonly Report[]> {
    const reports = Array.from(this.#members, async ({ peer }) => {
      const late = wait(PATIENCE_MS, undefined, { ref: false });
      return (await Promise.race([peer.call('report').catch(() => undefined), late])) as Report | undefined;
    });
    return (await Promise.all(reports)).filter((report) => report !== undefined);
  }

  async close(graceMs: number): Promise<void> {
    this.#stop.abort();
    const members = [...this.#members];
    await Promise.all(members.map(({ peer }) => peer.call('close', graceMs).catch(() => undefined)));
    for (const { peer, beats } of members) {
      beats?.stop();
      peer.close();
    }
    await Promise.all(members.map(({ exit }) => exit));
  }

  #fork(): Member {
    const { store } = this.#employer;
    const worker = fork();
    // What is sent to one that has just died is an error of that worker; without a listener, it would end the primary.
    worker.on('error', () => undefined);
    const exit = exitOf(worker);
    const lent = store?.connect();
    const lending = lent && lendStore(lent);
    const peer = createPeer(channelOf(worker), { ...lending?.handlers, ...this.#handlers(lending?.handlers) });
    const stop = lending?.follow(peer);
    const member: Member = { worker, peer, exit, isServing: false };
    this.#members.add(member);
    const mourn = async (): Promise<void> => {
      const why = await exit;
      this.#members.delete(member);
      member.beats?.stop();
      stop?.();
      await lent?.close();
      if (member.isServing && !this.#stop.signal.aborted) await this.#replace(worker.process.pid ?? 0, why);
    };
    void mourn();
    return member;
  }

  async #begin(member: Member): Promise<void> {
    const { peer, exit } = member;
    this.#begun += 1;
    const orders: Orders = { ...this.#employer.orders, number: this.#begun };
    const begun = (await peer.call('begin', orders).catch(async (error: unknown) => {
      const why = error instanceof PeerError && error.thrown === 'Gone' ? await exit : (error as Error).message;
      peer.close();
      throw new Error(`A worker ended at its start (${why}).`, { cause: error });
    })) as Begun;
    if ('findings' in begun) {
      peer.close();
      throw new InputError([...begun.findings]);
    }
    member.isServing = true;
    member.beats = listenFor(
      () => peer.call('beat'),
      (seconds) => {
        const pid = member.worker.process.pid ?? 0;
        this.#employer.onEvent({ type: 'silent', pid, why: `it has not answered for ${seconds} seconds` });
        // One that was stopped takes no other signal.
        member.worker.process.kill('SIGKILL');
      },
    );
  }

  #handlers(lent: Handlers | undefined): Handlers {
    const { control, count } = this.#employer;
    const counted = (last: unknown, entries: unknown): void => {
      const all = entries as readonly unknown[];
      for (const [index, entry] of all.entries()) count(exchangeOfEntry(last === 0 ? 0 : Number(last) - all.length + 1 + index, entry));
    };
    return {
      control: ([request]) => control(requestOf(request as Forwarded)),
      count: ([last, entries]) => counted(last, entries),
      append: async (args) => {
        const last = await lent?.['append']?.(args);
        counted(last, args[1]);
        return last;
      },
    };
  }

  async #replace(died: number, why: string): Promise<void> {
    const { onEvent, abandoned } = this.#employer;
    onEvent({ type: 'died', pid: died, why });
    abandoned();
    for (const { peer } of this.#members) peer.tell('changed', [null, null]);
    for (let pause = FIRST_PAUSE_MS; !this.#stop.signal.aborted; pause = Math.min(2 * pause, LAST_PAUSE_MS)) {
      try {
        const member = this.#fork();
        await this.#begin(member);
        return onEvent({ type: 'replaced', pid: member.worker.process.pid ?? 0, died });
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        onEvent({ type: 'failed', why: (error as Error).message });
      }
      await wait(pause, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
    }
  }
}

/** The process is this very module again, wherever it was built to. */
function fork(): Worker {
  const { settings } = cluster;
  const before = { ...settings };
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({
    exec: fileURLToPath(import.meta.url),
    args: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    serialization: 'json',
  });
  try {
    return cluster.fork({ [ROLE]: '1' });
  } finally {
    if (before.exec !== undefined) cluster.setupPrimary(before);
  }
}

function channelOf({ process: { stdio } }: Worker): Duplex {
  return stdio[4] as Duplex;
}

/** Resolves, with the reason, when it is gone. */
async function exitOf(worker: Worker): Promise<string> {
  const [code, signal] = (await once(worker, 'exit')) as [number | null, string | null];
  return signal ?? `exit code ${code ?? 'unknown'}`;
}

/** A port that is free now; all workers have to listen on the same. @throws nothing: what is wrong is told when they listen */
async function freePort(host: string): Promise<number> {
  const server = createServer();
  try {
    server.listen(0, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return 0;
  } finally {
    server.close();
  }
}

function requestOf({ method, path, search, url, headers, baseUrl, body, broken }: Forwarded): MockRequest {
  const bytes = Buffer.from(body, 'base64');
  const query = new URLSearchParams(search);
  return { method, path, query, url, headers, baseUrl, body: only(bytes, broken), connection: newConnection() };
}

async function* only(bytes: Uint8Array, broken?: string): AsyncIterable<Uint8Array> {
  if (bytes.length > 0) yield bytes;
  if (broken !== undefined) throw new Error(broken);
}

if (process.env[ROLE] === '1' && cluster.isWorker) work();
