import { expect } from 'chai';
import { compileExpression } from '../../mocks/script/regex.js';

describe('regular expressions of scripts', () => {
  it('match any part of a text', () => {
    expect(compileExpression('o b').test('foo bar')).to.equal(true);
    expect(compileExpression('^o b').test('foo bar')).to.equal(false);
    expect(compileExpression('FOO', true).test('foo bar')).to.equal(true);
  });

  it('take linear time where others hang', () => {
    const text = `${'a'.repeat(50_000)}!`;
    for (const evil of ['^(a+)+$', '^(a|aa)+$', '^(a|a?)+$', '(.*)*x', '^(([a-z])+.)+[A-Z]([a-z])+$']) {
      expect(compileExpression(evil).test(text), evil).to.equal(false);
    }
  });

  it('look at less the larger they are, so that linear stays short', () => {
    const [small, large] = [compileExpression('a'), compileExpression('a[ab]{400}$')];
    expect(small.longest).to.be.greaterThan(1_000_000);
    expect(large.longest).to.be.lessThan(50_000);
    expect(large.test('a'.repeat(401))).to.equal(true);
    expect(large.test('a'.repeat(large.longest + 1))).to.equal(false);
  });

  it('are refused with the reason', () => {
    const why = (pattern: string): string => {
      try {
        compileExpression(pattern);
        return 'accepted';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(why('(?=a)b')).to.match(/"\(\?=a\)b" is no regular expression: invalid or unsupported Perl syntax/);
    expect(why('(a)\\1')).to.match(/invalid escape sequence/);
    expect(why('(a')).to.match(/missing closing/);
    expect(why('((a{1,30}){1,30}){1,30}')).to.match(/is no regular expression|instructions/);
    expect(why('(a{30}){30}')).to.equal('accepted');
    expect(why('([ab]{1,30}){1,30}')).to.match(/comes to \d+ instructions, of 1000 at most/);
    expect(why('a'.repeat(1_001))).to.equal('the expression has 1001 characters');
  });
});
