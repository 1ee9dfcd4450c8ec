import { createHash } from 'node:crypto';
import { asset } from './assets.js';
import { html, type Html } from './html.js';

/** What a page is made of. */
export interface Page {
  readonly title: string;
  readonly body: Html;
  /** CSS behind the shared one (assets/page.css). */
  readonly style?: string;
  /** JavaScript, a module by itself; the shared one (assets/page.js) copies what a button with `data-copy` points at. */
  readonly script?: string;
}

/**
 * One document that holds all it needs: it asks for nothing over the network, and its policy (CSP) lets no script or style run but its own.
 * It is light or dark as its reader prefers, and light on paper.
 *
 * @example
 * writeFileSync('report.html', page({ title: 'A report', body: html`<main><h1>${title}</h1></main>` }));
 */
export function page({ title, body, style, script }: Page): string {
  const styles = [asset('page.css'), ...(style === undefined ? [] : [style])].map((text) => contained(text, 'style'));
  const scripts = [asset('page.js'), ...(script === undefined ? [] : [script])].map((text) => contained(text, 'script'));
  const policy = [
    "default-src 'none'",
    `style-src ${styles.map(hashOf).join(' ')}`,
    `script-src ${scripts.map(hashOf).join(' ')}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const head = html`<meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="generator" content="failpath" />
    <title>${title}</title>
    <link rel="icon" href="data:," />`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    head.toString(),
    ...styles.map((text) => `<style>${text}</style>`),
    '</head>',
    '<body>',
    body.toString(),
    ...scripts.map((text) => `<script type="module">${text}</script>`),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A parser would normalise line ends before it compares hashes, and would end the element where its end is spelled. */
function contained(text: string, element: 'style' | 'script'): string {
  if (new RegExp(`</${element}|<!--`, 'i').test(text)) throw new Error(`A ${element} of a page must not spell </${element} or <!--.`);
  return text.replaceAll(/\r\n?/g, '\n');
}
