import { constants } from 'node:os';
import type * as Undici from 'undici';
import { onDemand } from '../../spec/index.js';

const undici = (): typeof Undici => onDemand('undici') as typeof Undici;

// What Node's fetch makes of a connection that fails: TypeErrors whose cause says what happened, in undici's words.

/** What `fetch` rejects with when there is no answer. */
export function noAnswer(cause: Error): TypeError {
  return new TypeError('fetch failed', { cause });
}

/** What reading a body rejects with when there is no more of it. */
export function brokenBody(cause: Error): TypeError {
  return new TypeError('terminated', { cause });
}

/** The other side ended the connection (FIN). */
export function ended(): Error {
  return new (undici().errors.SocketError)('other side closed');
}

/** An error of the operating system. */
export function systemError(syscall: 'read' | 'connect', code: 'ECONNRESET' | 'ECONNREFUSED'): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { errno: -constants.errno[code], code, syscall });
}

/** What arrived is no HTTP; `code` is llhttp's. */
export function notHttp(code: 'INVALID_CONSTANT' | 'INVALID_CHUNK_SIZE', data: Uint8Array | string): Error {
  const why = code === 'INVALID_CONSTANT' ? 'Expected HTTP/, RTSP/ or ICE/' : 'Invalid character in chunk size';
  const error = new (undici().errors.HTTPParserError)(`Response does not match the HTTP/1.1 protocol (${why})`);
  return Object.assign(error, { code: `HPE_${code}`, data: Buffer.from(data).toString() });
}
