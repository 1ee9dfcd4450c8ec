import { expect } from 'chai';
import { createClock } from '../../mocks/clock.js';
import { createJournal, type JournalRecord, type Witnessed } from '../../mocks/journal.js';
import { redactTokens, redactUrl } from '../../mocks/redact.js';
import { atsContract } from './support.js';

const record = (url: string): JournalRecord => ({
  requestId: 'req_1',
  at: '2026-01-01T00:00:00.000Z',
  method: 'GET',
  url,
  operation: undefined,
  status: 200,
  code: undefined,
  answeredBy: 'example',
  why: 'because',
  ruleId: undefined,
  spoiledBy: undefined,
  milliseconds: 1,
});
const witnessed: Witnessed = {
  request: { path: '/', query: new URLSearchParams(), headers: {}, url: '/', baseUrl: 'http://localhost' },
  body: { kind: 'absent' },
  secrets: [],
  answerHeaders: {},
  identity: 'none',
  time: { arrived: 0, answered: 1 },
  real: { arrived: 0, answered: 1 },
  connection: { id: 1, opened: 0 },
};
const redacted = (target: string): string => {
  const [path = '', query = ''] = target.split('?');
  return redactUrl(path, new URLSearchParams(query));
};

describe('mock: journal', () => {
  it('keeps the newest, in order, and counts on', async () => {
    const journal = createJournal({ contract: await atsContract(), capacity: 3 });
    for (let number = 1; number <= 5; number++) await journal.add(record(`/${number}`), witnessed);
    expect(journal.entries().map(({ id, url }) => [id, url])).to.deep.equal([
      [3, '/3'],
      [4, '/4'],
      [5, '/5'],
    ]);
    expect(journal.entries(1).map(({ id }) => id)).to.deep.equal([5]);
    expect(journal.entries(99)).to.have.length(3);
    expect(journal.total).to.equal(5);
    journal.reset();
    expect([journal.total, journal.entries()]).to.deep.equal([0, []]);
    expect(await journal.add(record('/'), witnessed)).to.include({ id: 1 });
  });

  it('cuts credentials and leaves what one looks for', () => {
    const hex = 'a1'.repeat(24);
    expect(redacted(`/uploads/${hex}`)).to.equal('/uploads/a1a1a1…');
    expect(redacted(`/x?token=1&SIGNATURE=2&sig=3&title=4`)).to.equal('/x?token=…&SIGNATURE=…&sig=…&title=4');
    expect(redacted(`/x?jwt=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x&q=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x`)).to.equal(
      '/x?jwt=…&q=eyJhbG…',
    );
    expect(redacted('/x?__error=registration.upload_session_not_found')).to.equal('/x?__error=registration.upload_session_not_found');
    expect(redacted('/v1/transactions/5e2b9c74-80d1-4a3f-b6c9-d1f04e7a2385')).to.equal(
      '/v1/transactions/5e2b9c74-80d1-4a3f-b6c9-d1f04e7a2385',
    );
    expect(redacted(`/x?q=${'w'.repeat(500)}`)).to.match(/^\/x\?q=w{200}…$/);
    expect(redacted(`/${'w/'.repeat(5_000)}`)).to.have.length(1_001);
    expect(redacted(`/x?${'a=1&'.repeat(1_000)}`)).to.match(/&…$/);
    expect(redactTokens(`key afo_sk_live_${hex} used`)).to.equal('key afo_sk… used');
  });
});

describe('mock: clock', () => {
  it('runs with real time until it is told otherwise', () => {
    let real = 1_000;
    const clock = createClock(() => real);
    expect([clock.now(), clock.frozen]).to.deep.equal([1_000, false]);
    real += 5;
    expect(clock.now()).to.equal(1_005);
    void clock.set(50_000);
    real += 5;
    expect(clock.now()).to.equal(50_005);
    clock.freeze();
    real += 5;
    expect([clock.now(), clock.frozen]).to.deep.equal([50_005, true]);
    void clock.advance(1_000);
    void clock.set(clock.now() + 1);
    expect([clock.now(), clock.frozen]).to.deep.equal([51_006, true]);
    clock.unfreeze();
    clock.unfreeze();
    real += 5;
    expect(clock.now()).to.equal(51_011);
    void clock.advance(0.5);
    expect(clock.now()).to.equal(51_011);
    clock.reset();
    expect([clock.now(), clock.frozen]).to.deep.equal([real, false]);
    for (const time of [-1, NaN, Infinity, 1e16]) expect(() => clock.set(time)).to.throw(RangeError);
    expect(() => clock.advance(Infinity)).to.throw(RangeError);
  });
});
