import { envelopeCodec } from '../../spec/index.js';
import type { JudgeAnswer } from '../drive.js';
import { setupFailed } from '../verdict.js';
import type { Judgement } from '../judge.js';
import type { Verdict } from '../verdict.js';
import type { RunContext } from '../steps.js';
import { isTransient } from '../success.js';
import { describeAnswer } from '../setup-failed.js';
import type { Exchange, WireAnswer } from '../types.js';
import type { Probe } from './types.js';

/** A verdict, and whether a right identity that is refused as well can overrule it. */
export type ProbeVerdict = Verdict & Pick<Judgement, 'needsControl'>;

/** The answer to a probe's request. */
export interface Answered {
  readonly context: RunContext;
  readonly answer: WireAnswer;
  readonly exchange: Exchange | undefined;
}

/**
 * Judges the answer to a probe as the answer to a failure path is judged; of two faults, that the other one was refused is a violation
 * of the order.
 *
 * @example
 * judgeProbe(probe, executor.judgeAnswer(context), { context, answer, exchange }).outcome; // 'violated'
 */
export function judgeProbe(probe: Probe, judgeAnswer: JudgeAnswer, { context, answer, exchange }: Answered): ProbeVerdict {
  const { expected, over, operation } = probe;
  if (expected === undefined) throw new Error(`${probe.name} is no refusal: it is never sent`);
  const judgement = judgeAnswer(expected.failure, answer, exchange);
  if (over === undefined || !judgement.needsControl || judgement.outcome === 'verified') return judgement;
  const { contract } = context;
  const { code } = envelopeCodec(contract).read(answer.json);
  if (code === over.failure.code && answer.status === over.failure.status) return swapped(probe);
  if (isTransient(contract, operation.id, answer))
    return { ...setupFailed(`it was answered with ${describeAnswer(contract, answer)}, which passes: run again`), needsControl: false };
  return judgement;
}

function swapped({ expected, over, basis, source }: Probe): ProbeVerdict {
  const [first, then] = [expected, over].map((one) => `${one?.failure.status} ${one?.failure.code}`);
  return {
    outcome: 'violated',
    reason: `${then} fired before ${first}; the order of refusal (${basis}: ${source}) says ${first} first`,
    discrepancies: [
      {
        check: 'precedence',
        at: 'code',
        expected: expected?.failure.code ?? '',
        actual: over?.failure.code ?? '',
        remedy: `Check for ${first} before ${then}${basis === 'reading' ? ', or have the contract read it otherwise (x-interpretation)' : ''}.`,
      },
    ],
    needsControl: false,
  };
}
