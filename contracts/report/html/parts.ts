import { html, prose, type Html } from '../../../spec/index.js';
import { OUTCOMES, type LineEvidence, type Outcome, type RequestEvidence } from '../../types.js';
import { locationOf, toneOf, type Item } from '../items.js';
import { cut, tame } from '../text.js';

/** Of an answer or a script. */
const LONGEST = 20_000;

/** A shape for each outcome, so that colour never tells it alone. */
const SHAPES: Readonly<Record<Outcome, string>> = {
  verified: 'M3.5 8.5l3 3 6-7',
  violated: 'M4 4l8 8M12 4l-8 8',
  'not-reached': 'M2.5 8h10.5M9 4l4 4-4 4',
  'wrong-path': 'M3.5 13V9a3.5 3.5 0 0 1 3.5-3.5h6M10 2.5l3 3-3 3',
  'setup-failed': 'M8 3v6M8 12.4v.4',
  'edge-intercepted': 'M5.5 3v10M10.5 3v10',
  'not-capable': 'M3.5 8h9',
  flaky: 'M2.5 9.5c1.6-4.6 3.6-4.6 5.5-1.5s3.9 3.1 5.5-1.5',
  simulated: 'M8 3.5A4.5 4.5 0 0 1 12.5 8M8 12.5A4.5 4.5 0 0 1 3.5 8',
  waived: 'M4.5 13.5v-11M4.5 3h7l-2 2.5 2 2.5h-7',
  'not-selected': 'M7.7 8h.6',
};

/** What an outcome means, for those who read it for the first time. */
export const MEANINGS: Readonly<Record<Outcome, string>> = {
  verified: "the API's own check refused, exactly as declared",
  violated: 'the right failure, and something about the answer, or about what came after it, is wrong',
  'not-reached': 'the request succeeded where it must be refused',
  'wrong-path': 'another declared failure fired first',
  'setup-failed': 'the way there was barred, or there was no answer',
  'edge-intercepted': 'a proxy answered, not the application',
  'not-capable': 'the deployment file does not say how',
  flaky: 'it passed only when it was run again',
  simulated: "the answer was chosen at the API's edge: it proves the envelope, not the check",
  waived: 'somebody answers for it, until a date',
  'not-selected': 'it was left out',
};

/** The shapes, once for the page. */
export const SPRITE: Html = html`<svg hidden>
  ${OUTCOMES.map((outcome) => html`<symbol id="i-${outcome}" viewBox="0 0 16 16"><path d="${SHAPES[outcome]}" /></symbol>`)}
</svg>`;

/** An outcome as its shape, in the colour of its tone. */
export function icon(outcome: Outcome): Html {
  return html`<svg class="i ${toneOf(outcome)}" aria-hidden="true"><use href="#i-${outcome}" /></svg>`;
}

/** An outcome with its shape and its name. */
export function tag(outcome: Outcome): Html {
  return html`<span class="tag ${toneOf(outcome)}" title="${MEANINGS[outcome]}">${icon(outcome)}${outcome}</span>`;
}

/** What an address of the page may be made of. */
export function slug(text: string): string {
  return text.replaceAll(/[^\w.-]+/g, '-');
}

/** The address of a failure, the same in every report. */
export function failureId(failure: { readonly operation: string; readonly status: number; readonly code: string }): string {
  return slug(`${failure.operation}-${failure.status}-${failure.code}`);
}

/** The address of something else that is looked at. */
export function itemId({ kind, operation, title, name }: Item): string {
  return slug(`${kind}-${operation ?? title}-${name ?? ''}`);
}

/** Addresses within one page that nobody links to. */
export type Numbering = () => string;

export function numbering(): Numbering {
  let last = 0;
  return () => `c${++last}`;
}

/** Text to be copied whole. */
export function copied(text: string, next: Numbering): Html {
  const id = next();
  return html`<div class="copied">
    <button type="button" data-copy="${id}" hidden>Copy</button>
    <pre id="${id}">${cut(tame(text).trimEnd(), LONGEST)}</pre>
  </div>`;
}

/** What must be and what was, row by row. */
export function sideBySide({ expected, observed, discrepancies }: Item): Html | undefined {
  const whole = expected === null ? [] : [{ at: 'answer', expected, actual: observed ?? 'no answer' }];
  const rows = [...whole, ...discrepancies.filter(({ check, at }) => expected === null || (at !== 'status' && check !== 'code'))];
  if (rows.length === 0) return undefined;
  return html`<table class="sides">
    <thead>
      <tr>
        <th scope="col">Where</th>
        <th scope="col">Expected</th>
        <th scope="col">Seen</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ at, expected, actual }) =>
          html`<tr class="${expected === actual ? 'same' : 'other'}">
            <th scope="row"><code>${tame(at)}</code></th>
            <td data-label="expected"><code>${tame(expected)}</code></td>
            <td data-label="seen"><code>${tame(actual)}</code></td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** What happened, in a sentence that needs no other. */
export function leadOf({ outcome, title, operation, reason, expected, observed, discrepancies }: Item): string {
  if (outcome !== 'violated' || expected === null || operation === null || discrepancies.length === 0) return tame(reason);
  if (observed === null) return `${operation} gave no answer where it must refuse with ${expected}.`;
  if (observed !== expected) return tame(`${operation} answered ${observed} where it must refuse with ${expected}.`);
  const after = discrepancies.some(({ check }) => AFTER.has(check));
  return after
    ? `${title}: the refusal is right, and what came after it is not.`
    : `${operation} refuses with the right code, and its answer is not as the contract declares it.`;
}

/** Checks of what comes after a refusal. */
const AFTER: ReadonlySet<string> = new Set(['repeatable', 'no-side-effect', 'recovery', 'boundary']);

/** What to do about it. */
export function fixes({ remedies }: Pick<Item, 'remedies'>): Html | undefined {
  if (remedies.length === 0) return undefined;
  return html`<ul class="fixes">
    ${remedies.map((remedy) => html`<li><span class="label">Fix</span> <span>${prose(tame(remedy))}</span></li>`)}
  </ul>`;
}

const PHASES: Readonly<Record<RequestEvidence['phase'], string>> = {
  given: 'on the way',
  when: 'with the fault',
  again: 'the same again',
  control: 'control twin',
  fresh: 'afresh',
  restore: 'put back',
};

/** Every request that was made, in order. */
export function requestsOf(requests: readonly RequestEvidence[], base: string): Html | undefined {
  if (requests.length === 0) return undefined;
  const short = (url: string): string => tame(url.startsWith(base) ? url.slice(base.length) || '/' : url);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Requests">
    <table class="requests">
      <thead>
        <tr>
          <th scope="col">Phase</th>
          <th scope="col">Request</th>
          <th scope="col">Answer</th>
          <th scope="col" class="num">ms</th>
          <th scope="col">Request id</th>
        </tr>
      </thead>
      <tbody>
        ${requests.map(
          ({ phase, label, method, url, status, code, durationMs, requestId }) =>
            html`<tr class="${phase}">
              <td data-label="phase">${PHASES[phase]}</td>
              <td data-label="request"><b>${tame(label)}</b> <code>${method} ${short(url)}</code></td>
              <td data-label="answer"><code>${status ?? 'none'}${code === null ? '' : ` ${tame(code)}`}</code></td>
              <td class="num" data-label="ms">${durationMs}</td>
              <td data-label="request id">${requestId === null ? '' : html`<code>${tame(requestId)}</code>`}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** What the evidence is, in a few facts. */
export function factsOf(item: Item): Html {
  const { evidence, requestId, durationMs, declared, source, takenFrom } = item;
  const facts: (readonly [string, Html | string])[] = [
    ...(evidence === null
      ? []
      : ([
          ['Brought about by', triggerOf(evidence)],
          ['Control twin', controlOf(evidence)],
        ] as const)),
    ...(requestId === null ? [] : [['Request id', html`<code>${tame(requestId)}</code>`] as const]),
    ...(durationMs === 0 ? [] : [['Took', `${durationMs} ms`] as const]),
    ...(takenFrom === null ? [] : [['Taken from', tame(takenFrom)] as const]),
    ...(source === null ? [] : [['Expected because', tame(source)] as const]),
    ...(locationOf(declared) === undefined ? [] : [['Declared at', html`<code>${declared}</code>`] as const]),
    ...(evidence?.notes ?? []).map((note) => ['Note', prose(tame(note))] as const),
  ];
  return html`<dl class="facts">
    ${facts.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function triggerOf({ trigger }: LineEvidence): string {
  if (trigger === null) return 'no request with the fault was sent';
  if (trigger === 'magic value') return 'a magic value, which makes the API pretend';
  return trigger === 'simulated'
    ? 'asking for it: the check itself did not run'
    : trigger === 'observed'
      ? 'passing traffic'
      : 'its real cause';
}

function controlOf({ control }: LineEvidence): Html | string {
  if (control === null) return 'none';
  return html`<code>${control.status}${control.code === null ? '' : ` ${tame(control.code)}`}</code> to the same request without the fault`;
}

/** Requests, answer and script: what a finding stands on. */
export function storyOf({ evidence, answer, repro, kind }: Item, base: string, next: Numbering): Html {
  const requests = requestsOf(evidence?.requests ?? [], base);
  return html`${
    requests === undefined
      ? ''
      : html`<h4>Requests, in order</h4>
          ${requests}`
  }
  ${
    answer === null
      ? ''
      : html`<h4>${kind === 'webhook' ? 'What came' : 'The answer'}</h4>
          ${copied(answer, next)}`
  }
  ${
    repro === null
      ? ''
      : html`<h4>Reproduce it</h4>
          ${copied(repro, next)}`
  }`;
}
