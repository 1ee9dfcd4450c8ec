import { resolve } from 'node:path';
import type { Assembly } from '../assemble.js';
import type { KeyPair } from '../http/index.js';
import { defaultContract } from '../assemble.js';
import type { StartOptions } from '../start.js';
import type { MemoryStore } from '../stores/index.js';
import { hire, type Crew } from './crew.js';

/** A mock that is put together, and wants others to answer for it. */
export interface Employed {
  readonly options: StartOptions;
  readonly host: string;
  readonly port: number;
  readonly keyPair: KeyPair | undefined;
  /** Where its worlds are, unless it was told another place. */
  readonly memory: MemoryStore | undefined;
  readonly assembly: Assembly;
}

/**
 * Starts the workers of a mock. They answer the API; its own process has the worlds, where no other store was named, and the control API.
 *
 * @throws {InputError} `address-unavailable`, and whatever keeps a mock from its start
 */
export async function hireFor(count: number, { options, host, port, keyPair, memory, assembly }: Employed): Promise<Crew> {
  const { dynamic, cors, proxyTo, webhooksTo, webhookPatienceMs, state, store, sandbox, onWorker = () => undefined } = options;
  const { contract, adminToken, app, sessions } = assembly;
  return hire(count, {
    orders: {
      ...{ host, port, dynamic, adminToken, cors, proxyTo, webhooksTo, webhookPatienceMs, state, tls: keyPair },
      contract: fileOf(options),
      sha256: contract.sha256,
      sandbox: sandbox === false ? false : undefined,
      store: typeof store === 'string' ? store : undefined,
    },
    store: memory,
    control: async (request) => (await app.answer(request)).answer,
    count: (exchange) => assembly.count(exchange),
    abandoned: () => sessions.catchUp?.(),
    onEvent: onWorker,
  });
}

function fileOf({ contract }: StartOptions): string {
  const file = typeof contract === 'object' ? contract.file : (contract ?? defaultContract());
  return resolve(file);
}
