import { expect } from 'chai';
import type { Explanation } from '../../mocks/script/index.js';
import { answersTo, answerTo, request, respond, rule, start } from './support.js';

const names = (explanations: readonly Explanation[]): (string | undefined)[] => explanations.map(({ rule }) => rule.name);
const wrong = (explanation: Explanation | undefined): string[] =>
  (explanation?.fields ?? [])
    .filter(({ matches }) => !matches)
    .map(({ field, expected, actual }) => `${field}: ${expected}, not ${actual}`);

describe('explanations', () => {
  it('begin with the rules that match, in the order in which they are asked', () => {
    const { scripts } = start();
    scripts.add(rule({ name: 'older' }));
    scripts.add(rule({ name: 'newer' }));
    scripts.add(rule({ name: 'urgent', priority: 1 }));
    scripts.add(rule({ name: 'elsewhere', priority: 0, match: { on: 'initWork' } }));
    const explained = scripts.explain(request());
    expect(names(explained)).to.deep.equal(['urgent', 'newer', 'older', 'elsewhere']);
    expect(explained.map(({ matches }) => matches)).to.deep.equal([true, true, true, false]);
  });

  it('go on with the nearest', () => {
    const { scripts } = start();
    scripts.add(rule({ name: 'another operation', match: { on: 'initWork' } }));
    scripts.add(rule({ name: 'two headers', match: { on: 'prepareWork', headers: { a: 'x', b: 'y' } } }));
    scripts.add(rule({ name: 'one header', match: { on: 'prepareWork', headers: { a: 'x' } } }));
    scripts.add(rule({ name: 'only its turn', match: { on: 'prepareWork', occurrence: 2 } }));
    expect(names(scripts.explain(request()))).to.deep.equal(['only its turn', 'one header', 'two headers', 'another operation']);
  });

  it('hold every field against the request', () => {
    const { scripts } = start();
    scripts.add(
      rule({
        match: {
          on: ['init*', 'confirmWork'],
          path: { contains: '/works/init' },
          query: { tag: 'a' },
          headers: { 'X-Client': { contains: 'ios' }, authorization: 'Bearer hunter2' },
          identity: 'active',
          body: {
            contains: { title: 'Song', creators: [{ ipi: '1' }] },
            at: { '$.creators[*].email': { absent: false }, '/title': { not: 'Lied' } },
            matches: 'z$',
          },
        },
      }),
    );
    const asked = request({
      path: '/v1/works/prepare',
      query: 'tag=b&tag=c',
      headers: { 'x-client': 'android', authorization: 'Bearer hunter3' },
      body: { title: 'Lied', creators: [] },
    });
    expect(wrong(scripts.explain(asked)[0])).to.deep.equal([
      'operation: init*, confirmWork, not prepareWork',
      'identity: "active", not "none"',
      'path: containing "/works/init", not "/v1/works/prepare"',
      'header x-client: containing "ios", not "android"',
      'header authorization: "…", not "…"',
      'query tag: "a", not "b", "c"',
      'body /title: "Song", not "Lied"',
      'body /creators: at least [{"ipi":"1"}], not []',
      'body $.creators[*].email: present, not absent',
      'body /title: not "Lied", not "Lied"',
      'body: matching "z$", not {"title":"Lied","creators":[]}',
    ]);
  });

  it('tell which operations a rule without operation is for', () => {
    const { scripts } = start();
    scripts.add(rule({ answers: [{ fails: 'registration.dry_run_failed' }, { passes: true }] }));
    expect(wrong(scripts.explain(request({ operation: 'getTransaction' }))[0])).to.deep.equal([
      'operation: one that can answer registration.dry_run_failed, what there is without a rule (prepareWork, prepareVersion), not getTransaction',
    ]);
    expect(wrong(scripts.explain(request({ operation: 'none' }))[0])[0]).to.match(/, not none$/);
  });

  it('tell of uses, time, scenario, occurrence and chance', () => {
    const { scripts, clock } = start();
    scripts.add(
      rule({ uses: 1, lastsMs: 1_000, match: { occurrence: { to: 1 } }, scenario: { name: 'outage', is: 'Started', becomes: 'Down' } }),
    );
    scripts.add(rule({ probability: 0, match: { on: 'initWork' } }));
    answerTo(scripts);
    void clock.advance(1_000);
    const [first] = scripts.explain(request());
    expect(wrong(first)).to.deep.equal([
      'lasts: before 1970-01-01T00:00:01.000Z, not 1970-01-01T00:00:01.000Z',
      'scenario outage: "Started", not "Down"',
      'occurrence: number 1 to 1, not number 2',
      'uses: fewer than 1, not 1',
    ]);
    expect(wrong(scripts.explain(request({ operation: 'initWork' }))[0])).to.deep.equal(['probability: drawn, one in none, not not drawn']);
  });

  it('count nothing, draw nothing and use nothing up', () => {
    const make = (ask: boolean): string => {
      const { scripts } = start();
      scripts.add(rule({ match: { occurrence: { every: 2 } }, probability: 0.5, seed: 'a', uses: 5 }));
      scripts.add(rule({ answers: [respond(501), respond(502)], end: 'cycle', scenario: { name: 's', becomes: 'Moved' }, priority: 9 }));
      return Array.from({ length: 40 }, () => {
        if (ask) for (let time = 0; time < 3; time++) scripts.explain(request());
        return answersTo(scripts, 1);
      }).join(' ');
    };
    expect(make(true)).to.equal(make(false));
  });

  it('stay short, and free of credentials', () => {
    const { scripts } = start();
    const long = 'a1'.repeat(5_000);
    scripts.add(rule({ match: { headers: { 'x-any': 'x' }, body: { equals: { list: Array.from({ length: 50 }, () => long) } } } }));
    const body = { list: Array.from({ length: 1_000 }, () => ({ deep: { deeper: { deepest: [long] } } })), [long]: long };
    const [explained] = scripts.explain(request({ headers: { 'x-any': `Bearer ${long}` }, body }));
    for (const { expected, actual } of explained?.fields ?? []) {
      expect(expected.length + actual.length).to.be.lessThan(600);
      expect(expected + actual).not.to.include(long.slice(0, 32));
    }
  });
});
