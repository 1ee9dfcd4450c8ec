export { asset } from './assets.js';
export { html, prose, type Html, type HtmlValue } from './html.js';
export { page, type Page } from './page.js';
