import { expect } from 'chai';
import { InputError } from '../../spec/index.js';
import { ScriptError, type Rule, type RuleAnswer } from '../../mocks/script/index.js';
import { answersTo, answerTo, contract, request, respond, rule, start } from './support.js';

const sequence = (...statuses: readonly [number, ...number[]]): Rule['answers'] => statuses.map(respond) as [RuleAnswer, ...RuleAnswer[]];

describe('rules', () => {
  it('apply by priority, and of equals the one that came last', () => {
    const { scripts } = start();
    scripts.add(rule({ answers: sequence(501) }));
    scripts.add(rule({ answers: sequence(502) }));
    expect(answerTo(scripts)).to.equal('502');
    scripts.add(rule({ answers: sequence(503), priority: 6 }));
    expect(answerTo(scripts)).to.equal('502');
    scripts.add(rule({ answers: sequence(504), priority: -1 }));
    expect(answerTo(scripts)).to.equal('504');
  });

  it('apply to operations by id, list and pattern', () => {
    const { scripts } = start();
    scripts.add(rule({ match: { on: 'prepareWork' }, answers: sequence(501) }));
    scripts.add(rule({ match: { on: ['initWork', 'list*'] }, answers: sequence(502) }));
    const asked = ['prepareWork', 'initWork', 'listApiKeys', 'confirmWork', 'none'];
    expect(asked.map((operation) => answerTo(scripts, request({ operation })))).to.deep.equal(['501', '502', '502', '-', '-']);
  });

  it('without an operation apply to requests that reach none, too', () => {
    const { scripts } = start();
    scripts.add(rule({ match: { path: { contains: 'nowhere' } } }));
    expect(answerTo(scripts, request({ operation: 'none' }))).to.equal('503');
    expect(answerTo(scripts)).to.equal('-');
  });

  it('that fail apply where the code is declared', () => {
    const { scripts } = start();
    scripts.add(rule({ answers: [{ fails: 'registration.dry_run_failed' }] }));
    const asked = ['prepareWork', 'prepareVersion', 'confirmWork', 'none'];
    const [code] = ['registration.dry_run_failed'];
    expect(asked.map((operation) => answerTo(scripts, request({ operation })))).to.deep.equal([code, code, '-', '-']);
  });

  it('that answer a status answer the first failure that the operation declares for it', () => {
    const { scripts } = start();
    scripts.add(rule({ answers: [{ status: 404 }] }));
    for (const { id, failures } of contract.operations) {
      expect(answerTo(scripts, request({ operation: id }))).to.equal(failures.find(({ status }) => status === 404)?.code ?? '-');
    }
  });

  it('match by method, path, query, headers, identity and body', () => {
    const { scripts } = start();
    const match = {
      method: 'post',
      path: { matches: '/works/prepare$' },
      query: { tag: 'b' },
      headers: { 'X-Client': { contains: 'ios' } },
      identity: 'active',
      body: {
        contains: { a: { b: [{ c: 1 }] } },
        at: { '/a/b/0/c': { equals: 1 }, '$..c': '1', '/title': { absent: true } },
        matches: '"c":1',
      },
    };
    scripts.add(rule({ match }));
    const good = { query: 'tag=a&tag=b', headers: { 'x-client': 'ios 17' }, identity: 'active', body: { a: { b: [{ c: 1, d: 2 }] } } };
    expect(answerTo(scripts, request(good))).to.equal('503');
    for (const bad of [
      { method: 'GET' },
      { path: '/works/confirm' },
      { query: 'tag=c' },
      { headers: {} },
      { identity: 'none' },
      { body: { ...good.body, title: 'x' } },
      { body: undefined },
      { text: '{"c": 1}' },
    ]) {
      expect(answerTo(scripts, request({ ...good, ...bad })), JSON.stringify(bad)).to.equal('-');
    }
  });

  it('match bodies that are just so, absent, or no JSON', () => {
    const { scripts } = start();
    scripts.add(rule({ match: { body: { equals: { a: 1, b: [2] } } }, answers: sequence(501) }));
    scripts.add(rule({ match: { body: { absent: true } }, answers: sequence(502) }));
    scripts.add(rule({ match: { body: { matches: '^<xml' } }, answers: sequence(504) }));
    const bodies = [{ body: { b: [2], a: 1 } }, { body: { a: 1, b: [2], c: 3 } }, {}, { body: null }, { text: '<xml/>' }];
    expect(bodies.map((members) => answerTo(scripts, request(members)))).to.deep.equal(['501', '-', '502', '-', '504']);
  });

  it('apply so many times', () => {
    const { scripts } = start();
    scripts.add(rule({ answers: sequence(501) }));
    scripts.add(rule({ answers: sequence(502), uses: 2 }));
    expect(answersTo(scripts, 4)).to.equal('502 502 501 501');
  });

  it('expire by the clock of the mock', () => {
    const { scripts, clock } = start();
    scripts.add(rule({ id: 'brief', lastsMs: 1_000 }));
    void clock.advance(999);
    expect([answerTo(scripts), scripts.rules.length]).to.deep.equal(['503', 1]);
    void clock.advance(1);
    expect([answerTo(scripts), scripts.rules.length]).to.deep.equal(['-', 0]);
    expect(scripts.remove('brief')).to.equal(true);
  });

  it('are taken away one by one or all at once', () => {
    const { scripts } = start();
    scripts.add(rule({ id: 'one' }));
    scripts.add(rule({ answers: sequence(501) }));
    expect([scripts.remove('other'), scripts.remove('one'), scripts.remove('one')]).to.deep.equal([false, true, false]);
    expect(answerTo(scripts)).to.equal('501');
    scripts.clear();
    expect([answerTo(scripts), scripts.rules]).to.deep.equal(['-', []]);
  });

  it('take the place of the rule that had their id', () => {
    const { scripts } = start();
    scripts.add(rule({ id: 'one', answers: sequence(501) }));
    scripts.add(rule({ id: 'two', answers: sequence(502) }));
    scripts.add(rule({ id: 'one', answers: sequence(504) }));
    expect(scripts.rules).to.have.length(2);
    expect(answerTo(scripts)).to.equal('502');
    scripts.remove('two');
    expect(answerTo(scripts)).to.equal('504');
  });

  it('cannot be changed from outside', () => {
    const { scripts } = start();
    const mine = { ...rule(), match: { headers: { a: 'x' } } };
    scripts.add(mine);
    mine.match.headers.a = 'y';
    expect(answerTo(scripts, request({ headers: { a: 'x' } }))).to.equal('503');
    expect(() => Object.assign(scripts.rules[0]?.match ?? {}, { method: 'GET' })).to.throw(TypeError);
  });
});

describe('sequences', () => {
  it('repeat their last answer, begin again, or are used up', () => {
    for (const [end, expected] of [
      ['repeat-last', '501 502 502 502 502'],
      ['cycle', '501 502 501 502 501'],
      ['fail', '501 502 used up used up used up'],
    ] as const) {
      const { scripts } = start();
      scripts.add(rule({ answers: sequence(501, 502), end }));
      expect(answersTo(scripts, 5), end).to.equal(expected);
    }
  });

  it('say when they are used up', () => {
    const { scripts } = start();
    scripts.add(rule({ name: 'short', end: 'fail', delay: 100 }));
    answerTo(scripts);
    const { answer, delayMs, why } = scripts.decide(request()) ?? {};
    expect([answer, delayMs, why]).to.deep.equal([{ usedUp: 1 }, 0, 'rule "short" (test): its 1 answers are used up']);
  });

  it('go on for each Idempotency-Key by itself', () => {
    const { scripts } = start();
    scripts.add(rule({ answers: sequence(501, 502, 504), perIdempotencyKey: true }));
    const ask = (key?: string): string => answerTo(scripts, request({ headers: key === undefined ? {} : { 'idempotency-key': key } }));
    expect(['a', 'a', 'b', undefined, 'a', 'b', undefined].map(ask).join(' ')).to.equal('501 502 501 501 504 502 502');
  });

  it('forget the keys that were used longest ago', () => {
    const { scripts } = start({ limits: { idempotencyKeys: 2 } });
    scripts.add(rule({ answers: sequence(501, 502, 504), perIdempotencyKey: true }));
    const ask = (key: string): string => answerTo(scripts, request({ headers: { 'idempotency-key': key } }));
    expect(['a', 'b', 'a', 'c', 'a', 'b'].map(ask).join(' ')).to.equal('501 501 502 501 504 501');
    expect([ask('x'.repeat(1_000)), ask('x'.repeat(1_000))]).to.deep.equal(['501', '502']);
  });
});

describe('occurrences', () => {
  const occurring = (occurrence: NonNullable<Rule['match']['occurrence']>): string => {
    const { scripts } = start();
    scripts.add(rule({ match: { occurrence, headers: { a: 'x' } } }));
    return Array.from({ length: 8 }, () => {
      answerTo(scripts);
      return answerTo(scripts, request({ headers: { a: 'x' } })) === '503' ? 'x' : '.';
    }).join('');
  };

  it('are counted from 1, requests that do not match aside', () => {
    expect(occurring(3)).to.equal('..x.....');
    expect(occurring({ from: 6 })).to.equal('.....xxx');
    expect(occurring({ to: 2 })).to.equal('xx......');
    expect(occurring({ from: 2, to: 3 })).to.equal('.xx.....');
    expect(occurring({ every: 3 })).to.equal('..x..x..');
    expect(occurring({ from: 2, every: 3 })).to.equal('.x..x..x');
    expect(occurring({ every: 3, to: 5 })).to.equal('..x.....');
  });

  it('are counted whichever rule answers, so that the order of rules does not matter', () => {
    const rules = [1, 2, 3].map((occurrence) => rule({ match: { occurrence }, answers: sequence(500 + occurrence) }));
    for (const order of [rules, rules.toReversed()]) {
      const { scripts } = start();
      order.forEach((one) => scripts.add(one));
      expect(answersTo(scripts, 4)).to.equal('501 502 503 -');
    }
  });
});

describe('probability', () => {
  const drawn = (members: Partial<Rule>): string => {
    const { scripts } = start();
    scripts.add(rule({ id: 'chance', probability: 0.3, ...members }));
    return answersTo(scripts, 1_000);
  };
  const share = (answers: string): number => answers.split(' ').filter((answer) => answer === '503').length / 1_000;

  it('is a share of the requests that match', () => {
    expect(share(drawn({ seed: 'a' }))).to.be.within(0.25, 0.35);
    expect(share(drawn({ probability: 0 }))).to.equal(0);
    expect(share(drawn({ probability: 1 }))).to.equal(1);
  });

  it('decides the same with the same seed, or without one with the same id', () => {
    expect(drawn({ seed: 'a' })).to.equal(drawn({ seed: 'a', id: 'other' }));
    expect(drawn({ seed: 'a' })).not.to.equal(drawn({ seed: 'b' }));
    expect(drawn({})).to.equal(drawn({}));
  });

  it('decides the same whatever other rules answer', () => {
    const { scripts } = start();
    scripts.add(rule({ id: 'chance', probability: 0.3, seed: 'a' }));
    scripts.add(rule({ answers: sequence(501), uses: 500 }));
    expect(answersTo(scripts, 1_000).split(' ').slice(500)).to.deep.equal(drawn({ seed: 'a' }).split(' ').slice(500));
  });
});

describe('delays', () => {
  it('are fixed, or drawn with the seed', () => {
    const delays = (members: Partial<Rule>): (number | undefined)[] => {
      const { scripts } = start();
      scripts.add(rule({ seed: 'a', ...members }));
      return Array.from({ length: 20 }, () => scripts.decide(request())?.delayMs);
    };
    expect(delays({})[0]).to.equal(0);
    expect(delays({ delay: 200 })[0]).to.equal(200);
    const uniform = delays({ delay: { uniform: [100, 300] } });
    expect(uniform.every((delay) => delay !== undefined && delay >= 100 && delay <= 300)).to.equal(true);
    expect(new Set(uniform).size).to.be.greaterThan(10);
    expect(delays({ delay: { uniform: [100, 300] } })).to.deep.equal(uniform);
    expect(delays({ delay: { uniform: [100, 300] }, seed: 'b' })).not.to.deep.equal(uniform);
  });
});

describe('scenarios', () => {
  const outage = (is: string | undefined, becomes: string | undefined, status: number): Rule =>
    rule({
      answers: sequence(status),
      scenario: { name: 'outage', ...(is === undefined ? {} : { is }), ...(becomes === undefined ? {} : { becomes }) },
    });

  it('begin as Started and go where their rules lead', () => {
    const { scripts } = start();
    scripts.add(outage('Started', 'Down', 501));
    scripts.add(outage('Down', 'Started', 502));
    expect([...scripts.scenarios]).to.deep.equal([['outage', 'Started']]);
    expect(answerTo(scripts)).to.equal('501');
    expect([...scripts.scenarios]).to.deep.equal([['outage', 'Down']]);
    expect(answersTo(scripts, 3)).to.equal('502 501 502');
  });

  it('do not move for two rules in one request', () => {
    const { scripts } = start();
    scripts.add(outage('Started', 'Down', 501));
    scripts.add(rule({ match: { occurrence: 1 }, answers: sequence(502), priority: 9, scenario: { name: 'outage', is: 'Down' } }));
    expect(answersTo(scripts, 2)).to.equal('501 502');
  });

  it('are set and reset from outside, to states that rules name', () => {
    const { scripts } = start();
    scripts.add(outage('Down', undefined, 502));
    scripts.setScenario('outage', 'Down');
    expect(answerTo(scripts)).to.equal('502');
    scripts.resetScenarios();
    expect(answerTo(scripts)).to.equal('-');
    expect(() => scripts.setScenario('other', 'Down'))
      .to.throw(ScriptError, 'No rule speaks of a scenario "other", only of outage.')
      .with.property('reason', 'unknown-scenario');
    expect(() => scripts.setScenario('outage', 'Up'))
      .to.throw(ScriptError, 'has no state "Up", only Started, Down')
      .with.property('reason', 'unknown-state');
  });

  it('are forgotten with their last rule', () => {
    const { scripts } = start();
    scripts.add({ ...outage('Down', 'Gone', 502), id: 'last' });
    scripts.setScenario('outage', 'Gone');
    scripts.remove('last');
    expect(scripts.scenarios.size).to.equal(0);
    scripts.add(outage('Started', undefined, 501));
    expect(answerTo(scripts)).to.equal('501');
  });
});

describe('replacing the rules of a source', () => {
  it('keeps the state of those that did not change', () => {
    const { scripts, clock } = start();
    const [kept, changed] = [
      rule({ answers: sequence(501, 502), match: { on: 'prepareWork' }, lastsMs: 500 }),
      rule({ answers: sequence(503, 504), match: { on: 'initWork' } }),
    ];
    scripts.replace('file', [kept, changed]);
    const both = (): string[] => ['prepareWork', 'initWork'].map((operation) => answerTo(scripts, request({ operation })));
    expect(both()).to.deep.equal(['501', '503']);
    void clock.advance(400);
    scripts.replace('file', [
      { ...changed, priority: 4 },
      { ...kept, id: 'new id', source: 'file:9:1' },
    ]);
    expect(both()).to.deep.equal(['502', '503']);
    void clock.advance(100);
    expect(both()).to.deep.equal(['-', '504']);
  });

  it('keeps their place behind rules that came later, and their own order', () => {
    const { scripts } = start();
    scripts.replace('file', [rule({ answers: sequence(501) })]);
    scripts.add(rule({ answers: sequence(502), uses: 1 }));
    scripts.replace('file', [rule({ answers: sequence(503) }), rule({ answers: sequence(504) })]);
    expect(answersTo(scripts, 2)).to.equal('502 504');
  });

  it('leaves the rules of other sources, and takes away its own', () => {
    const { scripts } = start();
    scripts.replace('a', [rule({ answers: sequence(501) })]);
    scripts.replace('b', [rule({ answers: sequence(502) })]);
    scripts.replace('b', []);
    expect(answersTo(scripts, 1)).to.equal('501');
  });

  it('keeps scenarios that are still spoken of', () => {
    const { scripts } = start();
    const scenario = { name: 'outage', is: 'Started', becomes: 'Down' };
    scripts.replace('file', [rule({ scenario })]);
    answerTo(scripts);
    scripts.replace('file', [rule({ scenario, priority: 1 })]);
    expect([...scripts.scenarios]).to.deep.equal([['outage', 'Down']]);
    scripts.replace('file', []);
    expect(scripts.scenarios.size).to.equal(0);
  });

  it('is all or nothing', () => {
    const { scripts } = start();
    scripts.replace('file', [rule({ answers: sequence(501) })]);
    const twice = rule();
    for (const wrong of [
      [rule(), rule({ match: { on: 'nope' } })],
      [twice, twice],
    ]) {
      expect(() => scripts.replace('file', wrong)).to.throw(InputError);
      expect(answerTo(scripts)).to.equal('501');
    }
  });
});

describe('limits of scripts', () => {
  it('hold for the number of rules, expired ones aside', () => {
    const { scripts, clock } = start({ limits: { rules: 2 } });
    scripts.add(rule({ lastsMs: 10 }));
    scripts.add(rule({ id: 'again' }));
    expect(() => scripts.add(rule()))
      .to.throw(ScriptError, 'There would be 3 rules, of 2 at most.')
      .with.property('reason', 'too-many-rules');
    scripts.add(rule({ id: 'again' }));
    void clock.advance(10);
    scripts.add(rule());
    expect(() => scripts.replace('file', [rule()])).to.throw(ScriptError);
    expect(scripts.rules).to.have.length(2);
  });

  it('hold for the size of rules, one by one and together', () => {
    const { scripts } = start({ limits: { ruleSize: 1_000, totalSize: 2_000 } });
    const sized = (size: number): Rule => rule({ answers: [{ responds: { status: 200, body: 'x'.repeat(size) } }] });
    expect(() => scripts.add(sized(1_000)))
      .to.throw(ScriptError, 'characters, of 1000 at most')
      .with.property('reason', 'rule-too-large');
    scripts.add({ ...sized(700), id: 'one' });
    scripts.add(sized(700));
    expect(() => scripts.add(sized(700)))
      .to.throw(ScriptError)
      .with.property('reason', 'rules-too-large');
    scripts.remove('one');
    scripts.add(sized(700));
  });

  it('hold for what is no JSON', () => {
    const { scripts } = start();
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(() => scripts.add(rule({ match: { body: { equals: loop } } }))).to.throw(InputError, 'nested too deeply');
    expect(() => scripts.add(rule({ match: { body: { equals: () => 1 } } }))).to.throw(InputError, 'no JSON');
    expect(() => scripts.add(rule({ name: 'odd', match: { on: 'prepareWrok' }, source: 'a.yaml:3:5' }))).to.throw(
      InputError,
      'a.yaml:3:5  script-invalid  rule "odd" (a.yaml:3:5): no operation is called "prepareWrok"',
    );
  });
});

describe('the work for a request', () => {
  /** How often a request is looked at, and where. */
  function watched(value: string): { readonly asked: ReturnType<typeof request>; readonly looks: () => number } {
    let looks = 0;
    const headers = new Proxy<Record<string, string>>(
      { 'x-key': value },
      {
        get: (target, name) => {
          looks++;
          return target[String(name)];
        },
      },
    );
    const body = new Proxy<Record<string, string>>(
      { key: value },
      {
        get: (target, name) => {
          looks++;
          return target[String(name)];
        },
      },
    );
    return { asked: request({ headers, body }), looks: () => looks };
  }

  const matches: Readonly<Record<string, (key: string) => Rule['match']>> = {
    'a header': (key) => ({ on: 'prepareWork', headers: { 'x-same': { absent: true }, 'x-key': key } }),
    'a member of the body': (key) => ({ on: 'prepareWork', body: { contains: { key } } }),
    'a pointer into the body': (key) => ({ on: 'prepareWork', body: { at: { '/key': key } } }),
    'one of two': (key) => ({ headers: { 'x-key': 'key 3' }, body: { at: { '/key': key } } }),
  };
  for (const [name, match] of Object.entries(matches)) {
    it(`does not grow with rules that differ in ${name}`, () => {
      const looks = [10, 1_000].map((count) => {
        const { scripts } = start();
        for (let index = 0; index < count; index++) scripts.add(rule({ match: match(`key ${index}`) }));
        const { asked, looks } = watched('key 3');
        expect(answerTo(scripts, asked)).to.equal('503');
        return looks();
      });
      expect(looks[1]).to.equal(looks[0]);
      expect(looks[1]).to.be.lessThan(10);
    });
  }

  it('does not grow with the rules of other operations', () => {
    const { scripts } = start();
    for (let index = 0; index < 1_000; index++)
      scripts.add(rule({ match: { on: 'confirm*', headers: { 'x-key': { contains: String(index) } } } }));
    const { asked, looks } = watched('key 3');
    expect([answerTo(scripts, asked), looks()]).to.deep.equal(['-', 0]);
  });
});
