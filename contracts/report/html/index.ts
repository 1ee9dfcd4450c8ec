export { toHtml } from './report.js';
