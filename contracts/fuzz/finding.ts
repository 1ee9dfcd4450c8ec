import { formatResponse } from '../repro.js';
import type { RunContext } from '../steps.js';
import type { Built, Case } from './cases.js';
import { toCurl } from './curl.js';
import type { Sent, Wrong } from './judge.js';
import type { Values } from './placeholders.js';
import type { Discrepancy } from '../types.js';
import type { Finding } from './types.js';

/** A case that was sent, and what is wrong with what came. */
export interface Failing {
  readonly case: Case;
  readonly built: Built;
  readonly values: Values;
  readonly sent: Sent;
  readonly wrong: Wrong;
}

/**
 * What findings are told apart by, the same from run to run: the operation, the kind, what was done to the request, and what is wrong
 * with the answer. Where a declared failure has the wrong shape, it has it whatever was done to the request.
 */
export function causeOf({ case: { operation, mutations }, wrong }: Pick<Failing, 'case' | 'wrong'>): string {
  const done = [...new Set(mutations.flatMap((mutation) => partsOf(mutation, wrong.kind)))].toSorted();
  const seen = seenIn(wrong);
  const what = wrong.code ?? (done.length === 0 ? 'good request' : done.join(' + '));
  return [operation.id, wrong.kind, what, seen].filter((part) => part !== '').join(' | ');
}

/** What of an answer is wrong, as far as causes are told apart by it: of leaks, what has leaked as well. */
export function seenIn(wrong: Wrong): string {
  const first = decisive(wrong);
  if (first === undefined) return '';
  return `${first.check} ${first.at}${first.check === 'leak' ? `: ${first.expected}` : ''}`;
}

/** The discrepancy that makes an answer what it is. */
function decisive({ kind, discrepancies }: Wrong): Discrepancy | undefined {
  return (kind === 'leak' ? discrepancies.find(({ check }) => check === 'leak') : undefined) ?? discrepancies[0];
}

/**
 * What a mutation changes, and how. What makes a server fail or hang in one place has one cause there, whatever it was; and a way around
 * the credentials is one, whichever way it is written.
 */
function partsOf({ place, family }: Case['mutations'][number], kind: Wrong['kind']): readonly string[] {
  const isWay = /^(?:credential|route)\b/.test(place);
  if (isWay && kind === 'accepted') return place.split(' and ');
  return kind === 'server-error' || kind === 'no-answer' ? [place] : [`${place} (${family})`];
}

/** Whether two answers are wrong in the same way. */
export function isSame(a: Wrong, b: Wrong | undefined): boolean {
  if (b === undefined || a.kind !== b.kind) return false;
  if (a.kind === 'no-answer' || a.kind === 'accepted') return true;
  return a.came === b.came && seenIn(a) === seenIn(b);
}

/** A finding as it is reported. */
export function toFinding(
  { deployment, redactor }: RunContext,
  failing: Failing,
  { times, replay, once }: { readonly times: number; readonly replay?: string | undefined; readonly once?: boolean },
): Finding {
  const { case: made, built, values, sent, wrong } = failing;
  const what = describeCase(made);
  const first = decisive(wrong);
  const detail = first === undefined ? '' : `: ${first.at} should be ${first.expected}, and is ${first.actual}`;
  const again = once === true ? '; it did not happen again when the same was sent once more' : '';
  const got = wrong.kind === 'no-answer' ? `got ${wrong.came}` : `was answered with ${wrong.came}`;
  return {
    cause: causeOf(failing),
    kind: wrong.kind,
    operation: made.operation.id,
    says: redactor.redact(`${what} ${got}, where ${wrong.due}${detail}${again}`),
    remedy: wrong.remedy,
    requests: [built.request],
    answer: 'answer' in sent ? formatResponse(sent.answer, redactor.redact) : undefined,
    discrepancies: wrong.discrepancies.map((one) => ({ ...one, actual: redactor.redact(one.actual) })),
    curl: toCurl(built.request, { deployment, redactor, values }),
    times,
    expects: built.expects,
    ...(replay === undefined ? {} : { replay }),
  };
}

/** A case in words: `initWork with /title null`. */
export function describeCase({ operation, mutations }: Case): string {
  return mutations.length === 0 ? `a good ${operation.id}` : `${operation.id} with ${mutations.map(({ says }) => says).join(' and ')}`;
}
