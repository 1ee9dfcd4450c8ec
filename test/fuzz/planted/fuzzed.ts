import { atsSuite, createTransport, discoverWorld, fuzz, type FuzzEvent } from '../../../contracts/index.js';
import { contract } from '../../support/judge.js';

export interface Looking {
  readonly seed: number;
  readonly requests: number;
  /** By default all of them, and sequences. */
  readonly operations?: readonly string[];
  readonly only?: 'input' | 'sequences';
  /** Only this request of the seed. */
  readonly number?: number;
  /** Only this sequence of the seed. */
  readonly sequence?: number;
  readonly timeoutMs?: number;
}

type Finished = Extract<FuzzEvent, { type: 'finished' }>;

/** Fuzzes a deployment that says its world, as `failpath fuzz --url` does. */
export async function fuzzed(url: string, { operations, ...looking }: Looking): Promise<Finished> {
  const transport = createTransport({ timeoutMs: 10_000, connections: 1 });
  try {
    const deployment = await discoverWorld(url, transport);
    if (deployment === undefined) throw new Error(`${url} does not say its world.`);
    const selected = operations === undefined ? {} : { selected: ({ id }: { readonly id: string }) => operations.includes(id) };
    const options = { contract, suite: atsSuite, deployment, concurrency: 4, timeoutMs: 1_000, ...looking, ...selected };
    for await (const event of fuzz(options)) if (event.type === 'finished') return event;
    throw new Error('the run does not say that it has finished');
  } finally {
    await transport.close();
  }
}
