import { expect } from 'chai';
import { InputError, loadContract } from '../../spec/index.js';
import { failpath, temporaryFile } from '../support/cli.js';

const whatIsWrong = async (name: string, text: string): Promise<readonly string[]> => {
  try {
    await loadContract(temporaryFile(name, text));
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.findings.map(({ problem, what, why }) => `${problem}: ${what}${why.startsWith('The file') ? `; ${why}` : ''}`);
  }
};

const HEAD = 'openapi: 3.1.0\ninfo: { title: Deep, version: "1" }\npaths: {}\n';
const DEEP = ['contract-syntax: the file is nested deeper than 99 levels'];
const flow = (levels: number): string => `${HEAD}x-deep: ${'{ a: '.repeat(levels)}1${' }'.repeat(levels)}\n`;
const block = (levels: number): string =>
  `${HEAD}x-deep:\n${Array.from({ length: levels }, (_, at) => `${' '.repeat(at + 1)}a:\n`).join('')}`;
const json = (levels: number): string =>
  `{"openapi":"3.1.0","info":{"title":"Deep","version":"1"},"paths":{},"x-deep":${'['.repeat(levels)}${']'.repeat(levels)}}`;

describe('a contract of which there is nothing, or too much', () => {
  it('is empty', async () => {
    const empty = ['contract-version: there is no `openapi` member; The file is empty, or has comments only.'];
    for (const name of ['a.yaml', 'a.json']) expect(await whatIsWrong(name, '')).to.deep.equal(empty);
    expect(await whatIsWrong('a.yaml', '\n# later\n')).to.deep.equal(empty);
    expect(await whatIsWrong('a.yaml', '{}')).to.deep.equal(['contract-version: there is no `openapi` member']);
  });

  it('is nested deeper than anybody reads, however it is written, and however deep that is', async () => {
    const files = [
      ['a.yaml', flow],
      ['a.yaml', block],
      ['a.json', json],
    ] as const;
    for (const [name, write] of files) {
      expect(await whatIsWrong(name, write(90)), name).to.deep.equal([]);
      for (const levels of [110, 1_000, 20_000]) {
        // Indented by so many spaces, the last would be a text of 200 MB.
        if (write === block && levels > 1_000) continue;
        expect(await whatIsWrong(name, write(levels)), `${name} ${levels}`).to.deep.equal(DEEP);
      }
    }
  });

  it('ends the command as bad input does', async () => {
    for (const text of ['', flow(5_000)]) {
      const { exitCode, stderr, stdout } = await failpath(['check', temporaryFile('a.yaml', text)]);
      expect(exitCode).to.equal(4);
      expect(stdout + stderr).to.match(/: {0,1}1:1 {2}contract-(?:version|syntax) /);
    }
  });
});
