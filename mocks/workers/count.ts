import { availableParallelism } from 'node:os';
import { InputError } from '../../spec/index.js';

const MOST = 256;

interface Chosen {
  readonly workers?: number | 'auto' | undefined;
  readonly listen?: boolean | undefined;
  readonly record?: object | undefined;
  readonly sandbox?: unknown;
  readonly store?: unknown;
  readonly contract?: unknown;
}

/**
 * How many workers a mock is to have; `undefined` for none.
 *
 * @throws {InputError} `usage` for a number that is none, and for what workers cannot share
 */
export function workersOf(options: Chosen): number | undefined {
  const { workers } = options;
  if (workers === undefined) return undefined;
  const count = workers === 'auto' ? Math.min(availableParallelism(), MOST) : workers;
  if (!Number.isInteger(count) || count < 1 || count > MOST) {
    throw unusable(`workers is ${workers}`, `There may be 1 to ${MOST} of them.`, 'Say --workers auto, or how many.');
  }
  for (const [what, why, remedy] of unshared(options)) throw unusable(`workers and ${what} do not go together`, why, remedy);
  return count;
}

type Unshared = readonly [what: string, why: string, remedy: string];

/** What only the process has that was given it. */
function unshared({ listen, record, sandbox, store }: Chosen): readonly Unshared[] {
  const all: readonly (Unshared | undefined)[] = [
    record === undefined
      ? undefined
      : [
          'record',
          'A recording is written by one process, in the order of the requests.',
          'Record without workers, and serve the recording with them.',
        ],
    listen === false ? ['listen: false', 'Without a socket there is nothing that they could share.', 'Leave one of them out.'] : undefined,
    typeof sandbox === 'function'
      ? ['a sandbox of your own', 'A function cannot be handed to another process.', 'Leave one of them out.']
      : undefined,
    typeof store === 'object'
      ? ['a store of your own', 'An object cannot be handed to another process.', 'Name a folder or a Redis, or leave it out.']
      : undefined,
  ];
  return all.filter((one) => one !== undefined);
}

function unusable(what: string, why: string, remedy: string): InputError {
  return new InputError([{ problem: 'usage', what, why, remedy }]);
}
