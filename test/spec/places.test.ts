import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { readPlaces } from '../../spec/quick-yaml/index.js';
import { readSource } from '../../spec/source.js';

const CONTRACT = new URL('../../openapi.yaml', import.meta.url).pathname;

describe('places that are read quickly', () => {
  it('are those of keys and items, in blocks and in flows, through aliases as well', () => {
    const text = 'a: &name\n  b: [1, { c: 2 }]\n"d e":\n  - f: 3\n  -\n    - 4\ng: *name\n';
    const at = readPlaces(text);
    const shown = (...members: readonly string[]): string => text.slice(at?.(members)).slice(0, 5);
    expect(at?.([])).to.equal(0);
    expect(shown('a', 'b', '1', 'c')).to.equal('c: 2 ');
    expect(shown('a', 'b', '1')).to.equal('{ c: ');
    expect(shown('d e')).to.equal('"d e"');
    expect(shown('d e', '0', 'f')).to.equal('f: 3\n');
    expect(shown('g', 'b')).to.equal('b: [1');
    expect(shown('d e', '7', 'f')).to.equal('"d e"');
  });

  for (const [what, text] of [
    ['an item is named', 'a:\n  - &name 1\n'],
    ['an item is not there', 'a:\n  -\n  - 1\n'],
    ['the text is not surely understood', 'a: !!set { 1 }\n'],
    ['the document is marked', '---\na: 1\n'],
  ] as const) {
    it(`are left to the other parser where ${what}`, () => {
      expect(readPlaces(text)).to.equal(undefined);
    });
  }

  it('are the same as the other parser tells', () => {
    const text = readFileSync(CONTRACT, 'utf8');
    const lines = new LineCounter();
    const { contents } = parseDocument(text, { lineCounter: lines });
    const source = readSource(CONTRACT);
    const seen = new Set<string>();
    const walk = (node: unknown, pointer: string): void => {
      if (!isMap(node)) return;
      for (const { key, value } of node.items) {
        if (!isScalar(key)) continue;
        const own = `${pointer}/${String(key.value).replaceAll('~', '~0').replaceAll('/', '~1')}`;
        const { line, col: column } = lines.linePos(key.range?.[0] ?? 0);
        const { file: _, ...place } = source.locate(own);
        expect(place, own).to.deep.equal({ line, column });
        seen.add(own);
        walk(value, own);
      }
    };
    walk(contents, '');
    expect(seen.size).to.be.above(1000);
  });

  it('of what is missing are those of its parent', () => {
    const folder = mkdtempSync(join(tmpdir(), 'failpath-'));
    try {
      const file = join(folder, 'a.yaml');
      writeFileSync(file, 'a: 1\nb:\n  c: 2\n');
      const { line, column } = readSource(file).locate('/b/none');
      expect({ line, column }).to.deep.equal({ line: 2, column: 1 });
      expect(readSource(file).locate('/none').line).to.equal(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
