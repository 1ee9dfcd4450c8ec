import { expect } from 'chai';
import { createServer } from 'node:http';
import type { Fault } from '../../mocks/faults/index.js';
import { get, tinies } from './line.js';
import { ANSWER, BODY, manualTime, type TinyOptions } from './support.js';

const timeout: Fault = { type: 'timeout', timeoutMs: 0 };

describe('faults that take time', () => {
  const { start, open, closeAll } = tinies();
  afterEach(closeAll);

  describe('dribble', () => {
    const chunksOf = (text: string): string[] =>
      [...text.slice(text.indexOf('\r\n\r\n') + 4).matchAll(/([\da-f]+)\r\n([^\r]*)\r\n/g)].map(([, , data = '']) => data);

    it('sends the head at once, then chunk by chunk as time passes', async () => {
      const time = manualTime();
      const line = open(await start({ type: 'dribble', chunks: 3, durationMs: 100 }, { after: time.after }), get('/x'), get('/ok'));
      await line.until((text) => text.includes('\r\n\r\n'));
      expect(chunksOf(line.text)).to.deep.equal([]);
      const waits: number[] = [];
      for (let count = 1; count <= 3; count++) {
        waits.push(await time.next());
        await line.until((text) => chunksOf(text).length >= count);
        if (count < 3) expect(chunksOf(line.text)).to.have.lengthOf(count);
      }
      expect(waits).to.deep.equal([33, 33, 34]);
      await line.until((text) => text.endsWith('ok'));
      const lengths = chunksOf(line.text.slice(0, line.text.indexOf('0\r\n\r\n'))).map((chunk) => chunk.length);
      expect(Math.max(...lengths) - Math.min(...lengths)).to.be.at.most(1);
      line.socket.destroy();
    });

    it('has no more chunks than bytes, and a wait even without any', async () => {
      for (const [body, waits] of [
        ['{}', [50, 50]],
        [undefined, [100]],
      ] as const) {
        const time = manualTime();
        const tiny = await start({ type: 'dribble', chunks: 9, durationMs: 100 }, { after: time.after, answer: { ...ANSWER, body } });
        const line = open(tiny, get('/x'), get('/ok'));
        for (const wait of waits) expect(await time.next()).to.equal(wait);
        await line.until((text) => text.endsWith('ok'));
        expect(time.waiting).to.deep.equal([]);
        line.socket.destroy();
      }
    });

    it('waits before an answer that has no body', async () => {
      const time = manualTime();
      const line = open(await start({ type: 'dribble', chunks: 9, durationMs: 80 }, { after: time.after }), get('/x', 'HEAD'), get('/ok'));
      expect(await time.next()).to.equal(80);
      await line.until((text) => text.endsWith('ok'));
      line.socket.destroy();
    });

    it('is finished at once when the server closes', async () => {
      const time = manualTime();
      const tiny = await start({ type: 'dribble', chunks: 4, durationMs: 100 }, { after: time.after });
      const line = open(tiny, get('/x'));
      await time.next();
      await line.until((text) => chunksOf(text).length === 1);
      await tiny.close();
      await line.ended();
      expect(Buffer.from(chunksOf(line.text).join(''), 'latin1').toString()).to.equal(BODY);
      expect(time.waiting).to.deep.equal([]);
    });

    it('ends with the client', async () => {
      const time = manualTime();
      const tiny = await start({ type: 'dribble', chunks: 4, durationMs: 100 }, { after: time.after });
      const line = open(tiny, get('/x'));
      await time.next();
      await line.until((text) => chunksOf(text).length === 1);
      line.socket.resetAndDestroy();
      await tiny.settled();
      expect(time.waiting).to.deep.equal([]);
    });
  });

  describe('timeout', () => {
    it('sends nothing, then ends the connection when its time has come', async () => {
      const time = manualTime();
      const line = open(await start({ type: 'timeout', timeoutMs: 30_000 }, { after: time.after }), get('/x'));
      expect(await time.next()).to.equal(30_000);
      await line.ended();
      expect(line.text).to.equal('');
      expect(line.ends).to.deep.equal(['FIN']);
    });

    it('0 sets no timer, and ends with the client', async () => {
      const time = manualTime();
      const tiny = await start(timeout, { after: time.after });
      const line = open(tiny, get('/ok'), get('/x'));
      await line.until((text) => text.endsWith('ok'));
      expect(time.waiting).to.deep.equal([]);
      line.socket.end();
      await tiny.settled();
      expect(await tiny.settled()).to.equal(1);
    });

    it('ends at once when the server closes, however many there are, and without a warning', async () => {
      const warnings: Error[] = [];
      const warned = (warning: Error): void => void warnings.push(warning);
      process.on('warning', warned);
      try {
        const tiny = await start(timeout);
        const lines = Array.from({ length: 40 }, () => open(tiny, get('/ok'), get('/x')));
        await Promise.all(lines.map((line) => line.until((text) => text.endsWith('ok'))));
        await tiny.close();
        await Promise.all(lines.map((line) => line.ended()));
        expect(lines.every(({ text }) => text.endsWith('ok'))).to.equal(true);
        expect(await tiny.settled()).to.equal(40);
      } finally {
        process.off('warning', warned);
      }
      expect(warnings).to.deep.equal([]);
    });

    it('does not begin on a server that is closing already', async () => {
      const closing = AbortSignal.abort();
      const line = open(await start(timeout, { closing }), get('/x'));
      await line.ended();
      expect(line.text).to.equal('');
    });
  });

  describe('the patience of the server', () => {
    /** A server that cuts what is silent for four seconds; notes what a connection's patience is before and after each request. */
    const impatient = (patience: (number | undefined)[]): NonNullable<TinyOptions['create']> => {
      return (serve) => {
        const server = createServer((req, res) => {
          patience.push(req.socket.timeout);
          serve(req, res);
          setImmediate(() => patience.push(req.socket.timeout));
        });
        server.timeout = 4_000;
        return server;
      };
    };

    it('does not cut a timeout short', async () => {
      const time = manualTime();
      const patience: number[] = [];
      const tiny = await start({ type: 'timeout', timeoutMs: 30_000 }, { after: time.after, create: impatient(patience) });
      const line = open(tiny, get('/x'));
      expect(await time.next()).to.equal(30_000);
      await line.ended();
      expect(patience).to.deep.equal([4_000, 0]);
    });

    it('does not cut a dribble short, and is back with the next request', async () => {
      const time = manualTime();
      const patience: number[] = [];
      const tiny = await start({ type: 'dribble', chunks: 1, durationMs: 30_000 }, { after: time.after, create: impatient(patience) });
      const line = open(tiny, get('/x'));
      await line.until((text) => text.endsWith('\r\n\r\n'));
      expect(await time.next()).to.equal(30_000);
      await line.until((text) => text.endsWith('0\r\n\r\n'));
      line.socket.write(get('/ok'));
      await line.until((text) => text.endsWith('ok'));
      expect(patience.slice(0, 3)).to.deep.equal([4_000, 0, 4_000]);
      line.socket.destroy();
    });
  });
});
