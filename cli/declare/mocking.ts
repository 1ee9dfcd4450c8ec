import { DEFAULT_RECORDING } from '../../mocks/index.js';
import type { CoverageOptions } from '../commands/coverage.js';
import type { ImportCommandOptions } from '../commands/import.js';
import type { MockCommandOptions } from '../commands/mock.js';
import type { SweepOptions } from '../commands/sweep.js';
import { selecting, contractOption, collect, whole, wholeOr, percent, positive } from './options.js';
import type { Face } from './types.js';

/** Commands under "Mock". */
export function declareMocking({ program, io, done }: Face): void {
  program.commandsGroup('Mock:');

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
    .option(
      '--workers <n>',
      'answer in so many processes on one port, which share everything; auto for one per processor',
      wholeOr('auto', 1, 256),
    )
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
    .action(async (options: MockCommandOptions) => {
      const { mock } = await import('../commands/mock.js');
      done(await mock(options, io));
    });

  program
    .command('import')
    .description('a script for the mock out of a HAR file: what a browser or a proxy saw')
    .argument('<file>', 'the HAR file')
    .addOption(contractOption())
    .option('--out <file>', 'where the script goes', DEFAULT_RECORDING)
    .option('--base <url>', 'where the API begins in the HAR file, path prefix included (default: the one place that fits)')
    .option('--overwrite', 'replace the file of --out if it exists')
    .option('--json', 'print JSON')
    .action(async (file: string, options: ImportCommandOptions) => {
      const { importCommand } = await import('../commands/import.js');
      done(await importCommand(file, options, io));
    });

  selecting(program.command('coverage').description('which declared failures has the client of a running mock been shown?'))
    .requiredOption('--url <url>', 'address of the mock')
    .option('--min <percent>', 'exit 2 when less than this was shown', percent)
    .option('--admin-token <token>', 'what the mock asks for (default: FAILPATH_ADMIN_TOKEN)')
    .option('--json', 'print JSON')
    .addHelpText('after', COVERAGE_EXIT_CODES)
    .action(async (options: CoverageOptions) => {
      const { coverage } = await import('../commands/coverage.js');
      done(await coverage(options, io));
    });

  selecting(program.command('sweep').description("run a client's tests once for each declared failure, with a mock that answers with it"))
    .argument('<command...>', 'the test command, after --; it finds the mock by FAILPATH_URL')
    .option('--port <n>', 'of the mock (default: a free one)', whole(0, 65535))
    .option('--timeout <seconds>', 'per run (default: 60)', positive)
    .option('--retry-after <seconds>', 'what Retry-After says, where a failure has it (default: 1)', whole(0, 86_400))
    .option('--no-control', 'leave out the run without a failure')
    .option('--any-exit', 'the command may fail: only that it ends and how the client behaved counts')
    .option('--json', 'print JSON')
    .addHelpText('after', SWEEP_EXIT_CODES)
    .action(async (command: readonly string[], options: Omit<SweepOptions, 'command'>) => {
      const { sweep } = await import('../commands/sweep.js');
      done(await sweep({ ...options, command }, io));
    });
}

const COVERAGE_EXIT_CODES = `
Exit codes:
  0    shown enough, and the client did nothing that is certainly wrong
  1    the client certainly misbehaved
  2    less than --min was shown
  3    no mock answers, or no request has reached it
  4    contract, configuration or usage is invalid`;

const SWEEP_EXIT_CODES = `
Exit codes:
  0    every failure was shown and handled
  1    the command failed, hung or misbehaved on one
  2    one was not shown
  3    the command fails without any failure, or never asks the mock
  4    contract, configuration or usage is invalid
  130  interrupted`;
