import { openStore, type Change } from '../../mocks/stores/index.js';

/**
 * A process that commits as fast as it can: `--state` or `--store`, where, the world, its own name, and how often. Each commit counts one
 * up and adds a record, and is told on standard output once it is acknowledged.
 */
const [option, where, world, name, times] = process.argv.slice(2) as [string, string, string, string, string];
const store = await openStore(option === '--state' ? { state: where } : { store: where });
if (store === undefined) throw new Error('There is no store.');
await store.create(world, [put('counter', 0, 1)]);

function put(id: string, record: number, place: number): Change {
  return { table: 'storm', id, place, record };
}

async function count(number: number): Promise<void> {
  const id = `${name} ${number}`;
  for (;;) {
    const loaded = await store?.load(world);
    const counter = Number(loaded?.records.find((record) => record.id === 'counter')?.record);
    const changes = [put('counter', counter + 1, 1), put(id, counter, 2)];
    const committed = await store?.commit({ world, version: loaded?.version ?? 0, changes, id });
    if (committed !== undefined && 'version' in committed && !('missed' in committed)) return void process.stdout.write(`${id}\n`);
  }
}

// Several at once, as requests come.
const numbers = Array.from({ length: Number(times) }, (_, number) => number).values();
await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (const number of numbers) await count(number);
  }),
);
await store.close();
