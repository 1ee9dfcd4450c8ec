import { expect } from 'chai';
import fc from 'fast-check';
import { judgeBehaviour, type Misbehaviour } from '../../mocks/verification/index.js';
import type { Contract } from '../../spec/index.js';
import { atsContract } from '../mock/support.js';
import { simulate, type Call, type Caller, type Outcome, type Policy } from './simulation.js';

const RUNS = process.env['FAILPATH_LONG'] === undefined ? 150 : 5_000;

const latencies = fc.array(fc.double({ min: 0.05, max: 40, noNaN: true }), { minLength: 2, maxLength: 8 });
const start = fc.double({ min: 0, max: 5_000, noNaN: true });
const chance = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 10 });
const connections = fc.constantFrom('first free', 'last used', 'fresh', 'alternating' as const);
/** On their way, requests and answers take so long at least: those of a client that alternates are told apart by it from simultaneous ones. */
const MOMENT_MS = 0.2;

/** Exponential backoff with jitter; an optional first retry at once; Retry-After is respected; what must not be retried is not. */
const patient: fc.Arbitrary<Policy> = fc
  .record({ base: fc.integer({ min: 100, max: 2_000 }), most: fc.integer({ min: 1, max: 6 }), eager: fc.boolean(), chance })
  .map(({ base, most, eager, chance }) => ({ attempt, outcome, retryAfterMs }) => {
    if (outcome === 'refused' || attempt >= most) return 'give up';
    const jitter = chance[attempt % chance.length] ?? 0;
    if (retryAfterMs !== undefined) return retryAfterMs + jitter * base;
    return eager && attempt === 0 ? 0 : base * 2 ** attempt * (1 + jitter);
  });

const outcomes = (operation: string): fc.Arbitrary<Outcome[]> => {
  const retryable = fc.array(fc.constantFrom('unavailable' as const, ...(operation === 'confirmWork' ? ['quota' as const] : [])), {
    maxLength: 8,
  });
  if (operation !== 'confirmWork') return retryable;
  return fc.tuple(retryable, fc.boolean()).map(([before, refused]) => (refused ? [...before, 'refused' as const] : before));
};

/** Calls of one caller that behave; those without a key differ from one another, since nothing could tell them apart. */
const wellBehavedCalls: fc.Arbitrary<Call[]> = fc
  .array(
    fc.record({
      operation: fc.constantFrom('initWork', 'prepareWork', 'confirmWork', 'listApiKeys'),
      start,
      latencies,
      policy: patient,
      retryAfter: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
      keyed: fc.boolean(),
      twin: fc.boolean(),
      traced: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .chain((drafts) => fc.tuple(fc.constant(drafts), fc.tuple(...drafts.map(({ operation }) => outcomes(operation)))))
  .map(([drafts, results]) =>
    drafts.map(({ operation, start, latencies, policy, retryAfter, keyed, twin, traced }, index): Call => {
      const has = keyed || (operation === 'initWork' && twin);
      // Two calls may ask for the very same thing, if a key or a trace says that they are two.
      const body = operation === 'listApiKeys' ? undefined : { title: (has || traced) && twin ? 'twin' : `work ${index}` };
      return {
        operation,
        body,
        start: operation === 'listApiKeys' && !traced ? start + index * 1e7 : start,
        outcomes: results[index] ?? [],
        policy,
        latencies,
        key: () => (has ? `key-${index}` : undefined),
        ...(traced ? { trace: String(index + 1).padStart(32, 'a') } : {}),
        ...(retryAfter === undefined ? {} : { retryAfter }),
      };
    }),
  );

const wellBehaved: fc.Arbitrary<Caller[]> = fc
  .array(fc.record({ connections, calls: wellBehavedCalls }), { minLength: 1, maxLength: 4 })
  .map((callers) => callers.map(({ connections, calls }, index) => ({ name: `caller-${index}`, connections, calls })));

const clocks = fc.constantFrom<(real: number) => number>(
  (real) => real,
  () => 0,
  (real) => (real < 3_000 ? real : real + 86_400_000),
  (real) => (real < 2_000 ? real + 1_000_000 : real),
);

interface Misdeed {
  readonly operation: string;
  readonly outcomes: readonly Outcome[];
  readonly policy: Policy;
  readonly retryAfter?: number;
  key(attempt: number): string | undefined;
}

const noKey = (): undefined => undefined;
const limited =
  (most: number, wait: (attempt: number) => number): Policy =>
  ({ attempt }) =>
    attempt >= most ? 'give up' : wait(attempt);

/** Each way to misbehave, with the details that may differ. */
const MISDEEDS: Readonly<Record<Exclude<Misbehaviour, 'reused-key'>, fc.Arbitrary<Misdeed>>> = {
  'retried-never': fc
    .record({ most: fc.integer({ min: 1, max: 4 }), wait: fc.integer({ min: 0, max: 20_000 }), before: fc.boolean() })
    .map(({ most, wait, before }) => ({
      operation: 'confirmWork',
      outcomes: [...(before ? ['unavailable' as const] : []), 'refused', 'refused', 'refused', 'refused', 'refused'],
      policy: limited(most + (before ? 1 : 0), () => wait),
      key: noKey,
    })),
  hammered: fc
    .record({ most: fc.integer({ min: 3, max: 8 }), wait: fc.integer({ min: 0, max: 15 }), keyed: fc.boolean() })
    .map(({ most, wait, keyed }) => ({
      operation: keyed ? 'initWork' : 'prepareWork',
      outcomes: Array<Outcome>(10).fill('unavailable'),
      policy: limited(most, () => wait),
      key: keyed ? () => 'the-key' : noKey,
    })),
  'ignored-retry-after': fc
    .record({
      most: fc.integer({ min: 1, max: 5 }),
      base: fc.integer({ min: 200, max: 1_000 }),
      retryAfter: fc.integer({ min: 2, max: 600 }),
      keyed: fc.boolean(),
    })
    .map(({ most, base, retryAfter, keyed }) => ({
      operation: 'confirmWork',
      outcomes: Array<Outcome>(10).fill('quota'),
      policy: limited(most, (attempt) => base * 2 ** attempt),
      retryAfter,
      key: keyed ? () => 'the-key' : noKey,
    })),
  'changed-key': fc
    .record({ most: fc.integer({ min: 1, max: 5 }), wait: fc.integer({ min: 0, max: 8_000 }), dropped: fc.boolean() })
    .map(({ most, wait, dropped }) => ({
      operation: 'initWork',
      outcomes: Array<Outcome>(most).fill('unavailable'),
      policy: limited(most, () => wait),
      key: (attempt) => (dropped && attempt > 0 ? undefined : `key-${attempt}`),
    })),
};

describe('verification: behaviour, by properties', function () {
  this.timeout(600_000);
  let contract: Contract;
  before(async () => {
    contract = await atsContract();
  });

  it('never accuses clients that back off, respect Retry-After and keep their keys', () => {
    fc.assert(
      fc.property(wellBehaved, clocks, (callers, clock) => {
        const verdicts = judgeBehaviour(contract, simulate(contract, callers, clock));
        expect(verdicts.map(({ says }) => says)).to.deep.equal([]);
      }),
      { numRuns: RUNS, seed: 20_260_302 },
    );
  });

  for (const [misbehaviour, misdeed] of Object.entries(MISDEEDS)) {
    it(`finds ${misbehaviour} among clients that behave, and accuses nobody else`, () => {
      fc.assert(
        fc.property(wellBehaved, misdeed, connections, start, latencies, (others, bad, connections, start, latencies) => {
          const realistic = connections === 'alternating' ? latencies.map((latency) => Math.max(latency, MOMENT_MS)) : latencies;
          const call: Call = { ...bad, body: { title: 'mine' }, start, latencies: realistic };
          const culprit: Caller = { name: 'culprit', connections, calls: [call] };
          const exchanges = simulate(contract, [...others, culprit]);
          const verdicts = judgeBehaviour(contract, exchanges);
          expect(verdicts.map((verdict) => verdict.misbehaviour)).to.include(misbehaviour);
          for (const { evidence, says } of verdicts) {
            expect(new Set(evidence.map(({ caller }) => caller)).size, says).to.equal(1);
            expect(
              evidence.every(({ body }) => body.kind === 'json' && JSON.stringify(body.value) === '{"title":"mine"}'),
              says,
            ).to.equal(true);
          }
        }),
        { numRuns: RUNS, seed: 20_260_302 },
      );
    });
  }

  it('finds the hammering of one caller whose connections take turns, as likely, and not its patience', () => {
    const realistic = fc.array(fc.double({ min: MOMENT_MS, max: 40, noNaN: true }), { minLength: 2, maxLength: 8 });
    const warm = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(MISDEEDS.hammered, patient, realistic, warm, (bad, patience, latencies, warm) => {
        const call = (policy: Policy, start: number, body: unknown, outcomes: readonly Outcome[]): Call => {
          return { operation: 'prepareWork', start, body, outcomes, policy, latencies, key: noKey };
        };
        const verdicts = (policy: Policy): (readonly [string, boolean])[] => {
          const before = Array.from({ length: warm }, (_, index) => call(policy, index * 1_000, { index }, []));
          const calls = [...before, call(policy, 10_000, { title: 'mine' }, bad.outcomes)];
          const exchanges = simulate(contract, [{ name: 'one', connections: 'alternating', calls }]);
          return judgeBehaviour(contract, exchanges).map(({ misbehaviour, certain }) => [misbehaviour, certain]);
        };
        expect(verdicts(bad.policy)).to.deep.equal([['hammered', false]]);
        expect(verdicts(patience)).to.deep.equal([]);
      }),
      { numRuns: RUNS, seed: 20_260_302 },
    );
  });

  it('finds reused-key, however far apart the two requests are within the time that keys are remembered', () => {
    const apart = fc.record({ gap: fc.integer({ min: 1, max: 80_000_000 }), other: fc.constantFrom('initWork', 'initVersion'), latencies });
    fc.assert(
      fc.property(wellBehaved, apart, connections, (others, { gap, other, latencies }, connections) => {
        const call = (operation: string, start: number, title: string): Call => {
          const policy = (): 'give up' => 'give up';
          return { operation, start, body: { title }, outcomes: [], policy, latencies, key: () => 'the-key' };
        };
        const culprit: Caller = { name: 'culprit', connections, calls: [call('initWork', 100, 'one'), call(other, 100 + gap, 'two')] };
        const verdicts = judgeBehaviour(contract, simulate(contract, [...others, culprit]));
        expect(verdicts.map(({ misbehaviour, certain }) => [misbehaviour, certain])).to.deep.equal([['reused-key', true]]);
      }),
      { numRuns: RUNS, seed: 20_260_302 },
    );
  });
});
