import { InputError } from '../../../spec/index.js';

/** Where a Redis is, and how to work with it. */
export interface RedisAddress {
  /** What `createClient` takes. */
  readonly url: string;
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

/**
 * Reads the address of a Redis: `redis://` or `rediss://`, user and password, host, port, number of the database, `prefix` of the keys
 * (`failpath`) and `timeout` of a call in milliseconds (2000).
 *
 * @throws {InputError} `store-unusable`
 */
export function readAddress(text: string): RedisAddress {
  const url = parsed(text);
  const name = nameOf(url);
  const [, number = '0', rest] = /^\/?(\d{0,6})(.*)$/.exec(url.pathname) ?? [];
  if (rest !== '') throw refused(name, `${url.pathname} is no number of a database`);
  const { prefix = 'failpath', timeout = '2000', ...others } = Object.fromEntries(url.searchParams);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw refused(name, `?${unknown} is not known, only ?prefix and ?timeout are`);
  if (!PREFIX.test(prefix)) throw refused(name, `?prefix=${prefix} has other characters than letters, digits, and _ . : -`);
  const timeoutMs = /^\d{1,7}$/.test(timeout) ? Number(timeout) : 0;
  if (timeoutMs < 10) throw refused(name, `?timeout=${timeout} is no number of milliseconds from 10`);
  url.search = '';
  url.pathname = `/${Number(number)}`;
  return { url: url.href, name, prefix, database: Number(number), timeoutMs };
}

function parsed(text: string): URL {
  const shown = text.includes('@') ? `an address with a user` : `"${text}"`;
  if (!URL.canParse(text)) throw refused(shown, 'it is no URL; special characters of a password have to be written as %23 and the like');
  const url = new URL(text);
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') throw refused(nameOf(url), `${url.protocol}// is not the protocol of Redis`);
  if (url.hostname === '') throw refused(nameOf(url), 'it names no host');
  return url;
}

/** Without user and password, and without what is there anyway. */
function nameOf({ protocol, hostname, port, pathname, searchParams }: URL): string {
  const prefix = searchParams.get('prefix');
  const database = /^\/?0?$/.test(pathname) ? '' : pathname;
  return `${protocol}//${hostname}:${port || DEFAULT_PORT}${database}${prefix === null ? '' : `?prefix=${prefix}`}`;
}

function refused(name: string, why: string): InputError {
  const what = `${name} is no address of a Redis`;
  return new InputError([{ problem: 'store-unusable', what, why: `${why}.`, remedy: `Write it as ${EXAMPLE} (rediss:// for TLS).` }]);
}
