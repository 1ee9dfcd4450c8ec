import type { Action } from './actions.js';
import { effectOf, markUsed, Wrong } from './effects.js';
import { refusalOf, type Expected } from './refusals.js';
import type { State } from './state.js';
import type { Answer } from './world.js';

const SUCCESS: Readonly<Partial<Record<Action['kind'], number>>> = { confirm: 202, createKey: 201, revokeKey: 204 };

/** How the model would answer. */
export function expected(state: State, action: Action): Expected {
  return refusalOf(state, action) ?? { status: SUCCESS[action.kind] ?? 200, code: undefined };
}

/** One action, and what it was answered. */
export interface Exchange {
  readonly action: Action;
  readonly answer: Answer;
}

/** The model after an exchange, or why there can have been no such exchange. */
export function follow(state: State, { action, answer }: Exchange): { readonly state: State } | { readonly why: string } {
  const { status, code } = expected(state, action);
  if (status !== answer.status || code !== answer.code) {
    return {
      why: `${action.kind} should be ${status} ${code ?? ''}, and is ${answer.status} ${answer.code ?? ''}: ${answer.text.slice(0, 300)}`,
    };
  }
  try {
    const next = status >= 400 ? state : effectOf(state, action, answer);
    return { state: status >= 400 || !('token' in action) ? next : markUsed(next, action.token) };
  } catch (error) {
    if (error instanceof Wrong) return { why: `${action.kind}: ${error.message}` };
    throw error;
  }
}

interface Unexplained {
  readonly why: string;
  /** How many exchanges were explained before. */
  readonly after: number;
}

/**
 * The model after exchanges that were under way at the same time: there must be an order in which they could have come one by one.
 * What several of them read is not to be explained otherwise, so an answer that is half of one state and half of another is found.
 *
 * @returns Every state that there may be now, at least one; or why there is none, by the order that explains most.
 */
export function followAny(states: readonly State[], exchanges: readonly Exchange[]): readonly [State, ...State[]] | Unexplained {
  const found = new Map<string, State>();
  let best: Unexplained = { why: '', after: -1 };
  const follower = (state: State, rest: readonly Exchange[], after: number): void => {
    if (rest.length === 0) found.set(nameOf(state), state);
    for (const [index, exchange] of rest.entries()) {
      const next = follow(state, exchange);
      if ('state' in next) follower(next.state, rest.toSpliced(index, 1), after + 1);
      else if (after > best.after) best = { why: next.why, after };
    }
  };
  for (const state of states) follower(state, exchanges, 0);
  const [first, ...others] = found.values();
  return first === undefined ? best : [next(first), ...others.map(next)];
}

function next(state: State): State {
  return { ...state, round: state.round + 1 };
}

/** The same for states that differ in nothing but in what order things came up that came up at once. */
function nameOf({ keys, works, uploads, transactions, sessions, files, jobs, answers, ...rest }: State): string {
  const texts = (list: readonly unknown[]): readonly string[] => list.map((one) => JSON.stringify(one)).sort();
  const parts = [keys, works, uploads, transactions, sessions, files, Object.values(jobs), Object.entries(answers)].map(texts);
  return JSON.stringify([rest, parts]);
}
