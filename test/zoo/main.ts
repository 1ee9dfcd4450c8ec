import { parseArgs } from 'node:util';
import { ZOO } from './index.js';
import { keep } from './keeper/index.js';

/** `npm run mutants`: see docs/mutants.md. */
const OPTIONS = { out: { type: 'string', default: 'mutants-report' }, only: { type: 'string' }, help: { type: 'boolean' } } as const;
const USAGE = `npm run mutants -- [--only <text>] [--out <folder>]

  --only <text>     mutants whose name has this text
  --out <folder>    where kill-matrix.json and kill-matrix.md go (default: mutants-report)

Exit codes: 0 all liars caught, none blamed, matrix complete; 1 otherwise; 4 bad usage. See docs/mutants.md.
`;
const { stdout } = process;

/** What was asked for; an exit code where that is all. */
function usage(): { readonly out: string; readonly only: string | undefined } | number {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    if (values.help !== true) return { out: values.out, only: values.only };
    stdout.write(USAGE);
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 4;
  }
}

async function hunt(asked: Exclude<ReturnType<typeof usage>, number>): Promise<number> {
  return keep({
    zoo: ZOO,
    ...asked,
    print: (text) => void stdout.write(stdout.isTTY ? `\r\u001B[K${text}` : text),
    onHunted: ({ mutant, well }, done, all) => {
      if (stdout.isTTY) stdout.write(`\r\u001B[K${done} of ${all} ${mutant.name.slice(0, 80)}`);
      if (!well) process.stderr.write(`${stdout.isTTY ? '\r\u001B[K' : ''}✗ ${mutant.name}\n`);
    },
  });
}

const asked = usage();
process.exitCode = typeof asked === 'number' ? asked : await hunt(asked);
