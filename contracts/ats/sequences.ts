import { SetupFailed } from '../setup-failed.js';
import type { Steps } from '../steps.js';
import type { Sequence, Suite } from '../suite.js';
import type { Token } from '../types.js';
import { revocation } from './keys.js';
import { listRequest, registeredUser } from './partner-requests.js';
import { untilRefused } from './revocation.js';
import { mintToken } from './scenarios.js';
import { confirm, secondOrganization, WORK, type Actor, type Members } from './work.js';

const ALL_SCOPES = ['works:register', 'works:update', 'works:read'];
/** Small enough to go over it with a small file. */
const SMALL_FILE_BYTES = 4096;
/** A block on the slower network takes 12 seconds; a queue in front of it may take a few more. */
const PATIENCE_MS = 90_000;
const POLL_MS = 2_000;

const minted = (
  name: string,
  members: Readonly<Record<string, unknown>>,
  after?: (steps: Steps, id: string, made: Token) => Promise<void>,
): Sequence['run'] => {
  return async (steps) => {
    const { id, made } = await mintToken(steps, name, members);
    const cap = members['max_file_size_bytes'];
    await after?.(steps, id, made);
    return typeof cap === 'number' ? { ...made, maxFileSizeBytes: cap } : made;
  };
};

/** Registers a work and waits until the chain has it. */
async function registerWork(steps: Steps, actor: Actor = {}, members: Members = {}): Promise<{ atsId: string; jobId: string }> {
  const { transactionId, job } = await confirm(steps, WORK, actor, members);
  for (let waited = 0; ; waited += POLL_MS) {
    const status = await steps.call({ operation: 'getTransaction', params: { transaction_id: transactionId } });
    const result = status['result'] as { ats_id?: string | number } | null | undefined;
    if (result?.ats_id !== undefined) return { atsId: String(result.ats_id), jobId: job.jobId };
    if (status['is_complete'] === true) throw new SetupFailed(`transaction ${transactionId} failed`);
    if (waited >= PATIENCE_MS) throw new SetupFailed(`transaction ${transactionId} is not complete after ${PATIENCE_MS / 1000} s`);
    await steps.wait(POLL_MS);
  }
}

/** How the public API makes what a deployment file does not have ready. */
export const sequences: Suite['sequences'] = {
  'identity:active': { needs: ['key.create'], run: minted('active', { scopes: ALL_SCOPES }) },
  'identity:readOnly': { needs: ['key.create'], run: minted('readOnly', { scopes: ['works:read'] }) },
  'identity:revoked': {
    needs: ['key.create', 'key.revoke'],
    // A key that was just alive proves more than one that may never have been.
    preferred: true,
    run: minted('revoked', { scopes: ALL_SCOPES }, async (steps, id, token) => {
      await steps.call(revocation(id));
      await untilRefused(steps, token);
    }),
  },
  'identity:smallFiles': {
    needs: ['key.create', `upload:${SMALL_FILE_BYTES + 1}`],
    run: minted('smallFiles', { scopes: ALL_SCOPES, max_file_size_bytes: SMALL_FILE_BYTES }),
  },
  'identity:registerOnly': { needs: ['key.create'], afresh: true, run: minted('registerOnly', { scopes: ['works:register'] }) },
  'work.own': { needs: ['identity:active'], run: async (steps) => (await registerWork(steps)).atsId },
  'work.other': { needs: ['org.second'], run: async (steps) => (await registerWork(steps, await secondOrganization(steps))).atsId },
  'work.direct': { needs: ['identity:active'], run: async (steps) => (await registerWork(steps)).jobId },
  'work.external': {
    needs: ['identity:active'],
    run: async (steps) => {
      const user = registeredUser(steps);
      await registerWork(steps, {}, { external_user_ref: user });
      // Not the job's id: the list is what says by which id a work is downloaded.
      const { works } = await steps.call(await listRequest(steps, user));
      const [work] = Array.isArray(works) ? (works as { readonly id?: unknown }[]) : [];
      if (typeof work?.id !== 'string')
        throw new SetupFailed('listExternalUserWorks does not show the work that was registered for the user');
      return work.id;
    },
  },
};
