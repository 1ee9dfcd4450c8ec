import { randomUUID } from 'node:crypto';
import type { FailurePath } from '../path.js';
import { SetupFailed, type Steps } from '../steps.js';
import type { Capability } from '../types.js';
import { confirmRequest, open, prepare, prepareRequest, secondOrganization, upload, VERSION, VERSION_UPLOAD, WORK, type Actor, type Job, type JobKind } from './work.js';

/** Over the size that stores free of charge, so that a confirm costs something on every network. */
const PRICED_BYTES = 11 * 1024 * 1024;

const limit = (steps: Steps, name: string): number => steps.contract.limits[name]?.value ?? 0;

/** One second past a time to live. */
const outlive = (steps: Steps, name: string): Promise<void> => steps.change('clock.advance', { seconds: limit(steps, name) + 1 });

/** The second organization under its own path; for versions, under its own work. */
async function stranger(steps: Steps, kind: JobKind): Promise<Actor> {
  const { as, params } = await secondOrganization(steps);
  return kind === WORK ? { as, params } : { as, params: { ...params, ats_id: await otherWork(steps) } };
}

async function otherWork(steps: Steps): Promise<string> {
  const made = await steps.provide('work.other');
  return typeof made === 'string' ? made : (steps.deployment.works.other ?? '');
}

const strangerNeeds = (kind: JobKind): readonly Capability[] => (kind === WORK ? ['org.second'] : ['org.second', 'work.other']);

/** A key with a file cap of its own, and an upload just over it or, for the control twin, just at it. */
async function capped(steps: Steps, kind: JobKind, excess: 0 | 1): Promise<Job> {
  const as = await steps.identity('smallFiles');
  const cap = as.maxFileSizeBytes;
  if (cap === undefined) throw new SetupFailed('the identity smallFiles does not say its cap: give identities.smallFiles.maxFileSizeBytes');
  if (!steps.can(`upload:${cap + 1}`)) throw new SetupFailed(`an upload of ${cap + 1} bytes is not allowed: set uploads.maxBytes`);
  return upload(steps, kind, { as }, cap + excess);
}

const preparePaths = (kind: JobKind, withAudio: JobKind, elsewhere: JobKind): FailurePath[] => {
  const operation = kind.prepare;
  const gone = 'registration.upload_session_not_found';
  return [
    { operation, code: gone, cause: 'never existed', when: (request) => ({ ...request, body: { job_id: randomUUID() } }) },
    {
      operation,
      code: gone,
      cause: 'expired',
      needs: ['clock.advance'],
      given: async (steps) => {
        const job = await upload(steps, withAudio);
        await outlive(steps, 'upload_ttl_seconds');
        return prepareRequest(steps, job);
      },
    },
    { operation, code: gone, cause: 'consumed', given: async (steps) => prepareRequest(steps, await prepare(steps, kind)) },
    {
      operation,
      code: gone,
      cause: 'of another path',
      needs: ['work.own'],
      given: async (steps) => prepareRequest(steps, await upload(steps, elsewhere), {}, kind),
    },
    {
      operation,
      code: 'registration.upload_session_forbidden',
      cause: 'another organization',
      needs: strangerNeeds(kind),
      given: async (steps) => prepareRequest(steps, await upload(steps, kind), await stranger(steps, kind)),
    },
    {
      operation,
      code: 'registration.audio_too_large',
      cause: 'over the maximum',
      needs: ['identity:smallFiles'],
      given: async (steps) => prepareRequest(steps, await capped(steps, withAudio, 1)),
      control: async (steps) => prepareRequest(steps, await capped(steps, withAudio, 0)),
      thenAlso: ({ details }, expect, request) => {
        const cap = request.as?.maxFileSizeBytes ?? details['max_bytes'];
        expect(details['max_bytes'], "the key's own maximum").to.equal(cap);
        expect(details['size_bytes'], 'the bytes that were uploaded').to.equal(Number(cap) + 1);
      },
    },
    {
      operation,
      code: 'registration.audio_empty',
      cause: 'zero bytes',
      given: async (steps) => prepareRequest(steps, await upload(steps, withAudio, {}, 0)),
    },
    {
      operation,
      code: 'registration.audio_empty',
      cause: 'nothing uploaded',
      given: async (steps) => prepareRequest(steps, await open(steps, withAudio)),
    },
    {
      operation,
      code: 'registration.commitment_invalid',
      cause: 'own commitment refused',
      needs: ['commitment.fault'],
      when: async (request, steps) => {
        await steps.change('commitment.fault');
        return request;
      },
    },
    {
      operation,
      code: 'registration.dry_run_failed',
      cause: 'refused by the chain',
      needs: ['chain.fault'],
      when: async (request, steps) => {
        await steps.change('chain.fault');
        return request;
      },
    },
  ];
};

const confirmPaths = (kind: JobKind, withAudio: JobKind, elsewhere: JobKind): FailurePath[] => {
  const operation = kind.confirm;
  const gone = 'registration.prepared_not_found';
  return [
    { operation, code: gone, cause: 'never existed', when: (request) => ({ ...request, body: { job_id: randomUUID() } }) },
    {
      operation,
      code: gone,
      cause: 'expired',
      needs: ['clock.advance'],
      given: async (steps) => {
        const job = await prepare(steps, kind);
        await outlive(steps, 'quote_ttl_seconds');
        return confirmRequest(steps, job);
      },
    },
    {
      operation,
      code: gone,
      cause: 'confirmed already',
      given: async (steps) => {
        const request = await confirmRequest(steps, await prepare(steps, kind));
        await steps.call(request);
        return request;
      },
    },
    {
      operation,
      code: gone,
      cause: 'of another path',
      needs: ['work.own'],
      given: async (steps) => confirmRequest(steps, await prepare(steps, elsewhere), {}, kind),
    },
    {
      operation,
      code: 'registration.prepared_forbidden',
      cause: 'another organization',
      needs: strangerNeeds(kind),
      given: async (steps) => confirmRequest(steps, await prepare(steps, kind), await stranger(steps, kind)),
    },
    {
      operation,
      code: 'common.forbidden',
      cause: 'too few credits',
      needs: ['credits.set', `upload:${PRICED_BYTES}`],
      given: async (steps) => confirmRequest(steps, await prepare(steps, withAudio, {}, PRICED_BYTES)),
      when: async (request, steps) => {
        await steps.change('credits.set', { credits: 0 });
        return request;
      },
      control: async (_, request) => request,
    },
    {
      operation,
      code: 'common.quota_exceeded',
      cause: 'quota reached',
      needs: ['quota.set'],
      when: async (request, steps) => {
        await steps.change('quota.set', { limit: 1, used: 1 });
        return request;
      },
    },
  ];
};

const workPaths = ['initVersion', 'initVersionUpload', 'prepareVersion', 'confirmVersion'].flatMap((operation): FailurePath[] => [
  {
    operation,
    code: 'work.not_found',
    cause: 'unknown',
    when: (request) => ({ ...request, params: { ...request.params, ats_id: '999999999' } }),
  },
  {
    operation,
    code: 'work.access_forbidden',
    cause: 'another organization',
    needs: ['work.other'],
    when: async (request, steps) => ({ ...request, params: { ...request.params, ats_id: await otherWork(steps) } }),
  },
]);

/** Jobs from init to confirm: unknown, expired, used up, somebody else's, too large, too dear. */
export const jobPaths: readonly FailurePath[] = [
  ...preparePaths(WORK, WORK, VERSION),
  ...preparePaths(VERSION, VERSION_UPLOAD, WORK),
  ...confirmPaths(WORK, WORK, VERSION),
  ...confirmPaths(VERSION, VERSION_UPLOAD, WORK),
  ...workPaths,
];
