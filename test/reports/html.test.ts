import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { REPORTS, tallyTrend, TREND_REPORTS, type Ledger } from '../../contracts/index.js';
import type { Contract } from '../../spec/index.js';
import { closeBrowser, open, violationsOf, type Opened } from './browser.js';
import { provenLedger, sampleLedger, toyContract } from './support.js';

const REVOKED = 'makeThing-403-key.revoked';

describe('the HTML report, in a browser', function () {
  this.timeout(60_000);

  let contract: Contract;
  const opened: Opened[] = [];
  /** Shared by tests that leave it as they found it: a page takes half a second. */
  let common: Opened;
  before(async () => {
    contract = await toyContract();
    common = await open(REPORTS.html.format(sampleLedger(), contract));
  });
  after(() => expect(common.complaints).to.deep.equal([]));
  after(closeBrowser);
  afterEach(async () => {
    for (const { complaints, close } of opened.splice(0)) {
      await close();
      expect(complaints).to.deep.equal([]);
    }
  });

  /** A report that is open; whatever it complains of until the end of the test fails it. */
  async function report(options: Parameters<typeof open>[1] & { readonly ledger?: Ledger } = {}): Promise<Page> {
    const { ledger = sampleLedger(), ...rest } = options;
    const one = await open(REPORTS.html.format(ledger, contract), rest);
    opened.push(one);
    return one.page;
  }

  const paneOf = (page: Page): Promise<string> => page.locator('#pane[open]').innerText();
  const shownEntries = (page: Page): Promise<string[]> => page.locator('.entry:visible > summary .name').allInnerTexts();

  it('says at the top what is the matter, and then what is wrong', async () => {
    const { page } = common;
    expect(await page.locator('h1').innerText()).to.equal('3 of 8 declared failures are answered wrongly, and 3 are not proven. The policy lets 1 of them pass. 1 more was left out.');
    const [first] = await page.locator('.finding').allInnerTexts();
    for (const said of ['makeThing 403 key.revoked', 'makeThing answered 500 where it must refuse with 403 key.revoked.', 'Answer key.revoked with 403.', 'at query (db.js:31)', 'curl -sS "$URL"', 'req_9'])
      expect(first).to.contain(said);
  }); // prettier-ignore

  it('says of a proven run that it is', async () => {
    const page = await report({ ledger: provenLedger() });
    expect(await page.locator('h1').innerText()).to.equal('All 9 declared failures are proven.');
    expect(await page.locator('.finding').count()).to.equal(0);
  });

  it('has a cell for each failure, each with a shape and a name', async () => {
    const { page } = common;
    const cells = page.locator('#matrix a.cell');
    const names = await cells.evaluateAll((all) => all.map((cell) => cell.getAttribute('aria-label') ?? ''));
    expect(names).to.include('makeThing 401 key.missing: simulated, simulated');
    expect(names).to.have.length(sampleLedger().failures.length);
    const shapes = await cells.evaluateAll((all) => all.map((cell) => cell.querySelector('use')?.getAttribute('href') ?? ''));
    expect(shapes).to.deep.equal(names.map((name) => `#i-${/: ([\w-]+)/.exec(name)?.[1] ?? ''}`));
  });

  it('a click on a cell opens its evidence: reason, sides, remedy, requests, answer, script; Escape closes it where one was', async () => {
    const { page } = common;
    await page.locator(`#matrix a[href="#${REVOKED}"]`).click();
    const text = await paneOf(page);
    for (const said of ['Key revoked', 'must refuse', 'text/plain', 'Answer the shape', 'control twin', 'Reproduce it', 'toy.yaml:35:9'])
      expect(text).to.contain(said);
    await page.keyboard.press('Escape');
    expect(await page.locator('#pane[open]').count()).to.equal(0);
    expect(await page.evaluate("document.activeElement?.getAttribute('href')")).to.equal(`#${REVOKED}`);
    // Its evidence goes home when the browser tells the page that the pane is closed, which is later.
    await page.locator(`details.entry #${REVOKED.replaceAll('.', String.raw`\.`)}`).waitFor({ state: 'attached' });
  }); // prettier-ignore

  it('the arrow keys move from cell to cell, Enter opens, one Tab leads past the matrix', async () => {
    const { page } = common;
    const focused = (): Promise<unknown> => page.evaluate("document.activeElement?.getAttribute('href')");
    await page.locator('#matrix a.cell').first().focus();
    expect(await focused()).to.equal('#makeThing-401-key.missing');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).to.equal(`#${REVOKED}`);
    await page.keyboard.press('End');
    expect(await focused()).to.equal('#makeThing-503-toy.down');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).to.equal('#removeThing-401-key.missing');
    await page.keyboard.press('Enter');
    expect(await paneOf(page)).to.contain('removeThing 401 key.missing');
    await page.keyboard.press('Escape');
    expect(await focused()).to.equal('#removeThing-401-key.missing');
    expect(await page.locator('#matrix a.cell[tabindex="0"]').count()).to.equal(1);
  });

  it('/ searches: in codes, causes, reasons and request ids', async () => {
    const { page } = common;
    await page.keyboard.press('/');
    await page.keyboard.type('other case');
    expect(await shownEntries(page)).to.deep.equal(['thing.exists']);
    expect(await page.locator('#shown').innerText()).to.equal('1 of 9 failures, 0 of 3 beyond them');
    expect(await page.locator('#matrix a.cell:not(.away)').count()).to.equal(1);
    await page.keyboard.press('Escape');
    expect(await shownEntries(page)).to.have.length(12);
    await page.keyboard.type('zzz');
    expect(await shownEntries(page)).to.deep.equal([]);
    await page.keyboard.press('Escape');
  });

  it('filters by outcome and operation', async () => {
    const { page } = common;
    await page.locator('#by-outcome').selectOption('setup-failed');
    expect(await shownEntries(page)).to.deep.equal(['key.missing', 'makeThing precedence']);
    await page.locator('#by-operation').selectOption('removeThing');
    expect(await shownEntries(page)).to.deep.equal(['key.missing']);
    for (const select of ['#by-outcome', '#by-operation']) await page.locator(select).selectOption('');
  });

  it('a link to a failure opens it, and one to a cause of it as well', async () => {
    const failure = await report({ hash: '#removeThing-401-key.missing' });
    expect(await paneOf(failure)).to.contain('removeThing 401 key.missing');
    const cause = await report({ hash: '#makeThing-409-thing.exists--same-name-in-other-case' });
    expect(await paneOf(cause)).to.contain('same name in other case');
    const nothing = await report({ hash: '#%E0%A4%A' });
    expect(await nothing.locator('#pane[open]').count()).to.equal(0);
  });

  it('a button copies the script', async () => {
    const page = await report({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.locator('.finding').first().getByRole('button', { name: 'Copy' }).last().click();
    await page.locator('.finding').first().getByRole('button', { name: /Copied|Ctrl/ }).waitFor(); // prettier-ignore
    const taken = await page.evaluate('navigator.clipboard.readText().catch(() => String(getSelection()))');
    expect(taken).to.contain('curl -sS "$URL"');
  });

  it('is whole without JavaScript', async () => {
    const page = await report({ javaScriptEnabled: false });
    expect(await page.locator('#tools').isVisible()).to.equal(false);
    const entry = page.locator('.entry', { hasText: 'key.revoked' }).first();
    await entry.locator('summary').first().click();
    expect(await entry.innerText()).to.contain('Reproduce it');
    expect(await page.locator('button:visible').count()).to.equal(0);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`breaks no rule of accessibility, ${colorScheme}`, async () => {
      const page = await report({ colorScheme });
      await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
      expect(await violationsOf(page)).to.deep.equal([]);
      await page.locator(`#matrix a[href="#${REVOKED}"]`).click();
      expect(await violationsOf(page)).to.deep.equal([]);
    });
  }

  it('fits a narrow screen, with all of it open', async () => {
    const page = await report({ viewport: { width: 360, height: 780 }, ledger: sampleLedger(' long'.repeat(40)) });
    await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
    await page.locator('a.cell').first().click();
    expect(await page.evaluate("document.querySelector('#pane').scrollWidth")).to.be.at.most(360);
  });

  it('on a narrow screen no word is broken that needs not be, requests have their answers, and scripts are whole', async () => {
    const page = await report({ viewport: { width: 360, height: 780 } });
    const heights = await page.locator('.legend > li, .key b, button:visible').evaluateAll((all) => all.map((one) => one.getClientRects()[0]?.height ?? 0));
    expect(Math.max(...heights)).to.be.below(40);
    const { right } = await page.locator('.finding .requests td[data-label="answer"]').first().evaluate((cell) => cell.getBoundingClientRect());
    expect(right).to.be.at.most(360);
    const cut = await page.locator('.finding pre:visible').evaluateAll((all) => all.filter((one) => one.scrollHeight > one.clientHeight || one.scrollWidth > one.clientWidth).length);
    expect(cut).to.equal(0);
  }); // prettier-ignore

  it('the keys reach the matrix in one step, and a pane bears the name of what is in it', async () => {
    const { page } = common;
    await page.locator('#by-operation').focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate("document.activeElement?.matches('#matrix a.cell')")).to.equal(true);
    await page.keyboard.press('Enter');
    expect(await page.getByRole('dialog', { name: /^(?:make|remove)Thing \d+ \w/ }).count()).to.equal(1);
    await page.keyboard.press('Escape');
  });

  it('what stands between backticks is code', async () => {
    const [first, ...others] = sampleLedger().failures;
    const told = { ...sampleLedger(), failures: [...others, ...(first ? [first] : [])].map((failure) => ({ ...failure, causes: failure.causes.map((cause) => ({ ...cause, reason: 'send `x-key` first' })) })) };
    const page = await report({ ledger: told });
    expect(await page.locator('.reasons code', { hasText: 'x-key' }).count()).to.be.above(0);
    expect(await page.locator('main').innerText()).not.to.contain('`');
  }); // prettier-ignore

  it('printed, what is wrong is told in full and the rest is a table; nothing is there to press', async () => {
    const page = await report({ colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    for (const story of await page.locator('.finding pre').all()) expect(await story.isVisible()).to.equal(true);
    expect(await page.locator('button:visible, input:visible, select:visible').count()).to.equal(0);
    expect(await page.locator('.entry > summary').first().isVisible()).to.equal(true);
    expect(await page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()")).to.equal('#fbfbfa');
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).to.equal('%PDF-');
  });

  it('a trend breaks no rule of accessibility either, and fits a narrow screen', async () => {
    const earlier = { ...provenLedger(), startedAt: '2026-03-01T09:00:00.000Z', file: 'a' };
    const text = TREND_REPORTS.html(tallyTrend([earlier, { ...sampleLedger(), file: 'b' }]));
    const one = await open(text, { viewport: { width: 360, height: 780 } });
    opened.push(one);
    await one.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
    expect(await violationsOf(one.page)).to.deep.equal([]);
    expect(await one.page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
    expect(await one.page.locator('h1').innerText()).to.match(
      /lines are wrong now, \d+ of them newly.* Verdict of the last run: failed, exit code 1\.$/,
    );
  });

  it('runs nothing that a deployment has answered', async () => {
    const page = await report({ ledger: sampleLedger('</script><script>globalThis.owned = true</script><img src="http://127.0.0.1:9/x" onerror="globalThis.owned = true">') });
    expect(await page.evaluate(() => 'owned' in globalThis)).to.equal(false);
    expect(await page.locator('main img').count()).to.equal(0);
  }); // prettier-ignore
});
