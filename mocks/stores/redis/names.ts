import type { RedisAddress } from './address.js';
import type { Target } from './batches.js';

/** The names of keys and channels. */
export interface Names {
  readonly channel: string;
  /** A key that nothing is kept by. */
  readonly probe: string;
  target(world: string): WorldTarget;
  /** Where worlds are listed, and how the keys of those that are listed there begin. */
  lists(): readonly { readonly target: Target; readonly begin: string }[];
}

export interface WorldTarget extends Target {
  readonly keys: readonly [world: string, log: string, done: string, journal: string, worlds: string];
}

/** Over so many parts worlds are spread on a cluster; a part is on one node, and lists its own worlds. */
const PARTS = 256;
/** Of worlds whose names have been put together of late. */
const REMEMBERED = 2_000;

/**
 * All keys of a world share a hash tag: a Redis Cluster keeps them on one node, where one script can change them in one step. Without a
 * cluster all worlds share one.
 */
export function namesOf({ prefix, database, isCluster }: Pick<RedisAddress, 'prefix' | 'database' | 'isCluster'>): Names {
  const tagOf = (world: string): string => (isCluster ? `{${prefix}:${partOf(world)}}` : `{${prefix}}`);
  const tags = isCluster ? Array.from({ length: PARTS }, (_, part) => `{${prefix}:${part}}`) : [`{${prefix}}`];
  const targetIn = (tag: string, name: string): WorldTarget => ({
    name,
    slot: tag,
    keys: [`${tag}:world:${name}`, `${tag}:log:${name}`, `${tag}:done:${name}`, `${tag}:journal:${name}`, `${tag}:worlds`],
  });
  const known = new Map<string, WorldTarget>();
  return {
    // Databases have their own keys, but share channels.
    channel: `${prefix}:${database}:changes`,
    probe: `${tags[0] ?? ''}:probe`,
    target: (world) => {
      let target = known.get(world);
      if (target === undefined) {
        if (known.size >= REMEMBERED) known.clear();
        known.set(world, (target = targetIn(tagOf(world), escaped(world))));
      }
      return target;
    },
    lists: () => tags.map((tag) => ({ target: targetIn(tag, ''), begin: `${tag}:world:` })),
  };
}

/** Well-formed, and without control characters: a name may hold anything that a string of JavaScript can. */
export function escaped(name: string): string {
  return JSON.stringify(name).slice(1, -1);
}

export function unescaped(name: string): string {
  return JSON.parse(`"${name}"`) as string;
}

/** FNV-1a. */
function partOf(world: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < world.length; index += 1) hash = Math.imul(hash ^ world.charCodeAt(index), 0x01000193) >>> 0;
  return hash % PARTS;
}
