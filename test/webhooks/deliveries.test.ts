import { expect } from 'chai';
import { isGenuine, Receiver, type Reaction } from './receiver.js';
import { BLOCK, moments, START, suite, World, type Key } from './support.js';

describe('webhooks: deliveries', () => {
  const parts = suite();

  /** A transaction that ends now, reported to a receiver that reacts like this. */
  const report = async (...reactions: Reaction[]): Promise<{ id: string; key: Key }> => {
    const { world, receiver } = parts;
    receiver.reactions = reactions;
    const key = await world.key(receiver.url());
    const id = await world.submit(key);
    await world.advance(BLOCK);
    return { id, key };
  };

  for (const status of [200, 201, 204, 299]) {
    it(`${status} acknowledges`, async () => {
      const { id } = await report(status, 500);
      await parts.world.advance(3_600);
      const shown = await parts.world.shown(id);
      expect([shown.state, shown.next_attempt_at, shown.attempts.map((one) => one.status)]).to.deep.equal(['delivered', null, [status]]);
    });
  }

  for (const status of [400, 401, 404, 410, 422]) {
    it(`${status} is final`, async () => {
      const { id } = await report(status, 204);
      await parts.world.advance(3_600);
      const { state, reason, attempts } = await parts.world.shown(id);
      expect([state, reason, attempts.length]).to.deep.equal(['dead', `the receiver has answered ${status}, which is final`, 1]);
    });
  }

  const RETRIED: readonly [string, Reaction, string | number][] = [
    ['301, which is not followed', (res) => res.writeHead(301, { location: parts.receiver.url('/elsewhere') }).end(), 301],
    ['307, which is not followed', (res) => res.writeHead(307, { location: parts.receiver.url('/elsewhere') }).end(), 307],
    ['408', 408, 408],
    ['429', 429, 429],
    ['500', 500, 500],
    ['503', 503, 503],
    ['a reset connection', 'reset', 'problem'],
    ['what is no HTTP', (res) => res.socket?.end('nonsense\r\n\r\n'), 'problem'],
    ['a connection that ends', (res) => res.socket?.end(), 'problem'],
  ];
  for (const [name, reaction, outcome] of RETRIED) {
    it(`${name} is tried again after a second`, async () => {
      const { id } = await report(reaction, 204);
      const [failed] = (await parts.world.shown(id)).attempts;
      if (outcome === 'problem')
        expect([failed?.status, failed?.problem]).to.satisfy(([a, b]: unknown[]) => a === null && String(b) !== '');
      else expect([failed?.status, failed?.problem]).to.deep.equal([outcome, null]);
      await parts.world.advance(0.999);
      expect(parts.receiver.arrived).to.have.length(1);
      await parts.world.advance(0.001);
      const shown = await parts.world.shown(id);
      expect([shown.state, moments(shown)]).to.deep.equal(['delivered', [0, 1]]);
      expect(parts.receiver.arrived.map(({ path }) => path)).to.deep.equal(['/hook', '/hook']);
    });
  }

  it('a refused connection is tried again as well', async () => {
    const { world } = parts;
    const nobody = await Receiver.start();
    await nobody.stop();
    const id = await world.submit(await world.key(`http://127.0.0.1:1/hook`));
    await world.advance(BLOCK + 1);
    const { state, attempts } = await world.shown(id);
    expect([state, attempts.length]).to.deep.equal(['pending', 2]);
    expect(attempts[0]?.problem).to.match(/ECONNREFUSED|bad port/);
  });

  it('a body that never ends is no reason to wait', async () => {
    const { id } = await report((res) => void res.writeHead(200).write('and'));
    expect((await parts.world.shown(id)).state).to.equal('delivered');
  });

  it('a huge answer is not kept', async () => {
    const { id } = await report((res) => void res.writeHead(200).end(Buffer.alloc(8_000_000)));
    expect((await parts.world.shown(id)).state).to.equal('delivered');
  });

  it('makes six attempts, each at its time and signed anew, and is a dead letter then', async () => {
    const { world, receiver } = parts;
    const { id, key } = await report(503);
    await world.advance(43 * 60);
    const shown = await world.shown(id);
    expect(moments(shown)).to.deep.equal([0, 1, 6, 36, 156, 756]);
    expect([shown.state, shown.next_attempt_at]).to.deep.equal(['dead', null]);
    expect(shown.reason).to.equal('6 attempts have failed; the last: the receiver has answered 503');
    expect(receiver.arrived).to.have.length(6);
    for (const [index, arrived] of receiver.arrived.entries()) {
      const at = START + (BLOCK + (moments(shown)[index] ?? 0)) * 1_000;
      expect(arrived.headers['x-allfeat-timestamp']).to.equal(String(at / 1_000));
      expect(isGenuine(arrived, key.webhook_secret_base64, at)).to.equal(true);
      expect(arrived.raw.equals(receiver.arrived[0]?.raw ?? Buffer.alloc(0))).to.equal(true);
      expect(arrived.headers['x-allfeat-signature']).to.equal(shown.attempts[index]?.signature);
    }
    await world.advance(86_400);
    expect(receiver.arrived).to.have.length(6);
  });

  it('does so in one advance, from before the end of the transaction', async () => {
    const { world, receiver } = parts;
    receiver.reactions = ['reset'];
    const id = await world.submit(await world.key(receiver.url()));
    await world.advance(43 * 60);
    expect(moments(await world.shown(id))).to.deep.equal([0, 1, 6, 36, 156, 756]);
  });

  it('a receiver that recovers is not asked again', async () => {
    const { id } = await report(500, 500, 500, 204);
    await parts.world.advance(43 * 60);
    const shown = await parts.world.shown(id);
    expect([shown.state, moments(shown)]).to.deep.equal(['delivered', [0, 1, 6, 36]]);
  });

  it('interleaves the attempts of several webhooks in the order in which they fall due', async () => {
    const { world, receiver } = parts;
    receiver.reactions = [503];
    const key = await world.key(receiver.url());
    const first = await world.submit(key);
    await world.advance(3);
    const second = await world.submit(key);
    await world.advance(43 * 60);
    const order = receiver.arrived.map(({ body }) => (body['transaction_id'] === first ? 'a' : 'b')).join('');
    expect(order).to.equal('aabbabababab');
    expect(moments(await world.shown(second))).to.deep.equal([3, 4, 9, 39, 159, 759]);
  });

  describe('silence', () => {
    it('fails after 30 seconds of the clock, and holds up nobody', async () => {
      const { world, receiver } = parts;
      const { id } = await report('silence', 'silence', 204);
      expect(await world.shown(id)).to.include({ state: 'pending', underWay: true, next_attempt_at: null });
      await world.advance(29.999);
      expect((await world.shown(id)).underWay).to.equal(true);
      await world.advance(0.001);
      const shown = await world.shown(id);
      expect([shown.underWay, shown.attempts[0]?.problem]).to.deep.equal([false, 'no answer within 30 seconds']);
      await world.advance(60);
      expect(moments(await world.shown(id))).to.deep.equal([0, 31, 66]);
      expect(receiver.arrived).to.have.length(3);
    });

    it('does not keep others from being told', async () => {
      const { world, receiver } = parts;
      const other = await Receiver.start();
      receiver.reactions = ['silence'];
      await world.submit(await world.key(receiver.url()));
      await world.submit(await world.key(other.url()));
      await world.submit(await world.key(receiver.url('/second')));
      await world.advance(BLOCK);
      expect(other.arrived).to.have.length(1);
      expect(receiver.arrived.map(({ path }) => path)).to.deep.equal(['/hook', '/second']);
      await other.stop();
    });

    it('ends when the answer comes after all', async () => {
      const { world, receiver } = parts;
      let answer: (() => void) | undefined;
      const { id } = await report((res) => (answer = () => res.writeHead(200).end()));
      expect((await world.shown(id)).underWay).to.equal(true);
      answer?.();
      while ((await world.shown(id)).underWay);
      expect((await world.shown(id)).state).to.equal('delivered');
      expect(receiver.arrived).to.have.length(1);
    });

    it('leaves no connection behind', async () => {
      const { world, receiver } = parts;
      await report('silence');
      expect(await receiver.connections()).to.equal(1);
      await world.advance(30);
      while ((await receiver.connections()) > 0) await new Promise((resolve) => setImmediate(resolve));
    });

    it('an answer that comes too late counts no more', async () => {
      const { world } = parts;
      let answer: (() => void) | undefined;
      const { id } = await report((res) => (answer = () => res.writeHead(200).end()), 503);
      await world.advance(30);
      answer?.();
      await world.advance(43 * 60);
      expect((await world.shown(id)).state).to.equal('dead');
    });
  });

  describe('whom they may go to', () => {
    it('is nobody beyond this machine, which the log says with the remedy', async () => {
      const { world } = parts;
      const id = await world.submit(await world.key('https://hooks.example.com/ats'));
      await world.advance(BLOCK);
      const { state, reason, attempts } = await world.shown(id);
      expect([state, attempts]).to.deep.equal(['dead', []]);
      expect(reason).to.equal(
        'webhooks may not be sent to https://hooks.example.com: start the mock with --webhooks-to https://hooks.example.com',
      );
    });

    for (const host of [
      'example.com',
      '0.0.0.0',
      '10.0.0.1',
      '169.254.169.254',
      '[::]',
      'localhost.example.com',
      '127.0.0.1.nip.io',
      'localhost.',
    ]) {
      it(`is not ${host}`, async () => {
        const { world } = parts;
        const id = await world.submit(await world.key(`http://${host}:1/`));
        await world.advance(BLOCK);
        expect((await world.shown(id)).reason).to.match(/^webhooks may not be sent to /);
      });
    }

    for (const host of ['localhost', 'hooks.localhost', '127.1', '2130706433', '[::ffff:127.0.0.1]']) {
      it(`is ${host}, if that leads here`, async () => {
        const { world, receiver } = parts;
        const id = await world.submit(await world.key(`http://${host}:${receiver.port}/`));
        await world.advance(BLOCK);
        const { state, reason } = await world.shown(id);
        // An address of the other family may be written in a way that is not recognised: then it is refused, never sent elsewhere.
        if (state === 'dead') expect(reason).to.match(/^webhooks may not be sent to /);
        else expect(receiver.arrived).to.have.length(1);
        if (!host.startsWith('[')) expect(state).to.equal('delivered');
      });
    }

    it('is whom the start names, and no other path of theirs', async () => {
      const { receiver } = parts;
      // Not among the addresses that are this machine for certain, and yet leads here.
      const there = `http://0.0.0.0:${receiver.port}`;
      const world = await World.start({ webhooksTo: [`${there}/hooks`, 'https://hooks.example.com'] });
      try {
        const states: string[] = [];
        for (const url of [`${there}/hooks/ats`, `${there}/hooksats`, `${there}/other`, `${there}/hooks/../other`, receiver.url('/here')]) {
          const id = await world.submit(await world.key(url));
          await world.advance(BLOCK);
          states.push((await world.shown(id)).state);
        }
        expect(states).to.deep.equal(['delivered', 'dead', 'dead', 'dead', 'delivered']);
        expect(receiver.arrived.map(({ path }) => path)).to.deep.equal(['/hooks/ats', '/here']);
      } finally {
        await world.mock.close();
      }
    });

    it('cannot be a start with something else', async () => {
      const refused = await World.start({ webhooksTo: ['hooks.example.com'] }).catch((error: Error) => error.message);
      expect(refused)
        .to.include('webhooks may be sent to "hooks.example.com"')
        .and.to.include('Say --webhooks-to https://hooks.example.com');
    });
  });

  describe('resets and the end', () => {
    it('a reset drops what is pending, and what is under way says nothing any more', async () => {
      const { world, receiver } = parts;
      let answer: (() => void) | undefined;
      await report((res) => (answer = () => res.writeHead(200).end()));
      await world.submit(await world.key(receiver.url()));
      await world.begin();
      answer?.();
      await world.advance(86_400);
      expect(await world.log()).to.deep.equal([]);
      expect(receiver.arrived).to.have.length(1);
    });

    it('closing waits for nobody, and leaves neither connections nor timers', async () => {
      const { receiver } = parts;
      const world = await World.start({ webhookPatienceMs: 60_000 });
      receiver.reactions = ['silence'];
      await world.submit(await world.key(receiver.url()));
      world.mock.clock.unfreeze();
      const journey = world.mock.clock.advance(43 * 60_000);
      await receiver.until(1);
      await world.mock.close();
      await journey;
      expect(receiver.arrived).to.have.length(1);
      while ((await receiver.connections()) > 0) await new Promise((resolve) => setImmediate(resolve));
    });
  });
});
