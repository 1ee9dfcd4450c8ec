import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Store } from '../../mocks/stores/index.js';

/** A process that commits, and what it has been acknowledged. */
export interface Storm {
  readonly acknowledged: readonly string[];
  /** Resolves once it has so many; rejects when it ends before. */
  reaches(count: number): Promise<void>;
  /** Ends it at once, and waits until it is gone. */
  kill(): Promise<void>;
  /** Resolves when it has ended, and rejects unless it did all that it should. */
  readonly ended: Promise<void>;
}

export interface StormOptions {
  /** `--state` or `--store`, and what follows. */
  readonly at: readonly [string, string];
  readonly world: string;
  readonly name: string;
  readonly times: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts {@link file://./storm.ts}. */
export function startStorm({ at, world, name, times, env = {} }: StormOptions): Storm {
  const file = fileURLToPath(new URL('storm.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import=tsx', file, ...at, world, name, String(times)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const acknowledged: string[] = [];
  let [rest, errors] = ['', ''];
  let wake = (): void => undefined;
  let over = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    acknowledged.push(...lines);
    wake();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = (async () => {
    const [code] = (await once(child, 'close')) as [number | null];
    over = true;
    wake();
    if (code !== 0) throw new Error(`The process ended with ${String(code)}:\n${errors}`);
  })();
  ended.catch(() => undefined);
  return {
    acknowledged,
    ended,
    reaches: async (count) => {
      while (acknowledged.length < count) {
        if (over) return ended.then(() => expect.fail(`It ended after ${acknowledged.length} of ${count}.`));
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended.catch(() => undefined);
    },
  };
}

/** Every acknowledged commit is there once, and nothing is there by half. */
export async function expectAll(store: Store, world: string, acknowledged: readonly string[]): Promise<void> {
  const loaded = await store.load(world);
  const records = new Map(loaded?.records.map(({ id, record }) => [id, record]));
  const { size } = records;
  const counter = records.get('counter');
  records.delete('counter');
  expect(acknowledged.filter((id) => !records.has(id))).to.deep.equal([]);
  expect(counter).to.equal(size - 1);
  // Each commit saw what all before it had done.
  expect([...records.values()].map(Number).sort((one, two) => one - two)).to.deep.equal(
    Array.from({ length: size - 1 }, (_, index) => index),
  );
}
