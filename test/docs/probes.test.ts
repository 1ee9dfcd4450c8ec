import { expect } from 'chai';
import { atsSuite, declareProbes, OUTCOMES } from '../../contracts/index.js';
import { decide } from '../../ci/index.js';
import { contract } from '../support/judge.js';
import { readPage } from './support.js';

const PAGE = readPage('docs/probes.md');
const rows = [...PAGE.text.matchAll(/^\|(.+)\|$/gm)].map(([, row = '']) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')));
const cells = declareProbes(contract, atsSuite).filter(({ kind }) => kind === 'identity');

describe('docs/probes.md', () => {
  it('says of every identity what it is told, by security scheme', () => {
    for (const [column, scheme] of ['apiKey', 'administrator', 'partnerSession'].entries()) {
      const own = cells.filter(({ operation }) => operation.credentials.some((credential) => credential.scheme === scheme));
      const expected = new Map(own.map(({ name, expected: declared }) => [name, declared?.failure.code ?? 'success']));
      const told = new Map(rows.flatMap((row) => (expected.has(row[0] ?? '') ? [[row[0] ?? '', row[column + 1] ?? ''] as const] : [])));
      expect(Object.fromEntries(told), scheme).to.deep.equal(Object.fromEntries(expected));
    }
  });

  it('says what each outcome comes to, and of all but those that prove', () => {
    const told = rows.flatMap(([outcomes = '', exit = '']) =>
      /^(1|2|changes nothing)$/.test(exit)
        ? outcomes.split(', ').map((outcome) => [outcome, exit === 'changes nothing' ? 0 : Number(exit)])
        : [],
    );
    const left = new Set(['verified', 'waived', 'not-selected']);
    const proven = {
      operation: 'o',
      method: 'GET',
      path: '/',
      status: 400,
      code: 'c',
      outcome: 'verified',
      reason: '',
      declared: 'openapi.yaml:1:1',
      causes: [],
    } as const;
    const decided = OUTCOMES.filter((outcome) => !left.has(outcome)).map((outcome) => [
      outcome,
      decide({ failures: [proven], probes: [{ outcome }], answered: true }).exitCode,
    ]);
    expect(Object.fromEntries(told)).to.deep.equal(Object.fromEntries(decided));
  });
});
