import type { Contract, Operation } from '../../spec/index.js';
import type { Relocate } from '../base-url.js';
import type { WrittenRule } from '../script/index.js';
import { createAnswerWriter, wellFormed, type AnswerDraft, type AnswerWriter } from './answer.js';
import type { Caller, Kept } from './keep.js';
import { LONGEST_RULE, MOST_ANSWERS, MOST_RULES } from './limits.js';
import { matchOf, type Match } from './match.js';
import type { Secrets } from './secrets.js';

/** A rule of a recording, and what its readers have to know. */
export interface RuleDraft {
  readonly rule: WrittenRule;
  readonly notes: readonly string[];
}

interface Step {
  readonly status: number;
  readonly answer: AnswerDraft;
  readonly objection: string | undefined;
  readonly times: number;
}

/** Who sent a request, and what was answered, in order. */
interface Asked {
  readonly caller: Caller;
  readonly steps: Step[];
}

/** Requests that are the same, whoever sent them. */
interface Group {
  readonly operation: Operation;
  readonly match: Match;
  readonly callers: Map<string, Asked>;
}

interface Ranked extends RuleDraft {
  readonly rank: readonly number[];
}

/**
 * One rule for each different request, in the order of a script: of the rules that match a request, the last is the one that says most
 * about it, and so the first that is asked.
 *
 * @returns The rules, and how many did not fit.
 */
export function rulesOf(
  contract: Contract,
  kept: readonly Kept[],
  secrets: Secrets,
  relocate: Relocate,
): { readonly rules: readonly RuleDraft[]; readonly dropped: number } {
  const byOperation = new Map<Operation, Ranked[]>();
  for (const group of groupsOf(createAnswerWriter(contract, secrets, relocate), kept, secrets)) {
    const rules = byOperation.get(group.operation) ?? [];
    rules.push(...rulesOfGroup(group));
    byOperation.set(group.operation, rules);
  }
  const all = [...byOperation.values()].flatMap((rules) => rules.sort((a, b) => compare(a.rank, b.rank)));
  const fitting = all.filter(({ rule }) => JSON.stringify(rule).length <= LONGEST_RULE).slice(0, MOST_RULES);
  return { rules: fitting.map(({ rule, notes }) => ({ rule, notes })), dropped: all.length - fitting.length };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((one, index) => one !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function groupsOf(writer: AnswerWriter, kept: readonly Kept[], secrets: Secrets): Iterable<Group> {
  const names = new Map<Operation, Set<string>>();
  for (const { operation, query } of kept) {
    const known = names.get(operation) ?? new Set<string>();
    for (const [name] of query) known.add(name);
    names.set(operation, known);
  }
  const groups = new Map<string, Group>();
  for (const one of kept) {
    const { operation, caller, status, answer, objection, times } = one;
    const match = matchOf(one, names.get(operation) ?? new Set(), secrets);
    const key = JSON.stringify([operation.id, match.when]);
    const group = groups.get(key) ?? { operation, match, callers: new Map<string, Asked>() };
    groups.set(key, group);
    const who = JSON.stringify(caller);
    const asked = group.callers.get(who) ?? { caller, steps: [] };
    group.callers.set(who, asked);
    const step = {
      status,
      answer: writer.write(operation, answer),
      objection: objection === undefined ? undefined : secrets.hide(objection),
      times,
    };
    asked.steps.push(step);
  }
  return groups.values();
}

/** Callers of the well-known world and those who were sent away can be told apart; of the others, one needs to be nobody in particular. */
function rulesOfGroup(group: Group): Ranked[] {
  const others: Asked[] = [];
  const known: Asked[] = [];
  for (const asked of group.callers.values()) (isKnown(asked) ? known : others).push(asked);
  const merged = new Set(others.map(({ steps }) => said(steps))).size <= 1 ? others.slice(0, 1) : others;
  const anybody = merged.find(({ caller }) => caller.kind === 'none') ?? merged.find(succeeds) ?? merged[0];
  return [...merged, ...known].map((asked) => ruleOf(group, asked, asked === anybody));
}

/** Where a request without a credential got anything but 401, it was taken out by whoever saved the file. */
function isKnown({ caller, steps }: Asked): boolean {
  if (caller.kind === 'none') return caller.headers.length > 0 && steps.every(({ status }) => status === 401);
  return caller.kind === 'identity';
}

function succeeds({ steps }: Asked): boolean {
  return steps.some(({ status }) => status < 400);
}

function said(steps: readonly Step[]): string {
  return JSON.stringify(sequence(steps).answers.map(({ written }) => written));
}

function ruleOf({ operation, match }: Group, { caller, steps }: Asked, anybody: boolean): Ranked {
  const { answers, shortened } = sequence(steps);
  const who = anybody ? {} : callerWhen(caller);
  const when = { ...match.when, ...who };
  const first = answers[0]?.written;
  const rule: WrittenRule = {
    name: nameOf(operation, answers),
    on: operation.id,
    ...(Object.keys(when).length === 0 ? {} : { when }),
    ...(answers.length === 1 ? first : { answers: answers.map(({ written }) => brief(written)) }),
  };
  const notes = [
    ...new Set([
      ...steps.flatMap(({ objection }) => (objection === undefined ? [] : [`Not as the contract says: ${objection}.`])),
      ...(anybody || caller.kind !== 'unknown' ? [] : [unusable(caller)]),
      ...match.notes,
      ...steps.flatMap(({ answer }) => answer.notes),
      ...(shortened ? [`Of its answers, repetitions and what came after the first ${MOST_ANSWERS} are left out.`] : []),
    ]),
  ];
  return { rule, notes, rank: [...match.rank, anybody ? 0 : 1] };
}

function callerWhen(caller: Caller): Pick<NonNullable<WrittenRule['when']>, 'identity' | 'headers'> {
  if (caller.kind === 'identity') return { identity: caller.name };
  if (caller.kind === 'none') return { headers: Object.fromEntries(caller.headers.map((name) => [name, { absent: true }])) };
  return { headers: { [caller.header.name]: wellFormed(caller.header.value) } };
}

function unusable(caller: Extract<Caller, { readonly kind: 'unknown' }>): string {
  return `It applies once ${caller.header.value} is replaced by what your client sends: only its credential tells this request from another.`;
}

/** A code alone where there is nothing more to say. */
function brief(written: AnswerDraft['written']): AnswerDraft['written'] | string {
  return written.fails !== undefined && written.details === undefined ? written.fails : written;
}

/** The answers one by one; the last of them is repeated by itself. */
function sequence(steps: readonly Step[]): { readonly answers: readonly AnswerDraft[]; readonly shortened: boolean } {
  const merged: { answer: AnswerDraft; times: number }[] = [];
  for (const { answer, times } of steps) {
    const last = merged.at(-1);
    if (last !== undefined && JSON.stringify(last.answer.written) === JSON.stringify(answer.written)) last.times += times;
    else merged.push({ answer, times });
  }
  const counts = merged.map(({ times }, index) => (index === merged.length - 1 ? 1 : times));
  const shortened = counts.reduce((sum, one) => sum + one, 0) > MOST_ANSWERS;
  const answers = merged.flatMap(({ answer }, index) => Array.from({ length: shortened ? 1 : (counts[index] ?? 1) }, () => answer));
  return { answers: answers.slice(0, MOST_ANSWERS), shortened };
}

const NAMED = 4;

/** What a listing of rules shows. */
function nameOf({ id }: Operation, answers: readonly AnswerDraft[]): string {
  const words = answers.map(({ written: { fails, responds } }) => fails ?? String(responds?.status));
  const shown = words.slice(0, NAMED).join(', ');
  return `${id}: ${words.length > NAMED ? `${shown}, …` : shown}`.slice(0, 200);
}
