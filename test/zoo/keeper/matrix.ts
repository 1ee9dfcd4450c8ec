import type { Contract } from '../../../spec/index.js';
import type { Hunted } from '../hunt.js';
import { isMeant } from '../lines.js';
import { FINDINGS, type MutantClass } from '../mutant.js';

/** One declared failure, and the mutants that its own line has killed, by their class. */
export interface MatrixRow {
  readonly operation: string;
  readonly status: number;
  readonly code: string;
  readonly killed: Readonly<Record<Killable, readonly string[]>>;
}

/** Of a mutant whose answers do not arrive a line can only say that it is not proven. */
type Killable = Exclude<MutantClass, 'transport' | 'neutral'>;

const KILLABLE: readonly Killable[] = ['wire', 'behaviour'];

/** Which line has killed which mutant. */
export interface Matrix {
  /** Whether every failure has killed a mutant of either class. */
  readonly complete: boolean;
  readonly rows: readonly MatrixRow[];
}

/**
 * The kill matrix of a hunt: per declared failure, the mutants that a line of this very failure has found a fault with.
 *
 * @example
 * matrixOf(contract, hunted).rows.filter(({ killed }) => killed.behaviour.length === 0); // failures whose check nobody has tried to break
 */
export function matrixOf({ failures }: Contract, hunted: readonly Hunted[]): Matrix {
  const rows = failures.map(({ operation, status, code }): MatrixRow => {
    const killers = hunted.filter(({ caughtBy }) =>
      caughtBy.some(({ line, outcome }) => FINDINGS.includes(outcome) && isMeant(`${operation.id} ${code}`, line)),
    );
    const ofClass = (kind: Killable): string[] => killers.filter(({ mutant }) => mutant.class === kind).map(({ mutant }) => mutant.name);
    return { operation: operation.id, status, code, killed: { wire: ofClass('wire'), behaviour: ofClass('behaviour') } };
  });
  return { rows, complete: rows.every(isKilling) };
}

/** Whether a failure's own line has killed a mutant of either class. */
export function isKilling({ killed }: MatrixRow): boolean {
  return KILLABLE.every((kind) => killed[kind].length > 0);
}
