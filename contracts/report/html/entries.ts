import { counted, groupBy, html, prose, type Html } from '../../../spec/index.js';
import type { Ledger, LedgerFailure } from '../../ledger.js';
import { itemsOf, nameTold, toneOf, type Item } from '../items.js';
import { tame } from '../text.js';
import { gradeOf } from './matrix.js';
import { declaredBy, isTold, type Shown } from './findings.js';
import { copied, factsOf, failureId, fixes, icon, itemId, leadOf, requestsOf, sideBySide, slug, storyOf, tag } from './parts.js';

/** Every failure with all that is known of it, operation by operation: what the cells of the matrix open. */
export function entriesOf(ledger: Ledger, shown: Shown): Html {
  const items = groupBy(itemsOf(ledger), ({ title }) => title);
  const operations = [...groupBy(ledger.failures, ({ operation }) => operation)];
  return html`<section class="wide" id="every" aria-labelledby="every-title">
    <h2 id="every-title">Every failure</h2>
    ${operations.map(
      ([operation, [first, ...more]]) =>
        html`<section class="operation" data-operation="${operation}">
          <h3>${operation} <code class="soft">${first.method} ${first.path}</code></h3>
          ${[first, ...more].map((failure) => entry(failure, items.get(`${operation} ${failure.status} ${failure.code}`) ?? [], shown))}
        </section>`,
    )}
  </section>`;
}

function entry(failure: LedgerFailure, items: readonly Item[], shown: Shown): Html {
  const { operation, status, code, outcome } = failure;
  const grade = gradeOf(failure);
  const proof = grade === undefined || grade === 'real cause' ? '' : html`<span class="soft">${grade}</span>`;
  return html`<details class="entry" data-operation="${operation}" data-outcome="${outcome}">
    <summary>${icon(outcome)}<code>${status}</code><code class="name">${code}</code><span class="soft">${counted(items.length, 'cause')}</span>${proof}<span class="what">${outcome}</span></summary>
    <div class="inside" id="${failureId(failure)}">
      <h3>${operation} <code>${status} ${code}</code></h3>
      ${meaning(failure, items, shown)} ${items.map((item) => causeOf(item, failure, shown))}
    </div>
  </details>`; // prettier-ignore
}

const RETRY = {
  never: 'A client must not send it again as it is.',
  backoff: 'A client may send it again after backing off.',
  'retry-after': 'A client may send it again when Retry-After says.',
} as const;

/** What the contract says about the code. */
function meaning({ method, path, declared }: LedgerFailure, [item]: readonly Item[], { contract }: Shown): Html {
  const failure = item && declaredBy(contract, item);
  const place = html`<p class="small soft">
    <code>${method} ${path}</code>${declared === '' ? '' : html`, declared at <code>${declared}</code>`}
  </p>`;
  if (failure === undefined) return place;
  return html`<div class="meaning">
    <p><b>${prose(failure.title)}.</b> ${prose(failure.description)}</p>
    <p>${RETRY[failure.retry]}</p>
    ${failure.interpretation === undefined ? '' : html`<p class="soft"><b>Our reading</b> of the API's documents: ${prose(failure.interpretation)}</p>`}
    ${place}
  </div>`;
}

function causeOf(item: Item, failure: LedgerFailure, { base, next }: Shown): Html {
  const { name, outcome, reason, evidence, repro } = item;
  const head = html`<h4>${tag(outcome)} ${name === null ? '' : tame(nameTold(item))}</h4>`;
  const id = slug(`${failureId(failure)}--${name ?? ''}`);
  if (toneOf(outcome) !== 'good')
    return html`<section class="cause" id="${id}">
      ${head} ${reason === '' ? '' : html`<p class="reason">${prose(leadOf(item))}</p>`}
      ${toneOf(outcome) === 'bad' ? sideBySide(item) : ''} ${fixes(item)} ${factsOf({ ...item, declared: null })}
      ${storyOf(item, base, next)}
    </section>`;
  return html`<section class="cause" id="${id}">
    ${head} ${factsOf({ ...item, declared: null })} ${requestsOf(evidence?.requests ?? [], base)}
    ${
      repro === null
        ? ''
        : html`<details>
            <summary>Script</summary>
            ${copied(repro, next)}
          </details>`
    }
  </section>`;
}

/** Of what is looked at beyond the failures, everything that is not as it must be. */
export function othersOf(items: readonly Item[], { base, next }: Shown): Html | undefined {
  const told = items.filter((item) => item.kind !== 'failure' && isTold(item));
  if (told.length === 0) return undefined;
  return html`<section class="operation">
    <h3>Beyond the failures</h3>
    ${told.map(
      (item) =>
        html`<details class="entry" data-beyond data-operation="${item.operation}" data-outcome="${item.outcome}">
          <summary>${icon(item.outcome)}<span class="name">${item.title}</span><span class="soft">${item.name === null ? '' : tame(nameTold(item))}</span><span class="what">${item.outcome}</span></summary>
          <div class="inside" id="${itemId(item)}">
            <h3>${item.title}${item.name === null ? '' : html` <span class="soft">${tame(nameTold(item))}</span>`}</h3>
            <section class="cause">
              <p class="reason">${prose(leadOf(item))}</p>
              ${toneOf(item.outcome) === 'bad' ? sideBySide(item) : ''} ${fixes(item)} ${factsOf(item)} ${storyOf(item, base, next)}
            </section>
          </div>
        </details>`,
    )}
  </section>`; // prettier-ignore
}
