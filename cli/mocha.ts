import { decide } from '../ci/index.js';
import {
  buildLedger,
  createTransport,
  declareProbes,
  fingerprint,
  formatFinding,
  formatProbe,
  laneOf,
  matchPaths,
  planRun,
  prepareProbes,
  prepareRun,
  type CauseLine,
  type Lane,
  type Ledger,
  type Plan,
  type Probe,
  type ProbeLine,
  type ProbeRun,
  sortProbes,
  type Suite,
  toLedgerProbe,
  type Run,
  type Transport,
} from '../contracts/index.js';
import { version, type Contract, type Failure } from '../spec/index.js';
import { soundContract } from './contract.js';
import { processIo } from './io.js';
import { writeReports } from './reports.js';
import { createSupertestTransport } from './supertest-transport.js';
import { loadSuite, type SuiteOptions } from './suites.js';
import { deploymentName, openTarget, type Target, type TargetOptions } from './targets.js';

export interface ContractSuiteOptions extends TargetOptions, SuiteOptions {
  /** By default `openapi.yaml` of the working folder, else failpath's own ATS contract. */
  readonly contract?: string;
  /** Folder for ledger.json and junit.xml; none are written without it. */
  readonly out?: string;
}

/** The suite's results, complete once mocha has run it. */
export interface ContractSuite {
  ledger(): Ledger | undefined;
}

interface Session {
  readonly target: Target;
  readonly plan: Plan;
  readonly transport: Transport;
  readonly run: Run;
  readonly probes: ProbeRun;
}

/**
 * Declares every failure path as an ordinary mocha test: mocha is the face, failpath's runner is the engine, and the
 * ledger is the same as that of `failpath verify`.
 *
 * @example
 * // contract.test.ts, run by mocha with a loader for top-level await
 * await describeContract({ url: process.env.API_URL, out: 'failpath-report' });
 *
 * @throws {InputError} when the contract is not sound
 */
export async function describeContract(options: ContractSuiteOptions = {}): Promise<ContractSuite> {
  const contract = await soundContract(options.contract);
  const suite = await loadSuite(contract, options);
  const lines: CauseLine[] = [];
  const probes: ProbeLine[] = [];
  let session: Session | undefined;
  let ledger: Ledger | undefined;
  const began = { at: new Date(), ms: performance.now() };

  const check = async (context: Mocha.Context, failure: Failure, cause: string): Promise<void> => {
    const planned = session?.plan.paths.find((one) => one.failure === failure && one.cause === cause);
    if (session === undefined || planned === undefined) throw new Error('the deployment could not be opened');
    const line = await session.run.execute(planned);
    lines.push(line);
    if (line.outcome === 'not-capable' || line.outcome === 'simulated') context.skip();
    if (line.outcome !== 'verified') throw explained(line);
  };

  const checkProbe = async (context: Mocha.Context, probe: Probe): Promise<void> => {
    const line = await session?.probes.execute(probe);
    if (line === undefined) throw new Error('the deployment could not be opened');
    probes.push(line);
    if (['not-capable', 'not-selected', 'simulated'].includes(line.outcome)) context.skip();
    if (line.outcome !== 'verified') throw asError(formatProbe(toLedgerProbe(line)));
  };

  describe(`${contract.title} ${contract.version}`, function () {
    before(async () => {
      session = await openSession({ contract, suite }, options, lines);
    });
    for (const [lane, title] of [
      ['parallel', 'with provisions of their own'],
      ['alone', 'moving state that others share'],
      ['quota', 'using up a quota'],
    ] as const) {
      describe(title, function () {
        for (const { failure, cause } of pathsOf(contract, suite, lane)) {
          it(`${failure.operation.id} ${failure.status} ${failure.code} (${cause})`, function () {
            return check(this, failure, cause);
          });
        }
      });
    }
    for (const [kind, title] of [
      ['identity', 'by whoever may and may not'],
      ['precedence', 'with two faults at once'],
    ] as const) {
      describe(title, function () {
        for (const probe of declareProbes(contract, suite).filter((one) => one.kind === kind)) {
          it(`${probe.operation.id} ${probe.name}`, function () {
            return checkProbe(this, probe);
          });
        }
      });
    }
    after(async () => {
      if (session === undefined) return;
      await session.run.cleanUp();
      const durationMs = Math.round(performance.now() - began.ms);
      ledger = buildLedger({
        contract,
        suite: fingerprint(contract, session.plan.suite, version()),
        name: deploymentName(options),
        url: session.plan.deployment.url,
        startedAt: began.at,
        durationMs,
        lines,
        probes: sortProbes(session.plan, probes),
        decide,
      });
      if (options.out !== undefined) writeReports(ledger, options.out);
      await session.transport.close();
      await session.target.close();
      // Skipped tests pass in mocha's eyes; what is unproven must not.
      if (ledger.exitCode !== 0) throw new Error(unproven(ledger));
    });
  });
  return { ledger: () => ledger };
}

async function openSession(
  { contract, suite }: { readonly contract: Contract; readonly suite: Suite },
  options: ContractSuiteOptions,
  lines: readonly CauseLine[],
): Promise<Session> {
  const target = await openTarget(contract, options, processIo());
  const { deployment } = target;
  const plan = await planRun({ contract, suite, deployment });
  const { timeoutMs, headers } = deployment.http;
  const uploads = createTransport({ ...deployment.http, connections: 2 });
  const transport = createSupertestTransport(deployment.url, { timeoutMs, headers, uploads });
  const run = prepareRun(plan, { transport, reruns: 1 });
  return { target, plan, transport, run, probes: prepareProbes(plan, run, { lines, reruns: 1 }) };
}

/** Every cause of every failure in one lane; what has no path is shown as well, and skipped. */
function pathsOf(contract: Contract, suite: Suite, lane: Lane): { failure: Failure; cause: string }[] {
  const matched = matchPaths(contract, suite.paths);
  return contract.failures.flatMap((failure) =>
    failure.causes.flatMap((cause) => {
      const path = matched.get(failure)?.get(cause);
      return (path === undefined ? 'parallel' : laneOf(path, suite)) === lane ? [{ failure, cause }] : [];
    }),
  );
}

/** Why a suite without a failing test is no pass. */
function unproven({ verdict, exitCode, failures, summary }: Ledger): string {
  const counts = Object.entries(summary).map(([outcome, count]) => `${count} ${outcome}`);
  const reason = failures.find(({ outcome }) => outcome !== 'verified')?.reason ?? '';
  return `${verdict} (exit code ${exitCode} of failpath verify): of ${failures.length} failures, ${counts.join(', ')}. First reason: ${reason}`;
}

/** The report of a line as an error; a stack into failpath would explain nothing. */
function explained(line: CauseLine): Error {
  return asError(formatFinding(line));
}

function asError(text: string): Error {
  const error = new Error(text);
  error.stack = error.message;
  return error;
}
