import { expect } from 'chai';
import type { Mock } from '../../mocks/index.js';
import { createTally, type Counted } from '../../mocks/metrics/tally.js';
import { mocks } from '../mock/support.js';
import { ask, INIT, TRANSACTION } from './support.js';

/** The samples of a text in the format of Prometheus, by name and labels. */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n').filter((row) => row !== '' && !row.startsWith('#'))) {
    const match = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)*\})? (\S+)$/.exec(line);
    if (match === null) throw new Error(`This is no sample: ${line}`);
    samples.set(`${match[1]}${match[2] ?? ''}`, Number(match[3]));
  }
  return samples;
}

describe('surfaces: metrics', () => {
  const started = mocks();
  let mock: Mock<undefined>;
  beforeEach(async () => void (mock = await started.start<undefined>({ sandbox: false })));
  after(() => started.closeAll());

  const scrape = async (): Promise<Map<string, number>> => samplesOf((await ask(`${mock.url}/__admin/metrics`)).body.toString());

  it('are text for Prometheus, with names, help and types', async () => {
    const { headers, body, status } = await ask(`${mock.url}/__admin/metrics`);
    expect([status, headers['content-type']]).to.deep.equal([200, 'text/plain; version=0.0.4; charset=utf-8']);
    for (const [name, type] of [
      ['failpath_requests_total', 'counter'],
      ['failpath_request_duration_seconds', 'histogram'],
      ['failpath_in_flight_requests', 'gauge'],
      ['failpath_rules', 'gauge'],
      ['failpath_journal_requests_total', 'counter'],
      ['process_resident_memory_bytes', 'gauge'],
      ['nodejs_eventloop_lag_seconds', 'gauge'],
    ] as const) {
      expect(body.toString()).to.match(new RegExp(`# HELP ${name} \\S.*\n# TYPE ${name} ${type}\n`));
    }
  });

  it('count answers by operation, status, code, answering step and rule', async () => {
    mock.on('initWork').fails('common.service_unavailable');
    await ask(mock.url + INIT, { method: 'POST' });
    await ask(mock.url + INIT, { method: 'POST' });
    await ask(`${mock.url}${TRANSACTION}?__code=404`);
    await ask(`${mock.url}/v1/nix`);
    const samples = await scrape();
    const ruleId = mock.scripts.rules[0]?.id ?? '';
    const total = (labels: string): number | undefined => samples.get(`failpath_requests_total{${labels}}`);
    expect(total(`operation="initWork",status="503",code="common.service_unavailable",answered_by="script",rule="${ruleId}"`)).to.equal(2);
    expect(total('operation="getTransaction",status="404",code="transaction.not_found",answered_by="choice",rule=""')).to.equal(1);
    expect(total('operation="",status="404",code="common.not_found",answered_by="routing",rule=""')).to.equal(1);
    expect(samples.get('failpath_rules')).to.equal(1);
    expect(samples.get('failpath_journal_requests_total')).to.equal(4);
    expect(samples.get('failpath_in_flight_requests')).to.equal(0);
  });

  it('have a histogram of durations for each operation, cumulative', async () => {
    await ask(`${mock.url}${TRANSACTION}?__code=404`);
    await ask(`${mock.url}${TRANSACTION}?__code=404`, { headers: { 'x-mock-response-delay': '6' } });
    const samples = await scrape();
    const bucket = (le: string): number | undefined =>
      samples.get(`failpath_request_duration_seconds_bucket{le="${le}",operation="getTransaction"}`);
    expect([bucket('60'), bucket('+Inf')]).to.deep.equal([2, 2]);
    expect(bucket('0.005')).to.be.at.most(1);
    expect(samples.get('failpath_request_duration_seconds_count{operation="getTransaction"}')).to.equal(2);
    expect(samples.get('failpath_request_duration_seconds_sum{operation="getTransaction"}')).to.be.at.least(0.005);
  });

  it('do not go back with a reset, but the journal does; mocks share nothing', async () => {
    await ask(`${mock.url}${TRANSACTION}?__code=404`);
    mock.reset();
    const samples = await scrape();
    expect([...samples].filter(([name]) => name.startsWith('failpath_requests_total')).map(([, value]) => value)).to.deep.equal([1]);
    expect(samples.get('failpath_journal_requests_total')).to.equal(0);
    const other = await started.start<undefined>({ sandbox: false });
    expect((await ask(`${other.url}/__admin/metrics`)).body.toString()).to.not.include('failpath_requests_total{');
  });

  it('see what is in flight', async () => {
    const slow = ask(`${mock.url}${TRANSACTION}?__code=404`, { headers: { 'x-mock-response-delay': '60000' } });
    let inFlight: number | undefined = 0;
    while (inFlight === 0) inFlight = (await scrape()).get('failpath_in_flight_requests');
    expect(inFlight).to.equal(1);
    await mock.close();
    await slow;
  });

  it('do not grow without end', () => {
    const tally = createTally(3);
    for (let index = 0; index < 100; index++)
      tally.add({ status: 200, answeredBy: 'script', ruleId: `r${index}`, milliseconds: 1 } as Counted);
    expect(tally.series.map(({ labels, count }) => [labels['rule'], count])).to.deep.equal([
      ['r0', 1],
      ['r1', 1],
      ['r2', 1],
      ['other', 97],
    ]);
  });
});
