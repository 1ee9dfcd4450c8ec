import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { startMock, type Mock } from '../../index.js';
import { readPage, runShell, serversOf, startServers, type Block } from '../docs/support.js';
import { ROOT, temporaryFolder } from '../support/cli.js';

const PAGE = readPage('docs/recipes.md');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const RETRIES = 'A client that retries';

/** Blocks of a section, by the file that their first line names, or else by their language. */
function blockOf(section: string, name: string): Block {
  const found = PAGE.blocks.find(
    (block) => block.section === section && (block.text.split('\n')[0]?.includes(name) === true || block.language === name),
  );
  if (found === undefined) throw new Error(`${PAGE.file} has no ${name} below ${section}.`);
  return found;
}

/** A project that has failpath, this one, among its dependencies. */
function project(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  const failpath = join(folder, 'node_modules/failpath');
  mkdirSync(failpath, { recursive: true });
  for (const name of ['mocha', 'msw', 'vitest']) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  const source = (file: string): string => JSON.stringify(pathToFileURL(join(ROOT, file)).href);
  const all: Readonly<Record<string, string>> = {
    'package.json': '{ "type": "module" }',
    'client.js': blockOf(RETRIES, 'client.js').text,
    'node_modules/failpath/package.json': '{ "type": "module", "exports": { ".": "./index.js", "./msw": "./msw.js" } }',
    'node_modules/failpath/index.js': `export * from ${source('index.ts')};`,
    'node_modules/failpath/msw.js': `export * from ${source('mocks/msw.ts')};`,
    ...files,
  };
  for (const [file, text] of Object.entries(all)) writeFileSync(join(folder, file), text);
  return folder;
}

interface Outcome {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Runs a program of this project's dependencies, which can import TypeScript. */
function run(cwd: string, program: string, ...args: readonly string[]): Promise<Outcome> {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, NODE_OPTIONS: `--import=${TSX}`, NO_COLOR: '1' };
  const child = spawn(process.execPath, [...(program === '' ? [] : [join(ROOT, 'node_modules', program)]), ...args], { cwd, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, output }));
  });
}

/** How the recipes are run that are run. */
const RUNNERS: Readonly<Record<string, readonly [program: string, ...args: readonly string[]]>> = {
  mocha: ['mocha/bin/mocha.js', 'retry.test.js'],
  vitest: ['vitest/vitest.mjs', 'run'],
  MSW: ['vitest/vitest.mjs', 'run'],
};

/** The README shows the first three as they stand here, where they are run. */
describe('README.md', () => {
  it('shows a client that retries, in under ten lines three times', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    for (const name of ['ts', 'retry.yaml', 'sh']) {
      const { text } = blockOf(RETRIES, name);
      expect(readme, name).to.include(text.trim());
      expect(
        text
          .trim()
          .split('\n')
          .filter((line) => line !== ''),
      ).to.have.length.below(10);
    }
  });
});

describe('docs/recipes.md', function () {
  this.timeout(60_000);

  for (const [section, command] of Object.entries(RUNNERS)) {
    describe(section, () => {
      const recipe = blockOf(section, 'retry.test.js').text;
      const outcome = (text: string): Promise<Outcome> => run(project({ 'retry.test.js': text }), ...command);

      it('passes', async () => {
        const { exitCode, output } = await outcome(recipe);
        expect(exitCode, output).to.equal(0);
        expect(output).to.match(/1 pass/);
      });

      it('fails when the client asks once more than it should', async () => {
        const { exitCode, output } = await outcome(recipe.replace('times: 3', 'times: 2'));
        expect(exitCode, output).not.to.equal(0);
        expect(output)
          .to.match(/1 fail/)
          .and.to.include('prepareWork');
      });
    });
  }

  describe(RETRIES, () => {
    const program = blockOf(RETRIES, 'ts').text;

    it('holds in TypeScript', async () => {
      const { exitCode, output } = await run(project({ 'program.ts': program }), '', 'program.ts');
      expect(exitCode, output).to.equal(0);
    });

    it('in TypeScript, would not hold for another client', async () => {
      const impatient = blockOf(RETRIES, 'client.js').text.replace('attempt === 3', 'attempt === 2');
      const { exitCode, output } = await run(project({ 'program.ts': program, 'client.js': impatient }), '', 'program.ts');
      expect(exitCode).not.to.equal(0);
      expect(output).to.include('503 !== 200');
    });

    it('holds in YAML', async () => {
      const folder = project({ 'retry.yaml': blockOf(RETRIES, 'yaml').text });
      const mock: Mock = await startMock({ script: join(folder, 'retry.yaml') });
      try {
        const { prepare } = (await import(pathToFileURL(join(folder, 'client.js')).href)) as {
          prepare: (api: string) => Promise<Response>;
        };
        expect((await prepare(mock.url)).status).to.equal(200);
        expect(mock.journal.entries().map(({ status }) => status)).to.deep.equal([503, 503, 200]);
      } finally {
        await mock.close();
      }
    });

    it('holds with curl', async () => {
      const servers = await startServers(new Map([['4010', []]]));
      try {
        const problems = await runShell(PAGE, [blockOf(RETRIES, 'sh')], servers);
        expect(problems, problems.join('\n')).to.deep.equal([]);
      } finally {
        await servers.stop();
      }
    });

    it('takes under ten lines each', () => {
      for (const language of ['ts', 'yaml', 'sh']) {
        const lines = blockOf(RETRIES, language)
          .text.split('\n')
          .filter((line) => line.trim() !== '');
        expect(lines.length, language).to.be.below(10);
      }
    });
  });

  it('has no block that is no program', () => {
    const broken = PAGE.blocks
      .filter(({ language }) => language === 'ts' || language === 'js')
      .filter(({ text, language }) => {
        const options = { compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext }, reportDiagnostics: true };
        return ts.transpileModule(text, { ...options, fileName: `block.${language}` }).diagnostics?.length !== 0;
      });
    expect(broken.map(({ line }) => `${PAGE.file}:${line}`)).to.deep.equal([]);
  });

  it('tells the truth about mock.fetch', async () => {
    const { text } = blockOf('Without a socket', 'ts');
    // Says of each answer what its comment says.
    const checked = text.replaceAll(
      /^await (mock\.fetch\(.*\)); \/\/ (\d+) (\S+)$/gm,
      (_, call: string, status: string, code: string) =>
        `{ const answer = await ${call}; assert.equal(\`\${answer.status} \${(await answer.json()).error.code}\`, '${status} ${code}'); }`,
    );
    expect(checked.match(/const answer/g)).to.have.length(4);
    const { exitCode, output } = await run(project({ 'program.ts': checked }), '', 'program.ts');
    expect(exitCode, output).to.equal(0);
  });

  it('serves what the recipe for Playwright asks for', async () => {
    const spec = blockOf('Playwright', 'retry.spec.ts').text;
    const config = blockOf('Playwright', 'playwright.config.ts').text;
    const servers = serversOf([{ language: 'sh', text: /npx failpath mock[^']*/.exec(config)?.[0] ?? '', line: 1, section: '' }]);
    const running = await startServers(servers);
    try {
      const url = running.urls.get('4010') ?? '';
      expect((await fetch(url + (/4010(\/__admin\/health)'/.exec(config)?.[1] ?? '/nothing'))).status).to.equal(200);
      const { routes } = (await (await fetch(`${url}/__admin`)).json()) as { routes: string[] };
      const asked = [...spec.matchAll(/request\.post\('([^']+)'/g)].map(([, path]) => `POST ${path}`);
      expect(asked).to.have.length(3);
      expect(routes).to.include.members(asked);
    } finally {
      await running.stop();
    }
  });
});
