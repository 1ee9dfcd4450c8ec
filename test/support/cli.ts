import { spawn, type ChildProcess } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** The project's folder. */
export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

/** Inside node_modules, where what is built finds its dependencies, and where nothing is committed. */
const BUILD = join(ROOT, 'node_modules', '.cache', 'failpath-tests');

/** A process that hangs must not hang the tests. */
const PATIENCE_MS = 60_000;

/** In processes as short as these, optimised code is never used for as long as it took to make. */
const FLAGS = ['--no-opt', '--sparkplug'];

/** What a process left behind. */
export interface Ended {
  /** `null` when a signal killed it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `failpath` process under way. */
export interface Running {
  /** Resolves when standard output matches; rejects when the process ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface ProcessOptions {
  /** Beside PATH and HOME: a test must not depend on the environment that it runs in. */
  readonly env?: Readonly<Record<string, string>>;
  /** By default a new empty folder, which is also where the reports go. */
  readonly cwd?: string;
}

/** Commands that run in this process share its folder, so they take turns. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Runs the `failpath` command to its end, in this process: what a process of its own costs, most of it to load code and to run it cold, is
 * paid once for all commands. What is only true of a process is tested with {@link startFailpath}.
 *
 * @example
 * const { exitCode, stdout } = await failpath(['list', '--json']);
 */
export async function failpath(args: readonly string[], { env = {}, cwd = temporaryFolder() }: ProcessOptions = {}): Promise<Ended> {
  const { inProcess } = await import('./io.js');
  const ended = turn.then(async () => {
    const before = process.cwd();
    process.chdir(cwd);
    try {
      return await inProcess(args, env);
    } finally {
      process.chdir(before);
    }
  });
  turn = ended.catch(() => undefined);
  return ended;
}

/** Starts the `failpath` command as a process of its own. */
export function startFailpath(args: readonly string[], { env = {}, cwd = temporaryFolder() }: ProcessOptions = {}): Running {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...FLAGS, builtCli(), ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  return follow(child);
}

function follow(child: ChildProcess): Running {
  let [stdout, stderr] = ['', ''];
  let wake = (): void => undefined;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    wake();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let over = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      over = true;
      wake();
      resolve({ exitCode, stdout, stderr });
    });
  });
  return {
    async printed(pattern) {
      for (;;) {
        const found = pattern.exec(stdout);
        if (found !== null) return found;
        if (over) throw new Error(`It ended without printing ${String(pattern)}:\n${stdout}\n${stderr}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    kill: (signal) => void child.kill(signal),
    ended,
  };
}

let built: string | undefined;

/**
 * The command in one piece, ready for node: a loader that strips types would cost every process a second, and finding a
 * thousand modules, most of them of packages, costs as long as most commands take.
 */
export function builtCli(): string {
  built ??= build();
  return built;
}

/** Packages that are asked for when they are needed, or bring files of their own. */
const ASKED_FOR = [
  '@faker-js/faker',
  '@redocly/openapi-core',
  'chai',
  'lmdb',
  'mocha',
  'msw',
  'prom-client',
  'redis',
  'selfsigned',
  'supertest',
];

function build(): string {
  const folder = join(BUILD, 'cli');
  const { outputFiles } = buildSync({
    ...{ absWorkingDir: ROOT, entryPoints: ['cli/main.ts'], outdir: folder, write: false, logLevel: 'error' },
    ...{ bundle: true, splitting: true, platform: 'node', format: 'esm', target: 'node20', external: ASKED_FOR },
    // Of packages that are not modules, for what node itself has.
    banner: { js: "import { createRequire as requireIn } from 'node:module'; const require = requireIn(import.meta.url);" },
  });
  mkdirSync(folder, { recursive: true });
  // The entry comes last: a process that another worker starts meanwhile finds whatever it asks for.
  const ordered = outputFiles.toSorted((a, b) => Number(a.path.endsWith('main.js')) - Number(b.path.endsWith('main.js')));
  for (const { path, contents } of ordered) replaceFile(path, contents);
  for (const file of ['package.json', 'openapi.yaml']) replaceFile(join(BUILD, file), readFileSync(join(ROOT, file)));
  for (const name of ['assets', 'ci']) replaceLink(join(BUILD, name), join(ROOT, name));
  return join(folder, 'main.js');
}

/** At once, or not at all: other workers read what is there. */
function replaceFile(path: string, contents: Uint8Array): void {
  writeFileSync(`${path}.${process.pid}`, contents);
  renameSync(`${path}.${process.pid}`, path);
}

function replaceLink(path: string, to: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) rmSync(path, { recursive: true });
  symlinkSync(to, `${path}.${process.pid}`);
  renameSync(`${path}.${process.pid}`, path);
}

const folders: string[] = [];
process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A new empty folder, gone when the tests end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'failpath-'));
  folders.push(folder);
  return folder;
}

/** Writes a file into a new folder and returns its path. */
export function temporaryFile(name: string, text: string): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text);
  return file;
}
