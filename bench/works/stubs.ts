import { join } from 'node:path';
import { loadContract, type Failure, type Operation } from '../../spec/index.js';
import type { Step } from '../load-types.js';
import { ROOT } from '../servers/paths.js';
import type { World } from './types.js';

/** A declared failure as stub servers know it: asked for by a header, answered with the contract's example. */
export interface Stub {
  /** The value of the header `x-case`. */
  readonly key: string;
  readonly method: string;
  /** With `{parameters}`. */
  readonly template: string;
  readonly status: number;
  readonly code: string;
  /** JSON. */
  readonly body: string;
}

/** How many stubs each server has. */
export const STUBS = 135;

/** Of every how many stubs one is asked for: those asked first and those asked last have to count alike. */
const EVERY = 9;

interface Asked {
  readonly stub: Stub;
  readonly step: Step;
}

function stepOf({ operation, status, code }: Failure, key: string, world: World): Step | undefined {
  const body = operation.body?.json?.examples[0]?.value;
  if (operation.body?.required === true && body === undefined) return undefined;
  const values: Readonly<Record<string, string>> = { organization_id: world.organizations.active, ats_id: '1001' };
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '00000000-0000-4000-8000-0000000000ff');
  return {
    method: operation.method,
    path,
    headers: {
      authorization: `Bearer ${world.tokens.active}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      'x-case': key,
      prefer: `code=${status}, example=${code}`,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    status,
  };
}

const plain = ({ answers }: Operation): boolean => answers.every(({ frames }) => frames === undefined);

/** The stubs of the contract's first failures, and a request for some of them, from the first to the last. */
export async function stubsOf(world: World): Promise<{ readonly stubs: readonly Stub[]; readonly asked: readonly Asked[] }> {
  const contract = await loadContract(join(ROOT, 'openapi.yaml'));
  const failures = contract.failures.filter(({ operation, examples }) => plain(operation) && examples.length > 0).slice(0, STUBS);
  const pairs = failures.map((failure, at) => {
    const { operation, status, code, examples } = failure;
    const body = JSON.stringify(examples[0]?.value);
    return { failure, stub: { key: `case-${at}`, method: operation.method, template: operation.path, status, code, body } };
  });
  const asked = pairs
    .filter((_, at) => at % EVERY === Math.floor(EVERY / 2))
    .flatMap(({ failure, stub }): Asked[] => {
      const step = stepOf(failure, stub.key, world);
      return step === undefined ? [] : [{ stub, step }];
    });
  return { stubs: pairs.map(({ stub }) => stub), asked };
}
