import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The responses of each connection: a client may send requests before the earlier ones are answered. */
export interface Queues {
  add(response: ServerResponse): void;
  /** The response to the request that came last. */
  last(socket: Duplex): ServerResponse | undefined;
  /** Resolves once every request that has arrived whole is answered, or the connection is gone. */
  whole(socket: Duplex): Promise<void>;
}

interface Queue {
  /** Of requests that came before the last; `undefined` on a connection whose client has always waited for its answers. */
  earlier: Set<ServerResponse> | undefined;
  last: ServerResponse | undefined;
}

/**
 * Watches over responses that wait for their turn on a connection. node:http tells only the first in a queue that the connection is
 * gone; here all of them are closed then.
 *
 * @example
 * const queues = createQueues();
 * server.on('request', (_req, res) => queues.add(res));
 */
export function createQueues(): Queues {
  const queues = new WeakMap<Duplex, Queue>();
  const queueOf = (socket: Duplex): Queue => {
    let queue = queues.get(socket);
    if (queue === undefined) {
      const made: Queue = { earlier: undefined, last: undefined };
      queues.set(socket, (queue = made));
      socket.once('close', () => openIn(made).forEach(abandon));
    }
    return queue;
  };
  return {
    add: (response) => {
      const queue = queueOf(response.req.socket);
      const { last } = queue;
      if (last !== undefined && !last.closed) {
        const earlier = (queue.earlier ??= new Set());
        earlier.add(last);
        last.once('close', () => earlier.delete(last));
      }
      queue.last = response;
    },
    last: (socket) => queues.get(socket)?.last,
    whole: async (socket) => {
      const queue = queues.get(socket);
      const open = queue === undefined ? [] : openIn(queue).filter(({ req }) => req.complete);
      await Promise.all(open.map((response) => new Promise<void>((resolve) => void response.once('close', resolve))));
    },
  };
}

/** The responses of a connection that are not closed yet. */
function openIn({ earlier, last }: Queue): ServerResponse[] {
  return [...(earlier ?? []), ...(last === undefined || last.closed ? [] : [last])];
}

/** What is on the connection, or has been, hears of its end from node:http. */
function abandon(response: ServerResponse): void {
  if (response.socket !== null || response.writableFinished) return;
  response.destroy();
  response.emit('close');
}
