import type { ChangeKind, Found } from './types.js';

/** More operations than this are counted. */
const NAMED = 3;

/** What a change says of itself, given the operations that it is about. */
export function sentence(found: Found, operations: readonly string[]): string {
  return SENTENCES[found.kind]({ ...found, on: list(operations) });
}

function list(operations: readonly string[]): string {
  if (operations.length > NAMED) return `${operations.length} operations (${operations.slice(0, NAMED).join(', ')}, ...)`;
  return operations.join(', ');
}

type Told = Found & { readonly on: string };

const became = ({ before, after }: Told): string => `: ${before ?? 'nothing'} -> ${after ?? 'nothing'}`;
const member = ({ code, at }: Told): string => `${at} of ${code}`;

const SENTENCES: Readonly<Record<ChangeKind, (told: Told) => string>> = {
  'operation-removed': ({ on, before }) => `${on} (${before}) is gone`,
  'operation-moved': (told) => `${told.on} has moved${became(told)}`,
  'operation-added': ({ on, after }) => `${on} (${after}) is new`,
  'operation-renamed': ({ before, after }) => `${before} is called ${after} now, in the same place`,
  'code-removed': ({ code, status, on }) => `${status} ${code} is gone from the API; it was declared for ${on}`,
  'code-moved': ({ code, status, on }) => `${status} ${code} is no longer declared for ${on}`,
  'code-added': ({ code, status, on }) => `${status} ${code} may be answered by ${on}`,
  'status-changed': (told) => `${told.code} has another status on ${told.on}${became(told)}`,
  'content-type-changed': (told) => `${told.code} comes as another content type on ${told.on}${became(told)}`,
  'retry-changed': (told) => `${told.code} may be retried otherwise on ${told.on}${became(told)}`,
  'member-removed': (told) => `${member(told)} is gone on ${told.on}`,
  'member-optional': (told) => `${member(told)} may be absent on ${told.on}`,
  'member-narrowed': (told) => `${member(told)} is narrower on ${told.on}${became(told)}`,
  'member-widened': (told) => `${member(told)} is wider on ${told.on}${became(told)}`,
  'member-added': (told) => `${member(told)} is new on ${told.on}`,
  'member-required': (told) => `${member(told)} is always there on ${told.on}`,
  'type-changed': (told) => `${member(told)} has another type on ${told.on}${became(told)}`,
  'value-removed': (told) => `${member(told)} is never ${told.before} any more on ${told.on}`,
  'value-added': (told) => `${member(told)} may be ${told.after} on ${told.on}`,
  'header-removed': ({ at, status, code, on }) => `${status} ${code} does not promise the header ${at} any more on ${on}`,
  'header-added': ({ at, status, code, on }) => `${status} ${code} has the header ${at} on ${on}`,
  'limit-changed': (told) => `the limit ${told.at}${told.on === '' ? '' : ` of ${told.on}`} is another${became(told)}`,
  'limit-removed': ({ at, before }) => `the limit ${at} (${before}) is no longer declared`,
  'limit-added': ({ at, after }) => `the limit ${at} (${after}) is declared`,
  'envelope-moved': (told) => `${told.at} stands elsewhere in every error${became(told)}`,
  'refusal-changed': (told) => `what comes before an operation's own rules has another code (${told.at})${became(told)}`,
  'request-narrowed': (told) => `less is taken at ${told.at} by ${told.on}${became(told)}`,
  'request-widened': (told) => `more is taken at ${told.at} by ${told.on}${became(told)}`,
  'order-changed': (told) => `there is another order of refusal on ${told.on}${became(told)}`,
  'credential-changed': (told) => `another credential is asked for by ${told.on}${became(told)}`,
  'cause-added': ({ code, at, on }) => `${code} has a cause more on ${on}: ${at}`,
  'cause-removed': ({ code, at, on }) => `${code} has a cause less on ${on}: ${at}`,
  'magic-changed': (told) => `the magic value of ${told.code} is another on ${told.on}${became(told)}`,
  'wording-changed': ({ code, on }) => `${code} is described in other words on ${on}`,
  'success-changed': ({ on }) => `the successes of ${on} are declared otherwise`,
  'webhooks-changed': () => 'webhooks, or how they are delivered, are declared otherwise',
};
