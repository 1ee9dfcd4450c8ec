import { parseArgs } from 'node:util';
import { ZOO } from './index.js';
import { keep } from './keeper/index.js';

/** `npm run mutants`: see docs/mutants.md. */
const { values } = parseArgs({ options: { out: { type: 'string', default: 'mutants-report' }, only: { type: 'string' } } });
const { stdout } = process;

process.exitCode = await keep({
  zoo: ZOO,
  only: values.only,
  out: values.out,
  print: (text) => void stdout.write(stdout.isTTY ? `\r\u001B[K${text}` : text),
  onHunted: ({ mutant, well }, done, all) => {
    if (stdout.isTTY) stdout.write(`\r\u001B[K${done} of ${all} ${mutant.name.slice(0, 80)}`);
    if (!well) process.stderr.write(`${stdout.isTTY ? '\r\u001B[K' : ''}✗ ${mutant.name}\n`);
  },
});
