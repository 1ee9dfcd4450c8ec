import axe from 'axe-core';
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { catalogueHtml, catalogueOf } from '../../mocks/index.js';
import { loadContract, type Contract } from '../../spec/index.js';
import { closeBrowser, launch } from '../reports/browser.js';
import { ROOT, temporaryFolder } from '../support/cli.js';

const SHOP = fileURLToPath(new URL('../types/shop.yaml', import.meta.url));

describe('the error catalogue as a page', () => {
  let browser: Browser;
  let ats: string;

  let some: string;

  before(async () => {
    const contract = await loadContract(join(ROOT, 'openapi.yaml'));
    ats = written(contract);
    // Each part of an article once or twice: to look at all of them takes long, and finds no more.
    const parts = /^(?:common\.(?:bad_request|unauthorized|quota_exceeded|validation_failed|service_unavailable)|api_key\.revoked)$/;
    some = written({ ...contract, failures: contract.failures.filter(({ code }) => parts.test(code)) });
    browser = await launch();
  });
  after(closeBrowser);

  function written(contract: Contract): string {
    const file = join(temporaryFolder(), 'errors.html');
    writeFileSync(file, catalogueHtml(catalogueOf(contract, { fromContract: true })));
    return pathToFileURL(file).href;
  }

  /** Opens a page, and expects it to ask for nothing else and to break no rule of its own. */
  async function opened<T>(url: string, options: BrowserContextOptions, look: (page: Page) => Promise<T>): Promise<T> {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    try {
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        if (!/^(?:file|data):/.test(request.url())) complaints.push(`it asks for ${request.url()}`);
      });
      await page.goto(url);
      const result = await look(page);
      expect(complaints).to.deep.equal([]);
      return result;
    } finally {
      await context.close();
    }
  }

  const NARROW = { viewport: { width: 360, height: 700 } };
  for (const [name, options] of Object.entries<BrowserContextOptions>({ light: {}, dark: { colorScheme: 'dark' }, narrow: NARROW })) {
    it(`has nothing that a person could not perceive or reach: ${name}`, async () => {
      const violations = await opened(some, options, async (page) => {
        await page.evaluate(axe.source);
        return page.evaluate<string[]>(
          `axe.run(${name === 'dark' ? "{ runOnly: ['color-contrast'] }" : ''}).then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html.slice(0, 200)))`,
        );
      });
      expect(violations).to.deep.equal([]);
    });
  }

  it('is never wider than the window', async () => {
    const wider = await opened(ats, NARROW, (page) => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'));
    expect(wider).to.equal(0);
  });

  it('finds codes by all words, with the keyboard, and opens the first', async () => {
    await opened(ats, {}, async (page) => {
      const shown = (): Promise<string[]> => page.locator('article:visible h2').allInnerTexts();
      const all = (await shown()).length;
      await page.keyboard.press('/');
      await page.keyboard.type('ConfirmWork 429');
      expect(await shown()).to.deep.equal(['common.quota_exceeded']);
      expect(await page.locator('.index li:visible').allInnerTexts()).to.have.length(1);
      expect(await page.locator('[role=status]').innerText()).to.equal(`1 of ${all} codes`);
      await page.keyboard.press('Enter');
      expect(await page.evaluate('location.hash')).to.equal('#common.quota_exceeded');
      await page.locator('#search').fill('quota of nothing');
      expect(await shown()).to.deep.equal([]);
      await page.getByRole('button', { name: `Show all ${all}` }).click();
      expect(await shown()).to.have.length(all);
    });
  });

  it('shows the code that a link leads to, also when it was filtered away', async () => {
    await opened(`${ats}#api_key.revoked`, {}, async (page) => {
      const top = (): Promise<number> => page.evaluate<number>("document.getElementById('api_key.revoked').getBoundingClientRect().top");
      expect(await top()).to.be.within(0, 200);
      await page.locator('#search').fill('quota');
      expect(await page.locator('[id="api_key.revoked"]').isVisible()).to.equal(false);
      await page.evaluate("location.hash = '#work.not_found'");
      await page.locator('[id="work.not_found"]').waitFor();
      expect(await page.locator('#search').inputValue()).to.equal('');
    });
  });

  it('can be read without scripts, and on paper', async () => {
    const codes = (await loadContract(join(ROOT, 'openapi.yaml'))).failures.map(({ code }) => code);
    const read = async (page: Page): Promise<number> => page.locator('article:visible').count();
    expect(await opened(ats, { javaScriptEnabled: false }, read)).to.equal(new Set(codes).size);
    await opened(ats, NARROW, async (page) => {
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('button:visible, input:visible').count()).to.equal(0);
      expect(await read(page)).to.equal(new Set(codes).size);
    });
  });

  it('takes what a contract says for text, whatever it is', async () => {
    const shop = await loadContract(SHOP);
    const nasty = '<img src=x onerror="document.title=1"> `</code><script>document.title=2</script>` " onclick="x';
    const [operation] = shop.operations;
    const failure = operation?.failures[0];
    if (operation === undefined || failure === undefined) throw new Error('The shop has failures.');
    const hostile = {
      ...failure,
      code: nasty,
      title: nasty,
      description: nasty,
      causes: [nasty],
      interpretation: nasty,
      operation: { ...operation, id: nasty },
    };
    const url = written({ ...shop, title: nasty, failures: [hostile] });
    await opened(url, {}, async (page) => {
      expect(await page.locator('article img, article script, [onclick]').count()).to.equal(0);
      expect(await page.title()).to.equal(`Errors of ${nasty}`);
      expect(await page.locator('article h2').innerText()).to.include('<img src=x');
    });
    await opened(written({ ...shop, operations: [], failures: [] }), {}, async (page) => {
      expect(await page.locator('.codes').innerText()).to.equal('The contract declares no code.');
    });
  });
});
