import { InputError } from '../../../spec/index.js';

/** Where a Redis is, and how to work with it. */
export interface RedisAddress {
  /** What `createClient` takes; of a cluster, one of each node that was named. */
  readonly urls: readonly [string, ...string[]];
  /** Whether these are nodes of a Redis Cluster. */
  readonly isCluster: boolean;
  /** What may be shown: no user, no password. */
  readonly name: string;
  /** What all keys and channels begin with. */
  readonly prefix: string;
  readonly database: number;
  /** Milliseconds that a call may take. */
  readonly timeoutMs: number;
}

const PREFIX = /^[\w.:-]{1,100}$/;
const DEFAULT_PORT = '6379';
const EXAMPLE = 'redis://user:password@127.0.0.1:6379/0?prefix=failpath';
/** Protocol, whether it says that it is a cluster, user and password, hosts, and the rest. */
const PARTS = /^([a-z]+?)(\+cluster)?:\/\/((?:[^@/?#]*@)?)([^/?#]*)(.*)$/i;

/**
 * Reads the address of a Redis: `redis://` or `rediss://`, user and password, host, port, number of the database, `prefix` of the keys
 * (`failpath`) and `timeout` of a call in milliseconds (2000). Several hosts with commas in between, or `redis+cluster://`, are nodes of one
 * Redis Cluster.
 *
 * @throws {InputError} `store-unusable`
 */
export function readAddress(text: string): RedisAddress {
  const [, protocol = '', cluster, user = '', hosts = '', rest = ''] = PARTS.exec(text) ?? [];
  const isCluster = cluster !== undefined || hosts.includes(',');
  const [first, ...others] = isCluster ? hosts.split(',').map((host) => `${protocol}://${user}${host.trim()}${rest}`) : [text];
  const urls = [parsed(first ?? text), ...others.map(parsed)] as const;
  const name = nameOf(urls, isCluster);
  const [{ pathname, searchParams }] = urls;
  const [, number = '0', more] = /^\/?(\d{0,6})(.*)$/.exec(pathname) ?? [];
  if (more !== '') throw refused(name, `${pathname} is no number of a database`);
  if (isCluster && Number(number) !== 0) throw refused(name, 'a Redis Cluster has no databases but 0');
  const { prefix = 'failpath', timeout = '2000', ...unknowns } = Object.fromEntries(searchParams);
  const [unknown] = Object.keys(unknowns);
  if (unknown !== undefined) throw refused(name, `?${unknown} is not known, only ?prefix and ?timeout are`);
  if (!PREFIX.test(prefix)) throw refused(name, `?prefix=${prefix} has other characters than letters, digits, and _ . : -`);
  const timeoutMs = /^\d{1,7}$/.test(timeout) ? Number(timeout) : 0;
  if (timeoutMs < 10) throw refused(name, `?timeout=${timeout} is no number of milliseconds from 10`);
  for (const url of urls) {
    url.search = '';
    url.pathname = `/${Number(number)}`;
  }
  const [one, ...last] = urls.map(({ href }) => href) as [string, ...string[]];
  return { urls: [one, ...last], isCluster, name, prefix, database: Number(number), timeoutMs };
}

function parsed(text: string): URL {
  const shown = text.includes('@') ? `an address with a user` : `"${text}"`;
  if (!URL.canParse(text)) throw refused(shown, 'it is no URL; special characters of a password have to be written as %23 and the like');
  const url = new URL(text);
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    throw refused(nameOf([url], false), `${url.protocol}// is not the protocol of Redis`);
  if (url.hostname === '') throw refused(nameOf([url], false), 'it names no host');
  return url;
}

/** Without user and password, and without what is there anyway. */
function nameOf(urls: readonly [URL, ...URL[]], isCluster: boolean): string {
  const [{ protocol, pathname, searchParams }] = urls;
  const prefix = searchParams.get('prefix');
  const database = /^\/?0?$/.test(pathname) ? '' : pathname;
  const hosts = urls.map(({ hostname, port }) => `${hostname}:${port || DEFAULT_PORT}`).join(',');
  return `${isCluster ? protocol.replace(':', '+cluster:') : protocol}//${hosts}${database}${prefix === null ? '' : `?prefix=${prefix}`}`;
}

function refused(name: string, why: string): InputError {
  const what = `${name} is no address of a Redis`;
  return new InputError([{ problem: 'store-unusable', what, why: `${why}.`, remedy: `Write it as ${EXAMPLE} (rediss:// for TLS).` }]);
}
