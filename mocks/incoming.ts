import { IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

/** What Node keeps of whether a request asks to leave HTTP. */
const ASKED = Symbol('upgrade');
/** Whether somebody reads, as Node knows it: of what nobody does, it reads the rest itself. */
const CONSUMING = '_consuming';
const GATHERED = Symbol('gathered');
const WHOLE = Symbol('whole');

/** A body that is being gathered: what has come of it, and who waits for all of it. */
interface Gathering {
  chunk: Uint8Array | undefined;
  /** Where there are several. */
  chunks: Uint8Array[] | undefined;
  length: number;
  readonly most: number;
  readonly tell: Tell;
  readonly res: ServerResponse;
}

type Tell = (res: ServerResponse, whole: Uint8Array | undefined) => void;

/**
 * A request that may leave HTTP for a WebSocket and for nothing else: Node looks at `upgrade` before it reads on, and would hand over
 * the connection of whoever offers HTTP/2 as well. Its body can be had without the ways of a stream if it comes along with the headers,
 * as nearly all do.
 */
export class Incoming extends IncomingMessage {
  declare [ASKED]: unknown;
  declare [GATHERED]: Gathering | undefined;
  declare [WHOLE]: true | undefined;
  declare [CONSUMING]: boolean;

  get upgrade(): boolean {
    return this[ASKED] === true && (this.method === 'CONNECT' || (this.method === 'GET' && asksForWebSocket(this)));
  }

  set upgrade(asked: unknown) {
    this[ASKED] = asked;
  }

  /**
   * Tells of the whole body in the turn of the loop in which the headers have come; the request is never a stream then, and has no events.
   * Of a body that takes longer, or is longer than `most` bytes, nothing is told but that: it is read like any stream, from its first byte
   * on. To be called when the request is announced.
   */
  gather(most: number, tell: Tell, res: ServerResponse): void {
    this[GATHERED] = { chunk: undefined, chunks: undefined, length: 0, most, tell, res };
    process.nextTick(giveUpLate, this);
  }

  /** Called by Node's parser, with `null` after the last piece. */
  override push(chunk: Uint8Array | null, encoding?: BufferEncoding): boolean {
    const gathering = this[GATHERED];
    if (gathering === undefined) return super.push(chunk, encoding);
    if (chunk === null) {
      this[GATHERED] = undefined;
      this[WHOLE] = true;
      this[CONSUMING] = true;
      const { chunk: only, chunks, tell, res } = gathering;
      tell(res, chunks === undefined ? (only ?? NOTHING) : Buffer.concat(chunks));
      return true;
    }
    gathering.length += chunk.length;
    if (gathering.chunk === undefined) gathering.chunk = chunk;
    else (gathering.chunks ??= [gathering.chunk]).push(chunk);
    return gathering.length <= gathering.most || giveUp(this);
  }
}

/** A body that was handed over as a whole is at its end, though no stream has said so. */
const streamEnded = Reflect.getOwnPropertyDescriptor(Readable.prototype, 'readableEnded');
Object.defineProperty(Incoming.prototype, 'readableEnded', {
  get(this: Incoming): unknown {
    return this[WHOLE] === true || streamEnded?.get?.call(this);
  },
});

const NOTHING = new Uint8Array();

/** Node ends a turn after each piece of a body, and the parser tells that there are no more in a turn of its own. */
function giveUpLate(req: Incoming): void {
  const gathering = req[GATHERED];
  if (gathering === undefined) return;
  if (gathering.length === 0 || gathering.length !== Number(req.headers['content-length'])) giveUp(req);
}

/** Makes a stream of what has been gathered; answers whether it has room for more. */
function giveUp(req: Incoming): boolean {
  const gathering = req[GATHERED];
  if (gathering === undefined) return true;
  req[GATHERED] = undefined;
  const { chunk, chunks, tell, res } = gathering;
  let more = true;
  for (const one of chunks ?? (chunk === undefined ? [] : [chunk])) more = req.push(one);
  tell(res, undefined);
  return more;
}

/** Whether a request names the protocol, be the rest of it a handshake or not. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade !== undefined && /\bwebsocket\b/i.test(headers.upgrade);
}
