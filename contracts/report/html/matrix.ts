import { groupBy, html, type Html } from '../../../spec/index.js';
import type { Ledger, LedgerFailure } from '../../ledger.js';
import type { Trigger } from '../../types.js';
import { toneOf } from '../items.js';
import { failureId, icon } from './parts.js';

/** From the strongest proof to the weakest; a failure is as strong as its weakest cause. */
const GRADES: readonly Trigger[] = ['real cause', 'observed', 'magic value', 'simulated'];
const LETTERS: Readonly<Record<Trigger, string>> = { 'real cause': '', observed: 'o', 'magic value': 'm', simulated: 's' };

/** How a failure was brought about; `undefined` where it was not. */
export function gradeOf({ causes, outcome }: LedgerFailure): Trigger | undefined {
  // The causes that decide: with a wrong answer to its real cause, it does not matter how another was brought about.
  const deciding = causes.filter((cause) => cause.outcome === outcome);
  const grades = deciding.flatMap(({ evidence }) => (evidence.trigger === null ? [] : [evidence.trigger]));
  return grades.reduce<Trigger | undefined>(
    (weakest, grade) => (weakest === undefined || GRADES.indexOf(grade) > GRADES.indexOf(weakest) ? grade : weakest),
    undefined,
  );
}

/**
 * Operations by codes: a cell is a shape for the outcome, a letter for how the failure was brought about where that was not by its real
 * cause, and a link to the evidence.
 */
export function matrixOf({ failures }: Ledger): Html {
  const columns = [...groupBy(failures, ({ status, code }) => `${status} ${code}`)]
    .map(([key, [{ status, code }]]) => ({ key, status, code }))
    .sort((a, b) => a.status - b.status);
  const statuses = [...groupBy(columns, ({ status }) => status)];
  const firsts = new Set(statuses.map(([, [{ key }]]) => key));
  const rows = [...groupBy(failures, ({ operation }) => operation)];
  return html`<div class="scroll" role="group" aria-label="Operations by codes">
    <table class="matrix" id="matrix">
      <caption class="unseen">What became of each declared failure, by operation and code. With the arrow keys you move, Enter opens the evidence.</caption>
      <thead>
        <tr><td></td>${statuses.map(([status, codes]) => html`<th scope="colgroup" colspan="${codes.length}" class="status">${status}</th>`)}</tr>
        <tr><td></td>${columns.map(({ key, code }) => html`<th scope="col" class="code${firsts.has(key) ? ' first' : ''}"><span>${code}</span></th>`)}</tr>
      </thead>
      <tbody>
        ${rows.map(([operation, own]) => {
          const cells = columns.map(({ key }) => cell(own.find(({ status, code }) => `${status} ${code}` === key), firsts.has(key)));
          return html`<tr data-operation="${operation}"><th scope="row">${operation}</th>${cells}</tr>`;
        })}
      </tbody>
    </table>
  </div>`; // prettier-ignore
}

function cell(failure: LedgerFailure | undefined, first: boolean): Html {
  const edge = first ? 'first' : '';
  if (failure === undefined) return html`<td class="${edge}"></td>`;
  const { operation, status, code, outcome } = failure;
  const grade = gradeOf(failure);
  const letter = grade === undefined ? '' : LETTERS[grade];
  const said = `${operation} ${status} ${code}: ${outcome}${grade === undefined ? '' : `, ${grade}`}`;
  return html`<td class="${edge}">
    <a class="cell ${toneOf(outcome)}" href="#${failureId(failure)}" title="${said}" aria-label="${said}"
      >${icon(outcome)}${letter === '' ? '' : html`<sub>${letter}</sub>`}</a
    >
  </td>`;
}

/** What the letters mean that occur. */
export function lettersOf({ failures }: Ledger): Html[] {
  const grades = new Set(failures.map(gradeOf));
  const told: readonly (readonly [Trigger, string])[] = [
    ['magic value', 'a magic value made the API pretend'],
    ['simulated', 'it was asked for: the check itself did not run'],
    ['observed', 'seen in passing traffic'],
  ];
  return told.flatMap(([grade, meaning]) => (grades.has(grade) ? [html`<li><b class="letter">${LETTERS[grade]}</b> ${meaning}</li>`] : []));
}
