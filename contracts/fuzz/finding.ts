import { formatResponse } from '../repro.js';
import type { RunContext } from '../steps.js';
import type { Built, Case } from './cases.js';
import { toCurl } from './curl.js';
import { causeOf, decisive, nameOf, seenIn } from './causes.js';
import type { Sent, Wrong } from './judge.js';
import type { Values } from './placeholders.js';
import type { Finding } from './types.js';

/** A case that was sent, and what is wrong with what came. */
export interface Failing {
  readonly case: Case;
  readonly built: Built;
  readonly values: Values;
  readonly sent: Sent;
  readonly wrong: Wrong;
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
    cause: nameOf(causeOf(failing)),
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
