import { isIPv6 } from 'node:net';

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
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/i.test(host);
}

/** A host and port as URLs write them. */
export function authority(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Where a mock without a socket is: a name of this machine that leads nowhere else (RFC 6761, section 6.3). */
export const NO_SOCKET = 'mock.localhost';
