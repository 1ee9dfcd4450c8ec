import { expect } from 'chai';
import fc from 'fast-check';
import { gate, mergeLedgers, type SavedLedger } from '../../ci/index.js';
import { countOutcomes, OUTCOMES, toldBy, type Ledger, type LedgerFailure, type Outcome } from '../../contracts/index.js';
import { FINDINGS, ledgerOf, on, policyOf, UNPROVEN, type Told } from './support.js';

const TODAY = on('2026-09-30');
const RUNS = { numRuns: 60 };

/** Operations, and what each of their causes came to. */
const OPERATIONS = ['makeThing', 'getThing', 'listThings', 'removeThing', 'moveThing'] as const;
const told = (outcomes: readonly Outcome[]): fc.Arbitrary<Told> =>
  fc.record({
    operation: fc.constantFrom(...OPERATIONS),
    code: fc.constantFrom('thing.exists', 'thing.missing'),
    cause: fc.constantFrom('a', 'b'),
    outcome: fc.constantFrom(...outcomes),
    trigger: fc.constantFrom('real cause', 'magic value', 'simulated'),
    wrong: fc.subarray(['schema /error', 'leak /error/message']),
  });
/** Every line once. */
const ledgers = (
  outcomes: readonly Outcome[] = OUTCOMES.filter((one) => one !== 'waived' && one !== 'not-selected'),
): fc.Arbitrary<Ledger> =>
  fc
    .uniqueArray(told(outcomes), { minLength: 1, maxLength: 12, selector: ({ operation, code, cause }) => `${operation} ${code} ${cause}` })
    .map((lines) => ledgerOf(lines));

const entry = fc
  .record({ operation: fc.constantFrom('makeThing', '*Thing', '*'), code: fc.constantFrom('thing.exists', 'thing.*') })
  .map(({ operation, code }) => `operation: '${operation}', code: '${code}'`);
const policies = fc
  .record({
    requirements: fc.array(fc.tuple(entry, fc.constantFrom('real cause', 'magic value', 'simulated', 'nothing')), { maxLength: 3 }),
    waivers: fc.array(fc.tuple(entry, fc.constantFrom('2026-09-29', '2026-09-30')), { maxLength: 2 }),
    pending: fc.array(fc.tuple(entry, fc.constantFrom('2026-09-29', '2026-09-30')), { maxLength: 2 }),
  })
  .map(({ requirements, waivers, pending }) =>
    JSON.stringify([requirements, waivers, pending]) === '[[],[],[]]'
      ? '{}'
      : [
          `requirements: [${requirements.map(([about, requires]) => `{ ${about}, requires: ${requires} }`).join(', ')}]`,
          `waivers: [${waivers.map(([about, expires]) => `{ ${about}, owner: me, reason: later, expires: ${expires} }`).join(', ')}]`,
          `pending: [${pending.map(([about, until]) => `{ ${about}, until: ${until} }`).join(', ')}]`,
        ].join('\n'),
  );

/** How bad it is, without what asks for a tighter policy. */
function badness(ledger: Ledger, yaml: string): number {
  const decided = gate(ledger, { policy: policyOf(yaml), now: TODAY }).ledger;
  const kinds = new Set(decided.reasons.map(({ kind }) => kind).filter((kind) => kind !== 'waiver-unneeded'));
  if (kinds.has('finding') || kinds.has('waiver-expired')) return 3;
  if (kinds.has('unjudged')) return 2;
  return kinds.has('unproven') ? 1 : 0;
}

/** From the best to the worst: within a kind of outcome none is worse than another one. */
const rank = ({ outcome = 'verified', trigger }: Told): number => {
  if (FINDINGS.includes(outcome)) return outcome === 'violated' ? 5 : 4;
  if (outcome === 'simulated') return trigger === 'magic value' ? 1 : 2;
  return UNPROVEN.includes(outcome) ? 3 : 0;
};

describe('a decision', () => {
  it('is never better for a line that is worse', () => {
    fc.assert(
      fc.property(
        ledgers(),
        policies,
        told(OUTCOMES.filter((one) => rank({ outcome: one }) > 0)),
        fc.nat(),
        (ledger, yaml, worse, which) => {
          const lines = ledger.failures.flatMap(({ operation, code, causes }) =>
            causes.map(({ cause, outcome, evidence }): Told => ({ operation, code, cause, outcome, trigger: evidence.trigger })),
          );
          const at = which % lines.length;
          const before = lines[at] as Told;
          const after = { ...before, outcome: worse.outcome ?? 'violated', trigger: worse.trigger ?? null };
          fc.pre(rank(after) > rank(before));
          expect(badness(ledgerOf(lines.with(at, after)), yaml)).to.be.at.least(badness(ledgerOf(lines), yaml));
        },
      ),
      RUNS,
    );
  });

  it('waives without taking anything away: as many failures, as many causes, and what each was', () => {
    fc.assert(
      fc.property(ledgers(), policies, (ledger, yaml) => {
        const decided = gate(ledger, { policy: policyOf(yaml), now: TODAY }).ledger;
        const outcomesOf = ({ failures }: Ledger): string[] =>
          failures.flatMap(({ operation, code, causes }) =>
            causes.map(({ cause, outcome, waived }) => `${operation} ${code} ${cause} ${waived?.outcome ?? outcome}`),
          );
        expect(outcomesOf(decided)).to.deep.equal(outcomesOf(ledger));
        expect(Object.values(decided.summary).reduce((sum, count) => sum + count, 0)).to.equal(ledger.failures.length);
      }),
      RUNS,
    );
  });

  it('is the same when it is made again, and undone when there is no policy', () => {
    fc.assert(
      fc.property(ledgers(), policies, (ledger, yaml) => {
        const policy = policyOf(yaml);
        const once = gate(ledger, { policy, now: TODAY }).ledger;
        expect(JSON.stringify(gate(once, { policy, now: TODAY }).ledger)).to.equal(JSON.stringify(once));
        expect(JSON.stringify(gate(once, { now: TODAY }).ledger)).to.equal(JSON.stringify(gate(ledger, { now: TODAY }).ledger));
      }),
      RUNS,
    );
  });
});

describe('a merge', () => {
  it('of any split is the whole', () => {
    const split = fc
      .integer({ min: 1, max: 5 })
      .chain((of) => fc.tuple(fc.constant(of), fc.array(fc.nat(of - 1), { minLength: 5, maxLength: 5 })));
    fc.assert(
      fc.property(ledgers(), split, fc.infiniteStream(fc.nat()), (ledger, [of, places], chance) => {
        const shards = Array.from({ length: of }, (_, index) => shardOf(ledger, of, index, places));
        const shuffled = shards
          .map((shard) => ({ shard, at: chance.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ shard }) => shard);
        expect(JSON.stringify(mergeLedgers(shuffled))).to.equal(JSON.stringify(ledger));
      }),
      RUNS,
    );
  });
});

/** A part of a ledger as a shard would have written it. */
function shardOf(whole: Ledger, of: number, index: number, places: readonly number[]): SavedLedger {
  const operations = OPERATIONS.filter((_, at) => places[at] === index);
  const failures = whole.failures.map((failure): LedgerFailure => {
    if ((operations as readonly string[]).includes(failure.operation)) return failure;
    const causes = failure.causes.map((cause) => ({ ...cause, outcome: 'not-selected', reason: 'another shard looks at it' }) as const);
    return { ...failure, ...toldBy(causes), causes };
  });
  const shard = { index: index + 1, of, operations, webhooks: index === 0, alone: false };
  const ledger = { ...whole, failures, summary: countOutcomes(failures), partial: true, shard };
  return { file: `shard-${index + 1}.json`, sha256: '', ledger };
}
