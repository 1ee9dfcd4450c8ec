import type { ClockState } from '../clock.js';
import type { Change } from '../stores/index.js';
import { ASIDE } from './history.js';
import type { World } from './world.js';

/** What a world held at a moment. */
export interface Snapshot {
  readonly name: string;
  /** By the world's clock. */
  readonly at: number;
  readonly records: readonly Change[];
}

/** Beyond it the oldest goes. */
const MOST = 20;
const CLOCK = 'clock';

/**
 * Takes a snapshot of a world: rules and what they have been through, state, clock, settings. Its journal is no part of it.
 *
 * @example
 * const snapshot = await takeSnapshot(world, 'before the storm');
 * await restoreSnapshot(world, snapshot);
 *
 * @param given Its name; one that is there already is replaced. Without it one is made up.
 */
export function takeSnapshot(world: World, given?: string): Promise<Snapshot> {
  return world.quietly(() => {
    const table = snapshotsOf(world);
    const name = given ?? freeName(table);
    const snapshot = { name, at: world.clock.now(), records: world.records.dump(ASIDE) };
    table.delete(name);
    const [oldest] = table.list();
    if (oldest !== undefined && table.size >= MOST) table.delete(oldest.name);
    table.put(name, snapshot);
    return snapshot;
  });
}

/** A name that none has, counting on from the number of those there are. */
function freeName(table: ReturnType<typeof snapshotsOf>): string {
  for (let number = table.size + 1; ; number++) {
    const name = `snapshot ${number}`;
    if (table.get(name) === undefined) return name;
  }
}

/** Oldest first. */
export function listSnapshots(world: World): readonly Snapshot[] {
  return [...snapshotsOf(world).list()];
}

export function findSnapshot(world: World, name: string): Snapshot | undefined {
  return snapshotsOf(world).get(name);
}

/** Puts a world back to what a snapshot holds, its time included: it goes on from there. */
export async function restoreSnapshot(world: World, { records, at }: Snapshot): Promise<void> {
  await world.quietly(() => {
    world.records.restore(goingOnFrom(records, at), ASIDE);
    world.history.begin(at);
  });
  world.journal.worldChanged();
  world.clock.agenda.changed();
}

/** What a world holds now, for another that begins with it. */
export function recordsOf(world: World): readonly Change[] {
  return world.records.dump(ASIDE);
}

/** Records whose clock goes on from a moment, if it is not frozen. */
export function goingOnFrom(records: readonly Change[], at: number): Change[] {
  const frozen = records.some(({ table, record }) => table === CLOCK && 'frozenAt' in (record as ClockState));
  const others = records.filter(({ table }) => table !== CLOCK);
  return [...others, clockAt(at, frozen)];
}

/** The record of a clock that shows a time. */
export function clockAt(at: number, frozen: boolean): Change {
  const state: ClockState = frozen ? { frozenAt: at } : { offset: at - Date.now() };
  return { table: CLOCK, id: 'now', place: 1, record: state };
}

function snapshotsOf({ records }: World): ReturnType<typeof records.table<Snapshot>> {
  return records.table<Snapshot>('snapshots', { capacity: MOST + 1 });
}
