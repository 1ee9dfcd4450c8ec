import type { Matcher } from './matchers.js';
import { show } from './show.js';
import type { ScriptRequest } from './types.js';

/** An equality that a request must have for a rule to apply: an index finds the rule by it. */
export interface Key {
  /** Names what is compared: `header x-client`, `body /title`. */
  readonly dimension: string;
  readonly value: string;
  /** What a request has there. */
  read(request: ScriptRequest): readonly string[];
}

/** One thing that a rule asks of a request. */
export interface Field {
  readonly name: string;
  /** How much closer a request is that has it right. */
  readonly weight: number;
  readonly expected: string;
  holds(request: ScriptRequest): boolean;
  actual(request: ScriptRequest): string;
  readonly key: Key | undefined;
  /** Whether it can only hold with a JSON body. */
  readonly needsBody: boolean;
}

/** How much a field that matches says about whether a rule was meant for a request. */
export const WEIGHT = Object.freeze({ operation: 5, method: 3, path: 3, identity: 2, value: 1, state: 0.5 });

/** What one place of a request has. */
export type Values = (request: ScriptRequest) => readonly unknown[];

export const NONE: readonly never[] = Object.freeze([]);

/** A field that a matcher decides. */
export function matcherField(name: string, weight: number, matcher: Matcher, values: Values, secret: string, key?: Key): Field {
  return {
    name,
    weight,
    expected: matcher.says,
    holds: (request) => matcher.holds(values(request)),
    actual: (request) => showValues(values(request), secret),
    key,
    needsBody: name.startsWith('body') && !matcher.holdsWithout,
  };
}

function showValues(values: readonly unknown[], name: string): string {
  if (values.length === 0) return 'absent';
  const shown = values.slice(0, 3).map((value) => show(value, name));
  return values.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ');
}
