import { InputError } from '../../../spec/index.js';
import { StoreUnavailable } from '../types.js';

/** Why a Redis cannot be used, and what to do about it. */
interface Diagnosis {
  readonly why: string;
  readonly remedy: string;
}

/** What Redis and the system say, from the first word on, and what it means. */
const DIAGNOSES: readonly (readonly [pattern: RegExp, diagnosis: Diagnosis])[] = [
  [/ECONNREFUSED/, { why: 'Nothing listens there.', remedy: 'Start Redis, or correct host and port.' }],
  [/ENOTFOUND|EAI_AGAIN/, { why: 'There is no host of that name.', remedy: 'Correct the name of the host.' }],
  [/EHOSTUNREACH|ENETUNREACH/, { why: 'No way leads to that host.', remedy: 'Correct the host, or the network in between.' }],
  [
    /^NOAUTH|without any password configured/,
    { why: 'It asks for a password.', remedy: 'Write redis://:password@host or redis://user:password@host.' },
  ],
  [
    /^WRONGPASS|^ERR invalid password/,
    { why: 'It refuses the user or the password.', remedy: 'Correct them; special characters are written as %23 and the like.' },
  ],
  [
    /^NOPERM/,
    {
      why: 'Its access rules do not allow this user what a store needs.',
      remedy: 'Allow the user all commands on the keys ~{failpath}:* and the channels &failpath:* (or your own ?prefix).',
    },
  ],
  [/^OOM/, { why: 'Its memory is full.', remedy: 'Raise its maxmemory, or remove other keys.' }],
  [/^READONLY/, { why: 'It is a replica, which cannot be written to.', remedy: 'Name the primary.' }],
  [/^MISCONF/, { why: 'It cannot write to its disk, and therefore takes no changes.', remedy: 'Make room on its disk, or see its log.' }],
  [/^LOADING/, { why: 'It is still loading its data.', remedy: 'Wait until it has started.' }],
  [
    /^MOVED|^CLUSTERDOWN|^CROSSSLOT/,
    {
      why: 'It is a node of a Redis Cluster that does not have these keys.',
      remedy: 'Name the node that has them (Redis says which), all of them as redis+cluster://host:port,host:port, or a Redis of its own.',
    },
  ],
  [
    /DB index is out of range|^ERR SELECT/,
    { why: 'It has no database of that number.', remedy: 'Write another number behind the slash, such as /0.' },
  ],
  [/unknown command [`'"]?HELLO|^NOPROTO/i, { why: 'It is older than Redis 6.', remedy: 'Use Redis 6 or later, or Valkey.' }],
  [
    /wrong version number|packet length too long|ERR_SSL/,
    { why: 'It does not speak TLS there.', remedy: 'Write redis:// instead of rediss://, or the port of TLS.' },
  ],
  [
    /certificate|CERT_|SELF_SIGNED/i,
    { why: 'Its certificate is not trusted.', remedy: 'Name the authority that signed it in NODE_EXTRA_CA_CERTS.' },
  ],
  [
    /did not answer|timeout/i,
    {
      why: 'It does not answer in time.',
      remedy: 'See whether it hangs or, for rediss://, whether it speaks TLS; or allow it more time with ?timeout=5000.',
    },
  ],
  [
    /RESP type|Socket closed|ECONNRESET|EPIPE|HPE_/i,
    {
      why: 'What listens there does not speak the protocol of Redis.',
      remedy: 'Correct host and port; write rediss:// if it asks for TLS.',
    },
  ],
];

/** When Redis goes away as the connection is made. */
const UNKNOWN: Diagnosis = { why: 'It does not do what a store needs.', remedy: 'See what it says, and its log.' };

/** A Redis that cannot be used from the start. */
export function unusable(name: string, error: unknown): InputError {
  const said = textOf(error);
  const { why, remedy } = DIAGNOSES.find(([pattern]) => pattern.test(said))?.[1] ?? UNKNOWN;
  return new InputError([{ problem: 'store-unusable', what: `${name} cannot be used (${said})`, why, remedy }]);
}

/** A Redis that could be used before. */
export function unavailable(name: string, error: unknown): StoreUnavailable {
  return new StoreUnavailable(`${name} is not available (${textOf(error)}); it is tried again by itself.`, { cause: error });
}

/** The first line, which never holds what was sent. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return textOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  const [line = ''] = error.message.split('\n');
  return line === '' ? (code ?? error.name) : line.slice(0, 300);
}
