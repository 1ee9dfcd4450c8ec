import type { Contract, Operation } from '../../spec/index.js';
import { checkAnswer } from './answer-check.js';
import { MAX_DELAY_MS } from '../faults/index.js';
import { NEVER_APPLIES, NOT_READ, type Problem, type Report } from './errors.js';
import { WEIGHT, type Field, type Key } from './field.js';
import { compileFields } from './fields.js';
import { kitOf } from '../kit.js';
import { operationsThatCan } from './possible.js';
import type { MayProxyTo } from '../targets.js';
import { scopeOf } from './scope.js';
import { list, show, shorten } from './show.js';
import type { Occurrence, Rule } from './types.js';
import { labelOf } from './words.js';

/** A rule, ready to be held against requests; it has no state. */
export interface CompiledRule {
  readonly rule: Rule;
  /** What it is called in a sentence. */
  readonly label: string;
  /** Operation first, then the cheapest. */
  readonly fields: readonly Field[];
  readonly keys: readonly Key[];
  /** The operations whose requests it can match; those that reach none with `outside`. */
  readonly operations: readonly Operation[];
  readonly outside: boolean;
  readonly occurrence: ((count: number) => boolean) | undefined;
}

/** What a rule can be checked against besides the contract. */
export interface Names {
  /** Names of identities that requests can have; `none` and `unknown` need not be among them. */
  readonly identities?: readonly string[] | undefined;
  /** Where rules may send requests on to; without it nobody has said yet. */
  readonly mayProxyTo?: MayProxyTo | undefined;
}

/** As many keys as are worth comparing; one is enough to find a rule by. */
const MAX_KEYS = 16;

/**
 * Compiles a rule, and checks it against the contract: nothing of it is left to be read when requests arrive.
 *
 * @returns The compiled rule, to be used only if there are no problems.
 */
export function compileRule(
  rule: Rule,
  contract: Contract,
  names: Names = {},
): { readonly compiled: CompiledRule; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const report: Report = (problem) => void problems.push(problem);
  const kit = kitOf(contract);
  const asked = compileFields(rule.match, report);
  const scope = scopeOf(
    rule.match,
    contract,
    asked.some(({ needsBody }) => needsBody),
    report,
  );
  const able = problems.some(({ pointer }) => pointer.startsWith('/match/on'))
    ? undefined
    : operationsThatCan(rule.answers, scope, kit, report);
  rule.answers.forEach((answer, index) => checkAnswer(answer, `/answers/${index}`, report, names.mayProxyTo));
  checkNumbers(rule, report);
  checkIdentity(rule, names, report);
  const operation = operationField(rule, scope.named, able);
  const compiled: CompiledRule = {
    rule,
    label: labelOf(rule),
    fields: operation === undefined ? asked : [operation, ...asked],
    keys: asked.flatMap(({ key }) => key ?? []).slice(0, MAX_KEYS),
    operations: able === undefined ? scope.named : [...able],
    outside: scope.outside && able === undefined,
    occurrence: compileOccurrence(rule.match.occurrence),
  };
  return { compiled, problems };
}

function operationField(
  { match, answers }: Rule,
  named: readonly Operation[],
  able: ReadonlySet<Operation> | undefined,
): Field | undefined {
  if (match.on === undefined && able === undefined) return undefined;
  const allowed = able ?? new Set(named);
  const patterns = match.on === undefined ? undefined : [match.on].flat().map((pattern) => shorten(pattern));
  return {
    name: 'operation',
    weight: WEIGHT.operation,
    expected:
      patterns === undefined
        ? `one that can answer ${list(answers.map(nameOf), 3)} (${list([...allowed].map(({ id }) => id))})`
        : list(patterns),
    holds: ({ operation }) => operation !== undefined && allowed.has(operation),
    actual: ({ operation }) => operation?.id ?? 'none',
    key: undefined,
    needsBody: false,
  };
}

/** An answer in a word. */
export function nameOf(answer: Rule['answers'][number]): string {
  if ('fails' in answer) return shorten(answer.fails);
  if ('status' in answer) return String(answer.status);
  if ('example' in answer) return `the example ${shorten(answer.example)}`;
  if ('responds' in answer) return `a response ${answer.responds.status}`;
  if ('fault' in answer) return `the fault ${answer.fault.type}`;
  if ('offContract' in answer) return `the off-contract answer ${shorten(answer.offContract)}`;
  return 'proxies' in answer ? `what ${shorten(answer.proxies)} answers` : 'what there is without a rule';
}

/** How an occurrence reads in a sentence. */
export function sayOccurrence(occurrence: Occurrence): string {
  if (typeof occurrence === 'number') return `number ${occurrence}`;
  const { from, to, every } = occurrence;
  const range = from === undefined && to === undefined ? '' : `number ${from ?? 1}${to === undefined ? ' and on' : ` to ${to}`}`;
  return [every === undefined ? '' : `every ${every}`, range].filter((part) => part !== '').join(', ') || 'any';
}

function compileOccurrence(occurrence: Occurrence | undefined): CompiledRule['occurrence'] {
  if (occurrence === undefined) return undefined;
  if (typeof occurrence === 'number') return (count) => count === occurrence;
  const { to = Number.POSITIVE_INFINITY, every = 1 } = occurrence;
  // "Every tenth" is the tenth, not the first; "every tenth from the second on" begins with the second.
  const from = occurrence.from ?? every;
  return (count) => count >= from && count <= to && (count - from) % every === 0;
}

function checkIdentity({ match: { identity } }: Rule, { identities }: Names, report: Report): void {
  const known = [...(identities ?? []), 'none', 'unknown'];
  if (identity === undefined || identities === undefined || known.includes(identity)) return;
  const what = `no identity is called ${show(identity)}`;
  report({ pointer: '/match/identity', what, why: NEVER_APPLIES, remedy: `The identities are ${list(known, 20)}.` });
}

const isCount = (value: number | undefined): boolean => value === undefined || (Number.isSafeInteger(value) && value >= 1);
const isTime = (value: number | undefined): boolean => value === undefined || (Number.isFinite(value) && value >= 0);

function checkNumbers(rule: Rule, report: Report): void {
  const { match, priority, uses, lastsMs, probability, answers, delay, scenario } = rule;
  const refuse = (pointer: string, what: string, remedy: string, why = NEVER_APPLIES): void => report({ pointer, what, why, remedy });
  const { from, to, every } =
    typeof match.occurrence === 'number'
      ? ({ from: match.occurrence } as { from: number; to?: number; every?: number })
      : (match.occurrence ?? {});
  if (![from, to, every].every(isCount)) refuse('/match/occurrence', 'an occurrence is no whole number from 1', 'Count from 1.');
  if (from !== undefined && to !== undefined && from > to)
    refuse('/match/occurrence', `from ${from} to ${to} is nothing`, 'Exchange the two.');
  if (!Number.isSafeInteger(priority))
    refuse('/priority', `the priority ${priority} is no whole number`, 'Say a whole number; the lowest is asked first.');
  if (!isCount(uses)) refuse('/uses', `${uses} uses are not possible`, 'Say a whole number from 1.');
  if (!isTime(lastsMs)) refuse('/lastsMs', `${lastsMs} is no number of milliseconds`, 'Say how long it lasts, from 0.');
  if (probability !== undefined && !(probability >= 0 && probability <= 1))
    refuse('/probability', `${probability} is no probability`, 'Say a number from 0 to 1.');
  if (answers.length === 0) refuse('/answers', 'there is no answer', 'Say at least one, such as ok.');
  if (uses !== undefined && uses < answers.length) {
    const remedy = `Say uses: ${answers.length}, or leave out what comes after.`;
    refuse(
      '/uses',
      `${uses} ${uses === 1 ? 'use ends' : 'uses end'} the rule before the last of its ${answers.length} answers`,
      remedy,
      NOT_READ,
    );
  }
  if (scenario !== undefined && scenario.is === undefined && scenario.becomes === undefined) {
    refuse(
      '/scenario',
      `nothing is said of the scenario ${show(scenario.name)}`,
      'Say the state in which the rule applies (is), or to which it leads (becomes).',
      NOT_READ,
    );
  }
  checkDelay(delay, report);
}

function checkDelay(delay: Rule['delay'], report: Report): void {
  if (delay === undefined) return;
  const refuse = (what: string, remedy: string): void => report({ pointer: '/delay', what, why: NOT_READ, remedy });
  const isDelay = (value: number): boolean => value >= 0 && value <= MAX_DELAY_MS;
  const limits = `Say milliseconds from 0 to ${MAX_DELAY_MS}.`;
  if (typeof delay === 'number') {
    if (!isDelay(delay)) refuse(`a delay of ${delay} is not possible`, limits);
  } else if ('uniform' in delay) {
    const [low, high] = delay.uniform;
    if (!isDelay(low) || !isDelay(high)) refuse(`delays from ${low} to ${high} are not possible`, limits);
    else if (low > high) refuse(`from ${low} to ${high} is nothing`, 'Exchange the two.');
  } else {
    const { median, sigma } = delay.lognormal;
    if (!isDelay(median)) refuse(`a median of ${median} is not possible`, limits);
    if (!(sigma >= 0 && sigma <= 10))
      refuse(`a sigma of ${sigma} is not possible`, 'Say a number from 0 to 10; 0.4 spreads the delays a little.');
  }
}
