import { createRandom, drawDelay } from '../faults/index.js';
import type { CompiledRule } from './compile.js';
import type { Positions } from './positions.js';
import type { Ranked } from './rule-index.js';
import type { Rule, ScriptRequest } from './types.js';

/** What a rule has been through. */
export interface RuleState {
  /** Of the mock's clock. */
  readonly addedAt: number;
  /** Requests that matched, occurrence and probability aside. */
  readonly seen: number;
  readonly uses: number;
}

/** A rule in its place, with its state. */
export interface Entry extends Ranked {
  readonly compiled: CompiledRule;
  /** As it is at the moment. */
  readonly state: RuleState;
  /** What it was added with. */
  readonly group: string;
  /** Its JSON without what may change while the rule stays the same. */
  readonly content: string;
}

export const FIRST_STATE = 'Started';

/** Whether a rule has to see every request that matches, whichever rule answers it. */
export function counts({ compiled: { occurrence, rule } }: Entry): boolean {
  return occurrence !== undefined || rule.probability !== undefined;
}

/** Whether it matters how often a rule has answered. */
export function countsUses(entry: Entry): boolean {
  const { uses, delay } = entry.compiled.rule;
  return uses !== undefined || delay !== undefined || isSequence(entry);
}

export function isExpired({ compiled: { rule }, state }: Entry, now: number): boolean {
  return rule.lastsMs !== undefined && now >= state.addedAt + rule.lastsMs;
}

export function isUsedUp({ compiled: { rule }, state }: Entry): boolean {
  return rule.uses !== undefined && state.uses >= rule.uses;
}

/** Whether a rule takes the request that is its so-many-th. */
export function takes({ compiled: { occurrence, rule }, state }: Entry, count: number): boolean {
  return (occurrence === undefined || occurrence(count)) && (rule.probability === undefined || drawnFor(rule, state) < rule.probability);
}

/** Drawn for the next request that matches, so that asking draws nothing; without a seed it depends on the rule's id. */
export function drawnFor({ seed, id }: Rule, { seen }: RuleState): number {
  return createRandom(`${seed ?? id}/probability/${seen}`)();
}

/** The place of the next answer; beyond the last when the sequence is used up. */
export function nextAnswer(entry: Entry, request: ScriptRequest, positions: Positions): number {
  const { answers, end, perIdempotencyKey } = entry.compiled.rule;
  if (!isSequence(entry)) return 0;
  const given = perIdempotencyKey ? positions.of(entry.compiled.rule.id, idempotencyKey(request)) : entry.state.uses;
  if (given < answers.length || end === 'fail') return Math.min(given, answers.length);
  return end === 'cycle' ? given % answers.length : answers.length - 1;
}

/** Counts a use for the sequence of its Idempotency-Key. */
export function goOn(entry: Entry, request: ScriptRequest, positions: Positions): void {
  if (entry.compiled.rule.perIdempotencyKey && isSequence(entry)) positions.advance(entry.compiled.rule.id, idempotencyKey(request));
}

/** Whether it matters how many answers were given. */
function isSequence({ compiled: { rule } }: Entry): boolean {
  return rule.answers.length > 1 || rule.end === 'fail';
}

export function delayOf({ compiled: { rule }, state }: Entry): number {
  return rule.delay === undefined ? 0 : drawDelay(rule.delay, createRandom(`${rule.seed ?? rule.id}/delay/${state.uses}`));
}

/** Requests without a key go through the answers together. */
function idempotencyKey({ headers }: ScriptRequest): string {
  const value = headers['idempotency-key'];
  return typeof value === 'string' ? value : (value?.join(',') ?? '');
}
