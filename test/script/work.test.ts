import { expect } from 'chai';
import { startMock } from '../../mocks/index.js';
import { createScripts, type RuleMatch, type ScriptRequest } from '../../mocks/script/index.js';
import { compilePath } from '../../mocks/script/json-path.js';
import { newWork, OverBudget, REQUEST_WORK, spendWork, TOO_MUCH_WORK, within } from '../../mocks/script/work.js';
import { contract, request, respond, rule } from './support.js';

const EVIL = '[ab]*a[ab]{400}[cd]\\b';
const LONG = 'ab'.repeat(4_500);

/** The status that the last of several rules answers with, and the budget afterwards. */
function decided(matches: readonly RuleMatch[], asked: ScriptRequest): { readonly status: number | undefined; readonly refused: boolean } {
  const scripts = createScripts({ contract, clock: { now: () => 0 } });
  matches.toReversed().forEach((match, index) => scripts.add(rule({ match, answers: [respond(500 + index)] })));
  const work = newWork();
  const answer = scripts.decide({ ...asked, work })?.answer;
  return { status: answer !== undefined && 'responds' in answer ? answer.responds.status : undefined, refused: work.refused };
}

describe('the work of one request', () => {
  it('is drawn from one budget, which is gone once it does not suffice', () => {
    const work = newWork(10);
    within(work, () => spendWork(4));
    expect(work).to.deep.equal({ left: 6, refused: false });
    expect(() => within(work, () => spendWork(7))).to.throw(OverBudget, TOO_MUCH_WORK);
    expect(work).to.deep.equal({ left: 0, refused: true });
    expect(() => within(work, () => spendWork(1))).to.throw(OverBudget);
    spendWork(REQUEST_WORK + 1);
  });

  it('is that of all rules together', () => {
    const evil = { path: { matches: EVIL } };
    expect(decided([evil], request({ path: LONG }))).to.deep.equal({ status: undefined, refused: false });
    expect(decided([evil, evil], request({ path: LONG }))).to.deep.equal({ status: undefined, refused: true });
  });

  it('leaves the rest to others where one text is too long for an expression', () => {
    const path = `${LONG}${LONG}`;
    expect(decided([{ path: { not: { matches: EVIL } } }, { path: { matches: '^ab' } }], request({ path }))).to.deep.equal({
      status: 500,
      refused: true,
    });
  });

  it('leaves rules without expressions alone', () => {
    const evil = { path: { matches: EVIL } };
    const asked = request({ path: LONG, headers: { 'x-client': 'ios' }, body: { title: 'x' } });
    expect(decided([evil, evil, { headers: { 'x-client': 'ios' }, body: { at: { '/title': 'x' } } }], asked)).to.deep.equal({
      status: 500,
      refused: true,
    });
  });

  it('makes neither a check nor its contrary hold', () => {
    const evil = { path: { matches: EVIL } };
    expect(decided([{ path: { not: { matches: EVIL } } }], request({ path: LONG })).status).to.equal(500);
    expect(decided([evil, { path: { not: { matches: EVIL } } }], request({ path: LONG })).status).to.equal(undefined);
  });

  it('counts every value that a path leads to, and every text that it measures', () => {
    const texts = Array.from({ length: 40 }, (_, index) => `${index}${LONG}`);
    const long = ['x'.repeat(300_000), ...Array.from({ length: 1_000 }, () => 0)];
    const refused = (body: unknown, match: RuleMatch): boolean => decided([match], request({ body })).refused;
    expect(refused(texts, { body: { at: { '$[*]': { matches: EVIL } } } })).to.equal(true);
    expect(
      refused([LONG, ...Array.from({ length: 60 }, () => 0)], {
        body: { at: { [`$[?search($[0], '${EVIL.replace('\\', '\\\\')}')]`]: { absent: false } } },
      }),
    ).to.equal(true);
    expect(refused(long, { body: { at: { '$[?length($[0]) > 900000]': { absent: false } } } })).to.equal(true);
    expect(refused(long, { body: { at: { '$[?$[0] == $[0]]': { contains: 'y' } } } })).to.equal(true);
    expect(refused(texts, { wiremock: { bodyPatterns: [{ matchesJsonPath: { expression: '$[*]', matches: EVIL } }] } })).to.equal(true);
    const any = { bodyPatterns: [{ equalToJson: texts.map(() => 'no'), ignoreArrayOrder: true, ignoreExtraElements: true }] };
    expect(refused(texts, { wiremock: any })).to.equal(false);
  });

  it('looks once at a value that a path leads to many times', () => {
    expect(decided([{ body: { at: { [`$[${'0,'.repeat(300)}0]`]: { matches: EVIL } } } }], request({ body: [LONG] })).refused).to.equal(
      false,
    );
  });

  it('measures texts in characters', () => {
    const path = compilePath('$[?length(@) == 2]');
    expect(path(['ab', 'a\u{1F600}', '\u{1F600}', '\uD83Da', 'abc'])).to.deep.equal(['ab', 'a\u{1F600}', '\uD83Da']);
  });

  it('bounds explanations, which say what they have not looked at', () => {
    const scripts = createScripts({ contract, clock: { now: () => 0 } });
    for (let index = 0; index < 3; index++) scripts.add(rule({ match: { path: { matches: EVIL } } }));
    const work = newWork();
    const actual = scripts.explain({ ...request({ path: LONG }), work }).map(({ fields }) => fields[0]?.actual.slice(0, 60));
    expect(actual.filter((one) => one?.startsWith('not looked at: the rules ask for more work')).length).to.equal(2);
    expect(work).to.deep.equal({ left: 0, refused: false });
  });

  it('is told in the answer and the journal', async () => {
    const mock = await startMock();
    try {
      for (let index = 0; index < 50; index++) mock.scripts.add(rule({ match: { path: { matches: EVIL } } }));
      const answer = await fetch(`${mock.url}/${LONG}`);
      expect(answer.headers.get('x-failpath-why')).to.contain(TOO_MUCH_WORK);
      expect(mock.journal.entries()[0]?.why).to.contain(TOO_MUCH_WORK);
      const near = await fetch(`${mock.url}/__admin/requests/unmatched/near-misses`);
      expect(near.status).to.equal(200);
      const plain = await fetch(`${mock.url}/v1/short`);
      expect(plain.headers.get('x-failpath-why')).not.to.contain(TOO_MUCH_WORK);
    } finally {
      await mock.close();
    }
  });
});
