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
 * What comes of the order that explains most is told, where none explains all.
 */
export function followAny(state: State, exchanges: readonly Exchange[]): { readonly state: State } | Unexplained {
  if (exchanges.length === 0) return { state };
  let best: Unexplained = { why: '', after: -1 };
  for (const [index, exchange] of exchanges.entries()) {
    const next = follow(state, exchange);
    const rest = 'why' in next ? { why: next.why, after: -1 } : followAny(next.state, exchanges.toSpliced(index, 1));
    if ('state' in rest) return rest;
    if (rest.after + 1 > best.after) best = { why: rest.why, after: rest.after + 1 };
  }
  return best;
}
