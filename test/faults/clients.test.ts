import { expect } from 'chai';
import type { Fault } from '../../mocks/faults/index.js';
import { ANSWER, BODY, CLIENTS, curl, startTiny, type Client, type Seen } from './support.js';

type Name = Client['name'];

/** What a fault claims to be, in each client's own words. */
interface Claim {
  readonly title: string;
  readonly fault: Fault;
  /** Connections for an answer, the fault, and an answer again. */
  readonly connections: 1 | 2;
  readonly seen: Readonly<Record<Name, (seen: Seen) => void>>;
}

const nothing = (...errors: readonly (string | number)[]) => {
  return (seen: Seen): void => {
    expect(seen).to.include({ body: '' }).and.not.have.property('status');
    expect(seen.error).to.be.oneOf([...errors]);
  };
};

const partly = (body: string, ...errors: readonly (string | number)[]) => {
  return (seen: Seen): void => {
    expect(seen).to.include({ status: ANSWER.status, body });
    expect(seen.error).to.be.oneOf([...errors]);
  };
};

const whole = (seen: Seen): void => void expect(seen).to.deep.equal({ status: ANSWER.status, body: BODY });
const all = (check: (seen: Seen) => void): Claim['seen'] => ({ fetch: check, undici: check, curl: check });

const noChunk = (seen: Seen): void => {
  partly('', 'HTTPParserError', 'HPE_INVALID_CHUNK_SIZE')(seen);
  expect(seen.says).to.match(/chunk/i);
};
const noHttp = (seen: Seen): void => {
  nothing('HTTPParserError', 'HPE_INVALID_CONSTANT')(seen);
  expect(seen.says).to.match(/HTTP/);
};
/** undici says how the other side went: "other side closed" is a FIN. */
const ended = nothing('UND_ERR_SOCKET');
const cut = (body: string): ((seen: Seen) => void) => partly(body, 'UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH');

/** curl: 1 unsupported protocol, 8 weird answer, 18 partial file, 52 got nothing, 56 receive error. */
const CLAIMS: readonly Claim[] = [
  {
    title: 'CONNECTION_RESET_BY_PEER resets the connection',
    fault: { type: 'CONNECTION_RESET_BY_PEER' },
    connections: 2,
    seen: { fetch: nothing('ECONNRESET'), undici: nothing('ECONNRESET'), curl: nothing(56) },
  },
  {
    title: 'EMPTY_RESPONSE ends the connection without a byte',
    fault: { type: 'EMPTY_RESPONSE' },
    connections: 2,
    seen: { fetch: ended, undici: ended, curl: nothing(52) },
  },
  {
    title: 'MALFORMED_RESPONSE_CHUNK sends a head and a chunk that is none',
    fault: { type: 'MALFORMED_RESPONSE_CHUNK' },
    connections: 2,
    seen: { fetch: noChunk, undici: noChunk, curl: partly('', 56) },
  },
  {
    title: 'RANDOM_DATA_THEN_CLOSE sends what is no HTTP',
    fault: { type: 'RANDOM_DATA_THEN_CLOSE' },
    connections: 2,
    seen: { fetch: noHttp, undici: noHttp, curl: nothing(1, 8, 56) },
  },
  {
    title: 'limit_data ends the body early',
    fault: { type: 'limit_data', bytes: 20 },
    connections: 2,
    seen: { fetch: cut(BODY.slice(0, 20)), undici: cut(BODY.slice(0, 20)), curl: partly(BODY.slice(0, 20), 18) },
  },
  {
    title: 'limit_data can leave nothing of the body',
    fault: { type: 'limit_data', bytes: 0 },
    connections: 2,
    seen: { fetch: cut(''), undici: cut(''), curl: partly('', 18) },
  },
  {
    title: 'limit_data lets a body through that is no longer',
    fault: { type: 'limit_data', bytes: Buffer.byteLength(BODY) },
    connections: 1,
    seen: all(whole),
  },
  {
    title: 'dribble sends all of the body',
    fault: { type: 'dribble', chunks: 7, durationMs: 7 },
    connections: 1,
    seen: all(whole),
  },
  {
    title: 'timeout ends the connection without a byte, later',
    fault: { type: 'timeout', timeoutMs: 5 },
    connections: 2,
    seen: { fetch: ended, undici: ended, curl: nothing(52) },
  },
];

describe('faults, as clients see them', () => {
  for (const { title, fault, connections, seen } of CLAIMS) {
    describe(title, () => {
      for (const client of CLIENTS) {
        it(`to ${client.name}`, async () => {
          const tiny = await startTiny(fault);
          try {
            seen[client.name](await client.see(`${tiny.url}/x`));
          } finally {
            await tiny.close();
          }
          expect(await tiny.settled()).to.equal(1);
        });

        it(`to ${client.name}, between two answers on a connection that is kept`, async () => {
          const tiny = await startTiny(fault);
          try {
            const [before, spoilt, after] = await client.seeAll([`${tiny.url}/ok`, `${tiny.url}/x`, `${tiny.url}/ok`]);
            expect(before).to.deep.equal({ status: 200, body: 'ok' });
            if (spoilt !== undefined) seen[client.name](spoilt);
            expect(after).to.deep.equal({ status: 200, body: 'ok' });
            // curl sends a request once more when a connection that it had kept dies under it, and fetch may open one to spare.
            if (client.name === 'undici') expect(tiny.connections).to.equal(connections);
            else expect(tiny.connections).to.be.within(connections, connections + 1);
          } finally {
            await tiny.close();
          }
        });
      }
    });
  }

  it('timeout 0 never answers: clients give up by themselves', async () => {
    const tiny = await startTiny({ type: 'timeout', timeoutMs: 0 });
    try {
      const error = await fetch(`${tiny.url}/x`, { signal: AbortSignal.timeout(20) }).catch((thrown: unknown) => thrown);
      expect(error).to.have.property('name', 'TimeoutError');
      expect(await curl(['--max-time', '0.05', `${tiny.url}/x`])).to.include({ error: 28, body: '' });
      // Closing waits for both, however far they came: neither may hang.
    } finally {
      await tiny.close();
    }
  });
});
