import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import type { Contract } from '../../spec/index.js';
import { confirm, byNetwork, NOT_PREPARED, paid, prepareJobs, processes, type Job, type Served } from '../kept/support.js';
import { atsContract, type Seen } from '../mock/support.js';
import type { Client } from '../sessions/support.js';
import { startRedis, type RedisServer } from '../stores/redis-server.js';

const LONG = process.env['FAILPATH_LONG'] === '1';
const JOBS = LONG ? 240 : 30;
/** After how many confirms something happens, and how often. */
const STEP = LONG ? 30 : 8;
const MOST = LONG ? 7 : 2;

/** What callers have been told, whichever server they have asked. */
interface Told {
  /** How often each job was accepted. */
  readonly accepted: Map<Job, number>;
  /** Jobs that are settled: nobody has to ask for them again. */
  readonly settled: Set<Job>;
  readonly transactions: string[];
  readonly opened: string[];
  /** Error answers, as `operation status code`. */
  readonly errors: Set<string>;
}

/** Two mocks and a Redis, of which each may go; whoever calls goes on with whom there is. */
class Drill {
  readonly told: Told = { accepted: new Map(), settled: new Set(), transactions: [], opened: [], errors: new Set() };
  readonly #redis: RedisServer;
  readonly #serve: () => Promise<Served>;
  readonly #servers: (Served | undefined)[];

  constructor(redis: RedisServer, serve: () => Promise<Served>, servers: readonly Served[]) {
    this.#redis = redis;
    this.#serve = serve;
    this.#servers = [...servers];
  }

  /** What goes wrong next; the same again and again. */
  async happen(round: number): Promise<void> {
    const index = Math.floor(round / 2) % 2;
    if (round % 2 === 1) {
      await this.#redis.stop('SIGKILL');
      return this.#redis.start();
    }
    const server = this.#servers[index];
    this.#servers[index] = undefined;
    await server?.kill();
    if (LONG) this.#servers[index] = await this.#serve();
  }

  /** Asks whoever is there, as a load balancer would. */
  async ask(operation: string, at: number, request: (client: Client) => Promise<Seen>): Promise<Seen | undefined> {
    const there = this.#servers.filter((server) => server !== undefined);
    const server = there[at % there.length];
    try {
      // While nobody is there, time has to pass all the same.
      if (server === undefined) return await setImmediate(undefined);
      const seen = await request(server.client);
      if (seen.status >= 400) this.told.errors.add(`${operation} ${seen.status} ${String(seen.at('/error/code'))}`);
      return seen;
    } catch (error) {
      // What fetch says when the server is gone.
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }

  /** Asks until it is settled: what was broken off, or was told to be unavailable, may have been done or not. */
  async confirm(job: Job, at: number): Promise<void> {
    for (let time = at; !this.told.settled.has(job); time += 1) {
      const seen = await this.ask('confirmWork', time, (client) => confirm(client, job));
      if (seen?.status === 202) {
        this.told.accepted.set(job, (this.told.accepted.get(job) ?? 0) + 1);
        this.told.transactions.push(String(seen.at('/transaction_id')));
      }
      if (seen?.status === 202 || seen?.at('/error/code') === NOT_PREPARED) this.told.settled.add(job);
    }
  }

  async open(at: number): Promise<void> {
    const seen = await this.ask('initWork', at, (client) => client.init());
    if (seen?.status === 200) this.told.opened.push(String(seen.at('/job_id')));
  }

  get left(): Client {
    return (this.#servers.find((server) => server !== undefined) as Served).client;
  }
}

function declared(contract: Contract): ReadonlySet<string> {
  return new Set(contract.failures.map(({ operation, status, code }) => `${operation.id} ${status} ${code}`));
}

describe('two mocks on one Redis, under load, of which one is killed and the other loses its Redis for a while', function () {
  this.timeout(LONG ? 600_000 : 60_000);
  const { serve, killAll } = processes();
  afterEach(killAll);

  it('lose no write that was acknowledged, confirm nothing twice, and answer with declared errors only', async () => {
    const redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
    const start = (): Promise<Served> => serve('--store', redis.url);
    const servers = await Promise.all([start(), start()]);
    const [{ client }] = servers;
    const jobs = await prepareJobs(client, JOBS);
    const drill = new Drill(redis, start, servers);
    let happened = 0;
    let happening = Promise.resolve();
    const call = async (caller: number): Promise<void> => {
      // Each job is asked for by several at once.
      const first = Math.floor((Math.floor(caller / 2) * jobs.length) / 2);
      for (const [index, job] of [...jobs.slice(first), ...jobs.slice(0, first)].entries()) {
        await drill.confirm(job, caller + index);
        await drill.open(caller + index);
        if (drill.told.settled.size >= STEP * (happened + 1) && happened < MOST) {
          const round = happened;
          happened += 1;
          happening = happening.then(() => drill.happen(round));
        }
      }
    };
    await Promise.all(Array.from({ length: 4 }, (_, caller) => call(caller)));
    await happening;
    expect(happened).to.equal(MOST);

    const { told, left } = drill;
    expect([...told.accepted.values()].filter((times) => times > 1)).to.deep.equal([]);
    expect(await paid(left)).to.deep.equal(byNetwork(jobs));
    for (const id of told.transactions) expect((await left.transaction(id)).status, id).to.equal(200);
    const looked = await Promise.all(told.opened.map((job_id) => left.post('works/prepare', { job_id })));
    expect(told.opened.length).to.be.greaterThan(0);
    // A job that is there is refused for want of its upload, and for nothing else.
    const lost = await left.post('works/prepare', { job_id: '00000000-0000-4000-8000-000000000000' });
    expect(looked.filter(({ status, at }) => status === lost.status && at('/error/code') === lost.at('/error/code'))).to.deep.equal([]);
    const known = declared(await atsContract());
    expect([...told.errors].filter((error) => !known.has(error))).to.deep.equal([]);
    await redis.stop('SIGKILL');
  });
});
