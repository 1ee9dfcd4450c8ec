import { EXIT } from '../../ci/index.js';
import { formatPlan, planRun, promisesOf, rehearse, type PlanReport, type Promises } from '../../contracts/index.js';
import { soundContract } from '../contract.js';
import type { Io } from '../io.js';
import { createSelection, isFiltered, type SelectOptions } from '../select.js';
import { loadSuite, type SuiteOptions } from '../suites.js';
import { openTarget, type Adjust, type TargetOptions } from '../targets.js';

export interface PlanOptions extends SelectOptions, TargetOptions, SuiteOptions {
  readonly contract?: string;
  readonly json?: boolean;
}

/** `failpath plan`: what verify would do, by a rehearsal that sends nothing. */
export async function plan(options: PlanOptions, io: Io, adjust?: Adjust): Promise<number> {
  const contract = await soundContract(options.contract);
  const selected = createSelection(contract, options);
  const suite = await loadSuite(contract, options);
  const target = await openTarget(contract, options, io, adjust);
  try {
    const { deployment } = target;
    const planned = await planRun({ contract, suite, deployment, selected });
    const promises = promisesOf(await rehearse(planned, { probes: true, webhooks: !isFiltered(options) }));
    const exitCode = isProvable(promises) ? EXIT.proven : EXIT.unproven;
    const asked = options.url === undefined ? null : 'GET /__admin/world';
    const report: PlanReport = { ...promises, asked, unanswered: target.unanswered, exitCode };
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
