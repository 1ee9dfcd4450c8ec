import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

// What `npm test` does: types, style and what is unused, side by side, since each of them keeps one core busy; then the tests.

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHECKS = ['tsc', 'prettier --check --log-level warn .', 'oxlint --type-aware', 'knip', 'tsc -p assets'];

interface Ended {
  readonly command: string;
  readonly exitCode: number;
  readonly text: string;
}

/** Runs a command of node_modules/.bin, which npm puts into the path of its scripts. */
function run(command: string, show: boolean): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const [program = '', ...args] = command.split(' ');
    const child = spawn(program, args, { cwd: ROOT, stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ command, exitCode: exitCode ?? 1, text }));
  });
}

/** As many at a time as there are cores, in their order: the longest come first. */
async function check(): Promise<readonly Ended[]> {
  const waiting = [...CHECKS];
  const ended: Ended[] = [];
  const work = async (): Promise<void> => {
    for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) ended.push(await run(command, false));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return ended;
}

const failed = (await check()).filter(({ exitCode }) => exitCode !== 0);
for (const { command, text } of failed) process.stderr.write(`${command} has failed:\n${text}\n`);
process.exitCode = failed.length > 0 ? 1 : (await run('mocha --config test/.mocharc.yml', true)).exitCode;
