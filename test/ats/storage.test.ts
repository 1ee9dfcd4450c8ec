import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { Ats, NEW_WORK, ok, requestTo } from './harness.js';

const USED = /<Code>AccessDenied<\/Code><Message>The upload URL has been used\./;

const open = async (ats: Ats): Promise<Record<string, unknown>> => ok(await ats.post('works/init', NEW_WORK)).body;

describe('ats sandbox: storage', () => {
  it('takes PUT only, and answers in a format of its own', async () => {
    const ats = new Ats();
    const { upload_url } = await open(ats);
    for (const method of ['GET', 'POST', 'DELETE', 'HEAD']) {
      const answer = await ats.put(upload_url, new Uint8Array(1), method);
      expect([answer.status, answer.headers['allow'], answer.headers['content-type']]).to.deep.equal([405, 'PUT', 'application/xml']);
    }
    const unknown = await ats.put('http://mock.test/__storage/nowhere', new Uint8Array(1));
    expect(unknown.status).to.equal(403);
    expect(unknown.body).to.match(/^<\?xml .*\n<Error><Code>SignatureDoesNotMatch<\/Code>/);
    expect((await ats.put(upload_url, new Uint8Array(1))).status).to.equal(200);
  });

  it('takes an upload once', async () => {
    const ats = new Ats();
    const { upload_url, job_id } = await open(ats);
    await ats.put(upload_url, new Uint8Array(0));
    const again = await ats.put(upload_url, new Uint8Array(9));
    expect([again.status, USED.test(again.body ?? '')]).to.deep.equal([403, true]);
    expect((await ats.post('works/prepare', { job_id })).why).to.equal('audioPresent: zero bytes');
  });

  it('forgets an upload URL with the clock', async () => {
    const ats = new Ats();
    ats.clock.freeze();
    const { upload_url } = await open(ats);
    await ats.clock.advance(600_000);
    const answer = await ats.put(upload_url, new Uint8Array(1));
    expect([answer.status, answer.body?.includes('has expired')]).to.deep.equal([403, true]);
  });

  it('leaves the URL usable when an upload breaks off', async () => {
    const ats = new Ats();
    const { upload_url, job_id } = await open(ats);
    const answer = await ats.put(upload_url, breaksOff());
    expect([answer.status, answer.body?.includes('IncompleteBody')]).to.deep.equal([400, true]);
    expect((await ats.post('works/prepare', { job_id })).why).to.equal('audioPresent: nothing uploaded');
    expect((await ats.put(upload_url, new Uint8Array(1))).status).to.equal(200);
    ok(await ats.post('works/prepare', { job_id }));
  });

  it('lets one of two uploads at once win, and keeps the audio of the winner', async () => {
    const ats = new Ats();
    const { upload_url, job_id } = await open(ats);
    const gate = new Gate();
    const slow = ats.put(upload_url, gate.bytes());
    const fast = await ats.put(upload_url, new Uint8Array([1, 2, 3]));
    gate.open();
    expect([fast.status, (await slow).status]).to.deep.equal([200, 403]);
    expect(fast.headers['etag']).to.equal(
      `"${createHash('sha256')
        .update(Uint8Array.of(1, 2, 3))
        .digest('hex')}"`,
    );
    ok(await ats.post('works/prepare', { job_id }));
  });

  it('survives a reset during an upload', async () => {
    const ats = new Ats();
    const { upload_url } = await open(ats);
    const gate = new Gate();
    const slow = ats.put(upload_url, gate.bytes());
    ats.sandbox.reset();
    gate.open();
    expect((await slow).status).to.equal(403);
  });

  it('asks for the next chunk only once it has taken the last', async () => {
    const ats = new Ats();
    const { upload_url, job_id } = await open(ats);
    const chunk = new Uint8Array(64 * 1024);
    let waiting = 0;
    async function* hundred(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < 100; index++) {
        expect(++waiting).to.equal(1);
        yield chunk;
        waiting--;
      }
    }
    expect((await ats.put(upload_url, hundred())).status).to.equal(200);
    const { token } = { token: ats.world.tokens.smallFiles };
    expect((await ats.post('works/prepare', { job_id }, { token })).details).to.deep.equal({ size_bytes: 6_553_600, max_bytes: 65_536 });
  });

  it('has nothing to do with other paths', () => {
    expect(new Ats().sandbox.elsewhere(requestTo('PUT', '/v1/x', breaksOff()))).to.equal(undefined);
  });
});

async function* breaksOff(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(10);
  throw new Error('aborted');
}

/** An upload that waits for the gate in its middle. */
class Gate {
  open: () => void = () => undefined;
  readonly #opened = new Promise<void>((resolve) => (this.open = resolve));

  async *bytes(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(1);
    await this.#opened;
    yield new Uint8Array(1);
  }
}
