import { isIPv4, isIPv6 } from 'node:net';

const HOST = /^(?:([A-Za-z0-9._-]+)|\[([0-9A-Fa-f:.]+)\])(?::(\d{1,5}))?$/;

/**
 * The host name in a `Host` header, in lower case and without brackets; `undefined` when the header is none.
 *
 * @example
 * hostName('[::1]:4010'); // '::1'
 */
export function hostName(header: string | undefined): string | undefined {
  const match = header === undefined ? null : HOST.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

/** Whether only this machine can reach a host name or address. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true;
  const address = name.startsWith('::ffff:') ? name.slice('::ffff:'.length) : name;
  return isIPv4(address) && address.startsWith('127.');
}

/** A host and port as URLs write them. */
export function authority(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Where a mock without a socket is: a name of this machine that leads nowhere else (RFC 6761, section 6.3). */
export const NO_SOCKET = 'mock.localhost';
