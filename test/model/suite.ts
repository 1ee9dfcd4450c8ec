import { expect } from 'chai';
import fc from 'fast-check';
import { Audit } from './audit.js';
import { batches } from './intents.js';
import { Scenario } from './scenario.js';
import { STORMS } from './storms.js';
import { Client, type WorldUnderTest } from './world.js';

const LONG = process.env['FAILPATH_LONG'] === '1';
const SEED = Number(process.env['FAILPATH_SEED'] ?? 20_261_122);

/** Nothing may go on once mocha has given up: what comes next has the same world. */
const PATIENCE_MS = LONG ? 1_100_000 : 90_000;

/** So many scenarios come across every reason below. */
const ENOUGH = 15;

export interface SuiteOptions {
  /** How many random scenarios, by default. */
  readonly scenarios?: number;
}

/**
 * Defines the tests that every world has to pass, whoever serves it: to be called within a `describe`.
 *
 * @example
 * describe('two servers on one Redis', () => {
 *   holdsTogether(() => ({ urls: [one.url, other.url], admin: `${one.url}/__admin` }));
 * });
 *
 * @param open Asked once, before the first test; what it opens is closed by the caller.
 */
export function holdsTogether(
  open: () => WorldUnderTest | Promise<WorldUnderTest>,
  { scenarios = LONG ? 400 : ENOUGH }: SuiteOptions = {},
): void {
  let client: Client;
  before(async () => {
    client = new Client(await open());
  });
  after(() => client.close());

  it(`is as the model has it in ${scenarios} scenarios, whatever is done at once`, async function () {
    this.timeout(LONG ? 1_200_000 : 120_000);
    await tryScenarios(client, scenarios);
  });

  if (scenarios >= ENOUGH) {
    it('has been refused for nearly every reason on the way', () => {
      expect(REASONS.filter((reason) => !client.seen.has(reason))).to.deep.equal([]);
    });
  }

  for (const { name, run } of STORMS) {
    it(name, async function () {
      this.timeout(LONG ? 300_000 : 60_000);
      await run(client, LONG ? 5 : 1);
    });
  }
}

/**
 * Takes a world through random scenarios.
 *
 * @param shrink Whether to look for the shortest scenario that fails, which takes a while.
 * @throws {Error} with a scenario that fails, and what has happened in it
 */
export async function tryScenarios(client: Client, runs: number, shrink = true): Promise<void> {
  const audit = new Audit();
  const property = fc.asyncProperty(batches, async (list) => {
    const scenario = await Scenario.begin(client, audit);
    for (const batch of list) await scenario.run(batch);
    await scenario.readAll();
  });
  const patience = { interruptAfterTimeLimit: PATIENCE_MS, markInterruptAsFailure: true };
  await fc.assert(property, { numRuns: runs, seed: SEED, endOnFailure: !shrink, ...patience });
}

/** Without them the scenarios would prove little. */
const REASONS: readonly string[] = [
  'init 400 common.bad_request',
  'init 401 api_key.invalid_format',
  'init 401 api_key.not_found',
  'init 401 api_key.revoked',
  'init 403 api_key.org_mismatch',
  'init 403 api_key.scope_denied',
  'init 403 work.access_forbidden',
  'init 404 work.not_found',
  'init 422 registration.creators_required',
  'upload 403',
  'prepare 404 registration.upload_session_not_found',
  'prepare 422 registration.audio_empty',
  'confirm 202',
  'confirm 401 api_key.revoked',
  'confirm 404 registration.prepared_not_found',
  'createKey 401 common.unauthorized',
  'revokeKey 204',
  'revokeKey 404 common.not_found',
  'listWorks 401 common.unauthorized',
  'listWorks 403 common.forbidden',
  'download 200',
  'download 403 work.access_forbidden',
  'download 404 work.not_found',
  'transaction 200',
  'transaction 404 transaction.not_found',
];
