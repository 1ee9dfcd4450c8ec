import { AssertionError } from 'chai';
import { placeOf } from '../spec/index.js';
import type { FailurePath, Scenario } from './path.js';
import { SetupFailed } from './setup-failed.js';
import type { PathRequest } from './types.js';

/** What of a suite its author has written as functions that make requests. */
interface Written {
  readonly paths: readonly FailurePath[];
  readonly scenarios?: Readonly<Record<string, Scenario>>;
}

/** Paths and scenarios that are guarded already: a suite may be defined twice. */
const known = new WeakSet<object>();

/**
 * Makes a mistake in somebody's path a matter of its line: it is no fault of the API, and none of failpath's either.
 *
 * @example
 * guarded({ paths: [{ operation, code, cause, when: () => undefined }] }); // its line is setup-failed: "when returned nothing"
 */
export function guarded({ paths, scenarios }: Written): Written {
  return {
    paths: paths.map((path) => once(path, guardPath)),
    ...(scenarios === undefined
      ? {}
      : { scenarios: Object.fromEntries(Object.entries(scenarios).map(([name, scenario]) => [name, once(scenario, guardScenario)])) }),
  };
}

function once<T extends object>(written: T, guard: (written: T) => T): T {
  if (known.has(written)) return written;
  const made = guard(written);
  known.add(made);
  return made;
}

function guardPath(path: FailurePath): FailurePath {
  const { given, when, control, thenAlso } = path;
  return {
    ...path,
    ...(given === undefined ? {} : { given: (steps) => request('given', () => given(steps)) }),
    ...(when === undefined ? {} : { when: (ready, steps) => request('when', () => when(ready, steps)) }),
    ...(control === undefined ? {} : { control: (steps, ready) => request('control', () => control(steps, ready)) }),
    ...(thenAlso === undefined
      ? {}
      : {
          thenAlso: (seen, expect, sent) => {
            try {
              thenAlso(seen, expect, sent);
            } catch (error) {
              throw error instanceof AssertionError ? error : broken('thenAlso', error);
            }
          },
        }),
  };
}

function guardScenario(scenario: Scenario): Scenario {
  return { ...scenario, given: (steps) => request("scenario's given", () => scenario.given(steps)) };
}

async function request(name: string, make: () => PathRequest | Promise<PathRequest>): Promise<PathRequest> {
  let made: unknown;
  try {
    made = await make();
  } catch (error) {
    throw error instanceof SetupFailed ? error : broken(name, error);
  }
  const { operation } = Object(made) as { readonly operation?: unknown };
  if (typeof operation === 'string') return made as PathRequest;
  const what = made === undefined ? 'nothing: does it end without `return`?' : 'no request, which names its operation';
  throw new SetupFailed(`the path's ${name} returned ${what}`);
}

/** The place is the author's own: the first file of the stack that is a file. */
function broken(name: string, error: unknown): SetupFailed {
  const thrown = error instanceof Error ? error : new Error(String(error));
  const place = placeOf(thrown);
  return new SetupFailed(`the path's ${name} threw ${JSON.stringify(thrown.message)}${place === undefined ? '' : ` (${place})`}`, {
    cause: error,
  });
}
