import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startMock } from '../../mocks/index.js';
import { readPage } from '../docs/support.js';
import { failpath, ROOT, temporaryFile } from '../support/cli.js';
import { contract } from '../support/judge.js';

const PAGE = readPage('docs/fuzz.md');
const blockOf = (language: string): string =>
  PAGE.blocks.find((block) => block.section === 'A run' && block.language === language)?.text ?? '';

/** What differs between two runs. */
const shown = (text: string): string =>
  text
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:4010')
    .replaceAll(/failpath-[0-9a-f]{8}-user-[0-9a-f]+/g, 'failpath-0123abcd-user-1')
    .replaceAll(/in \d+\.\d s/g, 'in 1.4 s')
    .replaceAll(/: \d+ requests to/g, ': 437 requests to')
    .trimEnd();

describe('docs/fuzz.md', function () {
  this.timeout(60_000);

  it('shows what the command really prints', async () => {
    const mock = await startMock({ port: 0, contract, script: temporaryFile('careless.yaml', blockOf('yaml')) });
    try {
      const command = blockOf('sh').replace('npx failpath ', '').replace('http://127.0.0.1:4010', mock.url);
      const { exitCode, stdout } = await failpath(command.split(' ').map((word) => word.replaceAll("'", '')));
      if (process.env['UPDATE_GOLDENS'] === '1') {
        const file = join(ROOT, PAGE.file);
        writeFileSync(
          file,
          readFileSync(file, 'utf8').replace(blockOf('text'), () => shown(stdout)),
        );
        return;
      }
      expect(shown(stdout)).to.equal(blockOf('text'));
      expect(exitCode).to.equal(1);
    } finally {
      await mock.close();
    }
  });
});
