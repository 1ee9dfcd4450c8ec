import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { createMemoryStore } from '../../mocks/stores/index.js';
import type { Mock } from '../../mocks/index.js';
import { mocks } from '../mock/support.js';
import { TRANSACTION } from './support.js';

/** What a client gets that sends all of this, and closes its side at once. */
async function asked({ port }: Pick<Mock, 'port'>, text: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
  socket.end(text);
  await once(socket, 'end');
  return answer;
}

const get = (path: string, ...headers: readonly string[]): string => [`GET ${path} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n');
const statuses = (answer: string): readonly string[] => [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = '']) => status);

describe('surfaces: a client that closes its side behind its request', () => {
  const started = mocks();
  after(() => started.closeAll());

  it('gets its answer, also where that takes a while, and then the end', async () => {
    const mock = await started.start();
    expect(statuses(await asked(mock, get(TRANSACTION)))).to.deep.equal(['404']);
    expect(statuses(await asked(mock, get(TRANSACTION, 'x-mock-response-delay: 30')))).to.deep.equal(['404']);
    const several = [get(TRANSACTION, 'x-mock-response-delay: 30'), get('/nowhere', 'x-mock-response-code: 200'), get(TRANSACTION)].join(
      '',
    );
    expect(statuses(await asked(mock, several))).to.deep.equal(['404', '404', '404']);
  });

  it('gets it where a store has to be asked', async () => {
    const stored = await started.start({ store: createMemoryStore() });
    expect(statuses(await asked(stored, get(TRANSACTION)))).to.deep.equal(['404']);
  });

  it('is nobody to keep a connection open for that is never answered', async () => {
    const mock = await started.start();
    mock.on('getTransaction').fault({ type: 'timeout', timeoutMs: 0 });
    expect(await asked(mock, get(TRANSACTION))).to.equal('');
    mock.on('getTransaction').fault({ type: 'timeout', timeoutMs: 240_000 });
    expect(await asked(mock, get(TRANSACTION))).to.equal('');
  });

  it('gets nothing for half a request', async () => {
    const mock = await started.start();
    expect(statuses(await asked(mock, 'GET / HTTP/1.1\r\nHost: a\r\n'))).to.deep.equal(['400']);
  });
});
