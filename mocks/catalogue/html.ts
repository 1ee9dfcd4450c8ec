import { asset, html, page, type Html } from '../../spec/index.js';
import { articleOf, idOf } from './html-article.js';
import type { CatalogueCode, ErrorCatalogue } from './types.js';
import { domainsOf, RETRY_WORDS } from './words.js';

/**
 * The error catalogue as one page that holds all it needs, with a search; each code is linked to by its name: `#api_key.revoked`.
 *
 * @example
 * writeFileSync('errors.html', catalogueHtml(catalogueOf(contract)));
 */
export function catalogueHtml(catalogue: ErrorCatalogue): string {
  const { title, version, codes } = catalogue;
  const domains = [...domainsOf(catalogue)];
  const body = html`<a class="skip" href="#codes">Skip to the codes</a>
    <header class="top">
      <div class="wide bar">
        <p class="brand">${title} <span class="soft">${version}</span></p>
        <form role="search" class="search screen" hidden>
          <label class="unseen" for="search">Search codes, statuses, causes, operations and details</label>
          <input id="search" type="search" placeholder="Search codes" autocomplete="off" spellcheck="false" />
          <kbd aria-hidden="true">/</kbd>
        </form>
      </div>
    </header>
    <main class="wide frame">
      <div class="intro">
        <h1>Errors of ${title}</h1>
        <p class="lead">
          Every code that this API answers with, what it means, and what to do about it. Switch on the <code>code</code>, never on the
          message, and expect codes that this page does not know yet.
        </p>
        ${facts(catalogue)}
      </div>
      <details class="index" open>
        <summary>All codes</summary>
        <nav aria-label="Codes">${domains.map(([domain, of]) => navigation(domain, of))}</nav>
      </details>
      <div id="codes" class="codes" tabindex="-1">
        <p class="count soft small screen" role="status" data-total="${codes.length}"></p>
        <p class="none screen" hidden>No code matches. <button type="button" data-clear>Show all ${codes.length}</button></p>
        ${codes.length === 0 ? html`<p>The contract declares no code.</p>` : codesOf(domains)}
      </div>
    </main>
    <footer class="wide soft small">Written by <code>failpath docs</code> from <code>${catalogue.file}</code>.</footer>`;
  return page({ title: `Errors of ${title}`, body, style: asset('catalogue.css'), script: asset('catalogue.js') });
}

function navigation(domain: string, codes: readonly CatalogueCode[]): Html {
  return html`<section>
    ${domain === '' ? false : html`<h2>${domain}</h2>`}
    <ul>
      ${codes.map(
        ({ code, statuses }) =>
          html`<li data-for="${idOf(code)}">
            <a href="#${encodeURIComponent(idOf(code))}"
              ><span>${domain === '' ? code : code.slice(domain.length + 1)}</span> <small>${statuses.join(' ')}</small></a
            >
          </li> `,
      )}
    </ul>
  </section>`;
}

function codesOf(domains: readonly (readonly [string, readonly CatalogueCode[]])[]): Html[] {
  return domains.flatMap(([, codes]) => codes.map(articleOf));
}

function facts({ codes }: ErrorCatalogue): Html {
  const operations = new Set(codes.flatMap((code) => code.operations.map(({ operation }) => operation)));
  const count = (retry: CatalogueCode['retry']): number => codes.filter((code) => code.retry === retry).length;
  const items = [
    [codes.length, 'codes'],
    [operations.size, 'operations'],
    ...(['never', 'backoff', 'retry-after'] as const).map((retry) => [count(retry), RETRY_WORDS[retry]] as const),
  ] as const;
  return html`<dl class="facts">
    ${items.map(
      ([number, what]) =>
        html`<div>
          <dt>${what}</dt>
          <dd>${number}</dd>
        </div>`,
    )}
  </dl>`;
}
