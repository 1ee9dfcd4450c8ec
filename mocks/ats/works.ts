import { sha256 } from './digest.js';
import type { Quote, State, Transaction, Version, Work } from './state.js';

/** Works and their versions, and the ways to find them: by number on chain, by id, and by the external user that they are for. */

/** The name under which an external user of an organization is kept, short whatever the organization calls the user. */
export function userId(organizationId: string, externalUserRef: string): string {
  return sha256(JSON.stringify([organizationId, externalUserRef]));
}

const versionId = (atsId: number, version: number): string => `${atsId}/${version}`;
const externalWorkId = (user: string, number: number): string => `${user}/${number}`;

/**
 * Keeps what a confirmed submission makes: of a registration the work itself, of everything its version. Both can be seen from when
 * the chain has them.
 *
 * @param completeAt When the transaction is complete, in milliseconds since 1970 UTC.
 */
export function addVersion(state: State, quote: Quote, transaction: Transaction, completeAt: number): void {
  const { ats_id, id: transaction_id, created_at } = transaction;
  const { network, audio, commitment, creators } = quote;
  const known = state.works.get(String(ats_id));
  const work: Work = known === undefined ? newWork(quote, transaction, completeAt) : { ...known, versions: known.versions + 1, audio };
  if (known === undefined) addWork(state, work);
  else state.works.put(String(ats_id), work);
  putVersion(state, work, {
    number: work.versions,
    network,
    transaction_id,
    audio,
    commitment,
    creators,
    created_at,
    on_chain_at: completeAt,
    well_known: false,
  });
}

function newWork(quote: Quote, { ats_id, created_at }: Transaction, on_chain_at: number): Work {
  return {
    id: quote.id,
    ats_id,
    organization_id: quote.organization_id,
    external_user_ref: quote.external_user_ref,
    network: quote.network,
    title: quote.title,
    magic: quote.magic,
    created_at,
    on_chain_at,
    well_known: false,
    versions: 1,
    audio: quote.audio,
  };
}

/** Keeps a new work under each of its names. */
export function addWork(state: State, work: Work): void {
  const { id, ats_id, organization_id, external_user_ref, well_known } = work;
  state.works.put(String(ats_id), work);
  state.workLinks.put(id, { ats_id, well_known });
  if (external_user_ref === null) return;
  const user = userId(organization_id, external_user_ref);
  const before = state.externalUsers.get(user);
  const works = (before?.works ?? 0) + 1;
  // A new place at the end: who has had works of late makes room for others last.
  state.externalUsers.delete(user);
  state.externalUsers.put(user, { works, well_known: well_known || before?.well_known === true });
  state.externalWorks.put(externalWorkId(user, works), { ats_id, well_known });
}

export function putVersion({ versions }: State, { ats_id }: Pick<Work, 'ats_id'>, version: Version): void {
  versions.put(versionId(ats_id, version.number), version);
}

/** A work by its id. */
export function workWithId({ workLinks, works }: State, id: string): Work | undefined {
  const link = workLinks.get(id);
  return link === undefined ? undefined : works.get(String(link.ats_id));
}

/** A version of a work, be it on chain or not. */
export function versionOf({ versions }: State, { ats_id }: Pick<Work, 'ats_id'>, number: number): Version | undefined {
  return versions.get(versionId(ats_id, number));
}

/** The versions of a work, oldest first, be they on chain or not. */
export function versionsOf(state: State, work: Work): readonly Version[] {
  const numbers = Array.from({ length: work.versions }, (_, index) => index + 1);
  return numbers.flatMap((number) => versionOf(state, work, number) ?? []);
}

/** One of an external user's works, and its place among them: 1 for the first. */
export interface Placed {
  readonly place: number;
  readonly work: Work;
}

/** The works of an external user, newest first, be they on chain or not. */
export function* worksOf(state: State, user: string): Generator<Placed> {
  for (let place = state.externalUsers.get(user)?.works ?? 0; place > 0; place--) {
    const link = state.externalWorks.get(externalWorkId(user, place));
    const work = link === undefined ? undefined : state.works.get(String(link.ats_id));
    if (work !== undefined) yield { place, work };
  }
}
