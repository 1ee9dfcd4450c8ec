import { createHash } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import { z } from 'zod';
import { LATEST } from '../clock.js';
import { createEngine, type Engine } from '../engine.js';
import { newConnection } from '../server.js';
import type { Change } from '../stores/index.js';
import type { MockRequest } from '../types.js';
import { UNTOLD, type Past, type PastRequest } from './history.js';
import { isUnavailable } from '../state/index.js';
import { SessionError, type Beginning } from './types.js';
import { clockAt } from './snapshots.js';
import type { World } from './world.js';

/** A situation, and how it came about. */
export interface Situation {
  /** The contract's SHA-256. */
  readonly contract: string;
  readonly about: { readonly mint: string; readonly tag?: string | undefined; readonly seed?: string | undefined };
  readonly past: Past;
  readonly clock: { readonly now: number; readonly frozen: boolean };
  /** SHA-256 of all that the world remembers then. */
  readonly state: string;
}

const BEGINNING = 'failpath-replay-1.';
/** Of a situation, once it is unpacked. */
const LARGEST = 64 * 1024 * 1024;
const TEXT = new TextDecoder();

const time = z.number().min(0).max(LATEST);
const record = z.object({ table: z.string(), id: z.string(), place: z.number(), record: z.unknown() });
const situation = z.object({
  contract: z.string(),
  about: z.object({
    mint: z.string().min(1),
    tag: z
      .string()
      .regex(/^[0-9a-f]{12}$/)
      .optional(),
    seed: z.string().optional(),
  }),
  past: z.object({
    at: time,
    start: z.array(record).nullable(),
    events: z.array(
      z.union([
        z.object({
          at: time,
          request: z.object({
            method: z.string(),
            url: z.string().startsWith('/'),
            headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
            repeated: z.record(z.string(), z.array(z.string())).optional(),
            body: z.string().optional(),
            baseUrl: z.string(),
          }),
        }),
        z.object({ at: time, changes: z.array(record), by: z.object({ method: z.string(), url: z.string() }).optional() }),
      ]),
    ),
  }),
  clock: z.object({ now: time, frozen: z.boolean() }),
  state: z.string(),
});

/**
 * What a world is, as one string that another server makes the same world of. Credentials that are not the world's own are not in it.
 *
 * @example
 * const token = writeReplay(await situationOf(world)); // 'failpath-replay-1.7Vtb…'
 *
 * @throws {SessionError} when more has happened than is remembered
 */
export async function situationOf(world: World): Promise<Situation> {
  const { about, clock, records, history } = world;
  return world.quietly(() => {
    const past = history.past();
    if (past === undefined) {
      throw new SessionError(
        'More has happened in this world than is remembered: reset it, or restore or fork a snapshot, and do again what matters.',
      );
    }
    return {
      contract: about.contract,
      about: { mint: about.mint, tag: about.tag, seed: about.seed },
      past,
      clock: { now: clock.now(), frozen: clock.frozen },
      state: digest(records.present(UNTOLD)),
    };
  });
}

export function writeReplay(situation: Situation): string {
  return `${BEGINNING}${deflateSync(JSON.stringify(situation)).toString('base64url')}`;
}

/** @throws {SessionError} for what is none, or is damaged */
export function readReplay(token: string): Situation {
  const text = token.trim();
  if (!text.startsWith(BEGINNING)) throw new SessionError(`This is no replay token: one begins with ${BEGINNING}`);
  let value: unknown;
  try {
    const packed = Buffer.from(text.slice(BEGINNING.length), 'base64url');
    value = JSON.parse(TEXT.decode(inflateSync(packed, { maxOutputLength: LARGEST })));
  } catch {
    throw new SessionError('The replay token is damaged: it has to be copied whole.');
  }
  const parsed = situation.safeParse(value);
  if (!parsed.success) throw new SessionError(`The replay token is damaged: ${z.prettifyError(parsed.error)}`);
  return parsed.data as Situation;
}

/** What a world begins with that a situation is to be replayed in. @throws {SessionError} for a situation of another contract */
export function beginningOf({ contract, about, past }: Situation, own: string): Beginning {
  if (contract !== own) {
    throw new SessionError(
      `The situation is one of another contract (sha256 ${contract.slice(0, 12)}…, and here it is ${own.slice(0, 12)}…): serve the very contract that it was seen with.`,
    );
  }
  const start = (past.start ?? []).filter(({ table }) => table !== 'clock');
  // Before anything can be due: what was then is done in the replay, or not at all.
  const at = past.start === null ? past.at : 0;
  return { about, records: [...start, clockAt(at, true)], isNew: past.start === null };
}

/** Does what has to do with a situation; whatever it holds that cannot be used is no fault of the mock. @throws {SessionError} */
export async function usable<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SessionError || isUnavailable(error)) throw error;
    throw new SessionError(`The situation cannot be used here: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Lets happen again what has happened, each at its time, and goes on from there.
 *
 * @throws {SessionError} when something else comes of it than did
 */
export async function replay(world: World, situation: Situation): Promise<void> {
  // What was due, and what came of it, is among the events.
  const letGo = world.clock.agenda.hold();
  try {
    if (await happenAgain(world, situation)) return;
    throw new SessionError(
      'Something else came of it than did before: another version of failpath, or other rules of its own, answer here.',
    );
  } finally {
    letGo();
  }
}

/** Answers whether the same came of it. */
async function happenAgain(world: World, { past, clock, state }: Situation): Promise<boolean> {
  const { records } = world;
  const engine = withoutEffects(world);
  const putClock = ({ table, id, record }: Change): Promise<void> =>
    world.quietly(() => records.table(table, { capacity: 1 }).put(id, record));
  for (const event of past.events) {
    await putClock(clockAt(event.at, true));
    if ('request' in event) await engine.answer(again(event.request));
    else await world.quietly(() => records.redo(event.changes));
  }
  await putClock(clockAt(clock.now, true));
  const same = await world.quietly(() => {
    world.history.adopt(past);
    return digest(records.present(UNTOLD)) === state;
  });
  await putClock(clockAt(clock.now, clock.frozen));
  return same;
}

/** A method that has no answer. */
const NOTHING: PropertyDescriptor = { value: () => undefined };

/** An engine for what happens once more: it changes the world, and nobody else hears of it. */
function withoutEffects(world: World): Engine {
  const { clock, scripts, sandbox, journal } = world;
  // What the storage did is known as changes; a request that a rule sends on to another server goes nowhere.
  const silent = sandbox === undefined ? undefined : (Object.create(sandbox, { elsewhere: NOTHING, atOnce: NOTHING }) as typeof sandbox);
  return createEngine({ contract: journal.contract, clock, scripts, sandbox: silent, ask: (_, step) => world.quietly(step) });
}

function digest(records: readonly Change[]): string {
  const lines = records.map(({ table, id, record }) => JSON.stringify([table, id, record])).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

function again({ method, url, headers, repeated, body, baseUrl }: PastRequest): MockRequest {
  const at = url.indexOf('?');
  const bytes = body === undefined ? [] : [Buffer.from(body)];
  return {
    method,
    url,
    path: at < 0 ? url : url.slice(0, at),
    query: new URLSearchParams(at < 0 ? '' : url.slice(at + 1)),
    headers,
    baseUrl,
    body: (async function* (): AsyncIterable<Uint8Array> {
      yield* bytes;
    })(),
    connection: newConnection(),
    repeated,
  };
}
