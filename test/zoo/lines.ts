import { atsSuite, declareProbes, type CauseLine, type Probe, type ProbeLine } from '../../contracts/index.js';
import type { Failure } from '../../spec/index.js';
import { contract, nameOf, type Judged } from '../support/judge.js';
import type { Mutant } from './mutant.js';

/** A line of the ledger before anything is known of it: its name, and the failures that it is about. */
export interface NamedLine {
  readonly name: string;
  readonly failures: readonly Failure[];
  /** Whether it is about more than one cause of one failure. */
  readonly isProbe: boolean;
}

/** A probe by name, with a colon that no other line has: `initWork: api_key.revoked (revoked) before common.bad_request (not JSON)`. */
const nameOfProbe = ({ operation, name }: Probe): string => `${operation.id}: ${name}`;

/** Every line that a ledger can have, in its order. */
export const LINES: readonly NamedLine[] = [
  ...contract.failures.flatMap((failure) =>
    failure.causes.map((cause) => ({ name: nameOf({ failure, cause }), failures: [failure], isProbe: false })),
  ),
  ...declareProbes(contract, atsSuite).map((probe) => ({
    name: nameOfProbe(probe),
    failures: [probe.expected, probe.over].flatMap((declared) => declared?.failure ?? []),
    isProbe: true,
  })),
];

/**
 * Whether a pattern of `Mutant.lines` means a line.
 *
 * @example
 * isMeant('confirm* registration.prepared_not_found (expired)', 'confirmWork registration.prepared_not_found (expired)'); // true
 */
export function isMeant(pattern: string, line: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) patterns.set(pattern, (compiled = compile(pattern)));
  return compiled.test(line);
}

const patterns = new Map<string, RegExp>();

function compile(pattern: string): RegExp {
  const whole = pattern.endsWith(')') || pattern.includes(':') ? pattern : `${pattern} (*)`;
  const source = whole.replaceAll(/[.()[\]+?^$|\\]/g, String.raw`\$&`).replaceAll('*', '[^:]*');
  return new RegExp(`^${source}$`);
}

/** The lines that a mutant names. */
export function linesOf({ lines }: Pick<Mutant, 'lines'>): readonly NamedLine[] {
  return LINES.filter(({ name }) => lines.some((pattern) => isMeant(pattern, name)));
}

/** A line of a ledger with its name. */
export type Told = Pick<CauseLine | ProbeLine, 'outcome' | 'reason'> & Pick<NamedLine, 'name' | 'isProbe'>;

/** What a run has told, in the ledger's order; what nobody asked for is left out. */
export function toldBy({ lines, probes }: Judged): readonly Told[] {
  const told = [
    ...lines.map((line) => ({ ...line, name: nameOf(line), isProbe: false })),
    ...probes.map((line) => ({ ...line, name: nameOfProbe(line.probe), isProbe: true })),
  ];
  const byName = new Map(told.map((line) => [line.name, line]));
  return LINES.flatMap(({ name }) => byName.get(name) ?? []).filter(({ outcome }) => outcome !== 'not-selected');
}
