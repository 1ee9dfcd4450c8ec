import { expect } from 'chai';
import { atsSuite, declareProbes, type Probe } from '../../contracts/index.js';
import { OPERATIONS, RULES, type RuleName } from '../../mocks/ats/index.js';
import { contract } from '../support/judge.js';
import { probeSandbox } from './support.js';

const PAIRS = declareProbes(contract, atsSuite).filter(({ kind }) => kind === 'precedence');

/** The causes by which rules are told apart that refuse with one and the same code. */
const CAUSES: Partial<Record<RuleName, readonly string[]>> = {
  sessionExists: ['never existed', 'expired', 'consumed'],
  sessionPath: ['of another path'],
  quoteExists: ['never existed', 'expired', 'confirmed already'],
  quotePath: ['of another path'],
  creditsSuffice: ['too few credits'],
  idempotencyConflict: ['Idempotency-Key reused'],
  organizationExists: ['unknown organization'],
  versionExists: ['unknown version'],
  upstreamDown: ['upstream down'],
  loadShed: ['load is shed'],
};

/** Pairs of neighbours that no request can have both of, or that nobody can bring about. */
const NEVER: Readonly<Record<string, string>> = {
  'unknownToken revokedKey': 'a token that nobody knows was never revoked',
  'loadShed noCredential': 'no deployment file says how load is shed',
  'workExists workOwned': "a work that nobody knows is nobody's",
  'userWorkExists userWorkOwned': "a work that nobody knows is nobody's",
  'audioPresent audioFits': 'what is empty is not too large',
};

function refuses(name: RuleName, { failure, cause }: NonNullable<Probe['expected']>): boolean {
  const { code } = RULES[name];
  if (name === 'body') {
    const codes = failure.status === 400 || failure.status === 422;
    return codes && cause !== 'Idempotency-Key reused' && !/dry_run|commitment|audio/.test(failure.code);
  }
  return code === failure.code && (CAUSES[name]?.includes(cause) ?? true);
}

const between = (operation: string, first: RuleName, second: RuleName): Probe[] =>
  PAIRS.filter(
    ({ operation: { id }, expected, over }) =>
      id === operation && expected !== undefined && over !== undefined && refuses(first, expected) && refuses(second, over),
  );

const sameCode = (first: RuleName, second: RuleName): boolean =>
  RULES[first].code !== undefined && RULES[first].code === RULES[second].code;

const neighbours = Object.entries(OPERATIONS).flatMap(([operation, { rules }]) =>
  rules.slice(1).map((second, index) => ({ operation, first: rules[index] as RuleName, second, index })),
);

describe('the order of refusal', () => {
  it('is covered: every two neighbours of every operation that one request can have both of, and that differ in their codes', () => {
    const open = neighbours
      .filter(({ first, second }) => NEVER[`${first} ${second}`] === undefined && !sameCode(first, second))
      .filter(({ operation, first, second }) => between(operation, first, second).length === 0)
      .map(({ operation, first, second }) => `${operation}: ${first} ${second}`);
    expect(open).to.deep.equal([]);
  });

  it('nothing is said to be impossible that is not there, or that is covered', () => {
    for (const name of Object.keys(NEVER)) {
      const [first, second] = name.split(' ') as [RuleName, RuleName];
      const those = neighbours.filter((one) => one.first === first && one.second === second);
      expect(those.length, name).to.be.greaterThan(0);
      expect(
        those.flatMap(({ operation }) => between(operation, first, second)).map((probe) => probe.name),
        name,
      ).to.deep.equal([]);
    }
  });

  it('is that of the sandbox: no pair stands the other way round', () => {
    for (const { operation, name, expected, over } of PAIRS) {
      const { rules } = OPERATIONS[operation.id] ?? { rules: [] };
      const rank = (declared: Probe['expected']): number => rules.findIndex((rule) => declared !== undefined && refuses(rule, declared));
      expect(rank(expected), name).to.be.at.least(0);
      expect(rank(over), `${operation.id} ${name}`).to.be.at.least(rank(expected));
    }
  });

  it('inside of a body: what cannot be read, its shape, then the specific codes as the contract lists them', () => {
    const order = (id: string): string[] => {
      const { failures = [] } = contract.operation(id) ?? {};
      const is422 = failures.filter(({ status }) => status === 422).map(({ code }) => code);
      return ['common.bad_request', ...is422.filter((code) => !/dry_run|commitment|audio/.test(code))];
    };
    /** Both are about one and the same member. */
    const one = new Set(['common.validation_failed session.invalid_external_user_ref', 'api_key.scopes_required api_key.unknown_scope']);
    for (const { id, body } of contract.operations) {
      if (body === undefined) continue;
      const codes = order(id);
      for (const [index, first] of codes.slice(0, -1).entries()) {
        const second = codes[index + 1];
        if (one.has(`${first} ${second}`)) continue;
        const covered = PAIRS.some(
          ({ operation, expected, over }) => operation.id === id && expected?.failure.code === first && over?.failure.code === second,
        );
        expect(covered, `${id}: ${first} before ${second}`).to.equal(true);
      }
    }
  });

  it('says of every pair where it is written, and that documented is only what the page says', () => {
    for (const { name, source } of PAIRS) expect(source, name).to.match(/^\S.{30,}[^.]$/);
    const documented = PAIRS.filter(({ basis }) => basis === 'documented');
    expect(new Set(documented.map(({ expected }) => expected?.failure.code))).to.deep.equal(new Set(['api_key.org_mismatch']));
    expect(documented).to.have.length(8);
  });
});

/** A swap that no request shows, since one of the two cannot look before the other has. */
const UNSEEN: ReadonlySet<string> = new Set([
  'noCredential wrongPrefix',
  'wrongPrefix unknownToken',
  'notPartnerSession sessionOrganization',
]);
/** Their lines find it: whatever the first refuses, the second does as well. */
const IMPLIED: ReadonlySet<string> = new Set(
  PAIRS.flatMap(({ line, operation, name }) => (line === undefined ? [] : [`${operation.id} ${name}`])),
);
const LONG = process.env['FAILPATH_LONG'] === '1';
const SAMPLE = ['initVersion', 'prepareVersion', 'confirmWork', 'createApiKey', 'downloadVersionFile'];

describe('a sandbox that asks two neighbours in the wrong order', function () {
  this.timeout(60_000);
  for (const { operation, first, second, index } of neighbours) {
    const pairs = between(operation, first, second).filter(({ name }) => !IMPLIED.has(`${operation} ${name}`));
    if (pairs.length === 0 || UNSEEN.has(`${first} ${second}`) || (!LONG && !SAMPLE.includes(operation))) continue;
    it(`${operation}: ${second} before ${first}`, async () => {
      const { rules = [] } = OPERATIONS[operation] ?? {};
      const swapped = rules.with(index, second).with(index + 1, first);
      const codes = new Set(pairs.flatMap(({ expected, over }) => [expected?.failure.code, over?.failure.code]));
      const { probes, ledger } = await probeSandbox({
        lies: { operations: { [operation]: { rules: swapped } } },
        selected: (failure) => failure.operation.id === operation && codes.has(failure.code),
      });
      const found = probes.filter(({ probe, outcome }) => outcome === 'violated' && pairs.some(({ name }) => name === probe.name));
      expect(found.length, JSON.stringify(probes.map(({ probe, outcome, reason }) => [probe.name, outcome, reason]))).to.be.greaterThan(0);
      expect(found[0]?.reason).to.match(/ fired before .+; the order of refusal \((reading|documented): .+\) says \d+ \S+ first$/);
      expect(ledger.exitCode).to.equal(1);
    });
  }
});
