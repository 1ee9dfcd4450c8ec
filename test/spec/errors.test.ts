import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { formatFinding, InputError, PROBLEMS, type Finding } from '../../spec/index.js';

const FINDING: Finding = {
  problem: 'broken-ref',
  what: '#/a points at nothing',
  why: 'Because.',
  remedy: 'Correct it.',
  location: { file: 'a.yaml', line: 3, column: 7 },
};

describe('findings', () => {
  it('are told with place and problem, reason and remedy', () => {
    expect(formatFinding(FINDING)).to.equal('a.yaml:3:7  broken-ref  #/a points at nothing\n    why: Because.\n    fix: Correct it.');
  });

  it('may have no place', () => {
    const { location: _, ...placeless } = FINDING;
    expect(formatFinding(placeless)).to.match(/^broken-ref {2}#\/a/);
  });

  it('are the message of the error that carries them', () => {
    const error = new InputError([FINDING, { ...FINDING, what: '#/b points at nothing' }]);
    expect(error.message.split('\n')).to.have.length(6);
    expect(error.name).to.equal('InputError');
  });
});

describe('docs/errors.md', () => {
  const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const sections = new Map(
    text
      .split(/^### /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), section.replace(/^## [\s\S]*/m, '')]),
  );

  it('has every problem of the code, and no other', () => {
    expect([...sections.keys()].sort()).to.deep.equal(Object.keys(PROBLEMS).sort());
  });

  for (const [problem, meaning] of Object.entries(PROBLEMS)) {
    it(`says of ${problem} what it means and what to do`, () => {
      expect(sections.get(problem)?.split('\n\n')[1]).to.equal(meaning);
      expect(sections.get(problem)).to.match(/^\*\*Remedy:\*\* [A-Z`].*[^]*\.\s*$/m);
    });
  }
});
