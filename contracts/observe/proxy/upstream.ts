import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { climbs, InputError, withoutSlash } from '../../../spec/index.js';
import { readBeforeDying } from '../../exchange.js';
import { passOn } from './headers.js';

/** The one server that requests go on to. */
export interface Upstream {
  /** Origin and path prefix. */
  readonly url: string;
  /** Why a request goes nowhere; `undefined` where it may. */
  refusalOf(request: IncomingMessage): { readonly name: 'loop' | 'not-passed'; readonly detail: string } | undefined;
  /** A request as it goes on: its head, to which the body is still to be written. */
  request(incoming: IncomingMessage, upgrade?: string): ClientRequest;
  close(): void;
}

export interface UpstreamOptions {
  /** Whether the `Host` of requests stays as it came. */
  readonly keepHost?: boolean | undefined;
  /** PEM text of a certificate authority to trust. */
  readonly ca?: string | undefined;
}

/** In bytes, of the head of a message: more than servers usually take, so that it is they who refuse. */
export const LONGEST_HEAD = 65_536;
/** A connection that has been idle for longer is not used again: many a server closes it about then. */
const IDLE_MS = 4_000;

/**
 * Names the one server that requests go on to.
 *
 * @example
 * const upstream = createUpstream('https://staging.example.com/api', {});
 *
 * @throws {InputError} `usage`
 */
export function createUpstream(written: string, { keepHost = false, ca }: UpstreamOptions): Upstream {
  const url = parse(written);
  const { protocol, hostname, port, host, pathname } = url;
  const prefix = withoutSlash(pathname);
  const name = `failpath-${randomBytes(8).toString('hex')}`;
  const secure = protocol === 'https:';
  const bare = hostname.replace(/^\[|\]$/g, '');
  const options = { keepAlive: true, timeout: IDLE_MS };
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
  const server = {
    agent,
    host: bare,
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    maxHeaderSize: LONGEST_HEAD,
    ...(secure ? { ...(isIP(bare) === 0 ? { servername: bare } : {}), ...(ca === undefined ? {} : { ca }) } : {}),
  };
  const send = secure ? httpsRequest : httpRequest;
  return {
    url: `${url.origin}${prefix}`,
    refusalOf: ({ url: target = '', headers: { via } }) => {
      if (!target.startsWith('/'))
        return {
          name: 'not-passed',
          detail: `${JSON.stringify(target.slice(0, 100))} is no path, and requests are sent on to ${url.origin} only.`,
        };
      if (prefix !== '' && climbs(target.replace(/[?#].*$/s, '')))
        return { name: 'not-passed', detail: `A path that goes up with dots might leave ${url.origin}${prefix}, and is not sent on.` };
      if (via?.includes(name) !== true) return undefined;
      return {
        name: 'loop',
        detail: `The request came back from ${url.origin}, which it was sent on to before: that is failpath observe itself, or leads to it.`,
      };
    },
    request: (incoming, upgrade) => {
      const { method, url: target = '/', rawHeaders, headers } = incoming;
      const chunked = headers['transfer-encoding'] !== undefined;
      const passed = passOn(rawHeaders, headers.connection, {
        host: keepHost ? undefined : host,
        via: `${incoming.httpVersion} ${name}`,
        chunked,
        upgrade,
      });
      // Trailers come with chunks, and those are kept.
      if (upgrade === undefined && /\btrailers\b/i.test(String(headers.te ?? ''))) passed.push('TE', 'trailers', 'Connection', 'TE');
      const request = send({ ...server, method, path: `${prefix}${target}`, headers: passed });
      request.once('socket', (socket) => {
        if (!request.reusedSocket) readBeforeDying(socket);
      });
      return request;
    },
    close: () => agent.destroy(),
  };
}

function parse(written: string): URL {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const refuse = (why: string, remedy: string): InputError =>
    new InputError([{ problem: 'usage', what: `--upstream is ${JSON.stringify(written.replace(/\/\/[^/@]*@/, '//…@'))}`, why, remedy }]);
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw refuse('Requests are sent on over http or https.', 'Say --upstream https://staging.example.com');
  if (url.username !== '' || url.password !== '')
    throw refuse('A credential in a URL would stand in reports.', 'Leave it out: the credentials of your client are sent on.');
  if (url.search !== '' || url.hash !== '') throw refuse('Paths are appended to it.', 'Leave out what begins with ? or #.');
  return url;
}
