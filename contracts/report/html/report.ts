import { asset, html, page, type Contract } from '../../../spec/index.js';
import type { Ledger } from '../../ledger.js';

export function toHtml(ledger: Ledger, _contract?: Contract): string {
  return page({ title: ledger.contract.title, body: html`<main></main>`, style: asset('page.css') });
}
