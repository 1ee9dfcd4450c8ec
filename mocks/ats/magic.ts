import type { Remembered } from '../types.js';
import type { Facts } from './facts.js';

/** Members that belong to a job, and to the work that it makes. */
const JOB_MEMBERS = ['title', 'filename', 'external_user_ref'] as const;

/** One of the members that a job was opened with. */
export interface MagicText {
  readonly member: (typeof JOB_MEMBERS)[number];
  readonly text: string;
}

const NONE: readonly MagicText[] = Object.freeze([]);

/** The members of a job that are magic values: of the others nobody will ask, and a record stays small. */
export function magicOf(facts: Facts): readonly MagicText[] {
  const { magic } = facts.service;
  if (magic === undefined) return NONE;
  const found = JOB_MEMBERS.flatMap((member) => {
    const text = facts.text(member);
    return text !== undefined && magic.triggers(text) !== undefined ? [{ member, text }] : [];
  });
  return found.length === 0 ? NONE : found;
}

/**
 * The texts that belong to what a call is about, the nearest first: its job, transaction or work, and the names of the
 * keys that it uses, revokes or lists.
 *
 * @example
 * remembered(new Facts(service, call)); // [{ text: 'fail with api_key.revoked', of: 'the name of the key' }]
 */
export function remembered(facts: Facts): readonly Remembered[] {
  const { call, key } = facts;
  const isOfUser = call.params['external_user_ref'] !== undefined;
  const found = [
    ...textsOf(facts.session ?? facts.quote, 'job'),
    ...textsOf(call.params['transaction_id'] === undefined ? undefined : facts.transaction, 'transaction'),
    ...textsOf(call.params['ats_id'] === undefined ? undefined : facts.work, 'work'),
    ...(isOfUser ? [{ text: facts.externalUserRef, of: 'the external_user_ref of the path' }, ...textsOf(facts.workOfUser, 'work')] : []),
  ];
  if (key !== undefined) found.push({ text: key.name, of: 'the name of the key' });
  else if (call.params['api_key_id'] !== undefined) found.push(...named(facts.namedKey, 'the name of the key to revoke'));
  else if (call.operation.id === 'listApiKeys') found.push(...facts.unrevokedKeys.flatMap((one) => named(one, 'the name of a key')));
  return found;
}

function textsOf(record: { readonly magic: readonly MagicText[] } | undefined, what: string): Remembered[] {
  return record === undefined ? [] : record.magic.map(({ member, text }) => ({ text, of: `the ${member} of the ${what}` }));
}

function named(key: { readonly name: string } | undefined, of: string): Remembered[] {
  return key === undefined ? [] : [{ text: key.name, of }];
}
