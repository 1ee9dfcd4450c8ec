import { describeAnswer } from '../setup-failed.js';
import type { RunContext } from '../steps.js';
import { describeCase, toFinding } from './finding.js';
import { elsewhereOf } from './merge.js';
import type { Tried } from './try.js';
import type { Finding } from './types.js';

/** A request that was under way when the deployment ended, and its number in the seed's order. */
export interface UnderWay {
  readonly tried: Tried;
  /** None where it is a smaller one than any of the seed. */
  readonly replay?: string;
}

/**
 * What is known of a deployment that has ended: which requests were under way. One of them ended it; nobody is there any more to say
 * which, so that all of them are told: the first with its line, the others beside it.
 *
 * @param isAlone Whether requests were sent one after the other.
 */
export function deathOf(context: RunContext, [first, ...others]: readonly [UnderWay, ...UnderWay[]], isAlone: boolean): Finding {
  const told = [first, ...others].map(({ tried, replay }) => {
    const { case: one, base, built, sent, judged } = tried;
    const wrong = judged.wrong ?? {
      kind: 'no-answer',
      came: 'no answer',
      status: 0,
      due: '',
      remedy: '',
      discrepancies: [],
      declared: false,
    };
    return toFinding(context, { case: one, values: base.values, built, sent, wrong }, { times: 1, replay });
  });
  const [only] = told as [Finding];
  const what = context.redactor.redact(describeCase(first.tried.case));
  const ended = 'the deployment has ended: nobody listens there any more';
  const { sent } = first.tried;
  if (others.length === 0 && 'answer' in sent)
    return {
      ...only,
      cause: '* | no-answer | ended',
      kind: 'no-answer',
      says: `${ended}; the last request that it answered was ${what}, with ${describeAnswer(context.contract, sent.answer)}`,
      remedy: 'Start it again and send it that request; where it does not end then, its log says what it died of.',
      discrepancies: [],
    };
  if (others.length === 0 && isAlone) return { ...only, cause: `${only.cause} | ended`, says: `${what} got no answer, and ${ended}` };
  const under = told.map(
    ({ replay }, index) =>
      `${describeCase(([first, ...others][index] as UnderWay).tried.case)}${replay === undefined ? '' : ` (${replay})`}`,
  );
  const were = told.length === 1 ? 'one request was under way,' : `${told.length} requests were under way, one of`;
  return {
    ...only,
    cause: '* | no-answer | ended',
    kind: 'no-answer',
    says: context.redactor.redact(`${ended}; ${were} which ended it, if not one that was answered just before: ${under.join('; ')}`),
    remedy: 'Start it again and send them one by one, by their numbers, or fuzz it with --concurrency 1; its log may say it as well.',
    answer: undefined,
    discrepancies: [],
    also: told.slice(1).flatMap(elsewhereOf),
  };
}
