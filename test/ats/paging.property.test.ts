import { expect } from 'chai';
import fc from 'fast-check';
import { Ats, NEW_WORK, ok } from './harness.js';
import { listPath } from './requests.js';

interface Page {
  readonly works: readonly { readonly id: string }[];
  readonly page_info: { readonly has_next_page: boolean; readonly end_cursor: string | null };
  readonly total_count: number;
}

const USER = 'user/with 50 % more';
const RUNS = process.env['FAILPATH_LONG'] === '1' ? 500 : 40;

class Reader {
  readonly #ats: Ats;
  readonly #token: string;

  constructor(ats: Ats, token: string) {
    this.#ats = ats;
    this.#token = token;
  }

  async page(first: number | undefined, after: string | null, network = 'testnet'): Promise<Page> {
    const query = new URLSearchParams({
      network,
      ...(first === undefined ? {} : { first: String(first) }),
      ...(after === null ? {} : { after }),
    });
    const path = this.#ats.organization(listPath(this.#ats, query.toString(), USER));
    return ok(await this.#ats.ask('GET', path, { token: this.#token })).body as unknown as Page;
  }
}

const register = async (ats: Ats, { network, user }: { network: string; user: string }): Promise<string> => {
  const job_id = await ats.prepared(10, { ...NEW_WORK, network, external_user_ref: user });
  ok(await ats.post('works/confirm', { job_id }));
  return job_id;
};

const aWork = fc.record({ network: fc.constantFrom('testnet', 'testnet', 'mainnet'), user: fc.constantFrom(USER, USER, 'somebody-else') });
const aPage = fc.record({
  /** `undefined`: as many as the contract says. */
  first: fc.oneof(fc.integer({ min: 1, max: 7 }), fc.constantFrom(undefined, 100)),
  /** What is registered before the next page is asked for. */
  meanwhile: fc.array(aWork, { maxLength: 3 }),
  /** Milliseconds until then: works come on chain on the way. */
  passing: fc.constantFrom(0, 3_000, 12_000),
});

describe('ats sandbox: pages of works', () => {
  it('hold every work exactly once, newest first, whatever their length and whatever comes meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aWork, { maxLength: 25 }), fc.array(aPage, { minLength: 1, maxLength: 5 }), async (before, pages) => {
        const ats = new Ats();
        ats.clock.freeze();
        const mine: string[] = [];
        const add = async (work: { network: string; user: string }): Promise<void> => {
          const id = await register(ats, work);
          if (work.user === USER && work.network === 'testnet') mine.push(id);
        };
        for (const work of before) await add(work);
        await ats.clock.advance(12_000);
        const expected = mine.toReversed();

        const reader = new Reader(ats, await ats.session(USER));
        const seen: string[] = [];
        let after: string | null = null;
        for (let turn = 0; ; turn++) {
          const { first, meanwhile, passing } = pages[turn % pages.length] ?? { first: 1, meanwhile: [], passing: 0 };
          const page: Page = await reader.page(first, after);
          expect(page.works.length).to.be.at.most(first ?? 20);
          expect(page.total_count).to.be.at.least(expected.length);
          seen.push(...page.works.map(({ id }) => id));
          expect(page.page_info.end_cursor === null).to.equal(page.works.length === 0);
          if (!page.page_info.has_next_page) break;
          expect(page.works.length).to.equal(first ?? 20);
          for (const work of turn > 30 ? [] : meanwhile) await add(work);
          await ats.clock.advance(passing);
          after = page.page_info.end_cursor;
        }
        expect(seen).to.deep.equal(expected);

        await ats.clock.advance(12_000);
        expect((await reader.page(100, null)).total_count).to.equal(mine.length);
      }),
      { numRuns: RUNS },
    );
  });

  it('fit the list whose cursor they are asked for with, and no other', async () => {
    const ats = new Ats();
    ats.clock.freeze();
    for (const network of ['testnet', 'mainnet']) for (let n = 0; n < 3; n++) await register(ats, { network, user: USER });
    await ats.clock.advance(12_000);
    const token = await ats.session(USER);
    const reader = new Reader(ats, token);
    const cursor = String((await reader.page(1, null)).page_info.end_cursor);
    expect((await reader.page(100, cursor)).works).to.have.length(2);
    await fc.assert(
      fc.asyncProperty(fc.nat(cursor.length - 1), fc.constantFrom(...'AZaz09-_=%'), async (at, char) => {
        fc.pre(cursor[at] !== char);
        const forged = encodeURIComponent(cursor.slice(0, at) + char + cursor.slice(at + 1));
        const path = ats.organization(listPath(ats, `network=testnet&after=${forged}`, USER));
        expect((await ats.ask('GET', path, { token })).code).to.equal('common.validation_failed');
      }),
      { numRuns: RUNS },
    );
    const mainnet = await ats.ask('GET', ats.organization(listPath(ats, `network=mainnet&after=${cursor}`, USER)), { token });
    expect(mainnet.why).to.equal('cursorKnown: cursor of another list');
    const other = await ats.ask('GET', ats.organization(listPath(ats, `network=testnet&after=${cursor}`, 'x')), {
      token: await ats.session('x'),
    });
    expect(other.why).to.equal('cursorKnown: cursor of another list');
  });
});
