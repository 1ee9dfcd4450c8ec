import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PARITIES, type ParityReport } from '../../contracts/index.js';
import { EXIT } from '../../ci/index.js';
import { failpath, startFailpath, temporaryFolder, type Running } from '../support/cli.js';
import { readPage } from '../docs/support.js';

const PAGE = readPage('docs/parity.md');
/** A command of the page, with its exit code behind it. */
const COMMAND = /^npx failpath (.+?) +# exit code (\d)$/;
const ADDRESS = 'http://127.0.0.1:4010';

describe('docs/parity.md', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let server: Running;
  let url: string;
  before(async () => {
    const script = PAGE.blocks.find(({ language }) => language === 'yaml')?.text ?? '';
    writeFileSync(join(folder, /^# (\S+)/.exec(script)?.[1] ?? ''), script);
    server = startFailpath(['mock', '--script', 'staging.yaml', '--port', '0'], { cwd: folder });
    [url] = await server.printed(/http:\/\/[\d.]+:\d+/);
  });
  after(async () => {
    server.kill('SIGTERM');
    await server.ended;
  });

  const run = (words: string): ReturnType<typeof failpath> =>
    failpath(
      words.split(' ').map((word) => word.replaceAll("'", '').replace(ADDRESS, url)),
      { cwd: folder },
    );

  const commands = PAGE.blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => COMMAND.test(line));

  it('has commands', () => expect(commands).to.have.length(3));

  for (const [index, line] of commands.entries()) {
    it(`tells the truth: ${line}`, async () => {
      const [, words = '', said] = COMMAND.exec(line) ?? [];
      const { exitCode, stdout, stderr } = await run(words);
      expect({ exitCode: String(exitCode), stderr }).to.deep.equal({ exitCode: said, stderr: '' });
      const shown = PAGE.blocks.find(({ language }) => language === 'text')?.text ?? '';
      if (index === 0) expect(stdout).to.contain(shown);
    });
  }

  it('has every word and every exit code', () => {
    for (const parity of PARITIES) expect(PAGE.text).to.contain(`| \`${parity}\` `);
    for (const code of [...Object.values(EXIT), 130]) expect(PAGE.text).to.match(new RegExp(`^\\| ${code} `, 'm'));
  });

  it('explains every member of the JSON document', async () => {
    const { stdout } = await run(`parity --json --url ${ADDRESS} --operation initWork --code api_key.org_*`);
    const report = JSON.parse(stdout) as ParityReport;
    const fiction = report.lines.find(({ parity }) => parity === 'fiction');
    const all = [report, report.contract, report.deployment, fiction, fiction?.mock, fiction?.differences[0]];
    const unexplained = all.flatMap((one) => Object.keys(one ?? { '?': 1 })).filter((member) => !PAGE.text.includes(`\`${member}\``));
    expect(unexplained).to.deep.equal([]);
  });
});
