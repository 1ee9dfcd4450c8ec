import { Option } from 'commander';
import type { CheckOptions } from '../commands/check.js';
import type { DiffOptions } from '../commands/diff.js';
import type { DocsOptions } from '../commands/docs.js';
import type { ExplainOptions } from '../commands/explain.js';
import type { InitOptions } from '../commands/init.js';
import type { TypesOptions } from '../commands/types.js';
import { CI_SYSTEMS, DIFF_FAIL_ON, DOCS_FORMATS, TYPES_FORMATS } from '../words.js';
import { selecting, suiteOption, contractOption, collect } from './options.js';
import type { Face } from './types.js';

/** Commands under "The contract". */
export function declareContract({ program, io, done }: Face): void {
  program.commandsGroup('The contract:');

  program
    .command('check')
    .description('is the contract sound?')
    .argument('[file]', "the contract (default: openapi.yaml, or failpath's own ATS contract)")
    .addOption(suiteOption())
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options: CheckOptions) => {
      const { check } = await import('../commands/check.js');
      done(await check(file, options, io));
    });

  selecting(program.command('list').description('list the failures that the contract declares'))
    .option('--json', 'print JSON')
    .action(async (options) => {
      const { list } = await import('../commands/list.js');
      done(await list(options, io));
    });

  program
    .command('diff')
    .description('what a new contract means to the clients of the old one')
    .argument('<old>', 'a contract, or one at a revision of git: main:openapi.yaml')
    .argument('[new]', "the contract that follows it (default: openapi.yaml, or failpath's own ATS contract)")
    .addOption(new Option('--fail-on <severity>', 'exit 1 from this severity on').choices(DIFF_FAIL_ON).default('breaking'))
    .option('--json', 'print JSON')
    .option('--markdown', "print Markdown, for a job's summary")
    .addHelpText('after', DIFF_EXIT_CODES)
    .action(async (old: string, now: string | undefined, options: DiffOptions) => {
      const { diff } = await import('../commands/diff.js');
      done(await diff(old, now, options, io));
    });

  program
    .command('docs')
    .description('the error catalogue: what each code means, what to do about it, and how to see it')
    .addOption(contractOption())
    .addOption(new Option('--format <format>', 'what to write it as').choices(DOCS_FORMATS).default('markdown'))
    .option('--out <file>', 'where it goes (default: standard output)')
    .action(async (options: DocsOptions) => {
      const { docs } = await import('../commands/docs.js');
      done(await docs(options, io));
    });

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
    .action(async (what: string | undefined, options: ExplainOptions) => {
      const { explain } = await import('../commands/explain.js');
      done(await explain(what, options, io));
    });

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
    .action(async (options: TypesOptions) => {
      const { types } = await import('../commands/types.js');
      done(await types(options, io));
    });

  program
    .command('init')
    .description('a new project: a contract, its failure paths, and CI that runs them; nothing is overwritten')
    .argument('[folder]', 'where it goes', '.')
    .addOption(new Option('--ci <system>', 'whose CI').choices(CI_SYSTEMS).default('github'))
    .option('--json', 'print JSON')
    .action(async (folder: string, options: InitOptions) => {
      const { init } = await import('../commands/init.js');
      done(init(folder, options, io));
    });
}

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
