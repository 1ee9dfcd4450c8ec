import { join } from 'node:path';
import { expect } from 'chai';
import { decide } from '../../ci/index.js';
import {
  atsSuite,
  buildLedger,
  createPlan,
  createTransport,
  describePath,
  discoverWorld,
  run,
  sortProbes,
  type CauseLine,
  type Deployment,
  type Ledger,
  type Outcome,
  type ProbeLine,
} from '../../contracts/index.js';
import { loadContract, type Contract, type Failure } from '../../spec/index.js';
import { ROOT } from './cli.js';

/** The ATS contract. */
export const contract: Contract = await loadContract(join(ROOT, 'openapi.yaml'));

/** What became of a deployment. */
export interface Judged {
  readonly deployment: Deployment;
  readonly ledger: Ledger;
  readonly lines: readonly CauseLine[];
  /** Empty unless they were asked for. */
  readonly probes: readonly ProbeLine[];
}

/** Which failures are looked at; all of them by default. */
export interface Sample {
  readonly operations?: readonly string[];
  readonly codes?: readonly string[];
  readonly selected?: (failure: Failure) => boolean;
  /** Whether the probes of these failures are sent as well. */
  readonly probes?: boolean;
}

/**
 * Drives a deployment that says its well-known world through the contract's failures, as `failpath verify --url` does.
 *
 * @example
 * expect((await judgeDeployment(mock.url)).ledger.exitCode).to.equal(0);
 */
export async function judgeDeployment(url: string, sample: Sample = {}): Promise<Judged> {
  const selected = (failure: Failure): boolean =>
    (sample.operations?.includes(failure.operation.id) ?? true) &&
    (sample.codes?.includes(failure.code) ?? true) &&
    (sample.selected?.(failure) ?? true);
  const transport = createTransport({ timeoutMs: 10_000, connections: 8 });
  try {
    const deployment = await discoverWorld(url, transport);
    if (deployment === undefined) throw new Error(`${url} does not say its world.`);
    const plan = createPlan(contract, atsSuite, deployment, selected);
    const lines: CauseLine[] = [];
    const found: ProbeLine[] = [];
    for await (const event of run(plan, { transport, concurrency: 8, probes: sample.probes === true })) {
      if (event.type === 'path-finished') lines.push(event.line);
      if (event.type === 'probe-finished') found.push(event.line);
    }
    const probes = sortProbes(plan, found);
    return {
      deployment,
      lines,
      probes,
      ledger: buildLedger({ contract, url, startedAt: new Date(), durationMs: 0, lines, probes, decide }),
    };
  } finally {
    await transport.close();
  }
}

/** A line by name and outcome: `initWork api_key.revoked (revoked)` is `not-reached`. */
export type Outcomes = Readonly<Record<string, Outcome>>;

/** The outcomes of the lines that are not verified; those that nobody asked for are left out. */
export function unprovenOf({ lines }: Judged): Outcomes {
  const unproven = lines.filter(({ outcome }) => outcome !== 'verified' && outcome !== 'not-selected');
  return Object.fromEntries(unproven.map((line) => [nameOf(line), line.outcome]));
}

/** A line by name: `initWork api_key.revoked (revoked)`. */
export function nameOf({ failure, cause }: Pick<CauseLine, 'failure' | 'cause'>): string {
  return describePath({ operation: failure.operation.id, code: failure.code, cause });
}

/** Expects exactly these lines to be unproven, for these reasons, and every other one to be verified. */
export function expectUnproven(judged: Judged, expected: Outcomes, exitCode: number): void {
  const reasons = judged.lines
    .filter((line) => line.outcome !== 'not-selected' && line.outcome !== (expected[nameOf(line)] ?? 'verified'))
    .map((line) => `${nameOf(line)}: ${line.outcome}: ${line.reason}`);
  expect(unprovenOf(judged), reasons.slice(0, 5).join('\n')).to.deep.equal(expected);
  expect(judged.ledger.exitCode).to.equal(exitCode);
  const proven = judged.lines.filter(({ outcome }) => outcome === 'verified');
  expect(proven.length, 'lines that are verified beside those that the lie is about').to.be.greaterThan(0);
}
