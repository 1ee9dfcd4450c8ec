import { expect } from 'chai';
import { FAULTS, parseFault, type Fault } from '../../mocks/faults/index.js';
import type { Mock } from '../../mocks/index.js';
import { mocks } from '../mock/support.js';
import { inPieces, look, type Sight } from './support.js';

const FAULTY: readonly Fault[] = [
  parseFault('connection-reset'),
  parseFault('empty-response'),
  parseFault('malformed-chunk'),
  parseFault('random-data'),
  parseFault({ 'truncated-body': 20 }),
  parseFault({ 'truncated-body': 0 }),
  parseFault({ 'truncated-body': 1_000_000 }),
  parseFault({ dribble: { chunks: 4, durationMs: 4 } }),
  parseFault({ timeout: 3 }),
];

/** Whatever can be asked, and how. */
const ASKED: Readonly<Record<string, readonly [path: string, init?: () => RequestInit]>> = {
  'a failure of the sandbox': ['/v1/transactions/unknown'],
  'an unknown route': ['/v2/nothing?x=1#part'],
  'a choice': ['/v1/organizations/any/works/prepare', () => ({ method: 'POST', headers: { prefer: 'code=422' } })],
  'a choice in the query': ['/v1/transactions/any?__code=200'],
  'a choice that does not exist': ['/v1/transactions/any?__error=nothing.known'],
  HEAD: ['/v2/nothing', () => ({ method: 'HEAD' })],
  'a method that no operation has': ['/v1/transactions/any', () => ({ method: 'DELETE' })],
  'a method that is none': ['/v1/transactions/any', () => ({ method: 'NONSENSE' })],
  'a body that is no JSON': ['/v1/organizations/any/works/init', () => ({ method: 'POST', body: '{' })],
  'a body that comes in pieces': ['/v1/organizations/any/works/init', () => inPieces('{"net', 'work": "testnet"}')],
  'a body that nobody reads': ['/v1/transactions/unknown', () => ({ method: 'PUT', body: 'x'.repeat(100_000) })],
  'more headers than are allowed': ['/v1/transactions/any', () => ({ headers: { 'x-long': 'x'.repeat(20_000) } })],
  'an admin route': ['/__admin/world'],
  'an admin route for a page of elsewhere': ['/__admin/world', () => ({ headers: { origin: 'https://attacker.example' } })],
};

describe('mock.fetch and the socket', function () {
  this.timeout(20_000);
  const suite = mocks();
  let mock: Mock;
  before(async () => {
    mock = await suite.start();
  });
  after(() => suite.closeAll());
  beforeEach(() => mock.reset());

  /** The same through both. */
  const both = async (path: string, init?: () => RequestInit): Promise<readonly [Sight, Sight]> => [
    await look(fetch, mock.url + path, init?.()),
    await look(mock.fetch, path, init?.()),
  ];

  describe('show the same of every fault', () => {
    it('all kinds of which are compared here', () => {
      const kinds = new Set(FAULTY.map(({ type }) => type));
      expect([...kinds].sort()).to.deep.equal(
        Object.values(FAULTS)
          .map(({ type }) => type)
          .sort(),
      );
    });

    for (const fault of FAULTY) {
      for (const method of ['GET', 'HEAD']) {
        it(`${JSON.stringify(fault)}, ${method}`, async () => {
          mock.onAny().fault(fault);
          const [socket, inProcess] = await both('/v1/transactions/any', () => ({ method }));
          expect(inProcess).to.deep.equal(socket);
          expect(mock.journal.entries(1)[0]).to.include({ answeredBy: 'script', method });
          if (method === 'GET') expect(inProcess.error === undefined).to.equal(fault.type === 'dribble' || isWhole(fault));
        });
      }
    }
  });

  describe('answer the same', () => {
    for (const [name, [path, init]] of Object.entries(ASKED)) {
      it(`to ${name}`, async () => {
        const [socket, inProcess] = await both(path, init);
        expect(inProcess).to.deep.equal(socket);
        expect(inProcess.status).to.be.a('number');
      });
    }

    it('without a body', async () => {
      mock.onAny().responds({ status: 204 });
      const [socket, inProcess] = await both('/anything');
      expect(inProcess).to.deep.equal(socket);
      expect(inProcess.status).to.equal(204);
    });

    it('to a body that breaks off: nothing, since there is nobody to answer', async () => {
      const broken = (): RequestInit => inPieces('{"net', new RangeError('no more'));
      const [socket, inProcess] = await both('/v1/organizations/any/works/init', broken);
      expect(socket).to.include({ body: '' }).and.not.have.property('status');
      expect(inProcess).to.deep.equal(socket);
    });

    it('and keep the same of it', async () => {
      await both('/v1/transactions/unknown?x=1', () => ({ headers: { prefer: 'code=404' } }));
      const kept = mock.journal.entries().map(({ method, url, operation, status, code, answeredBy, why }) => {
        return { method, url, operation, status, code, answeredBy, why };
      });
      expect(kept).to.have.length(2);
      expect(kept[1]).to.deep.equal(kept[0]);
    });
  });
});

function isWhole(fault: Fault): boolean {
  return fault.type === 'limit_data' && fault.bytes > 1_000;
}
