import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

describe('the rules of failpath check', () => {
  it('are all broken by the contract that is to break them all', () => {
    const folder = new URL('../../spec/check/', import.meta.url);
    const rules = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
    const problems = new Set(rules.flatMap((rule) => [...rule.matchAll(/problem: '([a-z-]+)'/g)].map(([, problem]) => problem)));
    const golden = readFileSync(new URL('./golden/broken.txt', import.meta.url), 'utf8');
    const told = new Set([...golden.matchAll(/^\S+:\d+:\d+ {2}([a-z-]+) {2}/gm)].map(([, problem]) => problem));
    expect([...problems].filter((problem) => !told.has(problem))).to.deep.equal([]);
    expect(problems.size).to.be.greaterThan(12);
  });
});
