import { atsSuite, createPlan, createTransport, discoverWorld, prepareRun, type Deployment } from '../../../contracts/index.js';
import { runSequences, type SequenceEvent, type SequenceOptions, type SequenceModel } from '../../../contracts/fuzz/sequences/index.js';
import { createAtsSandbox, startMock, type Replacements, type SandboxFactory } from '../../../mocks/index.js';
import { contract } from '../../support/judge.js';

export interface Sequences {
  readonly events: readonly SequenceEvent[];
  readonly finished: Extract<SequenceEvent, { type: 'finished' }>;
  readonly notes: readonly string[];
}

const model = atsSuite.fuzz?.model as SequenceModel;

/** Takes sequences through a deployment; by default that which the address says of itself. */
export async function sequencesOn(
  url: string,
  options: Partial<Omit<SequenceOptions, 'context'>> & {
    readonly adjust?: (deployment: Deployment) => Deployment;
    /** Nothing further is done once this was found. */
    readonly enough?: string;
  } = {},
): Promise<Sequences> {
  const transport = createTransport({ timeoutMs: 10_000, connections: 4 });
  try {
    const discovered = await discoverWorld(url, transport);
    if (discovered === undefined) throw new Error(`${url} does not say its world.`);
    const { adjust = (one) => one, enough, ...rest } = options;
    const { context, cleanUp } = prepareRun(
      createPlan(contract, atsSuite, adjust(discovered), () => true),
      { transport },
    );
    const events: SequenceEvent[] = [];
    const stop = new AbortController();
    for await (const event of runSequences({ context, model, seed: 20_261_122, requests: 1_000, signal: stop.signal, ...rest })) {
      events.push(event);
      if (event.type === 'finding' && event.finding.cause === enough) stop.abort();
    }
    await cleanUp();
    const finished = events.find((event) => event.type === 'finished');
    if (finished === undefined) throw new Error('it does not say that it has finished');
    return { events, finished, notes: events.flatMap((event) => (event.type === 'note' ? [event.says] : [])) };
  } finally {
    await transport.close();
  }
}

/** A sandbox that lies, for as long as it is used. */
export async function lying<T>(lies: Replacements | SandboxFactory, use: (url: string) => Promise<T>): Promise<T> {
  const sandbox: SandboxFactory = typeof lies === 'function' ? lies : (context) => createAtsSandbox(context, lies);
  const mock = await startMock({ contract, sandbox });
  try {
    return await use(mock.url);
  } finally {
    await mock.close({ graceMs: 0 });
  }
}
