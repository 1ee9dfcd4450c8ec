import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { REPORT_NAMES, REPORTS, TREND_REPORTS } from '../../contracts/index.js';
import { ROOT } from '../support/cli.js';

const FILE = join(ROOT, 'docs/reports.md');
const TABLE = /^\| format +\|[^]*?\n\n/m;

/** The table of formats, out of the registry. */
function table(): string {
  const rows = REPORT_NAMES.map((name) => {
    const { file, mediaType, what } = REPORTS[name];
    return `| \`${name}\` | \`${file}\` | \`${mediaType}\` | ${what} |`;
  });
  return ['| format | file | media type | for |', '| --- | --- | --- | --- |', ...rows, '', ''].join('\n');
}

describe('docs/reports.md', () => {
  const text = readFileSync(FILE, 'utf8');

  it('has the formats that there are: run again with UPDATE_GOLDENS=1 if the registry has changed', async () => {
    const expected = await format(text.replace(TABLE, table()), { parser: 'markdown', printWidth: 140, proseWrap: 'preserve' });
    if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(FILE, expected);
    else expect(TABLE.exec(text)?.[0]).to.equal(TABLE.exec(expected)?.[0]);
  });

  it('tells of every type of event', () => {
    const source = readFileSync(join(ROOT, 'contracts/types.ts'), 'utf8');
    const events = source.slice(source.indexOf('export type RunEvent'));
    const types = [...events.matchAll(/type: '([\w-]+)'/g)].map(([, type]) => type ?? '');
    expect(types).to.have.length.greaterThan(5);
    for (const type of [...types, 'webhook-finished']) expect(text).to.match(new RegExp(`^\\| \`${type}\` `, 'm'));
  });

  it('tells of every movement, and of every format of a trend', async () => {
    const { TOLD } = await import('../../contracts/report/trend/text.js');
    for (const told of Object.values(TOLD)) expect(text).to.contain(`\n| ${told} `);
    for (const name of Object.keys(TREND_REPORTS)) expect(text.slice(text.indexOf('## Trend'))).to.contain(`\`${name}\``);
  });
});
