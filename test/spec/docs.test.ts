import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { checkContract, formatFinding } from '../../spec/index.js';
import { EXTENSIONS } from '../../spec/check/keywords.js';
import { load, removeWritten } from './contracts.js';

const TEXT = readFileSync(new URL('../../docs/contract.md', import.meta.url), 'utf8');
const BLOCKS = [...TEXT.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block = '']) => block);
const WHOLE = BLOCKS[0] ?? '';

describe('docs/contract.md', () => {
  after(removeWritten);

  it('begins with a contract that is sound, and has the failures that it says', async () => {
    const contract = await load(WHOLE);
    expect((await checkContract(contract)).map(formatFinding)).to.deep.equal([]);
    const rows = [...TEXT.matchAll(/^\| (createLamp) +\| (\d+) +\| (\S+) +\| (.*?) +\|$/gm)].map(([, ...cells]) => cells.join(' | '));
    expect(
      contract.failures.map(({ operation, status, code, causes }) => [operation.id, status, code, causes.join(', ')].join(' | ')),
    ).to.deep.equal(rows);
  });

  it('shows root members that are read as they are written', async () => {
    const roots = BLOCKS.filter((block) => block.startsWith('x-failpath:'));
    expect(roots).to.have.length(2);
    for (const root of roots) {
      const contract = await load(`openapi: 3.1.0\ninfo: {title: T, version: '1'}\n${root}paths: {}\n`);
      const { envelope } = (parse(root) as { 'x-failpath': { envelope: object } })['x-failpath'];
      expect(contract.envelope).to.deep.equal(envelope);
    }
  });

  it('explains every member of our own', () => {
    for (const name of [...EXTENSIONS, 'x-failpath', 'x-failures']) expect(TEXT).to.match(new RegExp(`^\\| \`${name}\` `, 'm'));
  });
});
