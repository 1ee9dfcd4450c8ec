import { randomUUID } from 'node:crypto';
import type { FailurePath } from '../path.js';
import { SetupFailed } from '../setup-failed.js';
import type { Steps } from '../steps.js';
import type { SharedState } from '../types.js';
import type { Expiry } from '../types.js';
import { beneath } from './beneath.js';
import { expired, nearlyExpired } from './time.js';
import {
  AUDIO_BYTES,
  confirmRequest,
  open,
  prepare,
  prepareRequest,
  secondOrganization,
  upload,
  VERSION,
  VERSION_UPLOAD,
  WORK,
  type Actor,
  type Job,
  type JobKind,
} from './work.js';

/** Over the size that stores free of charge, so that a confirm costs something on every network. */
const PRICED_BYTES = 11 * 1024 * 1024;

/** The second organization under its own path; for versions, under its own work. */
export async function stranger(steps: Steps, kind: JobKind): Promise<Actor> {
  const { as, params } = await secondOrganization(steps);
  return kind === WORK ? { as, params } : { as, params: { ...params, ats_id: await otherWork(steps) } };
}

async function otherWork(steps: Steps): Promise<string> {
  const made = await steps.provide('work.other');
  return typeof made === 'string' ? made : (steps.deployment.works.other ?? '');
}

/** A key with a file cap of its own, and an upload just over it or, for the control twin, just at it. */
async function capped(steps: Steps, kind: JobKind, excess: 0 | 1): Promise<Job> {
  const as = await steps.identity('smallFiles');
  const cap = as.maxFileSizeBytes;
  if (cap === undefined) throw new SetupFailed('the identity smallFiles does not say its cap: give identities.smallFiles.maxFileSizeBytes');
  if (!steps.can(`upload:${cap + 1}`)) throw new SetupFailed(`an upload of ${cap + 1} bytes is not allowed: set uploads.maxBytes`);
  return upload(steps, kind, { as }, cap + excess);
}

/** One of the two steps that a job must go through in time, once, in its own path, by its own organization. */
interface Stage {
  readonly operation: string;
  readonly gone: string;
  readonly usedUp: string;
  readonly forbidden: string;
  /** The job whose time is over, and where a deployment file has one. */
  readonly expiry: Expiry;
  readonly aged: 'uploadSession' | 'versionUploadSession' | 'quote' | 'versionQuote';
  /** Brings a job to where this step is next. */
  readonly bring: (steps: Steps, kind: JobKind) => Promise<Job>;
  readonly request: typeof prepareRequest;
}

const stagePaths = (kind: JobKind, elsewhere: JobKind, stage: Stage): FailurePath[] => {
  const { operation, gone, bring, request } = stage;
  return [
    { operation, code: gone, cause: 'never existed', when: (ready) => ({ ...ready, body: { job_id: randomUUID() } }) },
    {
      operation,
      code: gone,
      cause: 'expired',
      needs: [stage.expiry],
      given: (steps) =>
        expired(steps, stage.expiry, {
          made: async () => request(steps, await bring(steps, kind)),
          aged: async () => request(steps, { kind, jobId: steps.deployment.aged[stage.aged] ?? '', uploadUrl: undefined }),
        }),
      control: (steps) => nearlyExpired(steps, stage.expiry, async () => request(steps, await bring(steps, kind))),
      boundary: 'a job that has not expired yet',
    },
    {
      operation,
      code: gone,
      cause: stage.usedUp,
      given: async (steps) => {
        const once = await request(steps, await bring(steps, kind));
        await steps.call(once);
        return once;
      },
    },
    {
      operation,
      code: gone,
      cause: 'of another path',
      needs: ['work.own'],
      given: async (steps) => request(steps, await bring(steps, elsewhere), {}, kind),
    },
    {
      operation,
      code: stage.forbidden,
      cause: 'another organization',
      needs: kind === WORK ? ['org.second'] : ['org.second', 'work.other'],
      given: async (steps) => request(steps, await bring(steps, kind), await stranger(steps, kind)),
    },
  ];
};

const preparePaths = (kind: JobKind, withAudio: JobKind, elsewhere: JobKind): FailurePath[] => {
  const operation = kind.prepare;
  return [
    ...stagePaths(kind, elsewhere, {
      operation,
      gone: 'registration.upload_session_not_found',
      usedUp: 'consumed',
      forbidden: 'registration.upload_session_forbidden',
      ...(kind === WORK
        ? { expiry: 'expired.upload', aged: 'uploadSession' }
        : { expiry: 'expired.versionUpload', aged: 'versionUploadSession' }),
      bring: upload,
      request: prepareRequest,
    }),
    {
      operation,
      code: 'registration.audio_too_large',
      cause: 'over the maximum',
      needs: ['identity:smallFiles', `upload:${AUDIO_BYTES}`],
      given: async (steps) => prepareRequest(steps, await capped(steps, withAudio, 1)),
      control: async (steps) => prepareRequest(steps, await capped(steps, withAudio, 0)),
      boundary: 'audio of exactly the maximum',
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
    beneath(operation, 'registration.commitment_invalid', 'own commitment refused', 'commitment.fault'),
    beneath(operation, 'registration.dry_run_failed', 'refused by the chain', 'chain.fault'),
  ];
};

/** Leaves just enough for one request; where the deployment pretends instead of counting, there is nothing to leave. */
async function within(steps: Steps, state: SharedState, parameters: Readonly<Record<string, unknown>>): Promise<void> {
  if (!steps.simulated) await steps.change(state, parameters);
}

/** What the last quote of the path has said that confirming costs. */
function priceOf({ exchanges }: Steps): unknown {
  const quotes = exchanges.filter(({ label }) => label === WORK.prepare || label === VERSION.prepare);
  return (quotes.at(-1)?.answer?.json as { readonly total_price_credits?: unknown } | undefined)?.total_price_credits;
}

const confirmPaths = (kind: JobKind, withAudio: JobKind, elsewhere: JobKind): FailurePath[] => {
  const operation = kind.confirm;
  return [
    ...stagePaths(kind, elsewhere, {
      operation,
      gone: 'registration.prepared_not_found',
      usedUp: 'confirmed already',
      forbidden: 'registration.prepared_forbidden',
      ...(kind === WORK ? { expiry: 'expired.quote', aged: 'quote' } : { expiry: 'expired.versionQuote', aged: 'versionQuote' }),
      bring: prepare,
      request: confirmRequest,
    }),
    {
      ...beneath(operation, 'common.forbidden', 'too few credits', 'credits.set', { credits: 0 }),
      needs: ['credits.set', `upload:${PRICED_BYTES}`],
      given: async (steps) => confirmRequest(steps, await prepare(steps, withAudio, {}, PRICED_BYTES)),
      control: async (steps, request) => {
        await within(steps, 'credits.set', { credits: priceOf(steps) });
        return request;
      },
      boundary: 'what the quote costs',
    },
    {
      ...beneath(operation, 'common.quota_exceeded', 'quota reached', 'quota.set', { limit: 1, used: 1 }),
      control: async (steps, request) => {
        await within(steps, 'quota.set', { limit: 1, used: 0 });
        return request;
      },
      boundary: 'the last confirmation of the quota',
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
