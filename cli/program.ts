import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../ci/index.js';
import { REPORT_NAMES, REPORTS, Unready } from '../contracts/index.js';
import { DEFAULT_RECORDING } from '../mocks/index.js';
import { formatFinding, InputError, version } from '../spec/index.js';
import { canDeploy, type CanDeployOptions } from './commands/can-deploy.js';
import { check, type CheckOptions } from './commands/check.js';
import { coverage, type CoverageOptions } from './commands/coverage.js';
import { diff, DIFF_FAIL_ON, type DiffOptions } from './commands/diff.js';
import { docs, DOCS_FORMATS, type DocsOptions } from './commands/docs.js';
import { explain as explainCommand, type ExplainOptions } from './commands/explain.js';
import { fuzz, type FuzzCommandOptions } from './commands/fuzz.js';
import { gate, type GateOptions } from './commands/gate.js';
import { importCommand, type ImportCommandOptions } from './commands/import.js';
import { CI_SYSTEMS, init, type InitOptions } from './commands/init.js';
import { list } from './commands/list.js';
import { merge, type MergeOptions } from './commands/merge.js';
import { mock, type MockCommandOptions } from './commands/mock.js';
import { parity, type ParityOptions } from './commands/parity.js';
import { observe, type ObserveCommandOptions } from './commands/observe.js';
import { plan, type PlanOptions } from './commands/plan.js';
import { report, type ReportOptions } from './commands/report.js';
import { seen, type SeenOptions } from './commands/seen.js';
import { sweep, type SweepOptions } from './commands/sweep.js';
import { types, TYPES_FORMATS, type TypesOptions } from './commands/types.js';
import { verify, type VerifyOptions } from './commands/verify.js';
import { byEnvironment } from './environment.js';
import type { Io } from './io.js';
import { STORE } from './record.js';
import type { ShardOption } from './shard.js';

/**
 * Runs one command line and returns its exit code; nothing is thrown, whatever is in the arguments.
 *
 * @example
 * process.exitCode = await main(['list', '--code', 'api_key.*'], processIo());
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.proven;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error, io);
  }
}

function explain(error: unknown, io: Io): number {
  // Help and version end the command as well; commander has printed what is wrong with a flag already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.proven : EXIT.invalid;
  if (error instanceof InputError) {
    io.err(`${error.findings.map(formatFinding).join('\n')}\n`);
    return EXIT.invalid;
  }
  if (error instanceof Unready) {
    io.err(`${error.message}\n`);
    return EXIT.unjudged;
  }
  io.err(
    `failpath broke; this is a bug in failpath, not in your API.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT.crash;
}

function createProgram(io: Io, done: (code: number) => void): Command {
  const program = new Command('failpath')
    .description('Gate API deploys on the error contract: every code an API can answer, mocked, driven and proven.')
    .version(version())
    .showHelpAfterError('See --help.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      getOutHasColors: () => io.color,
      getErrHasColors: () => io.color,
    });

  const verifying = driving(selecting(program.command('verify')))
    .description('drive a deployment through every declared failure, and decide')
    .option('--out <folder>', 'where ledger.json and junit.xml go', 'failpath-report')
    .option('--report <format[=file]>', `another format: ${OTHER_REPORTS.join(', ')}; repeatable`, collect)
    .option('--policy <file>', 'what is required, and what is let pass (default: everything must be verified)')
    .option('--build <id>', 'record the verdict for this build, as `failpath gate` does')
    .option('--store <folder>', 'where verdicts are recorded', STORE)
    .option('--shard <i/n>', 'only this part of the run, of so many; failpath merge puts the ledgers together', shard)
    .option('--json', 'print the ledger instead of the report')
    .option('--dry-run', 'send nothing: print the plan, as `failpath plan` does')
    .addHelpText('after', EXIT_CODES)
    .action(async (options: VerifyOptions) => done(await verify(options, io)));
  byEnvironment(verifying, io);

  driving(selecting(program.command('parity').description('the same paths on the embedded mock and on a deployment, side by side')))
    .option('--json', 'print JSON')
    .addHelpText('after', PARITY_EXIT_CODES)
    .action(async (options: ParityOptions) => done(await parity(options, io)));

  selecting(program.command('plan').description('what verify would do, prove, cost and leave behind, before anything is sent'))
    .option('--deployment <file>', 'the deployment under test (default: the embedded sandbox)')
    .option('--url <url>', 'a deployment by its address alone; a failpath mock there is asked for its world, and nothing else is sent')
    .option('--filter <globs>', 'only failures that match all these globs by operation, status or code; repeatable', collect)
    .addOption(suiteOption())
    .option('--json', 'print JSON')
    .addHelpText('after', PLAN_EXIT_CODES)
    .action(async (options: PlanOptions) => done(await plan(options, io)));

  readying(program.command('fuzz'))
    .description('send every operation what its contract does not allow, and sequences of what it does; hold every answer against it')
    .addOption(contractOption())
    .option('--deployment <file>', 'the deployment to fuzz (default: the embedded sandbox)')
    .option('--url <url>', 'a deployment by its address alone; a failpath mock there describes itself')
    .option('--operation <glob>', 'only operations like this; repeatable', collect)
    .option('--seed <n>', 'makes the same requests in the same order (default: a new one, printed)', whole(0, 4_294_967_295))
    .option('--requests <n>', 'at most so many cases (default: 2000; with --time, no limit)', whole(1, 100_000_000))
    .option('--time <seconds>', 'at most so long', positive)
    .option('--timeout <seconds>', 'what takes longer to answer hangs (default: 10)', positive)
    .option('--rate <n>', 'at most so many requests per second', positive)
    .option('--concurrency <n>', 'how many requests are under way at once', whole(1, 256), 16)
    .addOption(new Option('--only <what>', 'hostile requests, or sequences of good ones (default: both)').choices(['input', 'sequences']))
    .addOption(suiteOption())
    .option('--corpus <folder>', 'where findings are kept, and tried first next time')
    .option('--replay <what>', 'only this again: a kept finding, or what a report says behind it')
    .option('--json', 'print JSON')
    .addHelpText('after', FUZZ_EXIT_CODES)
    .action(async (options: FuzzCommandOptions) => done(await fuzz(options, io)));

  program
    .command('mock')
    .description('serve the contract: any failure on demand, and a sandbox that fails for real reasons')
    .option('--port <n>', 'port to listen on; 0 takes a free one', whole(0, 65535), 4010)
    .option('--host <address>', 'address to listen on; any but loopback needs the admin token', '127.0.0.1')
    .addOption(contractOption())
    .option('--dynamic', 'fill answers with generated data that fits the schemas')
    .option('--seed <n>', 'makes generated data the same every time', whole(0, Number.MAX_SAFE_INTEGER))
    .option('--admin-token <token>', 'for /__admin on other addresses than loopback (default: a new one, printed)')
    .option('--script <path>', 'rules: a script file, or a folder of them; loaded again when they change; repeatable', collect)
    .option('--proxy-to <url>', 'a server that rules may send requests on to; repeatable', collect)
    .option('--webhooks-to <url>', 'a server beyond this machine that webhooks may be sent to; repeatable', collect)
    .option('--state <folder>', 'keep everything in this folder, across restarts')
    .option('--store <url>', 'share everything with other mocks: redis://host:port')
    .option('--replay <file>', 'begin with a situation that another mock has told: its GET /__admin/sessions/default/replay')
    .option('--sessions <n>', 'how many sessions there may be at a time', whole(1, 1_000_000))
    .option('--tls', 'HTTPS, with a new certificate that signs itself')
    .option('--tls-cert <file>', 'HTTPS with this certificate (PEM)')
    .option('--tls-key <file>', 'the private key of that certificate (PEM)')
    .option('--tls-out <file>', 'write the certificate that clients have to trust to a file')
    .option('--no-cors', 'do not let web pages of other origins call the API')
    .option('--record <url>', 'send every request on to this deployment, judge its answers, and write a script of them')
    .option('--record-to <file>', `where the recording goes (default: ${DEFAULT_RECORDING})`)
    .option('--overwrite', 'replace the file of --record-to if it exists')
    .option('--quiet', 'no line per request')
    .option('--json', 'structured log: one JSON object per line')
    .action(async (options: MockCommandOptions) => done(await mock(options, io)));

  program
    .command('observe')
    .description('check real traffic against the contract: a proxy in front of an API, or a HAR file')
    .option('--upstream <url>', 'the one server that requests go on to, path prefix included')
    .option('--port <n>', 'port to listen on; 0 takes a free one (default: 4020)', whole(0, 65535))
    .option('--host <address>', 'address to listen on (default: 127.0.0.1); others than loopback let anybody send requests to the upstream')
    .option('--keep-host', 'leave the Host header as the client sent it, so that URLs the API makes of it lead back here')
    .option('--ca <file>', 'PEM file of certificate authorities to trust')
    .option('--har <file>', 'check the traffic of a HAR file instead')
    .option('--base <url>', 'where the API begins in the HAR file, path prefix included (default: the one place that fits)')
    .addOption(contractOption())
    .addOption(new Option('--fail-on <finding>', 'exit 1 when there was one').choices(['violation']))
    .option('--out <folder>', 'where ledger.json and junit.xml go', 'failpath-observed')
    .option('--quiet', 'tell violations at the end only')
    .option('--json', 'one JSON object per line: the start, each violation, the summary')
    .addHelpText('after', OBSERVE_EXIT_CODES)
    .action(async (options: ObserveCommandOptions) => done(await observe(options, io)));

  selecting(
    program.command('seen').description('which declared failures has nobody ever seen, and which undeclared ones were? over ledgers'),
  )
    .argument('<ledgers...>', 'what verify and observe have written: ledger.json files, or the folders that they are in')
    .addOption(
      new Option('--fail-on <finding>', 'exit 1 when there is one; repeatable')
        .choices(FINDINGS_OF_SEEN)
        .argParser(oneOf(FINDINGS_OF_SEEN)),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', SEEN_EXIT_CODES)
    .action(async (files: readonly string[], options: SeenOptions) => done(await seen(files, options, io)));

  program
    .command('import')
    .description('a script for the mock out of a HAR file: what a browser or a proxy saw')
    .argument('<file>', 'the HAR file')
    .addOption(contractOption())
    .option('--out <file>', 'where the script goes', DEFAULT_RECORDING)
    .option('--base <url>', 'where the API begins in the HAR file, path prefix included (default: the one place that fits)')
    .option('--overwrite', 'replace the file of --out if it exists')
    .option('--json', 'print JSON')
    .action(async (file: string, options: ImportCommandOptions) => done(await importCommand(file, options, io)));

  selecting(program.command('list').description('list the failures that the contract declares'))
    .option('--json', 'print JSON')
    .action(async (options) => done(await list(options, io)));

  selecting(program.command('coverage').description('which declared failures has the client of a running mock been shown?'))
    .requiredOption('--url <url>', 'address of the mock')
    .option('--min <percent>', 'exit 2 when less than this was shown', percent)
    .option('--admin-token <token>', 'what the mock asks for (default: FAILPATH_ADMIN_TOKEN)')
    .option('--json', 'print JSON')
    .addHelpText('after', COVERAGE_EXIT_CODES)
    .action(async (options: CoverageOptions) => done(await coverage(options, io)));

  selecting(program.command('sweep').description("run a client's tests once for each declared failure, with a mock that answers with it"))
    .argument('<command...>', 'the test command, after --; it finds the mock by FAILPATH_URL')
    .option('--port <n>', 'of the mock (default: a free one)', whole(0, 65535))
    .option('--timeout <seconds>', 'per run (default: 60)', positive)
    .option('--retry-after <seconds>', 'what Retry-After says, where a failure has it (default: 1)', whole(0, 86_400))
    .option('--no-control', 'leave out the run without a failure')
    .option('--any-exit', 'the command may fail: only that it ends and how the client behaved counts')
    .option('--json', 'print JSON')
    .addHelpText('after', SWEEP_EXIT_CODES)
    .action(async (command: readonly string[], options: Omit<SweepOptions, 'command'>) => done(await sweep({ ...options, command }, io)));

  program
    .command('init')
    .description('a new project: a contract, its failure paths, and CI that runs them; nothing is overwritten')
    .argument('[folder]', 'where it goes', '.')
    .addOption(new Option('--ci <system>', 'whose CI').choices(CI_SYSTEMS).default('github'))
    .option('--json', 'print JSON')
    .action(async (folder: string, options: InitOptions) => done(await Promise.resolve(init(folder, options, io))));

  program
    .command('check')
    .description('is the contract sound?')
    .argument('[file]', "the contract (default: openapi.yaml, or failpath's own ATS contract)")
    .addOption(suiteOption())
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options: CheckOptions) => done(await check(file, options, io)));

  program
    .command('diff')
    .description('what a new contract means to the clients of the old one')
    .argument('<old>', 'a contract, or one at a revision of git: main:openapi.yaml')
    .argument('[new]', "the contract that follows it (default: openapi.yaml, or failpath's own ATS contract)")
    .addOption(new Option('--fail-on <severity>', 'exit 1 from this severity on').choices(DIFF_FAIL_ON).default('breaking'))
    .option('--json', 'print JSON')
    .option('--markdown', "print Markdown, for a job's summary")
    .addHelpText('after', DIFF_EXIT_CODES)
    .action(async (old: string, now: string | undefined, options: DiffOptions) => done(await diff(old, now, options, io)));

  program
    .command('report')
    .description('a saved ledger in another format; of several, how outcomes moved from run to run')
    .argument('<ledgers...>', 'ledger.json files, or the folders that they are in')
    .addOption(contractOption())
    .option('--report <format[=file]>', `the format: ${REPORT_NAMES.join(', ')} (default: terminal); repeatable`, collect)
    .addHelpText('after', REPORT_HELP)
    .action(async (files: readonly string[], options: ReportOptions) => done(await report(files, options, io)));

  program
    .command('docs')
    .description('the error catalogue: what each code means, what to do about it, and how to see it')
    .addOption(contractOption())
    .addOption(new Option('--format <format>', 'what to write it as').choices(DOCS_FORMATS).default('markdown'))
    .option('--out <file>', 'where it goes (default: standard output)')
    .action(async (options: DocsOptions) => done(await docs(options, io)));

  program
    .command('gate')
    .description('decide from a saved ledger, and record the verdict of a build')
    .requiredOption('--ledger <file>', 'what verify or merge has written: a ledger.json, or the folder that it is in')
    .option('--policy <file>', 'what is required, and what is let pass (default: everything must be verified)')
    .option('--write-baseline', "make what is wrong by now what is known: writes the policy's baseline")
    .option('--build <id>', 'record the verdict for this build')
    .option('--store <folder>', 'where verdicts are recorded', STORE)
    .option('--json', 'print JSON')
    .addHelpText('after', GATE_EXIT_CODES)
    .action((options: GateOptions) => done(gate(options, io)));

  program
    .command('merge')
    .description('put the ledgers of all shards of a run together, and decide')
    .argument('<ledgers...>', 'what verify --shard has written: ledger.json files, or the folders that they are in')
    .option('--out <folder>', 'where ledger.json and junit.xml go', 'failpath-report')
    .option('--policy <file>', 'what is required, and what is let pass (default: everything must be verified)')
    .option('--json', 'print the ledger')
    .addHelpText('after', GATE_EXIT_CODES)
    .action((files: readonly string[], options: MergeOptions) => done(merge(files, options, io)));

  program
    .command('can-deploy')
    .description('may this build go to that deployment? by what gate has recorded')
    .requiredOption('--build <id>', 'the build')
    .requiredOption('--to <deployment>', 'where it is to go')
    .option('--policy <file>', 'says where a build must have been proven before (default: there)')
    .option('--contract <file>', 'insist that it was verified with this contract')
    .option('--store <folder>', 'where verdicts are recorded', STORE)
    .option('--json', 'print JSON')
    .addHelpText('after', CAN_DEPLOY_EXIT_CODES)
    .action(async (options: CanDeployOptions) => done(await canDeploy(options, io)));

  program
    .command('explain')
    .description('what a code, a request or an answer means, what causes it, what to do about it, and how to see it')
    .argument('[what]', 'a code, the request_id of an answer, or - for an answer that is piped in, as curl or curl -i prints it')
    .addOption(contractOption())
    .option('--operation <id>', 'the operation that answers')
    .option('--ledger <file>', 'where a request is looked up (default: failpath-report/ledger.json, if it is there); repeatable', collect)
    .option('--url <url>', 'a running mock, whose journal says why it answered; the curls that are shown are for it')
    .option('--admin-token <token>', 'what the mock asks for (default: FAILPATH_ADMIN_TOKEN)')
    .option('--json', 'print JSON')
    .addHelpText('after', EXPLAIN_EXIT_CODES)
    .action(async (what: string | undefined, options: ExplainOptions) => done(await explainCommand(what, options, io)));

  program
    .command('types')
    .description("a contract's operations, codes and details as a TypeScript module, or as JSON Schemas")
    .addOption(contractOption())
    .addOption(
      new Option('--format <format>', 'types for scripts, a module for clients with what they need at run time, or a schema for each code')
        .choices(TYPES_FORMATS)
        .default('types'),
    )
    .option('--out <path>', 'the file of the module, or the folder of the schemas (default: standard output)')
    .action(async (options: TypesOptions) => done(await types(options, io)));

  return program;
}

function selecting(command: Command): Command {
  return command
    .addOption(contractOption())
    .option('--operation <glob>', 'only operations like this; repeatable', collect)
    .option('--status <glob>', 'only statuses like this; repeatable', collect)
    .option('--code <glob>', 'only codes like this; repeatable', collect);
}

/** What a command says of the deployment that it drives, and of how. */
function driving(command: Command): Command {
  return readying(command)
    .option('--deployment <file>', 'the deployment under test: base URL, identities, capabilities (default: the embedded sandbox)')
    .option('--url <url>', 'a deployment by its address alone; a failpath mock there describes itself')
    .option('--filter <globs>', 'only failures that match all these globs by operation, status or code; repeatable', collect)
    .option('--concurrency <n>', 'how many paths run at once', whole(1, 64), 8)
    .option('--rate <n>', 'at most so many requests per second', positive)
    .option('--timeout <seconds>', 'per request (default: 30)', positive)
    .option('--header <name:value>', 'sent with every request; repeatable', collect)
    .option('--ca <file>', 'PEM file of certificate authorities to trust')
    .option('--proxy <url>', 'HTTP proxy to go through')
    .option('--reruns <n>', 'how often a path that is not proven is run again: if it passes then, it is flaky', whole(0, 5), 1)
    .option('--remove-leftovers', 'revoke the keys that aborted runs left behind')
    .addOption(suiteOption());
}

/** How a run comes to a deployment that is not there yet. */
function readying(command: Command): Command {
  return command
    .option('--start <command>', 'starts the deployment, and ends it after the run')
    .option('--wait <seconds>', 'until the deployment answers (default: 60 with --start or --wait-for, else not at all)', positive)
    .option('--wait-for <address>', 'an address or a path of the deployment that says with a 2xx that it is ready');
}

/** Where the failure paths are. */
function suiteOption(): Option {
  return new Option(
    '--suite <module>',
    "the failure paths (default: failpath.suite.js for an API of your own, failpath's own for the ATS)",
  );
}

function contractOption(): Option {
  return new Option('--contract <file>', "the contract (default: openapi.yaml, or failpath's own ATS contract)");
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

const PARITY_EXIT_CODES = `
Exit codes:
  0    mock and deployment are the same
  1    they are not: fiction, missing or different
  2    something is unproven, on which nothing can be said
  3    the deployment could not be judged: nothing got an application's answer
  4    contract, configuration or usage is invalid
  70   failpath itself broke
  130  interrupted`;

const FUZZ_EXIT_CODES = `
Exit codes:
  0    nothing found
  1    a finding
  3    nothing could be judged: nothing answered, or no good request was accepted
  4    contract, configuration or usage is invalid
  70   failpath itself broke
  130  interrupted; what was found so far is printed`;

const PLAN_EXIT_CODES = `
Exit codes:
  0    every failure can be proven
  2    a failure cannot be, or only be simulated; the plan says what would unlock it
  4    contract, configuration or usage is invalid`;

const DIFF_EXIT_CODES = `
Exit codes:
  0    nothing as severe as --fail-on
  1    something is
  4    a contract or the usage is invalid`;

const EXPLAIN_EXIT_CODES = `
Exit codes:
  0    it is explained; an answer is a legal envelope of its code
  1    the answer is no legal envelope of its code, or its code is not declared
  3    the answer is no envelope, or no mock answers
  4    no such code or request; contract, ledger or usage is invalid
  70   failpath itself broke`;

const COVERAGE_EXIT_CODES = `
Exit codes:
  0    shown enough, and the client did nothing that is certainly wrong
  1    the client certainly misbehaved
  2    less than --min was shown
  3    no mock answers, or no request has reached it
  4    contract, configuration or usage is invalid`;

const OBSERVE_EXIT_CODES = `
It ends with SIGINT or SIGTERM, and says then what it has seen. Requests under way
get 5 seconds to be answered; a second signal ends the wait.

Exit codes:
  0    answers were judged; violations only without --fail-on violation
  1    a violation, with --fail-on violation
  3    no answer of an operation could be judged: nothing came by, the upstream never
       answered, or nothing reached an operation
  4    contract, configuration or usage is invalid, or the HAR file has no answer of the API
  70   failpath itself broke
  130  a third signal ended it at once: nothing is written (143 for SIGTERM)`;

const OTHER_REPORTS = REPORT_NAMES.filter((name) => name !== 'json' && name !== 'junit');

const REPORT_HELP = `
Formats, each for:
${REPORT_NAMES.map((name) => `  ${name.padEnd(9)} ${REPORTS[name].what}`).join('\n')}

A format goes to standard output, or to the file behind =. Of several ledgers there is
the trend: terminal, html, markdown and json.

Exit codes:
  0    it was written
  4    a ledger, the contract or the usage is invalid`;

const FINDINGS_OF_SEEN = ['undeclared', 'never-seen'] as const;

const SEEN_EXIT_CODES = `
Exit codes:
  0    there is no finding of those that --fail-on names
  1    there is one
  3    the ledgers hold no answer at all
  4    a ledger, contract or usage is invalid`;

const SWEEP_EXIT_CODES = `
Exit codes:
  0    every failure was shown and handled
  1    the command failed, hung or misbehaved on one
  2    one was not shown
  3    the command fails without any failure, or never asks the mock
  4    contract, configuration or usage is invalid
  130  interrupted`;

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

function oneOf<T extends string>(words: readonly T[]): (value: string, previous: readonly T[] | undefined) => readonly T[] {
  return (value, previous) => {
    const word = words.find((one) => one === value);
    if (word === undefined) throw new InvalidArgumentError(`Allowed choices are ${words.join(', ')}.`);
    return [...(previous ?? []), word];
  };
}

function shard(value: string): ShardOption {
  const [, index, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(value)?.map(Number) ?? [];
  if (index === undefined || of === undefined || index < 1 || index > of)
    throw new InvalidArgumentError('It is which one of how many, such as 2/4.');
  return { index, of };
}

function whole(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < least || number > most || value.trim() === '') {
      throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}

/** An empty text, such as of a variable that is not set, is no share: the gate must not stand open for it. */
function percent(value: string): number {
  const number = Number(value);
  if (!(number >= 0 && number <= 100) || value.trim() === '') throw new InvalidArgumentError('It is a number from 0 to 100.');
  return number;
}

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('It is a number over 0.');
  return number;
}
