import type { Operation } from '../../spec/index.js';
import type { Fault } from '../faults/types.js';
import type { Work } from './work.js';

/** How a text must be: exactly so, or as described; several descriptions must all hold. */
export type TextMatcher =
  | string
  | {
      readonly equals?: string;
      readonly contains?: string;
      /** A regular expression over the whole text's parts, in RE2's dialect: it runs in linear time. */
      readonly matches?: string;
      readonly absent?: boolean;
      readonly ignoreCase?: boolean;
      readonly not?: TextMatcher;
    };

/** How the JSON body must be; every member that is given must hold. */
export interface BodyMatcher {
  /** The body must be just this, key order aside. */
  readonly equals?: unknown;
  /** The body must hold at least this: objects by their members, lists by their items in order. */
  readonly contains?: unknown;
  /** By JSON pointer, or by JSONPath where the key begins with `$`. */
  readonly at?: Readonly<Record<string, ValueMatcher>>;
  /** A regular expression over the body's text. */
  readonly matches?: string;
  readonly absent?: boolean;
}

/** A text matcher for texts, or `{ equals }` for any JSON value. */
export type ValueMatcher = TextMatcher | { readonly equals: unknown };

export type Occurrence = number | { readonly from?: number; readonly to?: number; readonly every?: number };

/** What a request must be for a rule to apply; what is left out does not matter. */
export interface RuleMatch {
  /** Operation ids; `*` and `?` as in file names. Without it, requests that reach no operation match as well. */
  readonly on?: string | readonly string[];
  readonly method?: string;
  readonly path?: TextMatcher;
  readonly query?: Readonly<Record<string, TextMatcher>>;
  readonly headers?: Readonly<Record<string, TextMatcher>>;
  readonly body?: BodyMatcher;
  /** The name of an identity of the well-known world, `none`, or `unknown`. */
  readonly identity?: string;
  /** Which of the requests that match otherwise: the third, from the second on, every tenth. */
  readonly occurrence?: Occurrence;
  /** What else a WireMock request pattern asks, beyond its method and exact path; from the control API only. */
  readonly wiremock?: Readonly<Record<string, unknown>>;
}

/** What a rule answers, one step of it. */
export type RuleAnswer =
  | {
      readonly fails: string;
      readonly details?: Readonly<Record<string, unknown>>;
      readonly message?: string;
      /** Over those that the failure has anyway. */
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** That status's first failure of the operation that was asked; what a rule decides names the failure's code. */
  | { readonly status: number }
  | { readonly example: string }
  | {
      readonly responds: {
        readonly status: number;
        readonly headers?: Readonly<Record<string, string>>;
        readonly json?: unknown;
        readonly body?: string;
      };
      /** How this response is spoiled on its way. */
      readonly fault?: Fault;
    }
  | { readonly fault: Fault }
  | { readonly offContract: string }
  | { readonly passes: true }
  | { readonly proxies: string };

/** Milliseconds to wait before answering: fixed, or drawn. */
export type Delay =
  number | { readonly uniform: readonly [number, number] } | { readonly lognormal: { readonly median: number; readonly sigma: number } };

export type SequenceEnd = 'repeat-last' | 'cycle' | 'fail';

/** A rule as it is applied; files, the control API and TypeScript all come to this. */
export interface Rule {
  readonly id: string;
  readonly name: string | undefined;
  /** The lowest number is asked first; of equals, the one that came last. 5 unless told otherwise. */
  readonly priority: number;
  readonly match: RuleMatch;
  readonly answers: readonly [RuleAnswer, ...RuleAnswer[]];
  /** What comes after the last answer. */
  readonly end: SequenceEnd;
  /** Each Idempotency-Key goes through the answers by itself. */
  readonly perIdempotencyKey: boolean;
  readonly delay: Delay | undefined;
  /** How many times it applies. */
  readonly uses: number | undefined;
  /** Milliseconds of the mock's clock, from when it is added. */
  readonly lastsMs: number | undefined;
  /** The share of matching requests that it applies to, drawn with the seed. */
  readonly probability: number | undefined;
  readonly seed: string | undefined;
  readonly scenario: { readonly name: string; readonly is?: string; readonly becomes?: string } | undefined;
  /** Where it was written: `scripts/flaky.yaml:3:5`, `admin`, `code`. */
  readonly source: string;
  /** The WireMock stub that it was registered as. */
  readonly stub?: Readonly<Record<string, unknown>>;
}

/** What rules look at. */
export interface ScriptRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Path and query as they were sent; without it they are put together again. */
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of the headers that were sent more than once, each line: a matcher looks at these one by one. */
  readonly repeated?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly operation: Operation | undefined;
  /** Parsed JSON; `undefined` when there is none. */
  readonly body: unknown;
  /** The body as it was sent; without it, regular expressions look at the JSON, written without white space. */
  readonly text?: string | undefined;
  /** The name of the caller's identity, `none` or `unknown`. */
  readonly identity: string;
  /** What rules may still cost, of what is allotted to the request as a whole; by default, all that one request may cost. */
  readonly work?: Work | undefined;
}

/** The answer of a sequence that ends in `fail` and has come to its end: the mock's own, never the API's. */
export interface UsedUp {
  /** How many answers it had. */
  readonly usedUp: number;
}

/** What a rule has decided about a request. */
export interface Decision {
  readonly rule: Rule;
  readonly answer: Exclude<RuleAnswer, { readonly status: number }> | UsedUp;
  readonly delayMs: number;
  /** In words, for journal and log. */
  readonly why: string;
}

/** One field of a rule, held against a request. */
export interface FieldComparison {
  /** Such as `headers.x-client`, `body /title`, `occurrence`, `scenario`, `uses`. */
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
  readonly matches: boolean;
}

/** Why a rule would or would not apply to a request; nothing is counted or used up by asking. */
export interface Explanation {
  readonly rule: Rule;
  readonly matches: boolean;
  readonly fields: readonly FieldComparison[];
}

/** The rules of one world, and the state that they have: counts, sequence positions, scenarios. */
export interface Scripts {
  readonly rules: readonly Rule[];
  /** How many rules there are, those that have expired included. */
  readonly size: number;
  add(rule: Rule): void;
  /** Replaces every rule that came from a source, keeping the state of those that did not change. */
  replace(source: string, rules: readonly Rule[]): void;
  remove(id: string): boolean;
  clear(): void;
  /** The first rule that applies; counts the use. */
  decide(request: ScriptRequest): Decision | undefined;
  /** Every rule against a request, the best first: those that match in their order, then the nearest. */
  explain(request: ScriptRequest): readonly Explanation[];
  readonly scenarios: ReadonlyMap<string, string>;
  setScenario(name: string, state: string): void;
  resetScenarios(): void;
}
