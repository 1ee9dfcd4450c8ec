import { execFile } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { directImports } from './imports.js';
import { notices } from './notices.js';

// What is published: the sources in a few pieces, with the packages that every start needs, since finding a thousand modules takes a process
// longer than most of what it is asked to do (docs/decisions/0012-a-start-loads-what-it-needs.md). Declarations are made file by file.

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

/** Built in. All others are found when they are needed: they are large, native, or have classes that others have to share. */
const BUILT_IN: ReadonlySet<string> = new Set([...['ajv', 'ajv-formats', 'commander', 'find-my-way', 'picocolors', 'zod']]);

interface Description {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

async function declarations(): Promise<void> {
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { cwd: ROOT }).catch((error: unknown) => {
    throw new Error((error as { readonly stdout: string }).stdout);
  });
}

async function code(): Promise<void> {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Description;
  const { metafile } = await build({
    ...{ absWorkingDir: ROOT, outdir: 'dist', outbase: '.', logLevel: 'warning', metafile: true },
    entryPoints: ['index.ts', 'cli/main.ts', 'cli/mocha.ts', 'mocks/msw.ts'],
    ...{ bundle: true, splitting: true, platform: 'node', format: 'esm', target: 'node20.19', chunkNames: 'chunks/[name]-[hash]' },
    external: Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !BUILT_IN.has(name)),
    // For packages that are no modules, and need what comes with Node.
    banner: { js: "import { createRequire as requireIn } from 'node:module'; const require = requireIn(import.meta.url);" },
    plugins: [directImports()],
  });
  writeFileSync(join(ROOT, 'dist/third-party.txt'), notices(ROOT, Object.keys(metafile.inputs)));
}

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
await Promise.all([process.env['NO_TYPES'] ? undefined : declarations(), code()]);
chmodSync(join(ROOT, 'dist/cli/main.js'), 0o755);
