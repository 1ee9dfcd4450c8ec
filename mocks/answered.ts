import type { Operation } from '../spec/index.js';
import { scriptRequestOf, type Asked } from './asked.js';
import { lately } from './once.js';
import type { Fault } from './faults/index.js';
import { Exchange } from './exchange.js';
import { redactTokens } from './redact.js';
import { isOwnProblem, type Given } from './responder.js';
import { nearestRules, sayNearest, TOO_MUCH_WORK, type ExplainedRule, type Scripts } from './script/index.js';
import type { Clock, MockAnswer } from './types.js';

/** An answer, and everything about it but the time that it took. */
export interface Answered {
  readonly answer: MockAnswer;
  readonly exchange: Exchange;
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
    const { answeredBy, code, ruleId, spoiledBy } = given;
    const own = isOwnProblem(given);
    const rules = own && scripts !== undefined ? nearestRules(scripts, scriptRequestOf(asked, operation)) : NO_RULES;
    // Any web page may read what is answered, and on other addresses than loopback anybody; what rules expect is for those who may steer.
    const whole = open && request.headers['origin'] === undefined;
    const why = sayWhy(whyOf(given, work.refused, true));
    const said = whole || given.nearest === undefined ? why : sayWhy(whyOf(given, work.refused, false));
    const answer = explained(given, said.header, whole ? rules : rules.map(withoutValues));
    return {
      answer,
      exchange: new Exchange({
        at: clock.now(),
        requestId,
        method: request.method,
        operation: operation?.id,
        status: answer.status,
        code,
        answeredBy,
        why: why.text,
        ruleId,
        spoiledBy,
        request,
        body,
        identity,
        secrets: operation?.body?.json?.secrets ?? NO_SECRETS,
      }),
      delay: own ? 0 : Math.max(chosenDelay, given.delay ?? delay()),
      fault: given.fault,
    };
  };
}

const NO_RULES: readonly ExplainedRule[] = [];
const NO_SECRETS: readonly string[] = [];

function whyOf({ why, nearest }: Given, overworked: boolean, whole: boolean): string {
  const begun = overworked ? `${TOO_MUCH_WORK}, so the rest of them did not match; ${why}` : why;
  return nearest === undefined ? begun : `${begun}; ${sayNearest(nearest, whole)}`;
}

function withoutValues({ fields, ...rule }: ExplainedRule): unknown {
  return { ...rule, fields: fields.map(({ field, matches }) => ({ field, matches })) };
}

function explained({ answer, applied }: Given, why: string, rules: readonly unknown[]): MockAnswer {
  const { status, body, stream, passedOn } = answer;
  // An answer's headers are its own, made for this request.
  const headers = answer.headers as Record<string, string>;
  if (applied !== undefined) headers['preference-applied'] = applied;
  headers['x-failpath-why'] = why;
  if (rules.length === 0 || body === undefined) return { status, headers, body, stream, passedOn };
  return { status, headers, body: JSON.stringify({ ...(JSON.parse(body) as object), rules }), stream, passedOn };
}

/** A reason without credentials, as it is kept and as a header can carry it. */
interface Said {
  readonly text: string;
  readonly header: string;
}

/** Most answers have one of few reasons; when there are more, the oldest are forgotten by halves. */
const sayWhy = lately((why: string): Said => {
  const text = redactTokens(why);
  return { text, header: headerText(text) };
}, 1_000);

const LONGEST_WHY = 500;

/** A text as a header can carry it (RFC 9110, section 5.5). */
function headerText(text: string): string {
  const ascii = text.replaceAll('…', '...').replace(/[^ -~]+/g, ' ');
  return ascii.length > LONGEST_WHY ? `${ascii.slice(0, LONGEST_WHY)}...` : ascii;
}
