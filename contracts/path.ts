import type { expect } from 'chai';
import type { Contract, Failure, Finding } from '../spec/index.js';
import { closest, InputError } from '../spec/index.js';
import type { Steps } from './steps.js';
import type { Capability, PathRequest, WireAnswer } from './types.js';

/** chai's `expect`. */
export type Expect = typeof expect;

/** What `thenAlso` looks at: the answer to the faulty request, and its error details. */
export interface Seen {
  readonly answer: WireAnswer;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * The recipe that drives a deployment to one failure for one cause.
 *
 * Status, envelope and details schema come from the contract and are checked on every answer; a path only says how to
 * get there. `given` provisions through the public API and returns a request; `when` puts the fault into it; what is
 * left out is the operation's own scenario, unchanged. The control twin is the same request without the fault.
 */
export interface FailurePath {
  readonly operation: string;
  readonly code: string;
  readonly cause: string;
  readonly needs?: readonly Capability[];
  /** Runs alone, last, because it moves state that other paths stand on and no capability says so. */
  readonly alone?: boolean;
  /** How many requests it takes depends on what it finds: a plan can only say the most. */
  readonly atMost?: boolean;
  given?(steps: Steps): Promise<PathRequest>;
  when?(request: PathRequest, steps: Steps): PathRequest | Promise<PathRequest>;
  /** By default the scenario's request when only `when` holds the fault, and a fresh scenario when `given` does. */
  control?(steps: Steps, request: PathRequest): Promise<PathRequest>;
  /** What the control twin is, where it stands just within the limit that the fault is beyond: refusing that is a finding too. */
  readonly boundary?: string;
  /** Assertions beyond the built-in ones; not named `then`, because that would make a path a thenable, which `await` calls. */
  thenAlso?(seen: Seen, expect: Expect, request: PathRequest): void;
}

/** How an operation succeeds on a deployment: what it needs, and the request that it answers with its success. */
export interface Scenario {
  readonly needs: readonly Capability[];
  given(steps: Steps): Promise<PathRequest>;
  /** What can be seen of the operation's effect: the same after a refusal as before, or the refusal had a side effect. */
  trace?(steps: Steps, ready: PathRequest, faulty: PathRequest): Promise<unknown>;
}

/**
 * Pairs every failure's causes with their paths; a cause without a path stays in the list, unproven.
 *
 * @example
 * matchPaths(contract, suite.paths).get(failure)?.get('expired');
 *
 * @throws {InputError} `path-undeclared` for a path to something that the contract does not declare, `path-duplicate`
 */
export function matchPaths(contract: Contract, paths: readonly FailurePath[]): Map<Failure, Map<string, FailurePath>> {
  const matched = new Map(contract.failures.map((failure) => [failure, new Map<string, FailurePath>()]));
  const findings: Finding[] = [];
  for (const path of paths) {
    const failure = contract.operation(path.operation)?.failures.find(({ code }) => code === path.code);
    if (failure === undefined || !failure.causes.includes(path.cause)) findings.push(undeclared(contract, path, failure));
    else if (matched.get(failure)?.has(path.cause) === true) findings.push(duplicate(path));
    else matched.get(failure)?.set(path.cause, path);
  }
  if (findings.length > 0) throw new InputError(findings);
  return matched;
}

function undeclared(contract: Contract, path: FailurePath, failure: Failure | undefined): Finding {
  const operation = contract.operation(path.operation);
  const [word, kind, known] =
    operation === undefined
      ? [path.operation, 'operation', contract.operations.map(({ id }) => id)]
      : failure === undefined
        ? [path.code, `code of ${path.operation}`, operation.failures.map(({ code }) => code)]
        : [path.cause, `cause of ${path.operation} ${path.code}`, failure.causes];
  const near = closest(word, known);
  return {
    problem: 'path-undeclared',
    what: `the path ${describePath(path)} names ${JSON.stringify(word)}, which is no declared ${kind}`,
    why: 'A path to an undeclared failure would prove something that the contract does not promise.',
    remedy: near === undefined ? `Declare it in ${contract.file}, or delete the path.` : `Did you mean ${JSON.stringify(near)}?`,
    location: contract.locate(failure?.pointer ?? operation?.pointer ?? '/paths'),
  };
}

function duplicate(path: FailurePath): Finding {
  return {
    problem: 'path-duplicate',
    what: `there are two paths for ${describePath(path)}`,
    why: 'Only one of them could enter the ledger.',
    remedy: 'Delete one.',
  };
}

/** A path by name: `confirmWork registration.prepared_not_found (expired)`. */
export function describePath({ operation, code, cause }: Pick<FailurePath, 'operation' | 'code' | 'cause'>): string {
  return `${operation} ${code} (${cause})`;
}
