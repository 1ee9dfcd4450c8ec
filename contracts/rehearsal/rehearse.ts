import { ONE_BY_ONE, type Plan, type PlannedPath } from '../plan.js';
import { countKeyPlaces, leftovers, prepareRun, type Run } from '../run.js';
import type { CauseLine } from '../types.js';
import type { Permits } from '../permits.js';
import { createRoom, type Room } from './room.js';
import type { Answered, LeftBehind, Sent } from './types.js';

/** One path as it was rehearsed. */
export interface Rehearsed {
  readonly planned: PlannedPath;
  readonly line: CauseLine;
  /** The requests of its story in order, with those of what it shares with other paths. */
  readonly story: readonly Sent[];
  /** What was sent while it ran: without what others had made before, with its session, and with what puts things back. */
  readonly own: readonly Sent[];
  /** Why the deployment's file does not permit what it would have to send. */
  readonly refusals: readonly string[];
}

/** A whole run as it was rehearsed. */
export interface Rehearsal {
  readonly plan: Plan;
  /** In the contract's order. */
  readonly paths: readonly Rehearsed[];
  /** Before the first path. */
  readonly opening: readonly Sent[];
  /** After the last one. */
  readonly closing: readonly Sent[];
  /** Everything, in order. */
  readonly sent: readonly Sent[];
  readonly leaves: readonly LeftBehind[];
}

/**
 * Runs a plan against an imagined deployment: every path as it is, one after the other, with nothing sent. What it asks for is what a
 * run will ask for.
 *
 * @example
 * (await rehearse(plan)).sent.length;
 *
 * @param permits Asked about every request; what it refuses is noted, and goes on as if it had not.
 */
export async function rehearse(plan: Plan, permits?: Permits): Promise<Rehearsal> {
  const { contract, suite, deployment } = plan;
  const room = createRoom({ contract, suite, deployment, ...(permits === undefined ? {} : { permits }) });
  const prepared = prepareRun(plan, { transport: room, wait: room.wait });
  await open(prepared, plan);
  const opening = room.sent.slice();
  const rehearsed = new Map<PlannedPath, Rehearsed>();
  for (const planned of inOrder(plan)) rehearsed.set(planned, await one(planned, prepared, room));
  const end = room.sent.length;
  await prepared.cleanUp();
  return {
    plan,
    paths: plan.paths.flatMap((planned) => rehearsed.get(planned) ?? []),
    opening,
    closing: room.sent.slice(end),
    sent: room.sent,
    leaves: leftIn(plan, room),
  };
}

/** As {@link prepareRun} and `run` begin. */
async function open(prepared: Run, plan: Plan): Promise<void> {
  if ((await prepared.silence()) !== undefined) return;
  const found = leftovers(prepared.context, false);
  while ((await found.next()).done !== true);
  await countKeyPlaces(prepared.context, plan);
}

/** Lane after lane, as they run. */
function inOrder({ paths }: Plan): readonly PlannedPath[] {
  const isIn = (lane: string) => (planned: PlannedPath) => (planned.action.do === 'run' ? planned.action.lane : 'parallel') === lane;
  return ['parallel', ...ONE_BY_ONE].flatMap((lane) => paths.filter(isIn(lane)));
}

async function one(planned: PlannedPath, prepared: Run, room: Room): Promise<Rehearsed> {
  const begin = room.sent.length;
  room.face(planned.failure);
  const line = await prepared.execute(withoutAssertions(planned));
  room.face(undefined);
  const byId = new Map(room.sent.map((sent) => [sent.id, sent]));
  const story = line.evidence.requests.flatMap(({ requestId }) => byId.get(requestId ?? '') ?? []);
  const own = room.sent.slice(begin);
  return { planned, line, story, own, refusals: [...new Set([...story, ...own].flatMap(({ refusal }) => refusal ?? []))] };
}

/** What a path asserts beyond the contract is about answers that are real, and sends nothing. */
function withoutAssertions(planned: PlannedPath): PlannedPath {
  if (planned.action.do !== 'run') return planned;
  const { thenAlso: _, ...path } = planned.action.path;
  return { ...planned, action: { ...planned.action, path } };
}

/** What is made in a session goes away with it, if it can be closed. */
function leftIn({ suite, deployment }: Plan, { worlds }: Room): readonly LeftBehind[] {
  const answered: readonly Answered[] = worlds.get('') ?? [];
  const left = suite.rehearsal?.leaves(answered) ?? [];
  const sessions = worlds.size - 1;
  if (sessions === 0 || deployment.sessions?.close !== undefined) return left;
  return [...left, { what: 'sessions, which end by themselves', count: sessions }];
}
