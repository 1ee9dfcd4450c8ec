import { expect } from 'chai';
import { refusal, removeWritten, write } from './contracts.js';

describe('loadContract', () => {
  after(removeWritten);

  describe('what it cannot read', () => {
    it('is a file that does not exist', async () => {
      expect((await refusal('/nowhere/openapi.yaml'))[0]).to.match(/contract-unreadable {2}.*no such file$/);
    });

    it('is a folder', async () => {
      expect((await refusal(new URL('.', import.meta.url).pathname))[0]).to.match(/contract-unreadable {2}.*it is a folder$/);
    });

    const DOCUMENTS: readonly [string, string, string][] = [
      ['an empty file', '', '1:1 contract-version  there is no `openapi` member'],
      ['a list', '- a\n', '1:1 contract-version  there is no `openapi` member'],
      [
        'broken YAML',
        'openapi: 3.1.0\npaths: {\n',
        '3:1 contract-syntax  Flow map in block collection must be sufficiently indented and end with a }',
      ],
      ['a key twice', 'openapi: 3.1.0\npaths: {}\npaths: {}\n', '3:1 contract-syntax  Map keys must be unique'],
      ['two documents', 'openapi: 3.1.0\n---\npaths: {}\n', '2:1 contract-syntax  A second document begins'],
      ['an alias of nothing', 'openapi: 3.1.0\npaths: *all\n', '2:8 contract-syntax  The alias *all comes before any anchor of that name'],
      [
        'an alias of what it is in',
        'openapi: 3.1.0\npaths: &all\n  /a: *all\n',
        '3:7 contract-syntax  The alias *all stands inside of what it names',
      ],
      ['a tag', 'openapi: 3.1.0\npaths: !routes {}\n', '2:16 contract-syntax  The tag !routes stands for a value that JSON does not have'],
      ['a list as key', 'openapi: 3.1.0\n? [paths]\n: {}\n', '2:3 contract-syntax  A key is a list or a map'],
      ['Swagger 2', "swagger: '2.0'\npaths: {}\n", '1:1 contract-version  there is no `openapi` member'],
      ['another version', 'openapi: 4.0.0\npaths: {}\n', '1:1 contract-version  openapi is "4.0.0"'],
      ['a number as version', 'openapi: 3.1\npaths: {}\n', '1:1 contract-version  openapi is 3.1'],
      ['no paths', 'openapi: 3.1.0\ninfo: {}\n', '1:1 contract-structure  the document has no paths'],
    ];
    for (const [name, text, expected] of DOCUMENTS)
      it(`is ${name}`, async () => expect(await refusal(write({ 'openapi.yaml': text }))).to.deep.equal([expected]));

    it('is too many aliases', async () => {
      const levels = ['b', 'c', 'd', 'e', 'f'].map(
        (name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcde'[index]}`).join(', ')}]\n`,
      );
      expect(await refusal(write({ 'openapi.yaml': `a: &a [1]\n${levels.join('')}` }))).to.deep.equal([
        '1:1 contract-syntax  Excessive alias count indicates a resource exhaustion attack',
      ]);
    });
  });
});
