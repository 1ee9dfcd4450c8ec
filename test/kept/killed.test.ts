import { expect } from 'chai';
import { startRedis } from '../stores/redis-server.js';
import { PATIENT } from '../stores/support.js';
import { begin, clientOf, NOON, ok, rule, type Client } from '../sessions/support.js';
import { temporaryFolder } from '../support/cli.js';
import { expectKept } from './aftermath.js';
import { newKey, prepareJobs, processes, stormOfConfirms } from './support.js';

const ROUNDS = process.env['FAILPATH_LONG'] === '1' ? 10 : 2;
const JOBS = 40;

/** Rules that have come half of their way, and a session with a transaction: what a storm does not touch. */
interface Before {
  readonly ruleId: unknown;
  readonly session: Client;
  readonly transaction: string;
}

async function prepare(client: Client): Promise<Before> {
  const rules = ok(await client.admin('POST', '/rules', [rule('getTransaction', 503, 'ok')]));
  expect((await client.transaction('x')).status).to.equal(503);
  const session = await begin(client, { clock: { now: NOON, frozen: true }, rules: [rule('listApiKeys', 503)] });
  return { ruleId: rules.at('/rules/0/id'), session: clientOf(session), transaction: await clientOf(session).confirmed() };
}

async function expectThere(client: Client, { ruleId, session, transaction }: Before): Promise<void> {
  expect(ok(await client.admin('GET', '/clock')).body).to.deep.equal({ now: NOON, frozen: true });
  const rules = ok(await client.admin('GET', '/rules'));
  expect([rules.at('/meta/total'), rules.at('/rules/0/id')]).to.deep.equal([1, ruleId]);
  expect((await client.transaction('x')).status).to.equal(404);
  const prefix = new URL(session.url).pathname;
  const there = clientOf({ url: client.url + prefix, world: session.world });
  expect(ok(await there.admin('GET', '/clock')).body).to.deep.equal({ now: NOON, frozen: true });
  expect((await there.transaction(transaction)).status).to.equal(200);
  const keys = await there.ask('GET', there.organization('api-keys'), undefined, { token: session.world.admin });
  expect(keys.status).to.equal(503);
}

describe('a mock on a folder that is killed in a storm', function () {
  this.timeout(60_000);
  const { serve, killAll } = processes();
  afterEach(killAll);

  for (let round = 1; round <= ROUNDS; round += 1) {
    it(`has kept what it acknowledged, and did nothing twice (${round})`, async () => {
      const state = temporaryFolder();
      const killed = await serve('--state', state);
      const jobs = await prepareJobs(killed.client, JOBS);
      const key = await newKey(killed.client);
      const before = await prepare(killed.client);
      let gone = Promise.resolve();
      const storm = await stormOfConfirms([killed.client], jobs, key.token, (count) => {
        if (count === 7 * (1 + (round % 4))) gone = killed.kill();
      });
      await gone;
      expect(storm.broken).to.equal(true);
      const { client } = await serve('--state', state);
      await expectThere(client, before);
      await expectKept(client, jobs, storm, key);
    });
  }
});

describe('two mocks on one Redis, of which one is killed in a storm', function () {
  this.timeout(60_000);
  const { serve, killAll } = processes();
  afterEach(killAll);

  for (let round = 1; round <= ROUNDS; round += 1) {
    it(`have kept what either acknowledged, and did nothing twice (${round})`, async () => {
      const redis = await startRedis();
      try {
        const store = ['--store', `${redis.url}${PATIENT}`];
        const [killed, other] = await Promise.all([serve(...store), serve(...store)]);
        const jobs = await prepareJobs(killed.client, JOBS);
        const key = await newKey(killed.client);
        const before = await prepare(killed.client);
        let gone = Promise.resolve();
        const storm = await stormOfConfirms([killed.client, other.client], jobs, key.token, (count) => {
          if (count === 7 * (1 + (round % 4))) gone = killed.kill();
        });
        await gone;
        expect(storm.broken).to.equal(true);
        await expectThere(other.client, before);
        await expectKept(other.client, jobs, storm, key);
      } finally {
        await redis.stop('SIGKILL');
      }
    });
  }
});
