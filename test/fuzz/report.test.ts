import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatFuzz, readCorpus, readFinding, writeCorpus, type Finding } from '../../contracts/index.js';
import { temporaryFile, temporaryFolder } from '../support/cli.js';

const said = {
  color: false,
  where: 'here',
  seed: 7,
  operations: 3,
  interrupted: false,
  controls: true,
  command: 'failpath fuzz',
} as const;
const finished = {
  type: 'finished',
  sent: 2,
  answered: 2,
  good: 2,
  accepted: 2,
  durationMs: 100,
  findings: [] as readonly Finding[],
} as const;
const finding = (operation: string): Finding => ({
  cause: `${operation} | leak | x`,
  kind: 'leak',
  operation,
  says: 'It leaks.',
  remedy: 'Mend it.',
  requests: [{ operation, method: 'GET', target: '/', headers: [], body: undefined, as: null }],
  answer: undefined,
  discrepancies: [],
  curl: 'curl',
  times: 1,
});
const last = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

describe('fuzz: what a report says', () => {
  it('counts the operations that were reached, and names those that show the same', () => {
    expect(last(formatFuzz({ ...finished, sent: 1, reached: 1 }, said))).to.equal(
      'nothing found: 1 request to 1 of 3 operations of here in 0.1 s, 2 of 2 good requests accepted, seed 7',
    );
    const own = finding('getOrder');
    const [request] = own.requests;
    const also = request === undefined ? [] : [{ operation: 'placeOrder', request, replay: '7:3' }];
    const lines = formatFuzz({ ...finished, findings: [{ ...own, also, replay: "it's.json" }], reached: 3 }, said).split('\n');
    expect(lines).to.include('  also: 1 other operation: placeOrder (7:3)');
    expect(lines).to.include(String.raw`  again: failpath fuzz --replay 'it'\''s.json'`);
    expect(lines.at(-2)).to.match(/^1 finding: 2 requests to 3 operations of/);
  });

  it('does not say that nothing was found where nothing was judged', () => {
    expect(last(formatFuzz({ ...finished, accepted: 0 }, said))).to.match(/^nothing judged: /);
    expect(last(formatFuzz({ ...finished, unjudged: 'the key is wrong' }, said))).to.match(/^nothing judged: /);
  });

  it('is of a file that is not there as that, and makes the folder before there is anything to keep', () => {
    expect(() => readFinding(join(temporaryFolder(), 'none.json'))).to.throw(/none\.json: no such file/);
    const folder = join(temporaryFolder(), 'a', 'b');
    expect(writeCorpus(folder, [])).to.deep.equal([]);
    expect([readdirSync(folder), readCorpus(folder)]).to.deep.equal([[], []]);
    const file = temporaryFile('plain', '');
    expect(() => writeCorpus(file, [])).to.throw(/is no folder/);
    expect(() => writeCorpus(join(file, 'x'), [])).to.throw(/ENOTDIR|no folder/);
  });
});
