import type { Duplex } from 'node:stream';

/** What may be asked of a peer, by name. */
export type Handlers = Readonly<Record<string, (args: readonly unknown[]) => unknown>>;

/** Another process, at the other end of a stream. */
export interface Peer {
  /** Asks, and resolves with the answer: plain JSON, `null` for nothing. @throws {PeerError} what was thrown there; that it is gone */
  call(name: string, ...args: readonly unknown[]): Promise<unknown>;
  /** The same for who needs no answer. */
  tell(name: string, ...args: readonly unknown[]): void;
  close(): void;
}

/** What was thrown at the other end. */
export class PeerError extends Error {
  /** The `name` of what was thrown. */
  readonly thrown: string;
  constructor(thrown: string, message: string) {
    super(message);
    this.thrown = thrown;
  }
}

/** `[number, name, ...args]` asks, with 0 where no answer is wanted; `[number, result]` and `[number, name, message]` answer, number below 0. */
type Message = readonly [number: number, ...rest: unknown[]];

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const NEWLINE = 0x0a;

/**
 * Asks, and is asked, over a stream: lines of JSON, each an array of the messages of one turn of the event loop. So a busy process pays for a
 * system call, and for a parse, once for many messages.
 *
 * @example
 * const peer = createPeer(socket, { add: ([a, b]) => Number(a) + Number(b) }, () => process.exit());
 * await peer.call('add', 1, 2); // 3, if the other end has the same handlers
 *
 * @param onEnd Told once when there is nobody at the other end any more.
 */
export function createPeer(stream: Duplex, handlers: Handlers, onEnd: () => void = () => undefined): Peer {
  return new StreamPeer(stream, handlers, onEnd);
}

class StreamPeer implements Peer {
  readonly #stream: Duplex;
  readonly #handlers: Handlers;
  readonly #waiting = new Map<number, Waiting>();
  #outgoing: Message[] = [];
  #incoming: Buffer[] = [];
  #last = 0;
  #isOver = false;

  constructor(stream: Duplex, handlers: Handlers, onEnd: () => void) {
    this.#stream = stream;
    this.#handlers = handlers;
    const end = (): void => {
      if (this.#isOver) return;
      this.#over();
      onEnd();
    };
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    for (const event of ['end', 'close', 'error']) stream.on(event, end);
  }

  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    if (this.#isOver) return Promise.reject(gone());
    this.#last += 1;
    const number = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#send([number, name, ...args]);
    });
  }

  tell(name: string, ...args: readonly unknown[]): void {
    if (!this.#isOver) this.#send([0, name, ...args]);
  }

  close(): void {
    if (this.#isOver) return;
    this.#flush();
    this.#over();
    this.#stream.end();
  }

  #over(): void {
    this.#isOver = true;
    for (const { reject } of this.#waiting.values()) reject(gone());
    this.#waiting.clear();
  }

  #send(message: Message): void {
    this.#outgoing.push(message);
    if (this.#outgoing.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const messages = this.#outgoing;
    if (messages.length === 0) return;
    this.#outgoing = [];
    if (!this.#isOver) this.#stream.write(`${JSON.stringify(messages)}\n`);
  }

  #read(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const part = chunk.subarray(from, end);
      const line = this.#incoming.length === 0 ? part : Buffer.concat([...this.#incoming, part]);
      this.#incoming = [];
      from = end + 1;
      for (const message of JSON.parse(line.toString('utf8')) as readonly Message[]) this.#take(message);
    }
    if (from < chunk.length) this.#incoming.push(chunk.subarray(from));
  }

  #take([number, ...rest]: Message): void {
    if (number >= 0) return void this.#answer(number, rest as [string, ...unknown[]]);
    const waiting = this.#waiting.get(-number);
    this.#waiting.delete(-number);
    if (rest.length === 1) waiting?.resolve(rest[0]);
    else waiting?.reject(new PeerError(String(rest[0]), String(rest[1])));
  }

  async #answer(number: number, [name, ...args]: readonly [string, ...unknown[]]): Promise<void> {
    try {
      const result = await this.#handlers[name]?.(args);
      if (number > 0 && !this.#isOver) this.#send([-number, result ?? null]);
    } catch (error) {
      const { name: thrown, message } = error instanceof Error ? error : new Error(String(error));
      if (number > 0 && !this.#isOver) this.#send([-number, thrown, message]);
    }
  }
}

function gone(): PeerError {
  return new PeerError('Gone', 'The other process is gone');
}
