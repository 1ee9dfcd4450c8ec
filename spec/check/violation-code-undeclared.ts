import { groupBy } from '../group.js';
import type { Finding } from '../errors.js';
import { fromFragment, get, join } from '../pointer.js';
import { closest } from '../refs.js';
import type { Contract, Operation } from '../types.js';
import { at, names, objectOf } from './rule.js';
import { schemasOf, subschemas } from './walk.js';

type Schema = Readonly<Record<string, unknown>>;

interface Breach {
  readonly operation: Operation;
  readonly pointer: string;
  readonly code: string;
}

/** The code that a constraint is answered with is declared by every operation that asks for the constraint. */
export function violationCodeUndeclared(contract: Contract): Finding[] {
  const constrained = new Map<unknown, string>(
    schemasOf(contract)
      .filter(({ value }) => 'x-violations' in value)
      .map(({ value, pointer }) => [value, pointer]),
  );
  if (constrained.size === 0) return [];
  const all = [...new Set(contract.failures.map(({ code }) => code))];
  const breaches = contract.operations.flatMap((operation) => breachesOf(contract, operation, constrained));
  return [...groupBy(breaches, ({ pointer }) => pointer).values()].map((group) => {
    const [{ pointer, code }] = group;
    const users = names(group.map(({ operation }) => operation));
    const meant = all.includes(code) ? undefined : closest(code, all);
    return at(contract, pointer, {
      problem: 'violation-code-undeclared',
      what: `the constraint is answered with ${code}, which is not declared by ${users}`,
      why: `A request to ${users} can break it, and would be answered with an undeclared code.`,
      remedy: meant === undefined ? `Declare ${code} there, or name a code that is declared.` : `Did you mean ${meant}?`,
    });
  });
}

function breachesOf(contract: Contract, operation: Operation, constrained: ReadonlyMap<unknown, string>): Breach[] {
  const declared = new Set<unknown>(operation.failures.map(({ code }) => code));
  const roots = [operation.body?.json?.schema, ...operation.parameters.map(({ schema }) => schema)];
  return [...reach(contract, roots)].flatMap((schema) => {
    const pointer = constrained.get(schema);
    if (pointer === undefined) return [];
    return Object.entries(objectOf(schema['x-violations']))
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && !declared.has(entry[1]))
      .map(([keyword, code]) => ({ operation, code, pointer: join(pointer, 'x-violations', keyword) }));
  });
}

/** Every schema that a value is held against, through references. */
function reach(contract: Contract, roots: readonly unknown[]): ReadonlySet<Schema> {
  const found = new Set<Schema>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || found.has(node as Schema)) return;
    const schema = node as Schema;
    found.add(schema);
    if (typeof schema['$ref'] === 'string') visit(get(contract.document, fromFragment(schema['$ref']) ?? '/'));
    for (const inner of subschemas(schema, '')) visit(inner.node);
  };
  roots.forEach(visit);
  return found;
}
