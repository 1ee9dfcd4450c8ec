import { closest, type Operation } from '../../spec/index.js';
import type { Entry } from '../entries.js';
import { NEVER_APPLIES, type Problem, type Report } from './errors.js';
import type { Kit } from '../kit.js';
import { checkParticulars, checkProfile } from './particulars.js';
import type { Scope } from './scope.js';
import { list, shorten } from './show.js';
import type { RuleAnswer } from './types.js';

/**
 * The operations that can give every one of the answers. Where a rule names its operations, each of them has to; where it
 * names none, it is meant for those that can.
 *
 * @returns `undefined` in the place of a list when the answers fit everywhere.
 */
export function operationsThatCan(
  answers: readonly RuleAnswer[],
  scope: Scope,
  kit: Kit,
  report: Report,
): ReadonlySet<Operation> | undefined {
  if (!answers.some(asksContract)) return undefined;
  const wanted = once(
    answers.map((answer, index) => ({ answer, pointer: `/answers/${index}` })).filter(({ answer }) => asksContract(answer)),
  );
  const able = new Set(
    scope.named.filter((operation) => wanted.every(({ answer }) => whyNot(answer, kit.catalogue.entry(operation)) === undefined)),
  );
  for (const { answer, pointer } of wanted) {
    const unable = scope.reachable.flatMap((operation) => {
      const why = whyNot(answer, kit.catalogue.entry(operation));
      return why === undefined ? [] : [{ operation, why }];
    });
    const [first] = unable;
    const missing = scope.outside ? unable.length === scope.reachable.length && scope.reachable.length > 0 : unable.length > 0;
    if (missing && first !== undefined) report(impossible(answer, pointer, unable, scope, kit));
    else if ('fails' in answer) checkParticulars(answer, pointer, scope, kit, report);
    else if ('offContract' in answer) checkProfile(answer.offContract, pointer, scope, kit, report);
  }
  if (able.size === 0 && scope.outside && scope.reachable.length > 0 && wanted.length > 1) {
    const what = 'no operation can give all of the answers';
    report({ pointer: '/answers', what, why: NEVER_APPLIES, remedy: 'Write a rule for each operation, with `on`.' });
  }
  return able;
}

/** The same answer again in a sequence has the same problems. */
function once<T extends { readonly answer: RuleAnswer }>(items: readonly T[]): T[] {
  return [...new Map(items.toReversed().map((item) => [JSON.stringify(item.answer), item])).values()].toReversed();
}

/** Whether an answer is one that the contract has to declare. */
function asksContract(answer: RuleAnswer): boolean {
  return 'fails' in answer || 'status' in answer || 'example' in answer || ('offContract' in answer && answer.offContract !== NO_ENVELOPE);
}

/** The only profile that starts from no failure. */
const NO_ENVELOPE = 'gateway-html-502';

/** Why an operation cannot give an answer, as the second half of a sentence; `undefined` when it can. */
function whyNot(answer: RuleAnswer, { operation, failures, answers, examples }: Entry): string | undefined {
  if ('fails' in answer) return failures.has(answer.fails) ? undefined : `does not declare ${shorten(answer.fails)}`;
  if ('status' in answer)
    return answers.get(answer.status)?.failures[0] === undefined ? `declares no failure of status ${answer.status}` : undefined;
  if ('example' in answer) {
    const named = examples.get(answer.example);
    if (named === undefined) return `has no example ${JSON.stringify(shorten(answer.example))}`;
    const ambiguous = named.length > 1 && (named[0]?.answer.status ?? 0) >= 400;
    return ambiguous ? `has an example ${JSON.stringify(shorten(answer.example))} under several statuses` : undefined;
  }
  return 'offContract' in answer && operation.failures.length === 0 ? 'declares no failure that could be spoilt' : undefined;
}

type Unable = readonly { readonly operation: Operation; readonly why: string }[];

function impossible(answer: RuleAnswer, pointer: string, unable: Unable, scope: Scope, kit: Kit): Problem {
  const [first] = unable;
  const others = unable.length - 1;
  const also = others === 0 ? '' : `, and ${others} more ${others === 1 ? 'does' : 'do'} not either`;
  const what = scope.outside ? `no operation ${sayNo(answer)}` : `${first?.operation.id} ${first?.why}${also}`;
  const able = kit.contract.operations
    .filter((operation) => whyNot(answer, kit.catalogue.entry(operation)) === undefined)
    .map(({ id }) => id);
  const choices = [...new Set(scope.reachable.flatMap((operation) => choicesOf(answer, kit.catalogue.entry(operation))))];
  const asked = 'fails' in answer ? answer.fails : 'example' in answer ? answer.example : undefined;
  const nearest =
    asked === undefined
      ? undefined
      : closest(
          asked.slice(0, 200),
          choices.filter((choice) => choice !== asked),
        );
  const remedies = [
    ...(nearest === undefined ? [] : [`Did you mean ${nearest}?`]),
    ...(able.length === 0 ? [] : [`It can be answered by ${list(able)}.`]),
  ];
  const fallback = choices.length === 0 ? 'Use `responds` for what the contract does not declare.' : `Choose from ${list(choices, 12)}.`;
  return {
    pointer: `${pointer}${Object.keys(answer)[0] === undefined ? '' : `/${Object.keys(answer)[0]}`}`,
    what,
    why: NEVER_APPLIES,
    remedy: remedies.join(' ') || fallback,
  };
}

function sayNo(answer: RuleAnswer): string {
  if ('fails' in answer) return `declares the code ${JSON.stringify(shorten(answer.fails))}`;
  if ('status' in answer) return `declares a failure of status ${answer.status}`;
  return 'example' in answer ? `has an example ${JSON.stringify(shorten(answer.example))}` : 'can be broken like that';
}

function choicesOf(answer: RuleAnswer, { failures, examples, answers }: Entry): readonly string[] {
  if ('fails' in answer) return [...failures.keys()];
  if ('example' in answer) return [...examples.keys()];
  return 'status' in answer ? [...answers.values()].filter((one) => one.failures.length > 0).map(({ status }) => String(status)) : [];
}
