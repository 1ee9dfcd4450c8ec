import { SetupFailed } from '../setup-failed.js';
import type { Steps } from '../steps.js';
import type { PathRequest, Token } from '../types.js';
import type { Actor } from './work.js';

/** Requests with a partner session, and the sessions themselves. */

/** The request that opens a session for an external user, by default in the organization under test. */
export function sessionRequest(user: string, actor: Actor = {}): PathRequest {
  return { operation: 'createPartnerSession', ...actor, body: { external_user_ref: user } };
}

/** Opens a session for an external user. */
export async function openSession(steps: Steps, user: string, actor: Actor = {}): Promise<Token> {
  const { token } = await steps.call(sessionRequest(user, actor));
  if (typeof token !== 'string') throw new SetupFailed('createPartnerSession answered no token');
  return { name: 'partnerSession', value: token };
}

/** The first page of a user's works, with a session for this very user. */
export async function listRequest(steps: Steps, user: string): Promise<PathRequest> {
  const as = await openSession(steps, user);
  const { network } = steps.deployment;
  return { operation: 'listExternalUserWorks', as, params: { external_user_ref: user }, query: { network } };
}

/** The external user that the run registers a work for, where the deployment file has none. */
export function registeredUser(steps: Steps): string {
  return `${steps.namesBegin}user`;
}

/** A work of an external user of the organization under test. */
export interface UserWork {
  readonly user: string;
  readonly id: string;
}

export async function userWork(steps: Steps): Promise<UserWork> {
  const made = await steps.provide('work.external');
  if (typeof made === 'string') return { user: registeredUser(steps), id: made };
  const { external } = steps.deployment.works;
  if (external === undefined) throw new SetupFailed('there is no work.external');
  return { user: external.externalUserRef, id: external.id };
}

/** The certificate of the registration of a user's work, with a session for this very user. */
export async function downloadRequest(steps: Steps): Promise<PathRequest> {
  const { user, id } = await userWork(steps);
  return {
    operation: 'downloadVersionFile',
    as: await openSession(steps, user),
    params: { external_user_ref: user, work_id: id, version: 1, file: 'certificate' },
  };
}
