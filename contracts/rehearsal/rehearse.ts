import { LANES, laneOfPlanned, type Plan, type PlannedPath } from '../plan.js';
import { prepareProbes, type Probe, type ProbeLine, type ProbeVisit } from '../probes/index.js';
import { countKeyPlaces, leftovers, prepareRun, type Run } from '../run.js';
import type { CauseLine } from '../types.js';
import { createRoom, type Refusals, type Room } from './room.js';
import type { Answered, LeftBehind, Sent } from './types.js';
import { rehearseWebhooks, type RehearsedWebhook } from './webhooks.js';

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

/** Probes that go together, as they were rehearsed. */
export interface RehearsedVisit {
  readonly visit: ProbeVisit;
  readonly lines: readonly ProbeLine[];
  /** In their order, as many as lines: the requests of each one's story. */
  readonly stories: readonly (readonly Sent[])[];
  /** What was sent while it was made. */
  readonly own: readonly Sent[];
}

/** A whole run as it was rehearsed. */
export interface Rehearsal {
  readonly plan: Plan;
  /** In the contract's order. */
  readonly paths: readonly Rehearsed[];
  /** Before the first path. */
  readonly opening: readonly Sent[];
  /** What follows the paths: lanes of requests that look beyond single causes; none where they were not asked for. */
  readonly visits: readonly RehearsedVisit[];
  /** After all of these. */
  readonly closing: readonly Sent[];
  /** In the contract's order; none where they were not asked for. They follow everything else. */
  readonly webhooks: readonly RehearsedWebhook[];
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
 * @param refused Asked about every request; what it says is noted, and changes nothing.
 * @param probes Whether the run goes on with what looks beyond single causes.
 * @param webhooks Whether the run goes on with the contract's webhooks.
 */
export async function rehearse(
  plan: Plan,
  {
    refused,
    probes = false,
    webhooks = false,
  }: { readonly refused?: Refusals; readonly probes?: boolean; readonly webhooks?: boolean } = {},
): Promise<Rehearsal> {
  const { contract, suite, deployment } = plan;
  const room = createRoom({ contract, suite, deployment, refusals: refused });
  const prepared = prepareRun(plan, { transport: room, wait: room.wait, scripts: false });
  await open(prepared, plan);
  const opening = room.sent.slice();
  const rehearsed = new Map<PlannedPath, Rehearsed>();
  for (const planned of inOrder(plan)) rehearsed.set(planned, await one(planned, prepared, room));
  const visits = probes ? await visit(plan, prepared, room, [...rehearsed.values()]) : [];
  const end = room.sent.length;
  await prepared.cleanUp();
  const closing = room.sent.slice(end);
  const heard = webhooks ? await rehearseWebhooks(plan, room) : [];
  return {
    plan,
    paths: plan.paths.flatMap((planned) => rehearsed.get(planned) ?? []),
    opening,
    visits,
    closing,
    webhooks: heard,
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
  return LANES.flatMap((lane) => paths.filter((planned) => laneOfPlanned(planned) === lane));
}

async function one(planned: PlannedPath, prepared: Run, room: Room): Promise<Rehearsed> {
  const begin = room.sent.length;
  room.face(planned.failure);
  const line = await prepared.execute(withoutAssertions(planned));
  room.face(undefined);
  const story = storyOf(line, room);
  const own = room.sent.slice(begin);
  return { planned, line, story, own, refusals: [...new Set([...story, ...own].flatMap((sent) => sent.refusals))] };
}

async function visit(plan: Plan, prepared: Run, room: Room, paths: readonly Rehearsed[]): Promise<RehearsedVisit[]> {
  const begins = ({ expected }: Probe): void => room.face(expected?.failure);
  const rehearsed: RehearsedVisit[] = [];
  for (const next of prepareProbes(plan, prepared, { lines: paths.map(({ line }) => line), begins }).visits) {
    const begin = room.sent.length;
    const lines = await next.make();
    rehearsed.push({ visit: next, lines, stories: lines.map((line) => storyOf(line, room)), own: room.sent.slice(begin) });
  }
  room.face(undefined);
  return rehearsed;
}

/** The requests of a line's evidence: each answer bears the name of its request. */
function storyOf({ evidence }: Pick<CauseLine, 'evidence'>, { sent }: Room): readonly Sent[] {
  const byId = new Map(sent.map((one) => [one.id, one]));
  return evidence.requests.flatMap(({ requestId }) => byId.get(requestId ?? '') ?? []);
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
  return [...left, { what: sessions === 1 ? 'session, which ends by itself' : 'sessions, which end by themselves', count: sessions }];
}
