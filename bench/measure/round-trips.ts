import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands before a server and counts how often its clients begin to ask anew: bytes of theirs that come after bytes of the server. */
export interface Counter {
  readonly port: number;
  count(): number;
  close(): Promise<void>;
}

export async function countRoundTrips(port: number): Promise<Counter> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    let asking = false;
    near.on('data', (bytes: Buffer) => {
      if (!asking) count += 1;
      asking = true;
      far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => {
      asking = false;
      near.write(bytes);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    count: () => count,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
