import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { defaultContract } from '../../mocks/index.js';
import { freePort } from '../support/ports.js';

const PRISM = fileURLToPath(new URL('../../node_modules/@stoplight/prism-cli/dist/index.js', import.meta.url));

/** Prism with the ATS contract, as a process. */
export interface Prism {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startPrism(): Promise<Prism> {
  const port = await freePort();
  const prism = spawn(process.execPath, [PRISM, 'mock', defaultContract(), '-p', String(port), '-h', '127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [prism.stdout, prism.stderr]) stream.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
  await reachable(port, () => {
    if (prism.exitCode !== null) throw new Error(`Prism ended with ${prism.exitCode}:\n${log}`);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      if (prism.exitCode === null && prism.kill()) await once(prism, 'exit');
    },
  };
}

/** Returns as soon as a connection is accepted. */
async function reachable(port: number, stillComing: () => void): Promise<void> {
  for (;;) {
    stillComing();
    const socket = connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await wait(20);
  }
}
