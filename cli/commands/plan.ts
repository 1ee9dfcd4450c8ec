import { EXIT, foresee } from '../../ci/index.js';
import { formatPlan, planRun, promisesOf, rehearse, type PlanReport, type Promises } from '../../contracts/index.js';
import type { Failure } from '../../spec/index.js';
import { soundContract } from '../contract.js';
import type { Io } from '../io.js';
import { policyFor } from '../policy.js';
import { createSelection, isFiltered } from '../select.js';
import { shardFor, timingsOf, type ShareOptions } from '../shard.js';
import { loadSuite, type SuiteOptions } from '../suites.js';
import { deploymentName, openTarget, type Adjust, type TargetOptions } from '../targets.js';

export interface PlanOptions extends ShareOptions, TargetOptions, SuiteOptions {
  readonly contract?: string;
  readonly policy?: string;
  readonly json?: boolean;
}

/** `failpath plan`: what verify would do, by a rehearsal that sends nothing; a shard of it, and by a policy, where verify was told so. */
export async function plan(options: PlanOptions, io: Io, adjust?: Adjust, now: Date = new Date()): Promise<number> {
  const contract = await soundContract(options.contract);
  const selected = createSelection(contract, options);
  const suite = await loadSuite(contract, options);
  const timings = timingsOf(options);
  const policy = policyFor(contract, suite, options.policy, now);
  const target = await openTarget(contract, options, io, adjust);
  try {
    const { deployment } = target;
    const shard = options.shard && (await shardFor({ contract, suite, deployment }, options.shard, timings));
    const taken = (failure: Failure): boolean => shard?.operations.includes(failure.operation.id) ?? selected(failure);
    const planned = await planRun({ contract, suite, deployment, selected: taken });
    const promises = promisesOf(await rehearse(planned, { probes: true, webhooks: shard?.webhooks ?? !isFiltered(options) }));
    const foreseen = policy && foresee(promises, { policy, deployment: deploymentName(options), now });
    const exitCode = foreseen?.exitCode ?? (isProvable(promises) ? EXIT.proven : EXIT.unproven);
    const asked = options.url === undefined ? null : 'GET /__admin/world';
    const by = {
      ...(shard === undefined ? {} : { shard: { ...shard, timings: options.timings ?? null } }),
      ...(policy === undefined || foreseen === undefined ? {} : { policy: { file: policy.file, reasons: foreseen.reasons } }),
    };
    const report: PlanReport = { ...promises, ...by, asked, unanswered: target.unanswered, exitCode };
    const where = (options.deployment ?? options.url) === undefined ? { where: 'the embedded sandbox' } : {};
    io.out(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : formatPlan(report, { color: io.color, ...where }));
    return exitCode;
  } finally {
    await target.close();
  }
}

/** Whether verify would end with 0: what the deployment file lets nobody look at beside the failures takes nothing from their proof. */
function isProvable({ failures, probes, webhooks }: Promises): boolean {
  const others = [...probes, ...webhooks].filter(({ outcome }) => outcome !== 'not-capable');
  return [...failures, ...others].every(({ outcome }) => outcome === 'verified' || outcome === 'not-selected');
}
