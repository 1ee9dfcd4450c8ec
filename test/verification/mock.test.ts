import { expect } from 'chai';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { AtsWorld } from '../../mocks/ats/index.js';
import type { Mock } from '../../mocks/index.js';
import { ReceivedError, type RecordedExchange } from '../../mocks/verification/index.js';
import { json, mocks, raw, send, type Seen } from '../mock/support.js';
import { expectGolden } from '../support/golden.js';

const PREPARE = '/v1/organizations/any/works/prepare';
const CONFIRM = '/v1/organizations/any/works/confirm';
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

describe('verification: over a socket', () => {
  const { start, closeAll } = mocks();
  after(closeAll);
  let mock: Mock;
  before(async () => {
    mock = await start<AtsWorld>();
  });
  beforeEach(() => mock.reset());

  const confirm = (job: string, headers: Record<string, string> = {}): Promise<Seen> =>
    send(mock, 'POST', CONFIRM, json({ job_id: job }, { prefer: 'error=common.service_unavailable', ...headers }));
  const last = (): RecordedExchange => mock.journal.exchanges().at(-1) as RecordedExchange;
  const addStub = async (stub: unknown): Promise<void> => {
    expect((await send(mock, 'POST', '/__admin/mappings', json(stub))).status).to.equal(201);
  };

  describe('received', () => {
    it('counts what arrived, and tells it by answer, body and headers', async () => {
      await confirm('one', { 'x-client': 'ios' });
      await confirm('one');
      await confirm('two');
      const ids = async (...args: Parameters<Mock['received']>): Promise<number[]> => (await mock.received(...args)).map(({ id }) => id);
      expect(await ids('confirmWork', { times: 3 })).to.deep.equal([1, 2, 3]);
      expect(await ids('confirm*', { times: 2, status: '5*', body: { at: { '/job_id': 'one' } } })).to.deep.equal([1, 2]);
      expect(await ids({ operation: 'confirmWork', headers: { 'x-client': 'ios' } })).to.deep.equal([1]);
      expect(await ids('confirmWork', { atLeast: 2, atMost: 3, code: 'common.service_unavailable' })).to.deep.equal([1, 2, 3]);
      expect(await ids('prepareWork', { never: true })).to.deep.equal([]);
      expect(await ids('confirmWork', { never: true, status: 429 })).to.deep.equal([]);
    });

    it('says what came nearest, field by field', async () => {
      mock.clock.freeze();
      await mock.clock.set(Date.parse('2026-03-02T09:00:00Z'));
      await confirm('one', { 'x-client': 'web' });
      await send(mock, 'POST', CONFIRM, json('{"job_id": ', bearer(mock.world.tokens.active)));
      await send(mock, 'GET', '/v1/nowhere');
      const expectation = { times: 2, status: 503, headers: { 'x-client': 'ios' }, body: { at: { '/job_id': 'two' } } };
      const error: unknown = await mock.received('confirmWork', expectation).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(ReceivedError);
      expectGolden(`${(error as ReceivedError).message}\n`, new URL('./golden/received.txt', import.meta.url));
    });

    it('waits, when it is told to', async () => {
      const awaited = mock.received('confirmWork', { times: 2, within: 5_000 });
      await confirm('one');
      await confirm('two');
      expect((await awaited).map(({ id }) => id)).to.deep.equal([1, 2]);
    });
  });

  describe('waitFor', () => {
    it('takes what has arrived and what arrives later', async () => {
      await confirm('one');
      expect(await mock.waitFor('confirmWork')).to.have.length(1);
      const awaited = mock.waitFor({ operation: 'confirmWork', status: 503 }, { times: 2 });
      await confirm('two');
      expect((await awaited).map(({ body }) => body)).to.deep.equal([
        { kind: 'json', value: { job_id: 'one' } },
        { kind: 'json', value: { job_id: 'two' } },
      ]);
    });

    it('takes a request that its client gave up in the middle of the body', async () => {
      const socket = connect(mock.port, '127.0.0.1');
      const awaited = mock.waitFor('prepareWork');
      socket.write(`POST ${PREPARE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"job`, () => {
        socket.resetAndDestroy();
      });
      const [exchange] = await awaited;
      expect(exchange).to.include({ operation: 'prepareWork', identity: 'none' });
      expect(mock.journal.total).to.equal(1);
      expect(exchange?.body).to.deep.equal({ kind: 'unread', problem: 'The body ended before it was complete.' });
    });

    it('ends with its signal', async () => {
      const abort = new AbortController();
      const awaited = mock.waitFor('confirmWork', { signal: abort.signal });
      abort.abort(new Error('enough'));
      expect(await awaited.catch(({ message }: Error) => message)).to.equal('enough');
    });

    it('ends when the mock is closed', async () => {
      const closing = await start<AtsWorld>();
      const timeoutMs = 600_000;
      const none = closing.waitFor('confirmWork', { within: 60_000 }).catch(({ message }: Error) => message);
      const never = closing.received('revokeApiKey', { never: true, within: timeoutMs });
      await closing.close();
      expect(await none).to.equal('The mock is closed: no request will arrive any more.');
      expect(await never).to.have.length(0);
      expect(await closing.waitFor('confirmWork').catch(({ message }: Error) => message)).to.equal(await none);
    });
  });

  describe('the journal', () => {
    it('says which rule answered and why, and how long it took', async () => {
      const { id } = mock.on('prepareWork').named('down').fails('common.service_unavailable').delays(30).rule;
      await send(mock, 'POST', PREPARE, json({}));
      const exchange = last();
      expect(exchange).to.include({ ruleId: id, answeredBy: 'script', status: 503, code: 'common.service_unavailable', identity: 'none' });
      expect(exchange.why).to.contain('rule "down"');
      expect(exchange.milliseconds).to.be.at.least(25);
      expect(exchange.real.answered - exchange.real.arrived).to.be.closeTo(exchange.milliseconds, 1);
      await send(mock, 'GET', '/v1/transactions/unknown');
      expect(last()).to.include({ ruleId: undefined, answeredBy: 'sandbox', code: 'transaction.not_found' });
    });

    it('keeps no credential, wherever it stood, and gives none away', async () => {
      const token = `canary${'0a'.repeat(20)}`;
      mock.onAny({ path: '/nowhere', headers: { authorization: 'Bearer another' } }).responds({ status: 418 });
      await addStub({ request: { url: '/nowhere?token=another' }, response: { status: 418 } });
      const init = json(
        { password: 'canary1', nested: [{ api_key: 'canary2', webhook_secret: 'canary3' }], job_id: 'kept' },
        { ...bearer('canary4'), cookie: 'session=canary5; other=canary6', prefer: `error=common.service_unavailable, note=${token}` },
      );
      const answers = [
        await send(mock, 'POST', `${CONFIRM}?token=canary7&x=kept`, init),
        await send(mock, 'POST', '/nowhere?token=canary8&api_key=canary9', init),
        await send(mock, 'POST', `${CONFIRM}?__error=nonsense`, init),
        await send(mock, 'GET', '/__admin/requests'),
        await send(mock, 'GET', '/__admin/requests/unmatched'),
        await send(mock, 'GET', '/__admin/coverage'),
      ];
      const missed: unknown = await mock.received('confirmWork', { times: 9 }).catch(({ message }: Error) => message);
      const seen = [
        ...answers.map(({ text, headers }) => text + JSON.stringify([...headers])),
        JSON.stringify(mock.journal.exchanges()),
        JSON.stringify(mock.journal.entries()),
        String(missed),
      ];
      expect(seen.join('\n'))
        .to.contain('kept')
        .and.not.match(/canary\d/);
    });

    it('keeps the body of an answer that was chosen, of one that is no JSON, and of none', async () => {
      await confirm('one');
      expect(last().body).to.deep.equal({ kind: 'json', value: { job_id: 'one' } });
      await send(mock, 'POST', CONFIRM, json({ job_id: 'two' }, { prefer: 'error=no.such' }));
      expect([last().status, last().body]).to.deep.equal([501, { kind: 'json', value: { job_id: 'two' } }]);
      await send(mock, 'POST', CONFIRM, json('{"job_id": '));
      expect(last().body).to.deep.equal({ kind: 'unread', problem: 'The body is not valid JSON.' });
      await send(mock, 'GET', '/v1/transactions/unknown');
      expect(last().body).to.deep.equal({ kind: 'absent' });
    });

    it('keeps a body outside the contract when there are rules that may look at it', async () => {
      await addStub({
        request: { method: 'POST', url: '/elsewhere', bodyPatterns: [{ equalToJson: { a: 1 } }] },
        response: { status: 418, body: 'teapot' },
      });
      expect((await send(mock, 'POST', '/elsewhere', json({ a: 2 }))).status).to.equal(404);
      expect(last().body).to.deep.equal({ kind: 'json', value: { a: 2 } });
      const response = await fetch(`${mock.url}/elsewhere`, { method: 'POST', ...json({ a: 1 }) });
      expect([response.status, await response.text()]).to.deep.equal([418, 'teapot']);
      expect(last()).to.deep.include({ answeredBy: 'script', body: { kind: 'json', value: { a: 1 } } });
    });

    it('lets an upload stream through while there are rules', async () => {
      await addStub({ request: { method: 'PUT', bodyPatterns: [{ contains: 'nothing of the kind' }] }, response: { status: 418 } });
      const work = { network: 'testnet', title: 'Harbour', filename: 'harbour.wav', creators: [CREATOR] };
      const headers = bearer(mock.world.tokens.active);
      const { organizations } = mock.world;
      const opened = await send(mock, 'POST', `/v1/organizations/${organizations.active}/works/init`, json(work, headers));
      const upload = new URL(String(opened.at('/upload_url')));
      const bytes = 5 * 1_048_576;
      const half = new Uint8Array(bytes / 2);
      const answer = await new Promise<number | undefined>((resolve, reject) => {
        const sent = request(upload, { method: 'PUT', agent: new Agent(), headers: { 'content-length': bytes } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on('error', reject);
        sent.write(half);
        sent.end(half);
      });
      expect(answer).to.equal(200);
      expect(last()).to.deep.include({ answeredBy: 'storage', body: { kind: 'absent' } });
      const prepared = await send(
        mock,
        'POST',
        `/v1/organizations/${organizations.active}/works/prepare`,
        json({ job_id: opened.at('/job_id') }, headers),
      );
      expect(prepared.status).to.equal(200);
    });

    it('cuts a body beyond 65,536 characters, and keeps one that is just as long', async () => {
      const title = (length: number): string => 'x'.repeat(length - '{"title":""}'.length);
      await confirm('', {});
      await send(mock, 'POST', CONFIRM, json({ title: title(65_536) }));
      expect(last().body.kind).to.equal('json');
      await send(mock, 'POST', CONFIRM, json({ title: title(65_537) }));
      const { body } = last();
      expect(body).to.include({ kind: 'cut', length: 65_537 });
      expect(body.kind === 'cut' && body.start).to.have.length(1_000);
      const missed: unknown = await mock
        .received('confirmWork', { body: { at: { '/title': 'y' } } })
        .catch(({ message }: Error) => message);
      expect(missed).to.contain('not kept: the body has 65537 characters').and.not.contain('x'.repeat(300));
    });

    it('keeps the last thousand', async () => {
      const pipelined = `GET /v1/transactions/x HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(1_004);
      await raw(mock.port, [pipelined, 'GET /v1/transactions/y HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n']);
      const exchanges = mock.journal.exchanges();
      expect([exchanges.length, exchanges[0]?.id, exchanges.at(-1)?.id, mock.journal.total]).to.deep.equal([1_000, 6, 1_005, 1_005]);
    });

    it('tells worlds apart that were changed from outside, by whatever changes them', async () => {
      const epochs: number[] = [];
      const changes: readonly (() => unknown)[] = [
        () => mock.clock.advance(1_000),
        () => mock.on('prepareWork').fails('common.service_unavailable'),
        () => send(mock, 'PUT', '/__admin/faults', json({ upstream: true })),
        () => send(mock, 'PUT', `/__admin/organizations/${mock.world.organizations.active}`, json({ credits: 5 })),
        () => addStub({ response: { status: 418 } }),
        () => send(mock, 'POST', '/__admin/rules', json({ on: 'confirmWork', fails: 'common.service_unavailable' })),
        () => mock.reset(),
      ];
      for (const change of changes) {
        await send(mock, 'GET', '/v1/transactions/x?__error=transaction.not_found');
        epochs.push(last().epoch);
        await change();
      }
      await send(mock, 'GET', '/v1/transactions/x?__error=transaction.not_found');
      epochs.push(last().epoch);
      expect(new Set(epochs).size, epochs.join(' ')).to.equal(changes.length + 1);
      // Looking changes nothing.
      await send(mock, 'GET', '/__admin/requests');
      await send(mock, 'GET', '/__admin/coverage');
      await send(mock, 'POST', '/__admin/explain', json({ url: '/' }));
      await send(mock, 'GET', '/v1/transactions/x?__error=transaction.not_found');
      expect(last().epoch).to.equal(epochs.at(-1));
    });
  });
});

const CREATOR = {
  full_name: 'Ada Example',
  email: 'ada@example.org',
  roles: { author: true, composer: true, arranger: false, adapter: false },
};
