import { expect } from 'chai';
import { startMock, type Mock } from '../../mocks/index.js';
import { atsContract } from '../mock/support.js';
import { PLACES, type Place } from './support.js';
import type { Store } from '../../mocks/stores/index.js';

const contract = await atsContract();

interface Listed {
  readonly total: number;
  /** Number and path of each. */
  readonly requests: readonly string[];
}

/** What a mock says of its journal. */
async function listed({ url }: Mock): Promise<Listed> {
  const response = await fetch(`${url}/__admin/requests`);
  const { requests, meta } = (await response.json()) as {
    requests: readonly { id: string; url: string }[];
    meta: { total: number };
  };
  return {
    total: meta.total,
    requests: requests.map(({ id, url }) => `${Number.parseInt(id.slice(-12), 16)} ${url.slice(url.lastIndexOf('/') + 1)}`),
  };
}

async function ask({ url }: Mock, name: string): Promise<void> {
  await (await fetch(`${url}/v1/transactions/${name}`)).text();
}

async function control({ url }: Mock, method: string, path: string, body?: unknown): Promise<void> {
  const response = await fetch(`${url}/__admin/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  expect(response.status, await response.text()).to.be.lessThan(300);
}

for (const [kind, start] of Object.entries(PLACES)) {
  describe(`the journal of two mocks with a store in ${kind}`, () => {
    let place: Place;
    let stores: Store[];
    let one: Mock;
    let two: Mock;

    before(async () => {
      place = await start();
      stores = [await place.open(), await place.open()];
      [one, two] = (await Promise.all(stores.map((store) => startMock({ contract, store })))) as [Mock, Mock];
    });

    beforeEach(async () => {
      await control(one, 'POST', 'reset');
      await ask(one, 'a');
      await ask(two, 'b');
      await ask(one, 'c');
      const all = { total: 3, requests: ['1 a', '2 b', '3 c'] };
      expect([await listed(one), await listed(two)]).to.deep.equal([all, all]);
    });

    after(async () => {
      await Promise.all([one, two].map((mock) => mock.close({ graceMs: 100 })));
      await Promise.all(stores.map((store) => store.close()));
      await place.end();
    });

    async function bothList(expected: Listed): Promise<void> {
      expect(await listed(two)).to.deep.equal(expected);
      expect(await listed(one)).to.deep.equal(expected);
    }

    it('lacks everywhere what one has removed, whoever kept it, and counts on', async () => {
      await control(one, 'DELETE', 'requests/1');
      await bothList({ total: 3, requests: ['2 b', '3 c'] });
      await control(one, 'DELETE', 'requests/2');
      await ask(two, 'd');
      await bothList({ total: 4, requests: ['3 c', '4 d'] });
      await control(two, 'DELETE', 'requests/4');
      await bothList({ total: 4, requests: ['3 c'] });
    });

    it('lacks everywhere what a pattern has removed', async () => {
      await control(one, 'POST', 'requests/remove', { method: 'GET', urlPathPattern: '.*/[bc]' });
      await bothList({ total: 3, requests: ['1 a'] });
      await ask(one, 'd');
      await bothList({ total: 4, requests: ['1 a', '4 d'] });
      await control(two, 'POST', 'requests/remove', { method: 'GET' });
      await bothList({ total: 4, requests: [] });
    });

    for (const [name, method, path] of [
      ['emptied', 'DELETE', 'requests'],
      ['reset', 'POST', 'reset'],
    ] as const) {
      it(`is empty everywhere once it is ${name}, and begins anew`, async () => {
        await control(one, method, path);
        await bothList({ total: 0, requests: [] });
        await ask(one, 'd');
        await bothList({ total: 1, requests: ['1 d'] });
        await control(two, method, path);
        // Nobody has looked since.
        await ask(one, 'e');
        await ask(two, 'f');
        await bothList({ total: 2, requests: ['1 e', '2 f'] });
      });

      it(`has as many as before, and others, after it was ${name}`, async () => {
        await control(one, method, path);
        for (const [index, mock] of [one, two, one, two].entries()) await ask(mock, `new-${index}`);
        await bothList({ total: 4, requests: ['1 new-0', '2 new-1', '3 new-2', '4 new-3'] });
      });
    }

    it('has the last thousand, each once, after a reset', async () => {
      await control(one, 'POST', 'reset');
      const asked = Array.from({ length: 1_001 }, (_, index) => index);
      for (let from = 0; from < asked.length; from += 40) {
        await Promise.all(asked.slice(from, from + 40).map((index) => ask(index % 2 === 0 ? one : two, `many-${index}`)));
      }
      const { total, requests } = await listed(two);
      expect([total, requests.length, new Set(requests.map((line) => line.split(' ')[1])).size]).to.deep.equal([1_001, 1_000, 1_000]);
      expect(await listed(one)).to.deep.equal({ total, requests });
    });
  });
}
