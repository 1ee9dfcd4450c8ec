import { expect } from 'chai';
import fc from 'fast-check';
import { startMock, type Mock } from '../../mocks/index.js';
import { adminInputs } from './arbitraries.js';
import { asCurl, createClient } from './send.js';

const LONG = process.env['FAILPATH_LONG'] === '1';
const RUNS = LONG ? 30_000 : 1_500;
const SEED = Number(process.env['FAILPATH_SEED'] ?? 20_261_122);

/** What some route takes; every other route gets it as well. */
const BODIES: readonly unknown[] = [
  { now: '2026-03-02T09:00:00Z', frozen: true },
  { seconds: 301 },
  { dryRun: 'insufficient balance', commitment: true, upstream: false, shed: true },
  { credits: { mainnet: 66 }, quota: { limit: 5, used: 5 }, maxKeys: 6, active: true },
  { on: 'prepareWork', answers: [503, 503, 'ok'], per: 'Idempotency-Key' },
  {
    rules: [
      {
        on: 'init*',
        when: { headers: { 'x-a': { matches: '^a+$' } } },
        fails: 'common.service_unavailable',
        headers: { 'retry-after': '1' },
      },
    ],
  },
  {
    on: 'confirmWork',
    answers: [{ fault: 'CONNECTION_RESET_BY_PEER' }, { offContract: 'gateway-html-502' }, { responds: { status: 418, json: {} } }],
  },
  { method: 'POST', url: '/v1/transactions/x?a=b', headers: { prefer: 'code=404' }, body: { a: 1 } },
  {
    request: {
      method: 'POST',
      urlPathPattern: '/v1/(a|b)+',
      headers: { A: { contains: 'b' } },
      bodyPatterns: [{ matchesJsonPath: '$.a[?(@.b > 1)]' }],
    },
    response: { status: 503, jsonBody: { a: 1 }, fixedDelayMilliseconds: 1 },
    scenarioName: 's',
    requiredScenarioState: 'Started',
    newScenarioState: 't',
    priority: 1,
  },
  { mappings: [{ request: { urlPath: '/x' }, response: { status: 200 } }], importOptions: { duplicatePolicy: 'IGNORE' } },
  { method: 'GET', urlPattern: '/v1/.*' },
  { fixedDelay: 5, delayDistribution: { type: 'lognormal', median: 1, sigma: 0.1 } },
  { state: 'Started' },
  { matchesJsonPath: { expression: '$.team', equalTo: 'clients' } },
];

describe('fuzz: the control API', function () {
  this.timeout(LONG ? 1_200_000 : 120_000);
  let mock: Mock;
  const client = createClient();
  before(async () => {
    mock = await startMock();
  });
  after(async () => {
    await client.close();
    await mock.close();
  });

  it(`takes ${RUNS} hostile requests without a 5xx, and steers the mock afterwards`, async () => {
    const index = await client.send(mock.url, { method: 'GET', target: '/__admin', headers: {}, body: undefined });
    const { routes } = JSON.parse(index.text) as { readonly routes: readonly string[] };
    expect(routes).to.have.length.above(40);
    await fc.assert(
      fc.asyncProperty(adminInputs(routes, BODIES), async (input) => {
        const { status, text, headers } = await client.send(mock.url, input);
        const problem = status >= 500 ? `${status}: ${text.slice(0, 500)}` : refusalFault(status, headers['content-type'], text);
        if (problem !== undefined) throw new Error(`${problem}\n${asCurl(mock.url, input)}`);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: LONG },
    );
    const reset = await client.send(mock.url, { method: 'POST', target: '/__admin/reset', headers: {}, body: undefined });
    expect(reset.status).to.equal(200);
    const call = await client.send(mock.url, { method: 'GET', target: '/v1/transactions/x', headers: {}, body: undefined });
    expect([call.status, mock.scripts.size]).to.deep.equal([404, 0]);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });
});

/** A refusal says what is wrong, in the form that all of them have. */
function refusalFault(status: number, type: string | string[] | undefined, text: string): string | undefined {
  if (status < 400 || text === '') return undefined;
  if (type !== 'application/problem+json') return `a ${status} of type ${String(type)}`;
  const { detail } = JSON.parse(text) as { readonly detail?: unknown };
  return typeof detail === 'string' && detail !== '' ? undefined : `a ${status} without a detail: ${text.slice(0, 200)}`;
}
