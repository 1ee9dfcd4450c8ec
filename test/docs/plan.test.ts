import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { PlanReport } from '../../contracts/index.js';
import { failpath, temporaryFolder } from '../support/cli.js';
import { readPage } from './support.js';

const PAGE = readPage('docs/plan.md');
/** A command of the page, its environment before and its exit code behind it. */
const COMMAND = /^((?:[A-Z_]+=\S+ )*)npx failpath (.+?) +# exit code (\d)$/;

describe('docs/plan.md', function () {
  this.timeout(60_000);
  const lines = PAGE.blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.split('\n'));
  const folder = temporaryFolder();
  before(() => {
    for (const { text } of PAGE.blocks.filter(({ language }) => language === 'yaml')) {
      const name = /^# (\S+)/.exec(text)?.[1] ?? '';
      writeFileSync(join(folder, name), text);
    }
  });

  for (const line of lines) {
    it(`tells the truth: ${line}`, async () => {
      const [, variables = '', words = '', said] = COMMAND.exec(line) ?? [];
      const env = Object.fromEntries(
        variables
          .trim()
          .split(' ')
          .filter(Boolean)
          .map((pair) => pair.split('=') as [string, string]),
      );
      const args = words.split(' ').map((word) => word.replaceAll("'", ''));
      const { exitCode, stdout, stderr } = await failpath(args, { env, cwd: folder });
      expect({ exitCode: String(exitCode), stderr }).to.deep.equal({ exitCode: said, stderr: '' });
      expect(stdout).to.not.equal('');
    });
  }

  it('explains every member of the JSON document', async () => {
    const { stdout } = await failpath(['plan', '--json', '--operation', 'getTransaction']);
    const report = JSON.parse(stdout) as PlanReport;
    const cause = report.failures.flatMap(({ causes }) => causes)[0] ?? {};
    const all = [report, report.failures[0] ?? {}, cause, report.costs, report.schedule, report.schedule.lanes[0] ?? {}];
    const unexplained = all.flatMap((one) => Object.keys(one)).filter((member) => !new RegExp(`\`${member}(\\[\\])?\``).test(PAGE.text));
    expect(unexplained).to.deep.equal([]);
  });
});
