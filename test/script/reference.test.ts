import { expect } from 'chai';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { createRandom } from '../../mocks/faults/index.js';
import type { Rule, ScriptRequest, TextMatcher } from '../../mocks/script/index.js';
import { contract, request, respond, rule, start } from './support.js';

/** The plainest way to do what scripts do: every rule against every request. */
class Reference {
  #rules: {
    rule: Rule;
    order: number;
    added: number;
    seen: number;
    uses: number;
    keys: Map<string, number>;
  }[] = [];
  #states = new Map<string, string>();
  #order = 0;

  add(rule: Rule, now: number): void {
    this.#order++;
    this.#rules.push({ rule, order: this.#order, added: now, seen: 0, uses: 0, keys: new Map() });
  }

  remove(id: string): void {
    const scenario = this.#rules.find(({ rule }) => rule.id === id)?.rule.scenario?.name;
    this.#rules = this.#rules.filter(({ rule }) => rule.id !== id);
    if (scenario !== undefined && !this.#rules.some(({ rule }) => rule.scenario?.name === scenario)) this.#states.delete(scenario);
  }

  decide(asked: ScriptRequest, now: number): string {
    const rules = [...this.#rules].sort((a, b) => a.rule.priority - b.rule.priority || b.order - a.order);
    const matching = rules.filter((one) => {
      const { rule, added } = one;
      if (rule.lastsMs !== undefined && now >= added + rule.lastsMs) return false;
      const { scenario } = rule;
      if (scenario?.is !== undefined && (this.#states.get(scenario.name) ?? 'Started') !== scenario.is) return false;
      return matchesAll(rule, asked);
    });
    for (const one of matching) one.seen++;
    const winner = matching.find(({ rule, seen, uses }) => {
      if (rule.uses !== undefined && uses >= rule.uses) return false;
      if (rule.probability !== undefined && createRandom(`${rule.seed ?? rule.id}/probability/${seen - 1}`)() >= rule.probability)
        return false;
      return occurs(rule.match.occurrence, seen);
    });
    if (winner === undefined) return '-';
    const { rule } = winner;
    const key = rule.perIdempotencyKey ? String(asked.headers['idempotency-key'] ?? '') : 'all';
    const given = winner.keys.get(key) ?? 0;
    winner.keys.set(key, given + 1);
    winner.uses++;
    const length = rule.answers.length;
    if (given >= length && rule.end === 'fail') return `${rule.id} used up`;
    if (rule.scenario?.becomes !== undefined) this.#states.set(rule.scenario.name, rule.scenario.becomes);
    return `${rule.id} ${rule.end === 'cycle' ? given % length : Math.min(given, length - 1)}`;
  }
}

function occurs(occurrence: Rule['match']['occurrence'], count: number): boolean {
  if (occurrence === undefined) return true;
  if (typeof occurrence === 'number') return count === occurrence;
  const { from, to, every } = occurrence;
  if (count > (to ?? count) || count < (from ?? 1)) return false;
  return every === undefined || (from === undefined ? count % every === 0 : (count - from) % every === 0);
}

function matchesAll({ match, answers }: Rule, asked: ScriptRequest): boolean {
  const { on, method, headers = {}, query = {}, body = {}, identity } = match;
  const id = asked.operation?.id;
  if (on !== undefined && ![on].flat().some((pattern) => id !== undefined && new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(id)))
    return false;
  const fails = answers.flatMap((answer) => ('fails' in answer ? [answer.fails] : []));
  if (!fails.every((code) => asked.operation?.failures.some((failure) => failure.code === code))) return false;
  if (method !== undefined && method !== asked.method) return false;
  if (identity !== undefined && identity !== asked.identity) return false;
  for (const [name, matcher] of Object.entries(headers)) if (!matchesText(matcher, [asked.headers[name] ?? []].flat())) return false;
  for (const [name, matcher] of Object.entries(query)) if (!matchesText(matcher, asked.query.getAll(name))) return false;
  const given = asked.body as Record<string, unknown> | undefined;
  if (body.equals !== undefined && !isDeepStrictEqual(given, body.equals)) return false;
  if (body.contains !== undefined && !contains(body.contains, given)) return false;
  if (body.absent !== undefined && (given === undefined) !== body.absent) return false;
  return Object.entries(body.at ?? {}).every(([place, matcher]) => {
    const value = given?.[place.replace(/^(?:\/|\$\.)/, '')];
    if (typeof matcher === 'object' && 'equals' in matcher && typeof matcher.equals !== 'string')
      return isDeepStrictEqual(value, matcher.equals);
    return matchesText(matcher as TextMatcher, value === undefined ? [] : [typeof value === 'string' ? value : JSON.stringify(value)]);
  });
}

function matchesText(matcher: TextMatcher, values: readonly string[]): boolean {
  const { equals, contains, absent, not } = typeof matcher === 'string' ? { equals: matcher } : matcher;
  if (absent !== undefined && (values.length === 0) !== absent) return false;
  if ((equals ?? contains) !== undefined) {
    if (!values.some((value) => value === (equals ?? value) && value.includes(contains ?? ''))) return false;
  }
  return not === undefined || !matchesText(not, values);
}

function contains(expected: unknown, actual: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return expected === actual;
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return false;
  return Object.entries(expected).every(([name, value]) => name in actual && contains(value, (actual as Record<string, unknown>)[name]));
}

const small = fc.constantFrom('a', 'b', 'c');
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined, freq: 1 });
const text: fc.Arbitrary<TextMatcher> = fc.oneof(
  { weight: 4, arbitrary: small },
  { weight: 1, arbitrary: fc.record({ contains: small }) },
  { weight: 1, arbitrary: fc.record({ absent: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ not: small }) },
);
const scalar = fc.constantFrom<unknown>('a', 'b', '1', 1, true);
const members = fc.dictionary(fc.constantFrom('x', 'y'), scalar, { noNullPrototype: true });

const body = fc.oneof(
  fc.record({ contains: members }),
  fc.record({ contains: fc.record({ o: members }, { noNullPrototype: true }) }),
  fc.record({ equals: members }),
  fc.record({ at: fc.dictionary(fc.constantFrom('/x', '/y', '$.x'), fc.oneof(text, fc.record({ equals: scalar }))) }),
  fc.record({ absent: fc.boolean() }),
);

/** Mostly left out, since a rule that asks for everything matches nothing. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const match = fc
  .record({
    on: maybe(fc.constantFrom<string | string[]>('prepareWork', 'initWork', '*Work', ['confirmWork', 'prepareWork'])),
    headers: rarely(fc.dictionary(fc.constantFrom('h', 'i'), text)),
    query: rarely(fc.dictionary(fc.constantFrom('q'), text)),
    identity: rarely(small),
    body: rarely(body),
    occurrence: rarely(
      fc.oneof(
        fc.integer({ min: 1, max: 3 }),
        fc.record({ from: fc.integer({ min: 1, max: 3 }), every: fc.integer({ min: 1, max: 3 }) }, { requiredKeys: [] }),
      ),
    ),
  })
  .map((members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Rule['match']);

const rules = fc
  .record({
    match,
    priority: fc.constantFrom(4, 5),
    codes: fc.constantFrom(false, false, true),
    length: fc.integer({ min: 1, max: 3 }),
    end: fc.constantFrom('repeat-last' as const, 'cycle' as const, 'fail' as const),
    perIdempotencyKey: fc.boolean(),
    more: rarely(fc.integer({ min: 0, max: 3 })),
    lastsMs: rarely(fc.integer({ min: 1, max: 10 })),
    probability: rarely(fc.constantFrom(0.3, 0.7)),
    scenario: rarely(
      fc.record(
        { name: small, is: fc.constantFrom('Started', 'Down'), becomes: fc.constantFrom('Started', 'Down') },
        { requiredKeys: ['name', 'is'] },
      ),
    ),
  })
  .map(({ codes, length, more, ...members }) => {
    const answers = Array.from({ length }, (_, index) =>
      codes ? { fails: 'registration.dry_run_failed', message: `m${index}` } : respond(500 + index),
    );
    // Only these operations declare the code.
    const match = codes && members.match.on !== undefined ? { ...members.match, on: 'prepare*' } : members.match;
    return {
      ...members,
      match,
      answers: answers as unknown as Rule['answers'],
      uses: more === undefined ? undefined : length + more,
    };
  });

const requests = fc.record({
  operation: fc.constantFrom('prepareWork', 'initWork', 'confirmWork', 'getTransaction', 'none'),
  headers: fc.dictionary(fc.constantFrom('h', 'i', 'idempotency-key'), small),
  query: fc.constantFrom('', 'q=a', 'q=b', 'q=a&q=b'),
  identity: small,
  body: fc.oneof(fc.constant(undefined), members, fc.record({ o: members }, { noNullPrototype: true })),
});

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ add: rules }) },
    { weight: 1, arbitrary: fc.record({ remove: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ advance: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 10, arbitrary: fc.record({ ask: requests }) },
  ),
  { maxLength: 60, size: 'max' },
);

describe('scripts against a naive reference', () => {
  it('decide the same, whatever the rules and requests', () => {
    let decided = 0;
    fc.assert(
      fc.property(steps, (all) => {
        const { scripts, clock } = start();
        const reference = new Reference();
        const added: string[] = [];
        for (const step of all) {
          if ('add' in step) {
            const one = rule(step.add);
            if (isRefused(() => scripts.add(one))) continue;
            reference.add(one, clock.now());
            added.push(one.id);
          } else if ('remove' in step) {
            const id = added[step.remove] ?? 'none';
            scripts.remove(id);
            reference.remove(id);
          } else if ('advance' in step) {
            void clock.advance(step.advance);
          } else {
            const asked = request(step.ask);
            const first = scripts.explain(asked)[0];
            const decision = scripts.decide(asked);
            const expected = reference.decide(asked, clock.now());
            expect(decision === undefined ? '-' : `${decision.rule.id} ${placeOf(decision)}`).to.equal(expected);
            expect(first?.matches === true ? first.rule.id : undefined).to.equal(decision?.rule.id);
            if (decision !== undefined) decided++;
          }
        }
      }),
      { numRuns: process.env['FAILPATH_LONG'] === undefined ? 400 : 10_000 },
    );
    expect(decided).to.be.greaterThan(1_000);
  });

  it('knows the contract that the reference is asked about', () => {
    expect(contract.operation('prepareWork')?.failures.some(({ code }) => code === 'registration.dry_run_failed')).to.equal(true);
  });
});

function isRefused(add: () => void): boolean {
  try {
    add();
    return false;
  } catch (error) {
    // Such as a body that is asked of an operation that takes none.
    expect((error as Error).name).to.equal('InputError');
    return true;
  }
}

function placeOf({ answer }: { readonly answer: object }): string {
  if ('usedUp' in answer) return 'used up';
  if ('responds' in answer) return String((answer as { responds: { status: number } }).responds.status - 500);
  return (answer as { message: string }).message.slice(1);
}
