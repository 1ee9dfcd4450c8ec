import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pins } from '../measure/pin.js';
import { freePort } from '../../test/support/ports.js';
import { start } from '../measure/spawn.js';

/** A Redis that keeps nothing on disk, on the core of the load: what it costs is not the mock's. */
export interface Redis {
  readonly port: number;
  stop(): Promise<void>;
}

/** As `redis-server --version` has it; `undefined` where there is none. */
export function redisVersion(): string | undefined {
  return /v=(\S+)/.exec(spawnSync('redis-server', ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1];
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function startRedis(pins: Pins | undefined): Promise<Redis> {
  const port = await freePort();
  const started = start(pins?.load, ['redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']]);
  const until = performance.now() + 10_000;
  while (!(await listens(port))) {
    if (performance.now() > until) throw new Error(`redis-server does not answer:\n${started.output()}`);
    await sleep(20);
  }
  return { port, stop: started.stop };
}
