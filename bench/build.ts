import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { BENCH, PROCESSES, ROOT } from './servers/paths.js';

function npm(folder: string, ...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync('npm', [...args], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
}

/** What is measured is JavaScript without a loader: the processes of the bench... */
export async function buildProcesses(): Promise<void> {
  await build({
    entryPoints: ['load', 'bare', 'sha', 'upload', 'replay', 'tell', 'proxy'].map((name) => join(BENCH, 'processes', `${name}.ts`)),
    outdir: PROCESSES,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['undici'],
    logLevel: 'silent',
  });
}

/** ... and failpath as it is published. */
export function buildFailpath(): void {
  npm(ROOT, 'run', 'build');
}

/** The peers, where they are not installed yet. */
export function installPeers(): void {
  if (!existsSync(join(BENCH, 'node_modules'))) npm(BENCH, 'ci', '--ignore-scripts');
}
