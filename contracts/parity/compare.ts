import type { Contract, Failure, Operation } from '../../spec/index.js';
import { describePath } from '../path.js';
import { nameOfProbe, type ProbeLine } from '../probes/index.js';
import type { CauseLine, Outcome } from '../types.js';
import { compareAnswers, type Told } from './answers.js';
import { createCompareBodies } from './body.js';
import { tooStrict } from './strict.js';
import { succeedsOtherwise, successOf } from './twin.js';
import type { BothRuns, Difference, Parity, ParityLine, ParitySide, RunTold } from './types.js';

/** One thing that both were asked, with what each has told. */
interface Pair {
  readonly kind: ParityLine['kind'];
  readonly failure: Failure;
  readonly name: string;
  readonly mock: Told;
  readonly deployment: Told;
}

type Verdict = Pick<ParityLine, 'parity' | 'reason' | 'differences'>;

/**
 * Holds the run of a deployment against the run of the mock, cause by cause and probe by probe, in the order of the mock's lines. What
 * one of the two was not asked is left out, and so are probes whose verdict is that of a line.
 *
 * @example
 * compareRuns({ contract, mock, deployment }).filter(({ parity }) => parity === 'fiction');
 */
export function compareRuns(both: BothRuns): readonly ParityLine[] {
  const judgePair = createJudge(both);
  return pairsOf(both).map((pair) => {
    const { kind, failure, name, mock, deployment } = pair;
    const verdict = judgePair(pair);
    const { file, line, column } = mock.location;
    return {
      kind,
      operation: failure.operation.id,
      status: failure.status,
      code: failure.code,
      name,
      ...verdict,
      mock: toSide(mock, verdict.parity),
      deployment: toSide(deployment, verdict.parity),
      declared: `${file}:${line}:${column}`,
    };
  });
}

function pairsOf({ mock, deployment }: BothRuns): readonly Pair[] {
  const lines = new Map(deployment.lines.map((line) => [nameOf(line), line]));
  const probes = new Map(deployment.probes.map((line) => [nameOfProbe(line.probe), line]));
  const wasAsked = ({ outcome }: { readonly outcome: Outcome }): boolean => outcome !== 'not-selected';
  return [
    ...mock.lines.flatMap((line): Pair[] => {
      const other = lines.get(nameOf(line));
      const { failure, cause: name } = line;
      return other === undefined ? [] : [{ kind: 'cause', failure, name, mock: line, deployment: other }];
    }),
    ...mock.probes.flatMap((line): Pair[] => {
      const { expected, kind, name } = line.probe;
      const other = probes.get(nameOfProbe(line.probe));
      if (other === undefined || expected === undefined || isTaken(line)) return [];
      return [{ kind, failure: expected.failure, name, mock: line, deployment: other }];
    }),
  ].filter((pair) => wasAsked(pair.mock) && wasAsked(pair.deployment));
}

/** A line's verdict is compared there. */
const isTaken = ({ probe, takenFrom }: ProbeLine): boolean => takenFrom !== undefined || probe.line !== undefined;

const nameOf = ({ failure, cause }: CauseLine): string => describePath({ operation: failure.operation.id, code: failure.code, cause });

function createJudge(both: BothRuns): (pair: Pair) => Verdict {
  const compareBodies = createCompareBodies(both);
  const succeeding = succeedingIn(both.deployment);
  return (pair) => {
    const { failure, mock, deployment } = pair;
    const [mine, theirs] = [didOf(failure, mock), didOf(failure, deployment)];
    if (mine === 'unknown' || theirs === 'unknown') {
      const strict = mine === 'refused' ? tooStrict(failure, mock, deployment) : undefined;
      if (strict !== undefined) return told('different', `${TOO_STRICT}${succeeding.has(failure.operation) ? '' : NEVER}`, [strict]);
      return told('unproven', mine === 'unknown' ? `on the mock: ${whyUnknown(mock)}` : whyUnknown(deployment));
    }
    if (mine === 'refused' && theirs === 'refused') {
      const differences = compareAnswers({ contract: both.contract, compareBodies }, failure, mock, deployment);
      return differences.length === 0 ? told('same') : told('different', summed(differences), differences);
    }
    return otherwise(pair, { mine, theirs }, both.contract);
  };
}

const TOO_STRICT = 'the deployment refuses with it what the mock lets through';
const NEVER = '; it has never let such a request through, so see that its file names what there is';

/** At least one of them did something else than to refuse with the failure. */
function otherwise(
  { kind, failure, mock, deployment }: Pair,
  did: { readonly mine: Did; readonly theirs: Did },
  contract: Contract,
): Verdict {
  const [mine, theirs] = [mock, deployment].map((line) => answered(failure, line, contract)) as [string, string];
  const differences: Difference[] = mine === theirs ? [] : [{ at: 'answer', mock: mine, deployment: theirs }];
  if (did.mine === did.theirs) return differences.length === 0 ? told('same') : told('different', summed(differences), differences);
  const isOrder = kind === 'precedence' && [mock, deployment].every(({ outcome }) => outcome === 'verified' || outcome === 'violated');
  if (isOrder) return told('different', `of two faults the mock refuses ${mine}, the deployment ${theirs}`, differences);
  return did.mine === 'refused'
    ? told('fiction', `the mock refuses with ${mine}; the deployment answers ${theirs}`, differences)
    : told('missing', `the deployment refuses with ${theirs}; the mock answers ${mine}`, differences);
}

function told(parity: Parity, reason = '', differences: readonly Difference[] = []): Verdict {
  return { parity, reason, differences };
}

/** Where they differ, each place once. */
function summed(differences: readonly Difference[]): string {
  const places = [...new Set(differences.map(({ at }) => at))];
  return `${places.join(', ')} ${places.length === 1 ? 'differs' : 'differ'}`;
}

/** What somebody did about a fault: refused it as the contract says, answered otherwise, or nobody knows. */
type Did = 'refused' | 'otherwise' | 'unknown';

const UNKNOWN: ReadonlySet<Outcome> = new Set<Outcome>([
  ...(['setup-failed', 'not-capable', 'edge-intercepted', 'flaky', 'simulated', 'waived', 'not-selected'] as const),
]);

function didOf(failure: Failure, told: Told): Did {
  const { outcome, observed } = told;
  if (succeedsOtherwise(failure, told)) return 'refused';
  if (UNKNOWN.has(outcome)) return 'unknown';
  if (outcome === 'verified' || observed?.code === failure.code) return 'refused';
  return outcome === 'violated' && isMisplaced(failure, told) ? 'refused' : 'otherwise';
}

/** Whether the code is told where the contract does not put it; an answer that does not tell it at all refuses with nothing. */
function isMisplaced({ code, status }: Failure, { observed, answer }: Told): boolean {
  const isWithin = (value: unknown): boolean =>
    value === code || (typeof value === 'object' && value !== null && Object.values(value).some(isWithin));
  return observed?.code === undefined && observed?.status === status && isWithin(answer?.body);
}

function whyUnknown({ outcome, reason }: Told): string {
  return `${outcome}: ${reason}`;
}

function answered({ operation }: Failure, { observed }: Told, { failures }: Contract): string {
  if (observed === undefined) return 'nothing';
  const { status, code } = observed;
  if (code === undefined)
    return operation.successes.some((success) => success.status === status) ? `${status}: it succeeds` : `${status} without a code`;
  if (operation.failures.some((one) => one.status === status && one.code === code)) return `${status} ${code}`;
  const known = failures.some((one) => one.code === code);
  return `${status} ${code}, which ${known ? `${operation.id} does not declare` : 'nobody declares'}`;
}

/** The operations that have succeeded on a deployment: what they refuse otherwise is not for want of what they need. */
function succeedingIn({ lines }: RunTold): ReadonlySet<Operation> {
  return new Set(lines.filter((line) => successOf(line) !== undefined).map(({ failure }) => failure.operation));
}

function toSide({ outcome, observed, requestId, repro }: Told, parity: Parity): ParitySide {
  return {
    outcome,
    status: observed?.status ?? null,
    code: observed?.code ?? null,
    requestId: requestId ?? null,
    repro: parity === 'same' ? null : (repro ?? null),
  };
}
