import type { Operation } from '../spec/index.js';
import { scriptRequestOf, type Asked } from './asked.js';
import type { Fault } from './faults/index.js';
import type { JournalRecord, Witnessed } from './journal.js';
import { redactTokens, redactUrl } from './redact.js';
import { isOwnProblem, type Given } from './responder.js';
import { nearestRules, sayNearest, TOO_MUCH_WORK, type ExplainedRule, type Scripts } from './script/index.js';
import type { Clock, MockAnswer } from './types.js';

/** An answer, and everything about it but the time that it took. */
export interface Answered {
  readonly answer: MockAnswer;
  readonly record: Omit<JournalRecord, 'milliseconds'>;
  readonly witnessed: Omit<Witnessed, 'answerHeaders' | 'time' | 'real'>;
  /** Milliseconds that the caller, or a rule, wants to wait. */
  readonly delay: number;
  readonly fault?: Fault | undefined;
}

/** Makes of what is given the answer that goes out, and what is kept of it. */
export type Finish = (asked: Asked, operation: Operation | undefined, given: Given, chosenDelay?: number) => Answered;

export interface FinishOptions {
  readonly clock: Clock;
  readonly scripts: Scripts | undefined;
  /** Draws the delay of an answer that nobody else delays, in milliseconds. */
  readonly delay: () => number;
  /** Whether callers of the API may know what rules expect. */
  readonly open: boolean;
}

/** Every answer says why it was chosen; where the mock itself has to give up, also which rules came near. */
export function createFinish({ clock, scripts, delay, open }: FinishOptions): Finish {
  return (asked, operation, given, chosenDelay = 0) => {
    const { requestId, request, body, identity, work } = asked;
    const { method, path, query, url, headers, baseUrl, connection } = request;
    const { code, answeredBy, ruleId, spoiledBy } = given;
    const own = isOwnProblem(given);
    const rules = own && scripts !== undefined ? nearestRules(scripts, scriptRequestOf(asked, operation)) : [];
    // Any web page may read what is answered, and on other addresses than loopback anybody; what rules expect is for those who may steer.
    const whole = open && headers['origin'] === undefined;
    const why = redactTokens(whyOf(given, work.refused, true));
    const answer = explained(
      given.answer,
      whole ? why : redactTokens(whyOf(given, work.refused, false)),
      whole ? rules : rules.map(withoutValues),
    );
    const record = {
      requestId,
      at: new Date(clock.now()).toISOString(),
      method,
      url: redactUrl(path, query),
      operation: operation?.id,
      status: answer.status,
      code,
      answeredBy,
      why,
      ruleId,
      spoiledBy,
    };
    const secrets = operation?.body?.json?.secrets ?? [];
    return {
      answer,
      record,
      witnessed: { request: { path, query, headers, url, baseUrl }, body, identity, connection, secrets },
      delay: own ? 0 : Math.max(chosenDelay, given.delay ?? delay()),
      fault: given.fault,
    };
  };
}

function whyOf({ why, nearest }: Given, overworked: boolean, whole: boolean): string {
  const begun = overworked ? `${TOO_MUCH_WORK}, so the rest of them did not match; ${why}` : why;
  return nearest === undefined ? begun : `${begun}; ${sayNearest(nearest, whole)}`;
}

function withoutValues({ fields, ...rule }: ExplainedRule): unknown {
  return { ...rule, fields: fields.map(({ field, matches }) => ({ field, matches })) };
}

const LONGEST_WHY = 500;

function explained(answer: MockAnswer, why: string, rules: readonly unknown[]): MockAnswer {
  const headers = { ...answer.headers, 'x-failpath-why': headerText(why) };
  if (rules.length === 0 || answer.body === undefined) return { ...answer, headers };
  return { ...answer, headers, body: JSON.stringify({ ...(JSON.parse(answer.body) as object), rules }) };
}

/** A text as a header can carry it (RFC 9110, section 5.5). */
function headerText(text: string): string {
  const ascii = text.replaceAll('…', '...').replace(/[^ -~]+/g, ' ');
  return ascii.length > LONGEST_WHY ? `${ascii.slice(0, LONGEST_WHY)}...` : ascii;
}
