import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { catalogueOf, startMock, type Mock } from '../../mocks/index.js';
import { readPage } from '../docs/support.js';
import { ROOT, temporaryFile } from '../support/cli.js';

/** What a curl of the catalogue has to be answered with. */
interface Expected {
  readonly answer: string;
  readonly shell: string;
}

/** Codes that need care in a header, in a shell or in an address. */
const ODD = ['https://api.example.org/errors/no-key', `it's, "odd"; $(x) \\ \`y\``, 'für später'];

describe('every curl of the error catalogue', () => {
  it('is answered by a running mock with its code and status', async () => {
    await expectAnswers(join(ROOT, 'openapi.yaml'));
  });

  for (const code of ODD) {
    it(`is as well where the code is ${code}`, async () => {
      const [{ text } = { text: '' }] = readPage('docs/contract.md').blocks.filter(({ language }) => language === 'yaml');
      const odd = text.replaceAll(/(const|code): (key\.missing|body\.invalid)(?=[, ])/g, (_, member: string, name: string) => {
        return `${member}: ${JSON.stringify(name === 'key.missing' ? code : name)}`;
      });
      await expectAnswers(temporaryFile('openapi.yaml', odd.replace('[key.missing]', `[${JSON.stringify(code)}]`)), code);
    });
  }
});

async function expectAnswers(file: string, code?: string): Promise<void> {
  const mock = await startMock({ contract: file });
  try {
    if (code !== undefined) expect(mock.contract.failures.map((failure) => failure.code)).to.include(code);
    await expectAnswersOf(mock);
  } finally {
    await mock.close();
  }
}

async function expectAnswersOf(mock: Mock): Promise<void> {
  const expected = catalogueOf(mock.contract, { url: mock.url }).codes.flatMap(({ code, operations }) =>
    operations.flatMap(({ reproductions }) =>
      reproductions.map(({ by, operation, status, shell }): Expected => ({ answer: `${operation} ${by}: ${status} ${code}`, shell })),
    ),
  );
  expect(expected.length).to.be.at.least(mock.contract.failures.length);
  expected.sort((a, b) => Number(a.shell.includes('\n')) - Number(b.shell.includes('\n')));
  const answers = await run(expected.map(({ shell }) => shell));
  const actual = answers.map((answer, index) => (expected[index]?.answer ?? '').replace(/: .*/, ': ') + statusAndCode(answer));
  expect(actual).to.deep.equal(expected.map(({ answer }) => answer));
}

const END = '\n----\n';

/**
 * Runs commands in one shell, in their order, and answers what each has printed. A curl takes longer to start than to be answered, so those
 * that stand alone share a process: its words are those of the commands, with `--next` in between.
 */
async function run(commands: readonly string[]): Promise<string[]> {
  const written = String.raw`-w '\n----\n'`;
  const lines: string[] = [];
  for (const command of commands) {
    const words = command.replace(/^curl -i/m, `curl -sS -i ${written}`);
    const before = command.includes('\n') ? undefined : lines.at(-1);
    if (before?.startsWith('curl') === true && !before.includes('$JOB')) lines.push(`${lines.pop()} ${words.replace('curl', '--next')}`);
    else lines.push(...words.split('\n'));
  }
  const file = temporaryFile('curls.sh', `set -eu\n${lines.join('\n')}\n`);
  const child = spawn('sh', [file], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(err).to.equal('');
  return out.split(END).slice(0, -1);
}

function statusAndCode(answer: string): string {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
  const [, code = '""'] = /"code":\s*("(?:[^"\\]|\\.)*")/.exec(answer) ?? [];
  return `${status} ${String(JSON.parse(code))}`;
}
