import { FORMATS, REPORT_NAMES } from '../../contracts/index.js';
import type { CanDeployOptions } from '../commands/can-deploy.js';
import type { GateOptions } from '../commands/gate.js';
import type { MergeOptions } from '../commands/merge.js';
import type { PlanOptions } from '../commands/plan.js';
import type { ReportOptions } from '../commands/report.js';
import type { VerifyOptions } from '../commands/verify.js';
import { byEnvironment } from '../environment.js';
import { STORE } from '../words.js';
import { selecting, driving, suiteOption, contractOption, collect, shard } from './options.js';
import type { Face } from './types.js';

/** Commands under "Drive and decide". */
export function declareDecide({ program, io, done }: Face): void {
  program.commandsGroup('Drive and decide:');

  const verifying = driving(selecting(program.command('verify')))
    .description('drive a deployment through every declared failure, and decide')
    .option('--out <folder>', 'where ledger.json and junit.xml go', 'failpath-report')
    .option(
      '--report <format[=file]>',
      `a format, beside ledger.json and junit.xml in --out: ${REPORT_NAMES.join(', ')}; repeatable`,
      collect,
    )
    .option('--policy <file>', 'what is required, and what is let pass (default: everything must be verified)')
    .option('--build <id>', 'record the verdict for this build, as `failpath gate` does')
    .option('--store <folder>', 'where verdicts are recorded', STORE)
    .option('--shard <i/n>', 'only this part of the run, of so many; failpath merge puts the ledgers together', shard)
    .option('--timings <ledger>', 'share a run out by what this ledger of an earlier one has measured; the same for every shard')
    .option('--json', 'print the ledger instead of the report')
    .option('--dry-run', 'send nothing: print the plan, as `failpath plan` does')
    .addHelpText('after', EXIT_CODES)
    .action(async (options: VerifyOptions) => {
      const { verify } = await import('../commands/verify.js');
      done(await verify(options, io));
    });

  selecting(program.command('plan').description('what verify would do, prove, cost and leave behind, before anything is sent'))
    .option('--deployment <file>', 'the deployment under test (default: the embedded sandbox)')
    .option('--url <url>', 'a deployment by its address alone; a failpath mock there is asked for its world, and nothing else is sent')
    .option('--filter <globs>', 'only failures that match all these globs by operation, status or code; repeatable', collect)
    .addOption(suiteOption())
    .option('--json', 'print JSON')
    .addHelpText('after', PLAN_EXIT_CODES)
    .action(async (options: PlanOptions) => {
      const { plan } = await import('../commands/plan.js');
      done(await plan(options, io));
    });

  const gating = program
    .command('gate')
    .description('decide from a saved ledger, and record the verdict of a build')
    .requiredOption('--ledger <file>', 'what verify or merge has written: a ledger.json, or the folder that it is in')
    .option('--policy <file>', 'what is required, and what is let pass (default: everything must be verified)')
    .option('--write-baseline', "make what is wrong by now what is known: writes the policy's baseline")
    .option('--build <id>', 'record the verdict for this build')
    .option('--store <folder>', 'where verdicts are recorded', STORE)
    .option('--json', 'print JSON')
    .addHelpText('after', GATE_EXIT_CODES)
    .action(async (options: GateOptions) => {
      const { gate } = await import('../commands/gate.js');
      done(gate(options, io));
    });

  const merging = program
    .command('merge')
    .description('put the ledgers of all shards of a run together, and decide')
    .argument('<ledgers...>', 'what verify --shard has written: ledger.json files, or the folders that they are in')
    .option('--out <folder>', 'where ledger.json and junit.xml go', 'failpath-report')
    .option('--policy <file>', 'what is required, and what is let pass (default: everything must be verified)')
    .option('--json', 'print the ledger')
    .addHelpText('after', GATE_EXIT_CODES)
    .action(async (files: readonly string[], options: MergeOptions) => {
      const { merge } = await import('../commands/merge.js');
      done(merge(files, options, io));
    });

  const deploying = program
    .command('can-deploy')
    .description('may this build go to that deployment? by what gate has recorded')
    .requiredOption('--build <id>', 'the build')
    .requiredOption('--to <deployment>', 'where it is to go')
    .option('--policy <file>', 'says where a build must have been proven before (default: there)')
    .option('--contract <file>', 'insist that it was verified with this contract')
    .option('--store <folder>', 'where verdicts are recorded', STORE)
    .option('--json', 'print JSON')
    .addHelpText('after', CAN_DEPLOY_EXIT_CODES)
    .action(async (options: CanDeployOptions) => {
      const { canDeploy } = await import('../commands/can-deploy.js');
      done(await canDeploy(options, io));
    });

  program
    .command('report')
    .description('a saved ledger in another format; of several, how outcomes moved from run to run')
    .argument('<ledgers...>', 'ledger.json files, or the folders that they are in')
    .addOption(contractOption())
    .option('--report <format[=file]>', `the format: ${REPORT_NAMES.join(', ')} (default: terminal); repeatable`, collect)
    .addHelpText('after', REPORT_HELP)
    .action(async (files: readonly string[], options: ReportOptions) => {
      const { report } = await import('../commands/report.js');
      done(await report(files, options, io));
    });

  for (const command of [verifying, gating, merging, deploying]) byEnvironment(command, io);
}

const EXIT_CODES = `
Exit codes:
  0    every failure is proven, or accepted by the policy
  1    a finding: violated, not-reached or wrong-path; with --policy, a waiver or baseline that is out of date as well
  2    a failure is unproven: simulated, not-capable, setup-failed, edge-intercepted or flaky
  3    the environment could not be judged: nothing got an application's answer
  4    contract, configuration or usage is invalid
  70   failpath itself broke
  130  interrupted`;

const GATE_EXIT_CODES = `
Exit codes:
  0    proven, or accepted by the policy
  1    a finding: a wrong answer, or a waiver or baseline that is out of date
  2    a failure is unproven
  3    the environment could not be judged when the ledger was made
  4    ledger, policy or usage is invalid, or the ledger is only a part`;

const CAN_DEPLOY_EXIT_CODES = `
Exit codes:
  0    yes
  1    no: there is a finding, or a waiver has ended since
  2    no: it is unproven, or nothing is recorded of it
  4    a record, the policy, the contract or the usage is invalid`;

const PLAN_EXIT_CODES = `
Exit codes:
  0    every failure can be proven
  2    a failure cannot be, or only be simulated; the plan says what would unlock it
  4    contract, configuration or usage is invalid`;

const REPORT_HELP = `
Formats, each for:
${REPORT_NAMES.map((name) => `  ${name.padEnd(9)} ${FORMATS[name].what}`).join('\n')}

A format goes to standard output, or to the file behind =. Of several ledgers there is
the trend: terminal, html, markdown and json.

Exit codes:
  0    it was written
  4    a ledger, the contract or the usage is invalid`;
