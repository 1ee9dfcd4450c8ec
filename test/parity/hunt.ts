import { startMock } from '../../mocks/index.js';
import { compareRuns, type ParityLine } from '../../contracts/index.js';
import type { Failure } from '../../spec/index.js';
import { contract, judgeDeployment, type Judged } from '../support/judge.js';
import { habitat, linesOf, type Mutant } from '../zoo/index.js';
import { SAMPLE } from '../zoo/hunt.js';

/** What the parity of a mutant with the mock comes to. */
export interface Paired {
  readonly lines: readonly ParityLine[];
  /** What is not as the mutant says: lines that it names and that are not found, and lines that are not the same and not named. */
  readonly faults: readonly string[];
}

/** Compares mutants with one and the same run of the mock. */
export type Pairing = (mutant: Mutant) => Promise<Paired>;

/**
 * Runs the mock over all that mutants are compared in: the lines that they name and one failure of each operation.
 *
 * @example
 * const pair = await createPairing([mutant]);
 * expect((await pair(mutant)).faults).to.deep.equal([]);
 */
export async function createPairing(mutants: readonly Mutant[]): Promise<Pairing> {
  const selections = mutants.map(selectionOf);
  const mock = await startMock();
  try {
    const selected = (failure: Failure): boolean => selections.some((one) => one.selected(failure));
    const judged = await judgeDeployment(mock.url, { selected, probes: selections.some(({ probes }) => probes) });
    return async (mutant) => told(mutant, judged, await habitat(mutant, (url) => judgeDeployment(url, selectionOf(mutant))));
  } finally {
    await mock.close();
  }
}

interface Selected {
  readonly selected: (failure: Failure) => boolean;
  readonly probes: boolean;
}

function selectionOf(mutant: Mutant): Selected {
  const named = linesOf(mutant);
  const failures = new Set(named.flatMap((line) => line.failures));
  return {
    selected: (failure) => mutant.everything !== undefined || SAMPLE[failure.operation.id] === failure.code || failures.has(failure),
    probes: mutant.everything === 'lines and probes' || named.some(({ isProbe }) => isProbe),
  };
}

/** A line as mutants name it. */
function nameOf({ kind, operation, code, name }: ParityLine): string {
  return kind === 'cause' ? `${operation} ${code} (${name})` : `${operation}: ${name}`;
}

function told(mutant: Mutant, mock: Judged, deployment: Judged): Paired {
  const lines = compareRuns({ contract, mock, deployment });
  const byName = new Map(lines.map((line) => [nameOf(line), line]));
  const named = new Set(linesOf(mutant).map(({ name }) => name));
  // A probe whose verdict is that of a line is not compared once more.
  const missed = [...named].filter((name) => byName.has(name) && !isFound(byName.get(name)));
  const isForgiven = ({ kind }: ParityLine): boolean => mutant.spreads === true || (kind !== 'cause' && mutant.class !== 'neutral');
  const strayed = lines.filter((line) => line.parity !== 'same' && !named.has(nameOf(line)) && !isForgiven(line)).map(nameOf);
  const tell = (name: string): string => `${name} is ${byName.get(name)?.parity ?? ''} (${byName.get(name)?.reason ?? ''})`;
  const nothing = named.size > 0 && ![...named].some((name) => byName.has(name)) ? ['no line that it names was compared'] : [];
  return { lines, faults: [...nothing, ...[...missed, ...strayed].map(tell)] };
}

function isFound(line: ParityLine | undefined): boolean {
  return line?.parity === 'different' || line?.parity === 'fiction';
}
