import { Option } from 'commander';
import type { FuzzCommandOptions } from '../commands/fuzz.js';
import type { ParityOptions } from '../commands/parity.js';
import type { ObserveCommandOptions } from '../commands/observe.js';
import type { SeenOptions } from '../commands/seen.js';
import { selecting, driving, readying, suiteOption, contractOption, collect, oneOf, whole, positive } from './options.js';
import type { Face } from './types.js';

/** Commands under "Beyond the declared paths". */
export function declareBeyond({ program, io, done }: Face): void {
  program.commandsGroup('Beyond the declared paths:');

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
    .action(async (options: FuzzCommandOptions) => {
      const { fuzz } = await import('../commands/fuzz.js');
      done(await fuzz(options, io));
    });

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
    .action(async (options: ObserveCommandOptions) => {
      const { observe } = await import('../commands/observe.js');
      done(await observe(options, io));
    });

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
    .action(async (files: readonly string[], options: SeenOptions) => {
      const { seen } = await import('../commands/seen.js');
      done(await seen(files, options, io));
    });

  driving(selecting(program.command('parity').description('the same paths on the embedded mock and on a deployment, side by side')))
    .option('--json', 'print JSON')
    .addHelpText('after', PARITY_EXIT_CODES)
    .action(async (options: ParityOptions) => {
      const { parity } = await import('../commands/parity.js');
      done(await parity(options, io));
    });
}

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

const FINDINGS_OF_SEEN = ['undeclared', 'never-seen'] as const;

const SEEN_EXIT_CODES = `
Exit codes:
  0    there is no finding of those that --fail-on names
  1    there is one
  3    the ledgers hold no answer at all
  4    a ledger, contract or usage is invalid`;
