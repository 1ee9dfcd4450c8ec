import type { Contract, Operation } from '../../spec/index.js';
import { isSharedState } from '../capability-file.js';
import { describePath, matchPaths, type FailurePath } from '../path.js';
import { expectedSuccess } from '../success.js';
import type { Suite } from '../suite.js';
import type { Declared, Fault, IdentityCheck, Precedence, Probe } from './types.js';

/**
 * Every probe of a suite that a contract has something to say about: operation by operation, the identities first.
 *
 * @example
 * declareProbes(contract, atsSuite).filter(({ kind }) => kind === 'identity').length; // 145
 *
 * @throws {InputError} when the suite's paths do not fit the contract
 */
export function declareProbes(contract: Contract, suite: Suite): readonly Probe[] {
  // A plan, its run and its ledger ask for the same ones.
  let bySuite = declaredBefore.get(contract);
  if (bySuite === undefined) declaredBefore.set(contract, (bySuite = new WeakMap()));
  let probes = bySuite.get(suite);
  if (probes === undefined) bySuite.set(suite, (probes = declareAll(contract, suite)));
  return probes;
}

const declaredBefore = new WeakMap<Contract, WeakMap<Suite, readonly Probe[]>>();

function declareAll(contract: Contract, suite: Suite): readonly Probe[] {
  const { probes } = suite;
  if (probes === undefined) return [];
  const paths = pathsOf(contract, suite);
  return contract.operations.flatMap((operation) => [
    ...operation.credentials.flatMap(({ scheme }) => (probes.identities[scheme] ?? []).flatMap((check) => cell(operation, check))),
    ...probes.precedence.filter((pair) => pair.operation === operation.id).map((pair) => precedence(operation, pair, paths)),
  ]);
}

type PathOf = (operation: Operation, fault: Fault) => FailurePath;

function pathsOf(contract: Contract, suite: Suite): PathOf {
  const matched = matchPaths(contract, suite.paths);
  return (operation, { code, cause }) => {
    const failure = operation.failures.find((one) => one.code === code);
    const path = failure && matched.get(failure)?.get(cause);
    if (path !== undefined) return path;
    throw new Error(
      `the suite ${suite.name} has no path ${describePath({ operation: operation.id, code, cause })}, which a pair of faults names`,
    );
  };
}

/** None for a code that this operation does not declare. */
function cell(operation: Operation, check: IdentityCheck): Probe[] {
  const { identity, code, line, needs = [], when, basis, source } = check;
  const failure = operation.failures.find((one) => one.code === code);
  if (failure === undefined && code !== null) return [];
  const expected = failure && { failure, cause: line ?? identity };
  return [
    {
      kind: 'identity',
      operation,
      name: identity,
      basis,
      source,
      expected,
      ...(line === undefined || expected === undefined ? {} : { line: expected }),
      path: { operation: operation.id, code: code ?? '', cause: identity, needs, ...(when === undefined ? {} : { when }) },
    },
  ];
}

function precedence(operation: Operation, pair: Precedence, pathOf: PathOf): Probe {
  const { first, over, basis, source, implied = false } = pair;
  const expected = declared(operation, first);
  return {
    kind: 'precedence',
    operation,
    name: `${first.code} (${first.cause}) before ${over.code} (${over.cause})`,
    basis,
    source,
    expected,
    over: declared(operation, over),
    ...(implied ? { line: expected } : {}),
    path: implied ? pathOf(operation, first) : compose(pair, pathOf(operation, first), pathOf(operation, over)),
  };
}

function declared(operation: Operation, { code, cause }: Fault): Declared {
  const failure = operation.failures.find((one) => one.code === code);
  if (failure === undefined) throw new Error(`${operation.id} does not declare ${code}`);
  return { failure, cause };
}

/** One path with the faults of two. */
function compose(pair: Precedence, first: FailurePath, over: FailurePath): FailurePath {
  const given = givenOf(pair, first, over);
  const when = pair.when ?? both(first, over);
  return {
    operation: pair.operation,
    code: first.code,
    cause: `${first.cause}, and at once ${over.code} (${over.cause})`,
    needs: [...new Set([...(first.needs ?? []), ...(over.needs ?? []), ...(pair.needs ?? [])])],
    alone: first.alone === true || over.alone === true,
    ...(given === undefined ? {} : { given }),
    when,
  };
}

function givenOf({ given }: Precedence, first: FailurePath, over: FailurePath): FailurePath['given'] {
  if (typeof given === 'function') return given;
  if (given !== undefined) return (given === 'first' ? first : over).given;
  if (first.given !== undefined && over.given !== undefined)
    throw new Error(`${describePath(first)} and ${describePath(over)} both begin in their own way: the pair must say how it does`);
  return first.given ?? over.given;
}

/**
 * The first fault is put in last, since what it does to a credential or a body must hold for all of it; what other requests could not
 * be sent after, the moving of shared state, comes at the very end.
 */
function both(first: FailurePath, over: FailurePath): NonNullable<FailurePath['when']> {
  const moves = ({ needs = [] }: FailurePath): boolean => needs.some(isSharedState);
  const ordered = [over, first].sort((a, b) => Number(moves(a)) - Number(moves(b)));
  return async (request, steps) => {
    let faulty = request;
    for (const { when } of ordered) faulty = (await when?.(faulty, steps)) ?? faulty;
    return faulty;
  };
}

/** A probe by name: `precedence initWork: api_key.revoked (revoked) before ...`. */
export function nameOfProbe({ kind, operation, name }: Pick<Probe, 'kind' | 'operation' | 'name'>): string {
  return `${kind} ${operation.id}: ${name}`;
}

/** What must be answered, in short: `401 api_key.revoked`, or the status of success. */
export function describeDeclared({ expected, operation }: Pick<Probe, 'expected' | 'operation'>): string {
  return expected === undefined ? expectedSuccess(operation) : `${expected.failure.status} ${expected.failure.code}`;
}
