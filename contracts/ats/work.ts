import { SetupFailed } from '../setup-failed.js';
import type { Steps } from '../steps.js';
import type { PathRequest, Token } from '../types.js';

/** A small recording: a second of audio is no better a proof than an eighth of one. */
export const AUDIO_BYTES = 1044;

/** The two lives of a job: a work that is registered, and a version of one. Both go through init, upload, prepare, confirm. */
export interface JobKind {
  readonly init: 'initWork' | 'initVersion' | 'initVersionUpload';
  readonly prepare: 'prepareWork' | 'prepareVersion';
  readonly confirm: 'confirmWork' | 'confirmVersion';
}

export const WORK: JobKind = { init: 'initWork', prepare: 'prepareWork', confirm: 'confirmWork' };
export const VERSION: JobKind = { init: 'initVersion', prepare: 'prepareVersion', confirm: 'confirmVersion' };
export const VERSION_UPLOAD: JobKind = { ...VERSION, init: 'initVersionUpload' };

/** Who acts; by default the deployment's active key in its own organization. */
export interface Actor {
  readonly as?: Token;
  readonly params?: Readonly<Record<string, string>>;
}

export interface Job extends Actor {
  readonly kind: JobKind;
  readonly jobId: string;
  readonly uploadUrl: unknown;
}

/** Members of an init's body, over those that it has anyway. */
export type Members = Readonly<Record<string, unknown>>;

/** The request that opens a job; nothing has been sent yet. */
export async function initRequest(steps: Steps, kind: JobKind, actor: Actor = {}, members: Members = {}): Promise<PathRequest> {
  const creators = [
    { full_name: 'Clara Example', email: 'clara@example.org', roles: { author: true, composer: true, arranger: false, adapter: false } },
  ];
  const { network } = steps.deployment;
  const filename = 'failpath.wav';
  const bodies = {
    initWork: { network, title: steps.unique('work'), filename, creators },
    initVersion: { network, creators },
    initVersionUpload: { network, filename, creators },
  };
  return { operation: kind.init, ...actor, params: await workParams(steps, kind, actor), body: { ...bodies[kind.init], ...members } };
}

/** Opens a job. */
export async function open(steps: Steps, kind: JobKind, actor: Actor = {}, members: Members = {}): Promise<Job> {
  const { job_id: jobId, upload_url: uploadUrl } = await steps.call(await initRequest(steps, kind, actor, members));
  if (typeof jobId !== 'string') throw new SetupFailed(`${kind.init} answered no job_id`);
  return { ...actor, kind, jobId, uploadUrl };
}

/** Opens a job and, where the kind asks for audio, uploads so many bytes of it. */
export async function upload(
  steps: Steps,
  kind: JobKind,
  actor: Actor = {},
  bytes: number = AUDIO_BYTES,
  members: Members = {},
): Promise<Job> {
  const job = await open(steps, kind, actor, members);
  if (kind.init !== 'initVersion') await steps.upload(job.uploadUrl, { bytes });
  return job;
}

/** Brings a job to a binding quote. */
export async function prepare(
  steps: Steps,
  kind: JobKind,
  actor: Actor = {},
  bytes: number = AUDIO_BYTES,
  members: Members = {},
): Promise<Job> {
  const job = await upload(steps, kind, actor, bytes, members);
  await steps.call(await prepareRequest(steps, job));
  return job;
}

/** Registers a job on the chain; the transaction is under way when this returns. */
export async function confirm(
  steps: Steps,
  kind: JobKind,
  actor: Actor = {},
  members: Members = {},
): Promise<{ readonly job: Job; readonly transactionId: string }> {
  const job = await prepare(steps, kind, actor, AUDIO_BYTES, members);
  const { transaction_id: transactionId } = await steps.call(await confirmRequest(steps, job));
  if (typeof transactionId !== 'string') throw new SetupFailed(`${kind.confirm} answered no transaction_id`);
  return { job, transactionId };
}

/** A prepare of a job, by default by whoever opened it; `kind` and `actor` may lie about it. */
export async function prepareRequest(steps: Steps, job: Job, actor: Actor = job, kind: JobKind = job.kind): Promise<PathRequest> {
  return jobRequest(steps, kind.prepare, job.jobId, actor, kind);
}

/** A confirm of a job, by default by whoever opened it. */
export async function confirmRequest(steps: Steps, job: Job, actor: Actor = job, kind: JobKind = job.kind): Promise<PathRequest> {
  return jobRequest(steps, kind.confirm, job.jobId, actor, kind);
}

async function jobRequest(steps: Steps, operation: string, jobId: string, actor: Actor, kind: JobKind): Promise<PathRequest> {
  return {
    operation,
    ...(actor.as === undefined ? {} : { as: actor.as }),
    params: await workParams(steps, kind, actor),
    body: { job_id: jobId },
  };
}

/** Versions stand under a work of their organization. */
async function workParams(steps: Steps, kind: JobKind, actor: Actor): Promise<Readonly<Record<string, string>>> {
  if (kind.init === 'initWork' || actor.params?.['ats_id'] !== undefined) return actor.params ?? {};
  return { ...actor.params, ats_id: await ownWork(steps) };
}

/** The number of a registered work of the organization under test. */
export async function ownWork(steps: Steps): Promise<string> {
  const made = await steps.provide('work.own');
  const atsId = typeof made === 'string' ? made : steps.deployment.works.own;
  if (atsId === undefined) throw new SetupFailed('there is no work.own');
  return atsId;
}

/** The second organization with its key, in its own path. */
export async function secondOrganization(steps: Steps): Promise<Required<Actor>> {
  const as = await steps.identity('otherOrg');
  return { as, params: { organization_id: as.organization ?? '' } };
}
