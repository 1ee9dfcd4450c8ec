import { counted, groupBy, html, prose, type Html } from '../../../spec/index.js';
import { OUTCOMES } from '../../types.js';
import { isLetIn, toneOf, type Item } from '../items.js';
import { tame } from '../text.js';
import { isTold } from './findings.js';
import { icon, itemId, MEANINGS, tag } from './parts.js';

/** What was looked at beyond single causes: who may not, which of two faults wins, and webhooks. */
export function beyondOf(items: readonly Item[]): Html | undefined {
  const of = (kind: Item['kind']): Item[] => items.filter((item) => item.kind === kind && item.outcome !== 'not-selected');
  const [identities, pairs, webhooks, traffic] = [of('identity'), of('precedence'), of('webhook'), of('traffic')];
  if (identities.length + pairs.length + webhooks.length + traffic.length === 0) return undefined;
  return html`<section class="wide" id="beyond" aria-labelledby="beyond-title">
    <h2 id="beyond-title">Beyond single failures</h2>
    ${identities.length === 0 ? '' : [html`<h3>Who may not ${counts(identities)}</h3>`, identityMatrix(identities)]}
    ${pairs.length === 0 ? '' : [html`<h3>Which of two faults is told ${counts(pairs)}</h3>`, list(pairs, 'Pairs of faults')]}
    ${webhooks.length === 0 ? '' : [html`<h3>Webhooks ${counts(webhooks)}</h3>`, list(webhooks, undefined)]}
    ${traffic.length === 0 ? '' : [html`<h3>In traffic ${counts(traffic)}</h3>`, list(traffic, undefined)]}
  </section>`;
}

function counts(items: readonly Item[]): Html {
  const told = [...groupBy(items, ({ outcome }) => outcome)].map(([outcome, those]) => `${those.length} ${outcome}`);
  return html`<span class="soft small">${told.join(', ')}</span>`;
}

function identityMatrix(cells: readonly Item[]): Html {
  const identities = [...new Set(cells.map(({ name }) => name ?? ''))];
  const rows = [...groupBy(cells, ({ operation }) => operation ?? '')];
  return html`<div class="scroll" role="group"${cells.some(isTold) ? '' : html` tabindex="0"`} aria-label="Operations by identities">
    <table class="matrix">
      <thead>
        <tr><td></td>${identities.map((identity) => html`<th scope="col" class="code"><span>${tame(identity)}</span></th>`)}</tr>
      </thead>
      <tbody>
        ${rows.map(
          ([operation, own]) =>
            html`<tr data-operation="${operation}"><th scope="row">${operation}</th>${identities.map((identity) => identityCell(own.find(({ name }) => name === identity)))}</tr>`,
        )}
      </tbody>
    </table>
  </div>${identityKey(cells)}`; // prettier-ignore
}

const isEntered = ({ observed }: Item): boolean => observed !== null && isLetIn(Number(observed.split(' ')[0]));

/** What the shapes of its cells mean that occur. */
function identityKey(cells: readonly Item[]): Html {
  const proven = cells.filter(({ outcome }) => outcome === 'verified');
  const others = OUTCOMES.filter((outcome) => outcome !== 'verified' && cells.some((cell) => cell.outcome === outcome));
  return html`<ul class="key small soft">
    ${proven.every(isEntered) ? '' : html`<li>${icon('verified')} <b>refused</b> as it must be</li>`}
    ${proven.some(isEntered) ? html`<li><span class="ring" aria-hidden="true"></span> <b>let in</b> as it must be</li>` : ''}
    ${others.map((outcome) => html`<li>${icon(outcome)} <b>${outcome}</b> ${MEANINGS[outcome]}</li>`)}
  </ul>`;
}

function identityCell(item: Item | undefined): Html {
  if (item === undefined) return html`<td></td>`;
  const { outcome, expected, observed, title, name } = item;
  const said = `${title} ${name ?? ''}: ${outcome}, expected ${expected ?? ''}, seen ${observed ?? 'no answer'}`;
  if (isTold(item))
    return html`<td>
      <a class="cell ${toneOf(outcome)}" href="#${itemId(item)}" title="${said}" aria-label="${said}">${icon(outcome)}</a>
    </td>`;
  // Let in as it must be is an open ring, refused as it must be a tick: what is proven is not the same.
  const entered = outcome === 'verified' && isEntered(item);
  const what = outcome !== 'verified' ? outcome : entered ? 'let in' : 'refused';
  return html`<td>
    <span class="cell ${toneOf(outcome)}${entered ? ' in' : ''}" title="${said}">${icon(outcome)}<span class="unseen">${what}</span></span>
  </td>`;
}

function list(items: readonly Item[], folded: string | undefined): Html {
  const table = html`<div class="scroll" tabindex="0" role="group" aria-label="${folded ?? 'What was looked at'}">
    <table>
      <tbody>
        ${items.map(
          (item) =>
            html`<tr><td>${tag(item.outcome)}</td><td>${isTold(item) ? html`<a href="#${itemId(item)}">${item.operation ?? item.title}</a>` : (item.operation ?? item.title)}</td><td class="soft">${item.name === null ? '' : tame(item.name)}</td><td>${item.outcome === 'verified' ? '' : prose(tame(item.reason))}</td></tr>`,
        )}
      </tbody>
    </table>
  </div>`; // prettier-ignore
  if (folded === undefined || items.length < 4) return table;
  return html`<details class="folded">
    <summary>${counted(items.length, 'pair')}</summary>
    ${table}
  </details>`;
}
