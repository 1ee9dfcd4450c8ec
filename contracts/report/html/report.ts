import { counted, asset, html, page, prose, type Contract, type Html } from '../../../spec/index.js';
import { LET_PASS } from '../../decision.js';
import type { Ledger } from '../../ledger.js';
import { OUTCOMES, type Outcome } from '../../types.js';
import { countsOf, ranked, type DecidedAs } from '../decided.js';
import { alike, drivenBy, itemsOf, standingOf, toneOf } from '../items.js';
import { reasonsOf, verdictOf } from '../sentence.js';
import { tame } from '../text.js';
import { entriesOf, othersOf } from './entries.js';
import { findingsOf, unprovenOf, type Shown } from './findings.js';
import { lettersOf, matrixOf } from './matrix.js';
import { icon, MEANINGS, numbering, SPRITE } from './parts.js';
import { beyondOf } from './probes.js';

/**
 * A ledger as one HTML file that needs nothing else: the verdict, what is wrong, a matrix of operations by codes, and the evidence of each
 * cell. It is whole without its script, which adds search, filters, keys and a pane for evidence; any failure can be linked to:
 * `report.html#initWork-401-api_key.revoked`.
 *
 * @example
 * writeFileSync('report.html', toHtml(ledger, contract));
 */
export function toHtml(ledger: Ledger, contract?: Contract): string {
  const items = itemsOf(ledger);
  const groups = alike(items);
  const shown: Shown = { contract, base: ledger.deployment.url, next: numbering() };
  const bad = groups.filter(([first]) => standingOf(first) === 'bad');
  const open = groups.filter(([first]) => standingOf(first) === 'open');
  const waived = groups.filter(([{ outcome, passed }]) => passed || outcome === 'waived');
  const body = html`${SPRITE}
    <a class="skip" href="#matrix-title">To the matrix</a>
    ${header(ledger)}
    <main>
      ${bad.length === 0 ? '' : findingsOf(bad, shown)} ${matrix(ledger)} ${open.length === 0 ? '' : unprovenOf(open, 'What is unproven')}
      ${waived.length === 0 ? '' : unprovenOf(waived, 'What the policy lets pass')} ${beyondOf(items)} ${entriesOf(ledger, shown)}
      <div class="wide">${othersOf(items, shown)}</div>
    </main>
    ${footer(ledger)}
    <dialog id="pane" aria-labelledby="pane-title">
      <header>
        <h3 id="pane-title">Evidence</h3>
        <p class="small soft"><kbd>Esc</kbd> closes</p>
        <button type="button" value="close">Close</button>
      </header>
      <div></div>
    </dialog>`;
  const { title } = ledger.contract;
  return page({ title: `${verdictOf(ledger)} ${title}`, body, style: asset('report.css'), script: asset('report.js') });
}

function header(ledger: Ledger): Html {
  const { contract, deployment, startedAt, durationMs, partial, exitCode } = ledger;
  const reasons = reasonsOf(ledger);
  return html`<header class="wide top">
    <p class="small soft"><b>${contract.title}</b> ${contract.version} at <code>${deployment.url}</code></p>
    <h1>${verdictOf(ledger)}</h1>
    ${bar(ledger)} ${legend(ledger)}
    ${partial ? html`<p class="small">The ledger is partial: no release is decided from it.</p>` : ''}
    ${reasons.length === 0 ? '' : html`<ul class="why">${reasons.map(why)}</ul>`}
    <p class="small soft"><time datetime="${startedAt}">${startedAt.slice(0, 16).replace('T', ' ')} UTC</time>, ${(durationMs / 1000).toFixed(1)} s, ${ledger.verdict}, exit code ${exitCode}${grades(ledger)}</p>
  </header>`; // prettier-ignore
}

/** One reason of the decision that no line tells by itself. */
function why({ reason: { kind, what, why, remedy, where, until }, lines }: ReturnType<typeof reasonsOf>[number]): Html {
  const passes = LET_PASS.has(kind);
  const places = [where, until === undefined ? undefined : `until ${until}`].filter((one) => one !== undefined).join(', ');
  return html`<li>
    <p>
      <span class="tag ${passes ? 'quiet' : 'bad'}">${kind}</span>
      ${prose(tame(what))}${places === '' ? '' : html` <span class="soft small">${places}</span>`}
    </p>
    <p class="small soft">
      ${why === undefined ? '' : prose(`${why} `)}${prose(tame(remedy))}${lines.length === 0 ? '' : html` ${counted(lines.length, 'line')}: ${tame(lines.join(', '))}`}
    </p>
  </li>`;
}

/** How many causes were driven, and how. */
function grades({ failures }: Ledger): string {
  const told = drivenBy(failures.flatMap(({ causes }) => causes));
  return told === '' ? '' : `; ${told}`;
}

const outcomesOf = (ledger: Ledger): (readonly [Outcome, number])[] =>
  OUTCOMES.flatMap((outcome) => {
    const count = ledger.failures.filter((failure) => failure.outcome === outcome).length;
    return count === 0 ? [] : [[outcome, count] as const];
  });

/** What is let pass has one shape, for whatever reason it is. */
const shapeOf = (one: DecidedAs): Outcome => OUTCOMES.find((outcome) => outcome === one) ?? 'waived';

const MEANT: Readonly<Partial<Record<DecidedAs, string>>> = {
  ...MEANINGS,
  known: 'answered wrongly, as the baseline knows',
  pending: 'not there yet, and the policy gives it time',
  'not-required': 'not verified, and the policy requires no more',
};

/** The shares of the outcomes, as wide as they are many. */
function bar(ledger: Ledger): Html {
  const total = Math.max(1, ledger.failures.length);
  let left = 0;
  const parts = ranked(countsOf(ledger)).map(([one, count]) => {
    const width = (count / total) * 1000;
    const [tone, length] = [toneOf(shapeOf(one)), Math.max(width - 2, 1).toFixed(1)];
    const part = html`<rect class="${tone}" x="${left.toFixed(1)}" width="${length}" height="8" />`;
    left += width;
    return part;
  });
  return html`<svg class="bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}

function legend(ledger: Ledger): Html {
  return html`<ul class="legend">
    ${ranked(countsOf(ledger)).map(([one, count]) => html`<li title="${MEANT[one] ?? ''}">${icon(shapeOf(one))}<b>${count}</b> ${one}</li>`)}
  </ul>`;
}

function matrix(ledger: Ledger): Html {
  const outcomes = outcomesOf(ledger).map(([outcome]) => outcome);
  const operations = [...new Set(ledger.failures.map(({ operation }) => operation))];
  return html`<section class="wide" aria-labelledby="matrix-title">
    <h2 id="matrix-title" tabindex="-1">Operations by codes</h2>
    <form id="tools" class="screen" role="search" hidden>
      <label class="grow"><span class="unseen">Search</span><input id="search" type="search" placeholder="Search operation, code, cause, reason, request id" autocomplete="off" spellcheck="false" /></label>
      <label><span class="unseen">Outcome</span><select id="by-outcome"><option value="">Every outcome</option>${outcomes.map((outcome) => html`<option>${outcome}</option>`)}</select></label>
      <label><span class="unseen">Operation</span><select id="by-operation"><option value="">Every operation</option>${operations.map((operation) => html`<option>${operation}</option>`)}</select></label>
      <output id="shown" class="small soft" role="status"></output>
    </form>
    ${matrixOf(ledger)}
    <ul class="key small soft">${outcomes.map((outcome) => html`<li>${icon(outcome)} <b>${outcome}</b> ${MEANINGS[outcome]}</li>`)}${lettersOf(ledger)}</ul>
    <p id="keys" class="small soft screen" hidden><kbd>/</kbd> searches, arrow keys move in the matrix, <kbd>Enter</kbd> opens the evidence, <kbd>Esc</kbd> closes it.</p>
  </section>`; // prettier-ignore
}

function footer({ contract }: Ledger): Html {
  return html`<footer class="wide small soft">
    <p>
      One line per declared failure, as proven as its least proven cause. Contract <code>${contract.sha256.slice(0, 12)}</code>. Made by
      failpath.
    </p>
  </footer>`;
}
