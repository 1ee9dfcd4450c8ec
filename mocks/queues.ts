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
  readonly open: Set<ServerResponse>;
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
      const open = new Set<ServerResponse>();
      queues.set(socket, (queue = { open, last: undefined }));
      socket.once('close', () => open.forEach(abandon));
    }
    return queue;
  };
  return {
    add: (response) => {
      const queue = queueOf(response.req.socket);
      queue.open.add(response);
      queue.last = response;
      response.once('close', () => queue.open.delete(response));
    },
    last: (socket) => queues.get(socket)?.last,
    whole: async (socket) => {
      const open = [...(queues.get(socket)?.open ?? [])].filter(({ req }) => req.complete);
      await Promise.all(open.map((response) => new Promise<void>((resolve) => void response.once('close', resolve))));
    },
  };
}

/** What is on the connection, or has been, hears of its end from node:http. */
function abandon(response: ServerResponse): void {
  if (response.socket !== null || response.writableFinished) return;
  response.destroy();
  response.emit('close');
}
