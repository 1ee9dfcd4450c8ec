import { counted, html, prose, type Contract, type Failure, type Html } from '../../../spec/index.js';
import { firstSentence } from '../../judge.js';
import { nameTold, toneOf, type Alike, type Item } from '../items.js';
import { tame } from '../text.js';
import { failureId, fixes, factsOf, icon, itemId, leadOf, sideBySide, slug, storyOf, tag, type Numbering } from './parts.js';

/** What it takes to show evidence. */
export interface Shown {
  readonly contract: Contract | undefined;
  /** Of the deployment: what every address begins with. */
  readonly base: string;
  readonly next: Numbering;
}

/** The failure that the contract declares, where it is at hand. */
export function declaredBy(contract: Contract | undefined, item: Pick<Item, 'kind' | 'operation' | 'expected'>): Failure | undefined {
  if (item.kind !== 'failure' || item.operation === null) return undefined;
  return contract?.operation(item.operation)?.failures.find(({ status, code }) => `${status} ${code}` === item.expected);
}

/** Where the evidence of an item stands on the page. */
export function addressOf(item: Item): string {
  const [status = '', code = ''] = item.expected?.split(' ') ?? [];
  if (item.kind !== 'failure' || item.operation === null) return itemId(item);
  return failureId({ operation: item.operation, status: Number(status), code });
}

/**
 * Findings in full, one for all that is alike: whoever has never seen the project must understand each from itself, and see it again with
 * the script that is shown. The evidence of the first is open.
 */
export function findingsOf(groups: readonly Alike[], shown: Shown): Html {
  return html`<section class="wide" id="wrong" aria-labelledby="wrong-title">
    <h2 id="wrong-title">What is wrong</h2>
    ${groups.map((group, index) => finding(group, shown, index === 0))}
  </section>`;
}

function finding([first, ...more]: Alike, shown: Shown, open: boolean): Html {
  const { outcome, title, name } = first;
  const declared = declaredBy(shown.contract, first);
  return html`<article class="finding" data-outcome="${outcome}">
    <header>
      ${icon(outcome)}
      <div>
        <h3><a href="#${addressOf(first)}">${title}</a></h3>
        <p class="small">${tag(outcome)}${name === null ? '' : html` <span class="soft">${tame(nameTold(first))}</span>`}</p>
      </div>
    </header>
    <div class="told">
      <p class="reason">${prose(leadOf(first))}</p>
      ${declared === undefined ? '' : html`<p class="soft small"><b>${prose(declared.title)}.</b> ${prose(firstSentence(declared.description))}. <code>${declared.operation.method} ${declared.operation.path}</code></p>`}
      ${sideBySide(first)} ${fixes(first)}
      ${more.length === 0 ? '' : html`<p class="small soft">The same in ${counted(more.length, 'more line')}: ${joined(more.map((item) => html`<a href="#${addressOf(item)}">${lineName(item)}</a>`))}</p>`}
      <details class="story"${open ? html` open` : ''}>
        <summary>Evidence, and how to see it again</summary>
        ${factsOf(first)} ${storyOf(first, shown.base, shown.next)}
      </details>
    </div>
  </article>`; // prettier-ignore
}

const lineName = (item: Item): string => (item.name === null ? item.title : `${item.title} (${tame(nameTold(item))})`);

/** Parts with commas between them. */
export function joined(parts: readonly Html[]): Html {
  return html`${parts.map((part, index) => [index === 0 ? '' : ', ', part])}`;
}

/** What could not be proven, once per reason. */
export function unprovenOf(groups: readonly Alike[], title: string): Html {
  return html`<section class="wide" id="${slug(title)}" aria-label="${title}">
    <h2>${title}</h2>
    <ul class="reasons">
      ${groups.map((group) => {
        const [{ outcome, reason, remedies }] = group;
        const links = new Map(group.map((item) => [item.kind === 'failure' ? item.title : lineName(item), addressOf(item)]));
        return html`<li data-outcome="${outcome}">
          <p>${tag(outcome)} ${prose(tame(reason))}</p>
          ${fixes({ remedies })}
          <p class="small soft">${joined([...links].map(([name, address]) => html`<a href="#${address}">${name}</a>`))}</p>
        </li>`;
      })}
    </ul>
  </section>`;
}

/** Whether an item is told in full below the matrix: what is as it must be, beyond the failures, is told by its cell. */
export const isTold = ({ outcome, takenFrom }: Item): boolean =>
  takenFrom === null && (toneOf(outcome) === 'bad' || toneOf(outcome) === 'open');
