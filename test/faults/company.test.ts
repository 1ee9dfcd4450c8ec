import { expect } from 'chai';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { applyFault, spoilsAnswer, type Fault } from '../../mocks/faults/index.js';
import { ALL, get, tinies } from './line.js';
import { ANSWER, manualTime } from './support.js';

const timeout: Fault = { type: 'timeout', timeoutMs: 0 };

describe('faults, and what else is on the way', () => {
  const { start, open, closeAll } = tinies();
  afterEach(closeAll);

  it('an answer ahead of it on the connection arrives first', async () => {
    const time = manualTime();
    const faults: Fault[] = [{ type: 'dribble', chunks: 1, durationMs: 10 }, { type: 'EMPTY_RESPONSE' }];
    const tiny = await start(timeout, {
      create: () => createServer((_req, res) => void applyFault(faults.shift() ?? timeout, res, ANSWER, { after: time.after })),
    });
    const line = open(tiny, get('/slow') + get('/x'));
    await time.next();
    await line.ended();
    expect(line.text.match(/HTTP\/1\.1/g)).to.have.lengthOf(1);
    expect(line.ends).to.deep.equal(['FIN']);
    expect(line.text.endsWith('0\r\n\r\n')).to.equal(true);
  });

  it('a client that leaves before its turn is no trouble', async () => {
    const time = manualTime();
    const over: Promise<void>[] = [];
    const tiny = await start(timeout, {
      create: () =>
        createServer((_req, res) => {
          over.push(applyFault({ type: 'dribble', chunks: 2, durationMs: 10 }, res, ANSWER, { after: time.after }));
        }),
    });
    const line = open(tiny, get('/first') + get('/second'));
    await line.until((text) => text.includes('\r\n\r\n'));
    line.socket.resetAndDestroy();
    await line.ended();
    await Promise.all(over);
    expect(over).to.have.lengthOf(2);
    expect(time.waiting).to.deep.equal([]);
  });

  it('a client that has gone already is no trouble', async () => {
    for (const fault of ALL) {
      const events = new EventEmitter();
      const gone = once(events, 'gone') as Promise<[Promise<void>]>;
      const tiny = await start(timeout, {
        create: () =>
          createServer((req, res) => {
            req.socket.once('close', () => events.emit('gone', applyFault(fault, res, ANSWER)));
          }),
      });
      open(tiny, get('/x')).socket.end();
      const [over] = await gone;
      await over;
    }
  });

  it('a client that goes at any moment is no trouble', async () => {
    for (const fault of ALL) {
      const tiny = await start(fault);
      const lines = Array.from({ length: 8 }, () => open(tiny, get('/x')));
      await Promise.all(
        lines.map(async (line, turn) => {
          for (let wait = 0; wait < turn; wait++) await new Promise((resolve) => void setImmediate(resolve));
          line.socket.resetAndDestroy();
          await line.ended();
        }),
      );
      expect(await (await fetch(`${tiny.url}/ok`)).text()).to.equal('ok');
    }
  });

  it('headers that cannot be written end the connection and nothing else', async () => {
    for (const fault of ALL.filter(spoilsAnswer)) {
      const tiny = await start(fault, { answer: { ...ANSWER, headers: { 'x-broken': 'a\nb' } } });
      const line = open(tiny, get('/x'));
      await line.ended();
      expect(line.text).to.equal('');
      expect(await (await fetch(`${tiny.url}/ok`)).text()).to.equal('ok');
    }
  });

  it('other connections go on', async () => {
    for (const fault of ALL) {
      const tiny = await start(fault);
      const other = open(tiny, get('/ok'));
      await other.until((text) => text.endsWith('ok'));
      const line = open(tiny, get('/x'));
      if (fault.type !== 'dribble') await line.ended();
      other.socket.write(get('/ok'));
      await other.until((text) => text.split('\r\n\r\nok').length === 3);
      expect(other.ends).to.deep.equal([]);
      other.socket.destroy();
      line.socket.destroy();
    }
  });
});
