import { expect } from 'chai';
import { parse } from 'yaml';
import { faultSchema, FAULTS } from '../../mocks/faults/index.js';
import { PROFILES } from '../../mocks/profiles/index.js';
import { readPage, runTypeScript } from './support.js';
import { readFileSync } from 'node:fs';
import { createCompiler } from '../types/compiler.js';

const GUIDE = readPage('docs/scripts.md');

/** The rows of the table below a heading, cell by cell. */
function rowsBelow(heading: string): string[][] {
  const [, section = ''] = GUIDE.text.split(`\n## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  return [...own.matchAll(/^\| `(.+?)`\s*\| (.+?)\s*\|$/gm)].map(([, first = '', second = '']) => [first, second]);
}

describe('docs/scripts.md, its TypeScript and its tables', function () {
  this.timeout(30_000);

  for (const block of GUIDE.blocks.filter(({ language }) => language === 'ts')) {
    it(`runs, and compiles: ${block.section}`, async () => {
      const program = block.text.replaceAll("'failpath'", "'../../index.js'");
      expect(createCompiler().complaints(program)).to.deep.equal([]);
      expect(await runTypeScript(GUIDE, block)).to.deep.equal([]);
    });
  }

  it('shows every method that there is', () => {
    const types = readFileSync(new URL('../../mocks/script/builder-types.ts', import.meta.url), 'utf8');
    const methods = new Set([...types.matchAll(/^ {2}(\w+)(?:<.*|\(.*)$/gm)].map(([, name]) => name ?? ''));
    const shown = GUIDE.blocks.filter(({ section }) => section === 'In TypeScript').map(({ text }) => text);
    expect(methods).to.include('failAfterwards');
    expect([...methods].filter((name) => !shown.join('').includes(`.${name}(`))).to.deep.equal([]);
  });

  it('shows every fault as it can be written', () => {
    const written = rowsBelow('Faults').map(([fault = '']) => faultSchema.safeParse(parse(fault)).data?.type);
    expect(new Set(written)).to.deep.equal(new Set(Object.values(FAULTS).map(({ type }) => type)));
  });

  it('shows every profile with what it answers', () => {
    expect(Object.fromEntries(rowsBelow('Off the contract'))).to.deep.equal(PROFILES);
  });
});
