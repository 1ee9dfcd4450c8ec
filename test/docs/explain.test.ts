import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { main } from '../../cli/program.js';
import { startMock, type Mock } from '../../mocks/index.js';
import { ROOT, temporaryFolder } from '../support/cli.js';
import { testIo } from '../support/io.js';
import { readPage } from './support.js';

const shell = promisify(execFile);

/** A command of a page, what is piped into it, and the exit code that the page gives it. */
const COMMAND = /^(?:(.*) \| )?npx failpath (.*)$/;

describe('docs/explain.md and docs/catalogue.md', () => {
  let mock: Mock;

  before(async () => (mock = await startMock({ contract: join(ROOT, 'openapi.yaml') })));
  after(() => mock.close());

  const here = (text: string): string => text.replaceAll('http://127.0.0.1:4010', mock.url);

  /** Runs a block's lines: what prepares, then the command itself, in this process. */
  async function run(text: string): Promise<{ exitCode: number; printed: string }> {
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const [, piped, words = ''] = COMMAND.exec(lines.at(-1) ?? '') ?? [];
    const script = here(`${lines.slice(0, -1).join('\n')}\necho "${words}"\n${piped ?? ''}`);
    const [said = '', ...input] = (await shell('sh', ['-euc', script])).stdout.split('\n');
    const io = { ...testIo(), ...(piped === undefined ? {} : { input: () => Promise.resolve(input.join('\n')) }) };
    const exitCode = await main(said.split(' '), io);
    return { exitCode, printed: `${io.written.out}${io.written.err}` };
  }

  it('print what the pages say, with the exit codes that they say', async () => {
    const { blocks } = readPage('docs/explain.md');
    let last: Awaited<ReturnType<typeof run>> | undefined;
    let compared = 0;
    for (const { language, text, line } of blocks) {
      if (language === 'sh') {
        last = await run(text);
        const code = /^# exit code (\d+)$/m.exec(text)?.[1];
        expect(last.exitCode, `line ${line}`).to.equal(Number(code ?? 0));
        continue;
      }
      const parts = here(text).split('...');
      let rest = last?.printed ?? '';
      for (const [index, part] of parts.entries()) {
        const at = rest.indexOf(part);
        expect(index === 0 ? at : Math.min(at, 0), `line ${line}: ${part.trim()}\n${rest}`).to.equal(0);
        rest = rest.slice(at + part.length);
      }
      compared += 1;
    }
    expect(compared).to.equal(6);
  });

  it('write the files that they say', async () => {
    const folder = temporaryFolder();
    const commands = [...readPage('docs/catalogue.md').blocks, ...readPage('docs/types.md').blocks].flatMap(({ text }) =>
      [...text.matchAll(/^npx failpath (.*--out (\S+))/gm)].map(([, words = '', file = '']) => ({ words, file })),
    );
    expect(commands).to.have.length(7);
    for (const { words, file } of commands) {
      const out = join(folder, file.replaceAll('/', '-'));
      expect(await main(words.replace(file, out).split(/\s+/), testIo()), words).to.equal(0);
      expect(existsSync(out), words).to.equal(true);
    }
  });
});
