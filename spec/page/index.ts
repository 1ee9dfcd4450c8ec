export { asset } from './assets.js';
export { html, type Html, type HtmlValue } from './html.js';
export { page, type Page } from './page.js';
