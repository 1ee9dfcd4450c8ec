import { envelopeCodec, type Contract, type Failure } from '../spec/index.js';
import { placeIn } from './place.js';
import type { Redactor } from './redact.js';
import { formatResponse, toScript } from './repro.js';
import type { RunContext, Steps } from './steps.js';
import { isApplicationAnswer } from './success.js';
import type { CauseLine, Discrepancy, Exchange, LineEvidence, Outcome, RequestEvidence, SeenAnswer, Trigger, WireAnswer } from './types.js';
import type { Verdict } from './verdict.js';

/** A path that was run, or that was not. */
export interface Told {
  readonly failure: Failure;
  readonly cause: string;
  readonly verdict: Verdict;
  readonly trigger: Trigger;
  readonly steps: Steps;
  readonly durationMs: number;
}

const PROVEN: ReadonlySet<Outcome> = new Set<Outcome>(['verified', 'simulated', 'waived', 'not-selected']);

/**
 * The line of a path with all that it stands on; from here on nothing holds a secret.
 *
 * @example
 * toLine(context, { failure, cause, verdict, trigger: 'real cause', steps, durationMs }).evidence.requests.length;
 */
export function toLine({ contract, redactor, deployment, run, scripts }: RunContext, told: Told): CauseLine {
  const { failure, cause, verdict, steps, durationMs } = told;
  const { exchanges } = steps;
  const when = exchanges.findLast(({ phase }) => phase === 'when');
  // Where the way there has failed, the last step of it is what there is to look at, be it the control twin.
  const until = verdict.until ?? (verdict.outcome === 'setup-failed' ? 'control' : 'when');
  const shown =
    until === 'control'
      ? exchanges.findLast(({ phase }) => phase !== 'restore' && phase !== 'fresh')
      : exchanges.findLast(({ phase }) => phase === until);
  const requests = exchanges.map((exchange) => toRequest(exchange, contract, redactor));
  const seen = when === undefined ? undefined : requests[exchanges.indexOf(when)];
  return {
    failure,
    cause,
    outcome: verdict.outcome,
    reason: redactor.redact(verdict.reason),
    observed: when?.answer && { status: when.answer.status, code: seen?.code ?? undefined },
    requestId: seen?.requestId ?? undefined,
    durationMs,
    discrepancies: verdict.discrepancies.map((one) => hideIn(one, redactor)),
    evidence: toEvidence(told, requests, redactor),
    response: !PROVEN.has(verdict.outcome) && shown?.answer ? formatResponse(shown.answer, redactor.redact) : undefined,
    answer: when?.answer && toSeen(when.answer, redactor),
    repro: exchanges.length === 0 || !scripts ? undefined : toScript({ failure, cause, exchanges, deployment, redactor, run, until }),
    location: placeIn(contract, failure.pointer),
    answered: exchanges.some((exchange) => isApplicationAnswer(contract, exchange)),
  };
}

function toEvidence({ trigger, steps }: Told, requests: readonly RequestEvidence[], redactor: Redactor): LineEvidence {
  const control = requests.findLast(({ phase, status }) => phase === 'control' && status !== null);
  return {
    trigger: requests.some(({ phase }) => phase === 'when') ? trigger : null,
    requests,
    control: control === undefined ? null : { status: control.status ?? 0, code: control.code },
    notes: steps.notes.map((note) => redactor.redact(note)),
  };
}

function toRequest({ phase, label, request, answer, durationMs }: Exchange, contract: Contract, redactor: Redactor): RequestEvidence {
  const envelope = envelopeCodec(contract).read(answer?.json);
  const requestId = typeof envelope.requestId === 'string' ? envelope.requestId : answer?.headers['x-request-id'];
  return {
    phase,
    label,
    method: request.method,
    url: redactor.redact(request.url),
    status: answer?.status ?? null,
    code: typeof envelope.code === 'string' ? redactor.redact(envelope.code) : null,
    requestId: requestId === undefined ? null : redactor.redact(requestId),
    durationMs,
  };
}

/** No error says anything that is nested deeper; and what is nested without end must not end the run. */
const DEEPEST = 32;

function toSeen({ headers, json }: WireAnswer, { redact }: Redactor): SeenAnswer {
  const hidden = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return redact(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === DEEPEST) return null;
    if (Array.isArray(value)) return value.map((item) => hidden(item, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [redact(name), hidden(member, depth + 1)]));
  };
  return { headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, redact(value)])), body: hidden(json, 0) };
}

function hideIn(one: Discrepancy, { redact }: Redactor): Discrepancy {
  return {
    check: one.check,
    at: redact(one.at),
    expected: redact(one.expected),
    actual: redact(one.actual),
    remedy: redact(one.remedy),
  };
}

/** As much of a line as names it. */
interface NamedLine {
  readonly failure: Pick<Failure, 'status' | 'code'> & { readonly operation: { readonly id: string } };
  readonly cause: string;
}

/**
 * A line by name, as reasons and policies know it.
 *
 * @example
 * nameOfLine(line); // 'initWork 401 api_key.revoked (revoked)'
 */
export function nameOfLine({ failure: { operation, status, code }, cause }: NamedLine): string {
  return `${operation.id} ${status} ${code} (${cause})`;
}
