import { expect } from 'chai';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { publint } from 'publint';
import { parse } from 'yaml';
import type { Ledger } from '../../contracts/index.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Whether there is a source that is newer than what was built of it: a clone that was just installed has been built. */
function isStale(): boolean {
  const built = statSync(join(ROOT, 'dist/cli/main.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['spec', 'mocks', 'contracts', 'ci', 'cli', 'index.ts', 'tsconfig.build.json', 'package.json'].map((name) =>
    join(ROOT, name),
  );
  return sources.some((source) =>
    [
      source,
      ...(statSync(source).isDirectory()
        ? readdirSync(source, { recursive: true, encoding: 'utf8' }).map((name) => join(source, name))
        : []),
    ].some((file) => statSync(file).mtimeMs > built),
  );
}

describe('the package, installed in an empty folder', function () {
  this.timeout(180_000);
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'failpath-package-'));
    if (isStale()) await run('npm', ['run', 'build'], { cwd: ROOT });
    // What `npm pack` would build once more has just been looked at.
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: ROOT,
      maxBuffer: 64 * 1024 * 1024,
    });
    const [packed] = JSON.parse(stdout) as [{ filename: string }];
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed.filename)], { cwd: folder });
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const failpath = (...args: string[]): Promise<{ stdout: string }> =>
    run('npx', ['failpath', ...args], { cwd: folder, maxBuffer: 64 * 1024 * 1024 });

  it('is published as its description promises', async () => {
    const { messages } = await publint({ pkgDir: join(folder, 'node_modules/failpath') });
    expect(messages.map(({ code, path }) => `${code} ${path.join('.')}`)).to.deep.equal([]);
  });

  it('leaves a command in the clone that can be run, however often it is built', () => {
    accessSync(join(ROOT, 'dist/cli/main.js'), constants.X_OK);
  });

  it('lists the failures of the contract that ships with it', async () => {
    const rows = JSON.parse((await failpath('list', '--json')).stdout) as { code: string }[];
    expect(rows.map(({ code }) => code)).to.include('registration.audio_too_large');
  });

  it('verifies the embedded sandbox', async () => {
    await failpath('verify', '--report', 'html');
    // Its style is a file of the package.
    expect(readFileSync(join(folder, 'failpath-report/report.html'), 'utf8')).to.contain('.matrix {');
    const ledger = JSON.parse(readFileSync(join(folder, 'failpath-report/ledger.json'), 'utf8')) as Ledger;
    expect(ledger.exitCode).to.equal(0);
    expect(Object.keys(ledger.summary)).to.deep.equal(['verified']);
  });

  it('serves the mock', async () => {
    const mock = spawn('npx', ['failpath', 'mock', '--port', '0', '--json'], { cwd: folder, detached: true });
    try {
      const [chunk] = (await once(mock.stdout, 'data')) as [Buffer];
      const { url } = JSON.parse(chunk.toString().split('\n')[0] ?? '') as { url: string };
      const answer = await fetch(`${url}/v1/transactions/42`, { headers: { prefer: 'error=transaction.not_found' } });
      expect(answer.status).to.equal(404);
    } finally {
      process.kill(-(mock.pid as number), 'SIGTERM');
      await once(mock, 'close');
    }
  });

  it('is a library with types', async () => {
    const program = `
      import { startMock } from 'failpath';
      const mock = await startMock({ port: 0 });
      const answer = await fetch(mock.url + '/v1/transactions/42');
      console.log(answer.status, (await answer.json()).error.code, mock.world.works.active);
      await mock.close();`;
    writeFileSync(join(folder, 'program.ts'), program.replaceAll('console', '(globalThis as any).console'));
    writeFileSync(join(folder, 'program.js'), program);
    const { stdout } = await run('node', ['program.js'], { cwd: folder });
    expect(stripVTControlCharacters(stdout).trim()).to.equal('404 transaction.not_found 1001');
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const types = join(ROOT, 'node_modules/@types');
    await run(
      'node',
      [
        tsc,
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--target',
        'es2023',
        '--module',
        'nodenext',
        '--types',
        'node',
        '--typeRoots',
        types,
        'program.ts',
      ],
      {
        cwd: folder,
      },
    );
  });
});

describe('the templates for CI systems', () => {
  const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

  it('the GitHub action is a composite one whose every input is documented and used', () => {
    const text = read('ci/github/action.yml');
    const action = parse(text) as { runs: { using: string; steps: { run?: string }[] }; inputs: Record<string, { description?: string }> };
    expect(action.runs.using).to.equal('composite');
    for (const [name, { description }] of Object.entries(action.inputs)) {
      expect(description, name).to.be.a('string').and.not.equal('');
      expect(text.split(`inputs.${name} }}`).length, `${name} is used`).to.be.greaterThan(1);
    }
  });
});
