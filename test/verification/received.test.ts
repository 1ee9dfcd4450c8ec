import { expect } from 'chai';
import { received, ReceivedError, waitFor, type Expectation, type Timers } from '../../mocks/verification/index.js';
import { InputError, type Contract } from '../../spec/index.js';
import { atsContract } from '../mock/support.js';
import { testJournal, type TestJournal } from './support.js';

/** Timers that go off when the test says so. */
function handTimers(): Timers & { fire(): void; readonly pending: number } {
  const callbacks = new Map<number, () => void>();
  let next = 0;
  return {
    set: (callback) => {
      callbacks.set(++next, callback);
      return next;
    },
    clear: (timer) => void callbacks.delete(timer as number),
    fire: () => [...callbacks.values()].forEach((callback) => callback()),
    get pending() {
      return callbacks.size;
    },
  };
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(Error);
  return (error as Error).message;
}

const BASE = '/v1/organizations/0b7f3f2e-3d1c-4f5a-9c1e-2a4b6d8f0e11/works';

describe('verification: received', () => {
  let contract: Contract;
  let journal: TestJournal;
  before(async () => {
    contract = await atsContract();
  });
  beforeEach(() => {
    journal = testJournal(contract);
    journal.add({ operation: 'initWork', body: { title: 'Song' } });
    journal.add({ operation: 'confirmWork', body: { job_id: 'j1' }, status: 503, code: 'common.service_unavailable' });
    journal.add({ operation: 'confirmWork', body: { job_id: 'j1' }, status: 202 });
  });

  for (const expectation of [
    {},
    { times: 2 },
    { atLeast: 1 },
    { atLeast: 2 },
    { atMost: 2 },
    { atLeast: 1, atMost: 5 },
  ] satisfies Expectation[]) {
    it(`passes with ${JSON.stringify(expectation)}, and answers the requests`, async () => {
      expect((await received(journal, 'confirmWork', expectation)).map(({ id }) => id)).to.deep.equal([2, 3]);
    });
  }

  it('passes with never, and narrows by matchers and by the answer', async () => {
    expect(await received(journal, 'prepareWork', { never: true })).to.deep.equal([]);
    expect(await received(journal, 'confirmWork', { times: 0, body: { at: { '/job_id': 'j2' } } })).to.deep.equal([]);
    expect(await received(journal, 'confirmWork', { times: 1, status: 503 })).to.have.length(1);
    expect(await received(journal, { operation: '*Work', status: '2*' }, { times: 2 })).to.have.length(2);
  });

  it('says of a request that did not arrive what came nearest, field by field', async () => {
    const message = await messageOf(received(journal, 'confirmWork', { times: 1, body: { at: { '/job_id': 'j2' } } }));
    expect(message).to.equal(
      [
        'Expected 1 request to confirmWork with body /job_id "j2", but none arrived.',
        '',
        'The nearest other requests:',
        '',
        `  #3  09:00:03.000  POST ${BASE}/confirm → 202`,
        '    ✓ operation     confirmWork',
        '    ✗ body /job_id  expected "j2"',
        '                         was "j1"',
        '',
        `  #2  09:00:02.000  POST ${BASE}/confirm → 503 common.service_unavailable`,
        '    ✓ operation     confirmWork',
        '    ✗ body /job_id  expected "j2"',
        '                         was "j1"',
        '',
        `  #1  09:00:01.000  POST ${BASE}/init → 200`,
        '    ✗ operation     expected confirmWork',
        '                         was initWork',
        '    ✗ body /job_id  expected "j2"',
        '                         was absent',
        '',
      ].join('\n'),
    );
  });

  it('says of too few which did, and what else arrived', async () => {
    journal.add({ path: '/nowhere', status: 404, code: 'common.not_found' });
    journal.add({ operation: 'getTransaction' });
    const message = await messageOf(received(journal, 'confirmWork', { times: 3 }));
    expect(message).to.match(
      /^Expected 3 requests to confirmWork, but 2 arrived\.\n\nThose that did:\n\n {2}#2 .+\n {2}#3 .+\n\nThe nearest other requests:\n/,
    );
    expect(await messageOf(received(journal, 'prepareWork'))).to.match(
      /All 5 requests: 2 × confirmWork, 1 × GET of no operation, 1 × getTransaction, 1 × initWork\.$/,
    );
  });

  it('says of too many which they were', async () => {
    expect(await messageOf(received(journal, 'confirmWork', { never: true }))).to.equal(
      `Expected no requests to confirmWork, but 2 arrived.\n\n  #2  09:00:02.000  POST ${BASE}/confirm → 503 common.service_unavailable\n  #3  09:00:03.000  POST ${BASE}/confirm → 202`,
    );
    for (let index = 0; index < 20; index++) journal.add({ operation: 'confirmWork' });
    const message = await messageOf(received(journal, 'confirmWork', { atMost: 1 }));
    expect(message).to.match(/^Expected at most 1 request to confirmWork, but 22 arrived\./);
    expect(message.split('\n').at(-1)).to.equal('  and 12 more');
  });

  it('says so when nothing has arrived at all', async () => {
    expect(await messageOf(received(testJournal(contract), {}, { atLeast: 2 }))).to.equal(
      'Expected at least 2 requests, but none arrived.\n\nThe mock has answered no request at all: does the client know its URL?',
    );
  });

  it('fails with an error that holds the requests', async () => {
    const error: unknown = await received(journal, 'confirmWork', { times: 1 }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ReceivedError);
    expect((error as ReceivedError).received.map(({ id }) => id)).to.deep.equal([2, 3]);
  });

  for (const [expectation, says] of [
    [{ times: 1, never: true }, /times and never are given together/],
    [{ times: 1, atLeast: 1 }, /times and atLeast or atMost are given together/],
    [{ atLeast: 3, atMost: 2 }, /atLeast is 3 and atMost is 2/],
    [{ times: -1 }, /times is -1/],
    [{ times: 1.5 }, /times is 1\.5/],
    [{ atLeast: Number.NaN }, /atLeast is NaN/],
  ] as const) {
    it(`refuses ${JSON.stringify(expectation)}`, async () => {
      expect(await messageOf(received(journal, 'confirmWork', expectation))).to.match(says);
    });
  }

  it('waits, when it is told to, until enough have arrived', async () => {
    const timers = handTimers();
    const promise = received(journal, 'prepareWork', { times: 2, within: 100, timers });
    journal.add({ operation: 'prepareWork' });
    journal.add({ operation: 'prepareWork' });
    expect(await promise).to.have.length(2);
    expect([timers.pending, journal.listeners.size]).to.deep.equal([0, 0]);
  });

  it('waits to the end for what must not arrive, and fails when it does', async () => {
    const timers = handTimers();
    const quiet = received(journal, 'prepareWork', { never: true, within: 100, timers });
    timers.fire();
    expect(await quiet).to.deep.equal([]);
    const loud = received(journal, 'prepareWork', { never: true, within: 100, timers });
    journal.add({ operation: 'prepareWork' });
    expect(await messageOf(loud)).to.match(/^Expected no requests to prepareWork, but 1 arrived within 100 ms\./);
  });
});

describe('verification: waitFor', () => {
  let contract: Contract;
  let journal: TestJournal;
  before(async () => {
    contract = await atsContract();
  });
  beforeEach(() => {
    journal = testJournal(contract);
  });

  it('resolves at once when the requests have arrived already', async () => {
    journal.add({ operation: 'confirmWork' });
    journal.add({ operation: 'confirmWork' });
    const timers = handTimers();
    expect((await waitFor(journal, 'confirmWork', { timers })).map(({ id }) => id)).to.deep.equal([1]);
    expect([timers.pending, journal.listeners.size]).to.deep.equal([0, 0]);
  });

  it('resolves when the last of them arrives, and lets go of everything', async () => {
    const timers = handTimers();
    journal.add({ operation: 'confirmWork', status: 503 });
    const promise = waitFor(journal, { operation: 'confirmWork', status: 503 }, { times: 2, timers });
    journal.add({ operation: 'confirmWork', status: 202 });
    journal.add({ operation: 'initWork', status: 503 });
    expect(journal.listeners.size).to.equal(1);
    journal.add({ operation: 'confirmWork', status: 503 });
    expect((await promise).map(({ id }) => id)).to.deep.equal([1, 4]);
    expect([timers.pending, journal.listeners.size]).to.deep.equal([0, 0]);
  });

  it('fails in time, with what arrived instead', async () => {
    const timers = handTimers();
    const promise = waitFor(journal, 'confirmWork', { times: 2, within: 250, timers });
    journal.add({ operation: 'confirmWork' });
    journal.add({ operation: 'initWork' });
    timers.fire();
    const message = await messageOf(promise);
    expect(message).to.match(/^Expected 2 requests to confirmWork, but 1 arrived within 250 ms\.\n\nThose that did:\n\n {2}#1 /);
    expect(message).to.contain('✗ operation  expected confirmWork');
    expect(journal.listeners.size).to.equal(0);
  });

  it('ends with its signal', async () => {
    const timers = handTimers();
    const abort = new AbortController();
    const promise = waitFor(journal, 'confirmWork', { timers, signal: abort.signal });
    abort.abort(new Error('enough'));
    expect(await messageOf(promise)).to.equal('enough');
    expect([timers.pending, journal.listeners.size]).to.deep.equal([0, 0]);
    expect(await messageOf(waitFor(journal, 'confirmWork', { timers, signal: abort.signal }))).to.equal('enough');
  });

  it('refuses a query that could never match, at once', async () => {
    const error: unknown = await waitFor(journal, 'confrimWork').catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InputError);
  });

  it('works with the timers of the platform', async () => {
    expect(await messageOf(waitFor(journal, 'confirmWork', { within: 1 }))).to.match(/none arrived within 1 ms/);
  });
});
