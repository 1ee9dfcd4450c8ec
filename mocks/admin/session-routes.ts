import { z } from 'zod';
import { problemBody } from '../problem.js';
import { redactUrl } from '../redact.js';
import { rulesInput, type ParseOptions } from '../script/index.js';
import {
  beginningOf,
  DEFAULT,
  findSnapshot,
  goingOnFrom,
  listSnapshots,
  PREFIX,
  readReplay,
  recordsOf,
  replay,
  restoreSnapshot,
  SessionError,
  situationOf,
  takeSnapshot,
  usable,
  writeReplay,
  type NewSession,
  type SessionInfo,
  type Sessions,
  type Situation,
  type Snapshot,
  type World,
} from '../sessions/index.js';
import type { AdminAnswer, AdminRoute } from '../types.js';
import { invalidInput, ok, route, unknownRoute } from './answers.js';
import { clockInput, putClock } from './clock-routes.js';
import { addRules } from './rule-routes.js';

export interface SessionSubject extends Omit<ParseOptions, 'identities'> {
  readonly sessions: Sessions;
}

const HOUR = 3_600;
const WEEK = 7 * 24 * HOUR;

const name = z.string().regex(/^[\w .-]{1,100}$/, 'must have 1 to 100 letters, digits, spaces, dots, dashes or underscores');
const newSession = z.strictObject({
  ttlSeconds: z.number().positive().max(WEEK, 'must not exceed a week').default(HOUR).describe('Seconds of real time without a request.'),
  seed: z
    .union([z.string().min(1).max(200), z.number()])
    .optional()
    .describe('The same seed gives the same ids and data.'),
  clock: clockInput.optional(),
  rules: rulesInput.optional(),
  from: z.string().optional().describe('A session to go on from, or default.'),
  snapshot: name.optional().describe('One of its snapshots, in the place of what it is now.'),
  replay: z
    .union([z.string(), z.looseObject({ token: z.string() })])
    .optional()
    .describe('A situation, as GET /sessions/{id}/replay tells it.'),
});

const listed = z.object({ id: z.string(), url: z.string(), createdAt: z.iso.datetime(), expiresAt: z.iso.datetime().nullable() });
const session = listed
  .extend({
    admin: z.string().describe('The control API of the session.'),
    clock: z.object({ now: z.iso.datetime(), frozen: z.boolean() }),
    requests: z.int(),
    rules: z.int(),
    world: z.looseObject({}).nullable().describe('Ids and tokens that lead to it.'),
  })
  .meta({ id: 'Session' });
const snapshot = z.object({ name: z.string(), at: z.iso.datetime(), records: z.int() }).meta({ id: 'Snapshot' });
const replayed = z
  .object({
    token: z.string().describe('All of it, in one string.'),
    contract: z.string(),
    seed: z.string().nullable(),
    clock: z.object({ now: z.iso.datetime(), frozen: z.boolean() }),
    rules: z.array(z.looseObject({})),
    requests: z.array(z.object({ at: z.iso.datetime(), method: z.string(), url: z.string() })),
  })
  .meta({ id: 'Replay', description: 'What a world is, and how it came to be so.' });

const GROUP = { group: 'sessions' };
const MISSING = { ...GROUP, refuses: [404 as const] };
const nothing = z.strictObject({});

/** The routes of sessions: isolated worlds, their snapshots, and what leads back to them. */
export function sessionRoutes(subject: SessionSubject): readonly AdminRoute[] {
  const { sessions } = subject;
  /** Calls with a world, if there is one of that id. */
  const inWorld =
    (handle: (world: World, request: Parameters<AdminRoute['handle']>[0]) => AdminAnswer | Promise<AdminAnswer>): AdminRoute['handle'] =>
    async (request) => {
      const { id = '' } = request.params;
      const world = await sessions.find(id);
      if (world === undefined)
        return unknownRoute(`There is no session ${JSON.stringify(id.slice(0, 60))}.`, 'GET /__admin/sessions lists them.');
      await world.refresh();
      return orConflict(async () => {
        const answer = await handle(world, request);
        await world.settled();
        return answer;
      });
    };
  return [
    route('POST', '/sessions', ({ body, baseUrl }) => create(subject, body, baseUrl), {
      ...GROUP,
      summary: 'Begin a session: a world of its own',
      body: newSession.optional(),
      answers: { 201: session },
      refuses: [404, 409],
    }),
    route('GET', '/sessions', async ({ baseUrl }) => ok({ sessions: (await sessions.list()).map((info) => listedAs(info, baseUrl)) }), {
      ...GROUP,
      summary: 'All sessions, the oldest first',
      answers: { 200: z.object({ sessions: z.array(listed) }) },
    }),
    route(
      'GET',
      '/sessions/:id',
      inWorld((world, { baseUrl }) => ok(shown(world, baseUrl))),
      {
        ...MISSING,
        summary: 'A session',
        answers: { 200: session },
      },
    ),
    route(
      'DELETE',
      '/sessions/:id',
      async ({ params: { id = '' } }) => {
        if (id === DEFAULT) return conflict('The default world cannot be removed: POST /__admin/reset empties it.');
        return (await sessions.remove(id))
          ? ok({})
          : unknownRoute(`There is no session ${JSON.stringify(id.slice(0, 60))}.`, 'GET /__admin/sessions lists them.');
      },
      { ...GROUP, summary: 'End a session, without a trace', answers: { 200: nothing }, refuses: [404, 409] },
    ),
    route(
      'GET',
      '/sessions/:id/snapshots',
      inWorld((world) => ok({ snapshots: listSnapshots(world).map(summaryOf) })),
      {
        ...MISSING,
        summary: 'The snapshots of a session, the oldest first',
        answers: { 200: z.object({ snapshots: z.array(snapshot) }) },
      },
    ),
    route(
      'POST',
      '/sessions/:id/snapshots',
      inWorld(async (world, { body }) => snap(world, body)),
      {
        ...MISSING,
        summary: 'Take a snapshot: rules, state, clock and settings',
        body: z.strictObject({ name: name.optional() }).optional(),
        answers: { 201: snapshot },
      },
    ),
    route(
      'POST',
      '/sessions/:id/restore',
      inWorld(async (world, { body }) => restore(world, body)),
      {
        ...MISSING,
        summary: 'Put a session back to a snapshot',
        body: z.strictObject({ snapshot: name }),
        answers: { 200: snapshot },
      },
    ),
    route(
      'GET',
      '/sessions/:id/replay',
      inWorld(async (world) => ok(showSituation(world, await situationOf(world)))),
      {
        ...MISSING,
        summary: 'What another server makes the same world of',
        answers: { 200: replayed },
        refuses: [404, 409],
      },
    ),
  ];
}

async function create(subject: SessionSubject, body: unknown, baseUrl: string): Promise<AdminAnswer> {
  const parsed = newSession.safeParse(body ?? {});
  if (!parsed.success) return invalidInput(z.prettifyError(parsed.error), 'Send {"ttlSeconds": 600, "seed": "harbour"}, or nothing.');
  const { sessions, contract, mayProxyTo } = subject;
  const { ttlSeconds, seed, clock, rules, from, snapshot: named, replay: token } = parsed.data;
  if (token !== undefined && (from !== undefined || seed !== undefined)) {
    return invalidInput('replay comes with from or seed.', 'A situation brings its own: leave them out.');
  }
  if (seed !== undefined && from !== undefined) {
    return invalidInput('seed comes with from.', 'What goes on from another world has the seed of that: leave one of them out.');
  }
  if (named !== undefined && from === undefined)
    return invalidInput('snapshot comes without from.', 'Name the session that has it: {"from": "default", "snapshot": "…"}.');
  return orConflict(async () => {
    const situation = token === undefined ? undefined : readReplay(typeof token === 'string' ? token : token.token);
    const origin = from === undefined ? undefined : await originOf(sessions, from, named);
    if (origin !== undefined && 'status' in origin) return origin;
    const begin: NewSession = {
      ttlMs: ttlSeconds * 1_000,
      seed: seed === undefined ? undefined : String(seed),
      from: situation === undefined ? origin : beginningOf(situation, contract.sha256),
    };
    const id = situation?.about.tag;
    const make = async (): Promise<World> =>
      sessions.create(id === undefined || (await sessions.find(id)) !== undefined ? begin : { ...begin, id });
    const world = await (situation === undefined ? make() : usable(make));
    try {
      const refused = await fill(world, situation, { clock, rules }, { ...subject, mayProxyTo });
      if (refused === undefined) return { status: 201, body: shown(world, baseUrl) };
      await sessions.remove(world.id);
      return refused;
    } catch (error) {
      // Half a session is none.
      await sessions.remove(world.id);
      throw error;
    }
  });
}

async function originOf(sessions: Sessions, id: string, name: string | undefined): Promise<NonNullable<NewSession['from']> | AdminAnswer> {
  const world = await sessions.find(id);
  if (world === undefined)
    return unknownRoute(`There is no session ${JSON.stringify(id.slice(0, 60))}.`, 'GET /__admin/sessions lists them.');
  await world.refresh();
  if (name === undefined) return { about: originalOf(world), records: recordsOf(world) };
  const snapshot = findSnapshot(world, name);
  if (snapshot === undefined) return unknownSnapshot(world, name);
  return { about: originalOf(world), records: goingOnFrom(snapshot.records, snapshot.at) };
}

function originalOf({ about: { mint, tag, seed } }: World): NonNullable<NewSession['from']>['about'] {
  return { mint, tag, seed };
}

/** What a session is to have from the beginning; a refusal where it cannot. */
async function fill(
  world: World,
  situation: Situation | undefined,
  { clock, rules }: Pick<z.infer<typeof newSession>, 'clock' | 'rules'>,
  options: Omit<ParseOptions, 'identities'>,
): Promise<AdminAnswer | undefined> {
  try {
    if (situation !== undefined) await usable(() => replay(world, situation));
  } catch (error) {
    if (error instanceof SessionError) return conflict(error.message);
    throw error;
  }
  const { scripts, sandbox } = world;
  const answers = [
    ...(clock === undefined ? [] : [await putClock(world.clock, clock)]),
    ...(rules === undefined ? [] : [addRules({ ...options, scripts, identities: sandbox?.identities }, rules)]),
  ];
  await world.settled();
  return answers.find(({ status }) => status >= 400);
}

async function snap(world: World, body: unknown): Promise<AdminAnswer> {
  const parsed = z.strictObject({ name: name.optional() }).safeParse(body ?? {});
  if (!parsed.success) return invalidInput(z.prettifyError(parsed.error), 'Send {"name": "before the storm"}, or nothing.');
  const taken = await takeSnapshot(world, parsed.data.name);
  return { status: 201, body: summaryOf(taken) };
}

async function restore(world: World, body: unknown): Promise<AdminAnswer> {
  const parsed = z.strictObject({ snapshot: name }).safeParse(body);
  if (!parsed.success) return invalidInput(z.prettifyError(parsed.error), 'Send {"snapshot": "before the storm"}.');
  const found = findSnapshot(world, parsed.data.snapshot);
  if (found === undefined) return unknownSnapshot(world, parsed.data.snapshot);
  await restoreSnapshot(world, found);
  return ok(summaryOf(found));
}

function unknownSnapshot(world: World, name: string): AdminAnswer {
  const names = listSnapshots(world).map((one) => one.name);
  return unknownRoute(
    `The world ${world.id} has no snapshot ${JSON.stringify(name)}.`,
    names.length === 0 ? `Take one with POST /__admin/sessions/${world.id}/snapshots.` : `It has ${names.join(', ')}.`,
  );
}

function conflict(detail: string): AdminAnswer {
  return { status: 409, body: problemBody('admin-conflict', detail) };
}

async function orConflict(work: () => Promise<AdminAnswer>): Promise<AdminAnswer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SessionError) return conflict(error.message);
    throw error;
  }
}

/** Sessions are told apart by what follows the address of the server, whoever asks. */
function urlOf(id: string, baseUrl: string): string {
  const at = baseUrl.indexOf(PREFIX);
  const server = at < 0 ? baseUrl : baseUrl.slice(0, at);
  return id === DEFAULT ? server : `${server}${PREFIX}${id}`;
}

function listedAs({ id, created, expires }: SessionInfo, baseUrl: string): z.infer<typeof listed> {
  return { id, url: urlOf(id, baseUrl), createdAt: timeOf(created), expiresAt: expires === undefined ? null : timeOf(expires) };
}

function shown(world: World, baseUrl: string): z.infer<typeof session> {
  const { id, about, clock, journal, scripts, sandbox } = world;
  const expires = about.ttlMs === undefined ? undefined : Date.now() + about.ttlMs;
  const info = listedAs({ id, created: about.created, expires }, baseUrl);
  return {
    ...info,
    admin: `${info.url}/__admin`,
    clock: { now: timeOf(clock.now()), frozen: clock.frozen },
    requests: journal.total,
    rules: scripts.rules.length,
    world: (sandbox?.world as Record<string, unknown> | undefined) ?? null,
  };
}

function summaryOf({ name, at, records }: Snapshot): z.infer<typeof snapshot> {
  return { name, at: timeOf(at), records: records.length };
}

function showSituation({ scripts }: World, situation: Situation): z.infer<typeof replayed> {
  const { contract, about, clock, past } = situation;
  return {
    token: writeReplay(situation),
    contract,
    seed: about.seed ?? null,
    clock: { now: timeOf(clock.now), frozen: clock.frozen },
    rules: scripts.rules.map(({ stub: _, ...rule }) => ({ ...rule })),
    requests: past.events.flatMap((event) => {
      const by = 'request' in event ? event.request : event.by;
      return by === undefined ? [] : [{ at: timeOf(event.at), method: by.method, url: redactUrlText(by.url) }];
    }),
  };
}

function redactUrlText(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? redactUrl(url, new URLSearchParams()) : redactUrl(url.slice(0, at), new URLSearchParams(url.slice(at + 1)));
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
