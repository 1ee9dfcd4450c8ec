import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Running, Server } from '../servers/types.js';

/** What a process has on its heap once all that nobody needs is gone, in bytes. */
export interface Heap {
  afterCollection(): Promise<number>;
  close(): void;
}

/** The same server, whose heap can be looked into. */
export function inspectable(server: Server): Server {
  return {
    ...server,
    async command(port, folder) {
      const command = await server.command(port, folder);
      return { ...command, env: { ...command.env, NODE_OPTIONS: '--inspect=127.0.0.1:0' } };
    },
  };
}

/** Connects to the inspector of a server that was made `inspectable`. */
export async function heapOf(running: Running): Promise<Heap> {
  const url = /ws:\/\/\S+/.exec(running.output())?.[0];
  if (url === undefined) throw new Error(`${running.name} cannot be inspected`);
  const socket = new WebSocket(url);
  await once(socket, 'open');
  let last = 0;
  const call = async (method: string): Promise<unknown> => {
    last += 1;
    socket.send(JSON.stringify({ id: last, method }));
    for (;;) {
      const [data] = (await once(socket, 'message')) as [Buffer];
      const message = JSON.parse(data.toString()) as { readonly id?: number; readonly result?: unknown };
      if (message.id === last) return message.result;
    }
  };
  return {
    async afterCollection() {
      await call('HeapProfiler.collectGarbage');
      return ((await call('Runtime.getHeapUsage')) as { readonly usedSize: number }).usedSize;
    },
    close: () => socket.close(),
  };
}
