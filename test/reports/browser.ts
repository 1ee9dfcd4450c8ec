import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { ROOT, temporaryFile } from '../support/cli.js';

let browser: Promise<Browser> | undefined;

/** One browser for all tests of a process. */
export const launch = (): Promise<Browser> =>
  (browser ??= chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] }));

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** A page that is open, and whatever it has complained of or asked for. */
export interface Opened {
  readonly page: Page;
  /** Errors of scripts, messages of the console (violations of the page's policy are), and requests to anywhere. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens a page from a file, as somebody does who was sent it.
 *
 * @example
 * const { page, complaints } = await open(REPORTS.html.format(ledger), { colorScheme: 'dark' });
 */
export async function open(text: string, options: BrowserContextOptions & { readonly hash?: string } = {}): Promise<Opened> {
  const { hash = '', ...settings } = options;
  const context = await (await launch()).newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...settings });
  const page = await context.newPage();
  const complaints: string[] = [];
  const url = pathToFileURL(temporaryFile('report.html', text)).href;
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== url && !request.url().startsWith('data:')) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(url + hash);
  return { page, complaints, close: () => context.close() };
}

const AXE = join(ROOT, 'node_modules/axe-core/axe.min.js');

/** What axe-core finds against WCAG 2.2 AA and good practice, by rule and place. */
export async function violationsOf(page: Page): Promise<string[]> {
  // By the protocol of the browser, which the page's policy says nothing of.
  await page.evaluate(readFileSync(AXE, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      readonly axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown[]; failureSummary: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(({ target, failureSummary }) => `${id} ${String(target)}: ${failureSummary}`),
    );
  });
}
