import { expect } from 'chai';
import fc from 'fast-check';
import { startMock, type Mock } from '../../mocks/index.js';
import { raw } from '../mock/support.js';
import { apiInputs } from './arbitraries.js';
import { faultIn } from './check.js';
import { asCurl, createClient } from './send.js';

const LONG = process.env['FAILPATH_LONG'] === '1';
/** Of the 5,000 and 100,000 inputs, some go to the control API, and some are no HTTP at all. */
const RUNS = LONG ? 60_000 : 3_000;
const RAW_RUNS = LONG ? 10_000 : 500;
const SEED = Number(process.env['FAILPATH_SEED'] ?? 20_261_122);

describe('fuzz: the API surface', function () {
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

  it(`answers ${RUNS} hostile requests, each with what the contract declares`, async () => {
    await fc.assert(
      fc.asyncProperty(apiInputs(mock.contract), async (input) => {
        const output = await client.send(mock.url, input);
        const fault = faultIn(mock.contract, input, output);
        if (fault !== undefined) throw new Error(`${fault}\n${asCurl(mock.url, input)}`);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: LONG },
    );
    expect(mock.journal.total).to.be.at.least(RUNS);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('would notice what is not declared', () => {
    const input = { method: 'GET', target: '/v1/transactions/x', headers: {}, body: undefined };
    const fault = (status: number, body: unknown, headers = {}): string | undefined =>
      faultIn(mock.contract, input, { status, headers, text: JSON.stringify(body) });
    const envelope = (code: string): unknown => ({ error: { code, message: 'm', request_id: 'req_1' } });
    expect(fault(404, envelope('transaction.not_found'))).to.equal(undefined);
    expect(fault(418, {})).to.match(/does not declare 418/);
    expect(fault(404, envelope('work.not_found'))).to.match(/does not declare 404 work\.not_found/);
    expect(fault(404, { error: { code: 'transaction.not_found' } })).to.match(/breaks its schema/);
    expect(fault(200, {})).to.match(/breaks its schema/);
    expect(fault(500, { type: 'failpath:internal-error' }, { 'x-failpath-origin': 'mock' })).to.match(/the mock gave up/);
    expect(faultIn(mock.contract, input, { status: 404, headers: {}, text: '<html>' })).to.match(/no JSON/);
  });

  it(`survives ${RAW_RUNS} inputs that are hardly HTTP`, async () => {
    await fc.assert(
      fc.asyncProperty(broken, async (bytes) => {
        const answer = await raw(mock.port, [Buffer.from(bytes, 'latin1')], 'end');
        if (answer !== '') expect(answer).to.match(/^HTTP\/1\.1 (?:[1-4]\d\d|501) /);
      }),
      { numRuns: RAW_RUNS, seed: SEED },
    );
    const { status } = await client.send(mock.url, { method: 'GET', target: '/__admin/health', headers: {}, body: undefined });
    expect(status).to.equal(200);
  });
});

const GOOD = 'POST /v1/organizations/x/works/init HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
const LINES = [
  'Content-Length: -1',
  'Content-Length: 5',
  'Content-Length: 1, 2',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: x',
  'Expect: 100-continue',
  'Expect: y',
  'Upgrade: websocket',
  'Connection: upgrade',
  'Host: [::',
  'Host:',
  ': x',
  'A B: c',
  'X: \u0000',
  ' folded',
  `Y: ${'y'.repeat(20_000)}`,
];

/** A good request with bytes cut, put in or changed, or with lines that contradict it. */
const broken: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(fc.nat(GOOD.length), fc.nat(20), fc.string({ unit: 'binary', maxLength: 20 }))
    .map(([at, cut, put]) => `${GOOD.slice(0, at)}${Buffer.from(put).toString('latin1')}${GOOD.slice(at + cut)}`),
  fc.subarray(LINES, { minLength: 1, maxLength: 4 }).map((lines) => GOOD.replace('\r\n', `\r\n${lines.join('\r\n')}\r\n`)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);
