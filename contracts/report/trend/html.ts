import { counted, asset, groupBy, html, page, type Html } from '../../../spec/index.js';
import { OUTCOMES } from '../../types.js';
import { toneOf } from '../items.js';
import { icon, MEANINGS, SPRITE } from '../html/parts.js';
import { tameAll } from '../text.js';
import { caveatsOf, outcomesOf, type Movement, type Trend, type TrendLine, type TrendRun } from './tally.js';
import { beyondOf, clockOf, nowOf, placeOf, sentenceOf, sinceOf, TOLD } from './text.js';

/**
 * A trend as one HTML file that needs nothing else: the runs with the shares of their outcomes, then every line run by run, what moved first.
 *
 * @example
 * writeFileSync('trend.html', trendToHtml(tallyTrend(ledgers)));
 */
export function trendToHtml(told: Trend): string {
  const trend = tameAll(told);
  const title = `${trend.contract.title}: ${counted(trend.runs.length, 'run')}`;
  const groups = [...groupBy(trend.lines, ({ movement }) => movement)];
  const body = html`${SPRITE}
    <header class="wide top">
      <p class="small soft"><b>${trend.contract.title}</b> ${counted(trend.runs.length, 'run')}</p>
      <h1>${sentenceOf(trend)}</h1>
      ${caveatsOf(trend).map((caveat) => html`<p class="small soft">${caveat}</p>`)}
    </header>
    <main class="wide">
      <section aria-labelledby="runs"><h2 id="runs">Runs</h2>${runsOf(trend)}</section>
      <section aria-labelledby="lines"><h2 id="lines">Line by line</h2>${groups.map(([movement, lines]) => group(movement, lines, trend.runs))}</section>
      <ul class="key small soft">${outcomesOf(trend).map((outcome) => html`<li>${icon(outcome)} <b>${outcome}</b> ${MEANINGS[outcome]}</li>`)}</ul>
    </main>
    <footer class="wide small soft"><p>Made by failpath.</p></footer>`; // prettier-ignore
  return page({ title, body, style: asset('report.css'), script: asset('report.js') });
}

function runsOf({ runs }: Trend): Html {
  const clock = clockOf(runs);
  return html`<table class="runs">
    <thead><tr><th scope="col">Started (UTC)</th><th scope="col">Deployment</th><th scope="col">Outcomes</th><th scope="col">Verdict</th></tr></thead>
    <tbody>
      ${runs.map((run) => html`<tr><th scope="row"><time datetime="${run.startedAt}">${clock(run.startedAt)}</time></th><td>${placeOf(run)}</td><td class="shares">${bar(run)}<span class="small">${countsOf(run).map(([outcome, count]) => html`<span class="count">${icon(outcome)} <b>${count}</b> ${outcome}</span> `)}${beyondOf(run) === '' ? '' : html`<span class="count soft">beyond them ${beyondOf(run)}</span>`}</span></td><td>${run.verdict}${run.partial ? ', partial' : ''}</td></tr>`)}
    </tbody>
  </table>`; // prettier-ignore
}

const countsOf = ({ summary }: TrendRun) => OUTCOMES.flatMap((outcome) => (summary[outcome] === undefined ? [] : [[outcome, summary[outcome]] as const])); // prettier-ignore

function bar(run: TrendRun): Html {
  const counts = countsOf(run);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  let left = 0;
  const parts = counts.map(([outcome, count]) => {
    const width = (count / total) * 1000;
    const part = html`<rect class="${toneOf(outcome)}" x="${left.toFixed(1)}" width="${Math.max(width - 2, 1).toFixed(1)}" height="8" />`;
    left += width;
    return part;
  });
  return html`<svg class="bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}

function group(movement: Movement, lines: readonly TrendLine[], runs: readonly TrendRun[]): Html {
  const clock = clockOf(runs);
  const table = html`<div class="scroll" tabindex="0" role="group" aria-label="${TOLD[movement]}">
    <table class="moves">
      <tbody>
        ${lines.map((line) => html`<tr><th scope="row"><code>${line.name}</code></th><td class="marks">${line.outcomes.map((outcome, index) => cell(outcome, clock(runs[index]?.startedAt ?? '')))}</td><td>${nowOf(line.outcomes) ?? ''}<span class="soft">${sinceOf(line, clock)}</span></td><td class="soft">${line.reason}</td></tr>`)}
      </tbody>
    </table>
  </div>`; // prettier-ignore
  const head = html`${TOLD[movement].replace(/^./, (first) => first.toUpperCase())} <span class="soft small">${lines.length}</span>`;
  // What never moved is there to be looked up, not to be read.
  if (movement === 'proven' || movement === 'unseen') return html`<details class="folded"><summary><h3>${head}</h3></summary>${table}</details>`; // prettier-ignore
  return html`<h3>${head}</h3>
    ${table}`;
}

function cell(outcome: TrendLine['outcomes'][number], time: string): Html {
  if (outcome === null) return html`<span class="cell none" title="not declared"><span class="unseen">not declared</span></span>`;
  const said = `${time}: ${outcome}`;
  return html`<span class="cell ${toneOf(outcome)}" title="${said}">${icon(outcome)}<span class="unseen">${said}</span></span>`;
}
