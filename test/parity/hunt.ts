import { startMock } from '../../mocks/index.js';
import { compareRuns, type ParityLine } from '../../contracts/index.js';
import type { Failure } from '../../spec/index.js';
import { contract, judgeDeployment, type Judged } from '../support/judge.js';
import { habitat, linesOf, type Mutant } from '../zoo/index.js';
import { SAMPLE } from '../zoo/hunt.js';

let whole: Promise<Judged> | undefined;

/** The mock's side, over everything: it is the same for all mutants. */
export function judgeMock(): Promise<Judged> {
  return (whole ??= startMock().then(async (mock) => {
    try {
      return await judgeDeployment(mock.url, { probes: true });
    } finally {
      await mock.close();
    }
  }));
}

/** What the parity of a mutant with the mock comes to. */
export interface Paired {
  readonly lines: readonly ParityLine[];
  /** What is not as the mutant says: lines that it names and that are not found, and lines that are found and not named. */
  readonly faults: readonly string[];
}

/** A line as mutants name it. */
const nameOf = ({ kind, operation, code, name }: ParityLine): string =>
  kind === 'cause' ? `${operation} ${code} (${name})` : `${operation}: ${name}`;

/**
 * Compares a mutant with the mock, through the lines that it names and the sample of the hunt, or through all.
 *
 * @example
 * expect((await pair(mutantNamed('revoked key accepted'))).faults).to.deep.equal([]);
 */
export async function pair(mutant: Mutant, everything = mutant.everything !== undefined): Promise<Paired> {
  const named = linesOf(mutant);
  const failures = new Set(named.flatMap((line) => line.failures));
  const selected = (failure: Failure): boolean => everything || SAMPLE[failure.operation.id] === failure.code || failures.has(failure);
  const probes = mutant.everything === 'lines and probes' || named.some(({ isProbe }) => isProbe);
  const [mock, deployment] = await Promise.all([judgeMock(), habitat(mutant, (url) => judgeDeployment(url, { selected, probes }))]);
  const lines = compareRuns({ contract, mock, deployment });
  const found = new Set(lines.filter(({ parity }) => parity !== 'same' && parity !== 'unproven').map(nameOf));
  const names = new Set(named.map(({ name }) => name));
  const compared = new Set(lines.map(nameOf));
  const missed = [...names].filter((name) => compared.has(name) && !found.has(name));
  const isForgiven = ({ kind }: ParityLine): boolean => mutant.spreads === true || (kind !== 'cause' && mutant.class !== 'neutral');
  const strayed = lines.filter((line) => line.parity !== 'same' && !names.has(nameOf(line)) && !isForgiven(line));
  const tell = (name: string): string => {
    const line = lines.find((one) => nameOf(one) === name);
    return `${name} is ${line?.parity ?? 'not compared'} (${line?.reason ?? ''})`;
  };
  return { lines, faults: [...missed.map((name) => `missed: ${tell(name)}`), ...strayed.map((line) => `strayed: ${tell(nameOf(line))}`)] };
}
