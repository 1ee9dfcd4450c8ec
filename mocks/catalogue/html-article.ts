import { html, type Html, prose } from '../../spec/index.js';
import type { CatalogueCode, Details } from './types.js';
import { among, placeText, RETRY_WORDS, tellingHeaders, WAYS } from './words.js';

/** What a code is linked to by. */
export function idOf(code: string): string {
  return code.replaceAll(/\s+/g, '_');
}

/** All of one code. */
export function articleOf(entry: CatalogueCode): Html {
  const { code, title, statuses, retry, meaning, advice, interpretation, declared } = entry;
  const id = idOf(code);
  return html`<article id="${id}" aria-labelledby="${id}--name">
    <header>
      <p class="kicker">
        ${statuses.map((status) => html`<span class="status">${status}</span> `)}<span class="retry ${retry}">${RETRY_WORDS[retry]}</span>
        <code class="place soft">${placeText(declared)}</code>
      </p>
      <h2 id="${id}--name">
        <a class="anchor" href="#${encodeURIComponent(id)}">${code}</a>
      </h2>
      <p class="title">${title}</p>
    </header>
    <p class="meaning">${prose(meaning)}</p>
    <p class="advice ${retry}"><strong>What to do</strong> ${prose(advice)}</p>
    ${causesOf(entry)} ${entry.details.map((details) => detailsOf(details, entry))} ${headersOf(entry)} ${examplesOf(entry)}
    ${reproductionsOf(entry)} ${operationsOf(entry)}
    ${
      interpretation === undefined
        ? false
        : html`<div class="note">
            <h3>How the contract reads it</h3>
            <p>${prose(interpretation)}</p>
          </div>`
    }
  </article>`;
}

function causesOf(entry: CatalogueCode): Html | false {
  if (entry.causes.length === 0) return false;
  return html`<section>
    <h3>${entry.causes.length === 1 ? 'Cause' : 'Causes'}</h3>
    <ul class="causes">
      ${entry.causes.map(({ cause, operations }) => html`<li>${prose(cause)}${scope(operations, entry)}</li>`)}
    </ul>
  </section>`;
}

function detailsOf({ members, required, operations }: Details, entry: CatalogueCode): Html {
  const units = members.some(({ unit }) => unit !== undefined);
  const there = required ? 'always there' : 'may be absent';
  return html`<section>
    <h3>Details <span class="soft">${members.length === 0 ? `${there}, members not declared` : there}</span>${scope(operations, entry)}</h3>
    ${
      members.length === 0
        ? false
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Details of ${entry.code}">
            <table>
              <thead>
                <tr>
                  <th scope="col">Member</th>
                  <th scope="col">Type</th>
                  ${units ? html`<th scope="col">Unit</th>` : false}
                  <th scope="col">What it is</th>
                </tr>
              </thead>
              <tbody>
                ${members.map(
                  (one) =>
                    html`<tr>
                      <th scope="row"><code>${one.path}</code>${one.required ? false : html` <span class="soft">optional</span>`}</th>
                      <td>${one.type}</td>
                      ${units ? html`<td>${one.unit ?? html`<span class="soft">–</span>`}</td>` : false}
                      <td>${prose(one.description)}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}

function headersOf(entry: CatalogueCode): Html | false {
  const headers = tellingHeaders(entry);
  if (headers.length === 0) return false;
  return html`<section>
    <h3>Headers</h3>
    <ul class="causes">
      ${headers.map(({ name, description }) => html`<li><code>${name}</code> ${prose(description)}</li>`)}
    </ul>
  </section>`;
}

function examplesOf(entry: CatalogueCode): Html | false {
  if (entry.examples.length === 0) return false;
  const several = entry.examples.length > 1;
  return html`<section>
    <h3>${several ? 'Examples' : 'Example'}</h3>
    ${entry.examples.map(
      ({ body, summary, operations }) =>
        html`${summary === undefined ? false : html`<p class="soft small">${prose(summary)}${several ? scope(operations, entry) : false}</p>`}
          <pre tabindex="0"><code>${json(body)}</code></pre>`,
    )}
  </section>`;
}

function reproductionsOf(entry: CatalogueCode): Html {
  const { code, magic, reproductions } = entry;
  return html`<section>
    <h3>
      See it on the mock <span class="soft">started by <code>npx failpath mock</code></span>
    </h3>
    ${reproductions.map(({ by, says, shell }, index) => {
      const id = `${idOf(code)}--curl-${index + 1}`;
      return html`<div class="way">
        <p><strong>${WAYS[by]}</strong> <span class="soft">${prose(says)}</span></p>
        <div class="copied">
          <pre tabindex="0"><code id="${id}">${shell}</code></pre>
          <button type="button" data-copy="${id}" hidden aria-label="Copy: ${code}, ${WAYS[by]}">Copy</button>
        </div>
      </div>`;
    })}
    ${magic === undefined ? false : html`<p class="small soft">Magic value: <code>${magic}</code></p>`}
  </section>`;
}

function operationsOf({ operations, code }: CatalogueCode): Html {
  return html`<section>
    <h3>Answered by <span class="soft">${operations.length === 1 ? 'one operation' : `${operations.length} operations`}</span></h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Operations that answer ${code}">
      <table class="operations">
        <thead class="unseen">
          <tr>
            <th scope="col">Operation</th>
            <th scope="col">Method and path</th>
            <th scope="col">Declared at</th>
          </tr>
        </thead>
        <tbody>
          ${operations.map(
            (one) =>
              html`<tr>
                <th scope="row">${one.operation}</th>
                <td>
                  <code><b>${one.method}</b> ${one.path}</code>
                </td>
                <td><code class="soft">${placeText(one.declared)}</code></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function scope(operations: readonly string[], entry: CatalogueCode): Html | false {
  const words = among(operations, entry);
  return words !== '' && html` <span class="soft small only">${words}</span>`;
}
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g;

/** A value with its members told apart from what they hold. */
function json(value: unknown): (string | Html)[] {
  const text = JSON.stringify(value, null, 2);
  const parts: (string | Html)[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [all, quoted, colon] = match;
    parts.push(text.slice(at, match.index));
    if (quoted === undefined) parts.push(html`<span class="number">${all}</span>`);
    else parts.push(colon === undefined ? html`<span class="text">${quoted}</span>` : html`<span class="member">${quoted}</span>${colon}`);
    at = match.index + all.length;
  }
  return [...parts, text.slice(at)];
}
