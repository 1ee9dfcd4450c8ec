import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { failpath, ROOT, temporaryFile, type Ended } from '../support/cli.js';
import { contractCopy, type Edit } from '../support/contract-copy.js';
import { expectGolden } from '../support/golden.js';

/** What a release might do to the ATS contract without meaning to. */
const CHANGED: readonly Edit[] = [
  ['      value: 524288000\n', '      value: 262144000\n'],
  ["              - $ref: '#/components/schemas/api_key.revoked'\n", ''],
  ["            api_key.revoked: {$ref: '#/components/examples/api_key.revoked'}\n", ''],
  ['        - api_key.revoked\n', ''],
  ...componentsOf('api_key.revoked').map((text): Edit => [text, '']),
];

/** A code's schema and example, as they stand in the contract. */
function componentsOf(code: string): string[] {
  const text = readFileSync(join(ROOT, 'openapi.yaml'), 'utf8');
  return [...text.matchAll(new RegExp(`^    ${code}:\\n(?:(?: {5,}.*)?\\n)*`, 'gm'))].map(([block]) => block);
}

describe('failpath diff', () => {
  const golden = (name: string, { exitCode, stdout, stderr }: Ended, changed: string): void =>
    expectGolden(
      `exit code ${exitCode}\n${stdout.replaceAll(changed, 'new.yaml')}${stderr}`,
      new URL(`./golden/diff-${name}`, import.meta.url),
    );

  it('says what breaks, what to look at, what is otherwise new, and where: exit code 1', async () => {
    const changed = contractCopy(...CHANGED);
    golden('breaking.txt', await failpath(['diff', 'openapi.yaml', changed], { cwd: ROOT }), changed);
  });

  it('says the same in Markdown, and in JSON', async () => {
    const changed = contractCopy(...CHANGED);
    golden('breaking.md', await failpath(['diff', 'openapi.yaml', changed, '--markdown'], { cwd: ROOT }), changed);
    const { exitCode, stdout } = await failpath(['diff', 'openapi.yaml', changed, '--json'], { cwd: ROOT });
    const report = JSON.parse(stdout) as { readonly summary: unknown; readonly exitCode: number; readonly changes: readonly unknown[] };
    expect([exitCode, report.exitCode]).to.deep.equal([1, 1]);
    expect(report.summary).to.deep.equal({ breaking: 2, attention: 0, informational: 0 });
    expect(report.changes[0]).to.include({ kind: 'limit-changed', severity: 'breaking', at: 'audio_max_bytes' });
  });

  it('fails from the severity on that is asked for', async () => {
    const changed = contractCopy(...CHANGED);
    const codes = ['never', 'breaking', 'attention'].map(
      async (failOn) => (await failpath(['diff', 'openapi.yaml', changed, '--fail-on', failOn], { cwd: ROOT })).exitCode,
    );
    expect(await Promise.all(codes)).to.deep.equal([0, 1, 1]);
    const same = await failpath(['diff', 'openapi.yaml', '--fail-on', 'informational'], { cwd: ROOT });
    expect([same.exitCode, same.stdout.split('\n').at(-2)]).to.deep.equal([0, 'no change; exit code 0']);
  });

  describe('reads a revision of git', () => {
    const folder = mkdtempSync(join(tmpdir(), 'failpath-git-'));
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false', ...args], {
        cwd: folder,
        encoding: 'utf8',
      });
    before(() => {
      mkdirSync(join(folder, 'api', 'parts'), { recursive: true });
      const limits = (value: number): string => `{ things: { value: ${value}, unit: things, description: So many. } }`;
      const toy = readFileSync(join(ROOT, 'test/contracts/toy.yaml'), 'utf8');
      // Spread over two files, of which only the other one changes.
      const write = (value: number, title: string): void => {
        writeFileSync(
          join(folder, 'api', 'toy.yaml'),
          toy
            .replace('x-failures: [key.missing, key.revoked]', 'x-failures: [key.missing]')
            .replace(/^    toy\.down:\n(?: {5,}.*\n)*/m, '')
            .replace('api: toy\n', `api: toy\n  limits: ${limits(value)}\n`)
            .replace(/\{ \$ref: '#\/components\/schemas\/toy.down' \}/, "{ $ref: 'parts/down.yaml' }"),
        );
        writeFileSync(
          join(folder, 'api', 'parts', 'down.yaml'),
          `title: ${title}\ndescription: Down.\nx-causes: [upstream down]\nx-retry: backoff\ntype: object\nrequired: [error]\nproperties: { error: { type: object, required: [code], properties: { code: { const: toy.down } } } }\n`,
        );
      };
      write(1, 'Down');
      git('init', '-q', '-b', 'main');
      git('add', '.');
      git('commit', '-q', '-m', 'one');
      write(2, 'Not up');
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it('with all its files, from any folder, and leaves the repository as it is', async () => {
      const before = git('status', '--porcelain');
      for (const [cwd, old, now] of [
        [folder, 'main:api/toy.yaml', 'api/toy.yaml'],
        [join(folder, 'api'), 'HEAD:./toy.yaml', 'toy.yaml'],
      ] as const) {
        const { exitCode, stdout } = await failpath(['diff', old, now], { cwd });
        expect(exitCode, stdout).to.equal(1);
        expect(stdout).to.contain('the limit things is another: 1 things -> 2 things').and.contain(`${now}:6:`);
        expect(stdout).to.match(/toy\.down is described in other words on makeThing\n +\S+\.yaml:\d+:\d+\n/);
      }
      expect(git('status', '--porcelain')).to.equal(before);
    });

    const REFUSED: readonly (readonly [what: string, named: string])[] = [
      ['a revision that is none', 'nowhere:api/toy.yaml'],
      ['a file that is not there', 'main:api/no.yaml'],
      ['a revision that looks like an option', '--upload-pack:api/toy.yaml'],
    ];
    for (const [what, named] of REFUSED)
      it(`or says why not: ${what}`, async () => {
        const { exitCode, stdout, stderr } = await failpath(['diff', '--', named, 'api/toy.yaml'], { cwd: folder });
        expect([exitCode, stdout]).to.deep.equal([4, '']);
        expect(stderr).to.contain(`${named} is neither a file nor a revision's`).and.contain('failpath diff main:openapi.yaml');
      });

    it('whose contract is sound, or says what is wrong with it, and where it stands there', async () => {
      const text = readFileSync(join(folder, 'api', 'parts', 'down.yaml'), 'utf8');
      git('checkout', '-q', '-b', 'unsound');
      writeFileSync(join(folder, 'api', 'parts', 'down.yaml'), text.replace('x-retry: backoff', 'x-retry: later'));
      git('commit', '-q', '-a', '-m', 'two');
      const { exitCode, stdout, stderr } = await failpath(['diff', 'unsound:api/toy.yaml', 'main:api/toy.yaml'], { cwd: folder });
      expect([exitCode, stdout]).to.deep.equal([4, '']);
      expect(stderr).to.match(
        /^unsound:api\/(?:toy|parts\/down)\.yaml:\d+:\d+ {2}contract-extension {2}in the old contract, unsound:api\/toy\.yaml: /,
      );
      expect(stderr).to.not.contain('failpath-revision-');
    });

    it('or says that there is no repository', async () => {
      const { exitCode, stderr } = await failpath(['diff', 'main:toy.yaml'], { cwd: tmpdir() });
      expect(exitCode).to.equal(4);
      expect(stderr).to.contain('this folder is in no repository of git');
    });
  });

  it('refuses a contract that is not sound, and says which of the two it is and how much more is wrong', async () => {
    const text = readFileSync(join(ROOT, 'openapi.yaml'), 'utf8');
    const unsound = temporaryFile('openapi.yaml', text.replaceAll('x-retry: never', 'x-retry: later'));
    const sides = [
      ['old', ['diff', unsound, 'openapi.yaml']],
      ['new', ['diff', 'openapi.yaml', unsound]],
    ] as const;
    for (const [side, args] of sides) {
      const { exitCode, stdout, stderr } = await failpath(args, { cwd: ROOT });
      expect([exitCode, stdout]).to.deep.equal([4, '']);
      expect(stderr.split('\n').filter((line) => line.includes('contract-extension'))).to.have.length(5);
      expect(stderr)
        .to.contain(`in the ${side} contract, ${unsound}: `)
        .and.match(/and \d+ more findings in the (?:old|new) contract\n$/);
    }
    const garbage = temporaryFile('program.js', readFileSync(join(ROOT, 'cli/program.ts'), 'utf8'));
    const { exitCode, stderr } = await failpath(['diff', garbage, 'openapi.yaml'], { cwd: ROOT });
    expect(exitCode).to.equal(4);
    expect(stderr.split('\n').filter((line) => line.includes('contract-syntax'))).to.have.length(5);
    expect(stderr).to.match(/\d+ more faults follow in this file\.\n$/);
  });

  it('refuses two outputs at once, and a file that is none', async () => {
    const both = await failpath(['diff', 'openapi.yaml', '--json', '--markdown'], { cwd: ROOT });
    expect([both.exitCode, both.stdout]).to.deep.equal([4, '']);
    const none = await failpath(['diff', 'no.yaml']);
    expect([none.exitCode, none.stdout]).to.deep.equal([4, '']);
  });
});
