import { mustBeExpected } from '../measure/expected.js';
import { launch } from '../measure/spawn.js';
import { countRoundTrips } from '../measure/round-trips.js';
import { failpath } from '../servers/failpath.js';
import { redisVersion, startRedis } from '../servers/redis.js';
import { placeOf, type Work } from '../works/index.js';
import { WORKS } from './mock.js';
import type { Context, Row, Section } from './types.js';
import { COLUMNS, rowOf, versusBare } from './versus.js';

const CPU_BOUND = 4;
const ROUND_TRIPS_BOUND = 2;

/** What the mock asks Redis by itself meanwhile, for each request. */
const BY_ITSELF = 0.05;

/** Requests one after the other, so that no two of them share a round trip. */
const COUNTED = 200;

async function cost(context: Context, work: Work): Promise<Row> {
  const redis = await startRedis(context.pins);
  try {
    const running = await launch(failpath('--store', `redis://127.0.0.1:${redis.port}`), context.pins);
    try {
      const sharing = { ...context, effort: { ...context.effort, yields: true } };
      return rowOf(work.title, CPU_BOUND, await versusBare(sharing, running, work, [await placeOf(running.url)]));
    } finally {
      await running.stop();
    }
  } finally {
    await redis.stop();
  }
}

async function roundTrips(context: Context, work: Work): Promise<number> {
  const redis = await startRedis(context.pins);
  const counter = await countRoundTrips(redis.port);
  const running = await launch(failpath('--store', `redis://127.0.0.1:${counter.port}`), context.pins);
  try {
    const place = await placeOf(running.url);
    await work.arrange?.(place);
    const order = { port: running.port, flows: [await work.flow(place)], connections: 1, seconds: 60 };
    // What is made once, such as scripts that Redis learns, is not counted.
    await context.load.run({ ...order, requests: 20 });
    const before = counter.count();
    const report = await context.load.run({ ...order, requests: COUNTED });
    mustBeExpected(`${work.id} with Redis`, report);
    return (counter.count() - before) / report.requests;
  } finally {
    await running.stop();
    await counter.close();
    await redis.stop();
  }
}

export const redis: Section = {
  id: 'redis',
  title: 'The mock with Redis',
  about:
    'The same works with `--store redis://...`, against the same bare server, which has no store. Round trips are counted by a TCP proxy between the ' +
    'mock and Redis while requests come one after the other, so that none of them shares a round trip with another.',
  async run(context) {
    const version = redisVersion();
    if (version === undefined) return { columns: ['work'], rows: [], notes: ['There is no redis-server on this machine.'] };
    const rows: Row[] = [];
    for (const work of WORKS) {
      context.progress(`redis: ${work.id}`);
      const row = await cost(context, work);
      const trips = await roundTrips(context, work);
      rows.push({
        ...row,
        cells: [...row.cells, trips.toFixed(2)],
        bound: `CPU ${CPU_BOUND}, ${ROUND_TRIPS_BOUND} round trips`,
        within: row.within === true && trips <= ROUND_TRIPS_BOUND + BY_ITSELF,
        data: { row: row.data, trips },
      });
    }
    return { columns: ['work', ...COLUMNS, 'round trips'], rows, notes: [`redis-server ${version}, which keeps nothing on disk.`] };
  },
};
