import type { Fault, ShortFaultName } from '../faults/index.js';
import type { ProfileName } from '../profiles/index.js';
import type { Delay, Rule, RuleAnswer, RuleMatch } from './types.js';

/** What generated types say of an operation. */
interface OperationTypes {
  /** Codes, and the details of each. */
  readonly failures: object;
  /** Those of the failures. */
  readonly statuses: number;
  /** The names of the examples of its answers. */
  readonly examples: string;
}

/** The types of an API's operations, as `failpath types` generates them. */
export type ApiTypes<Api> = { readonly [Id in keyof Api]: OperationTypes };

/** The types of an API without generated types: any text will do. */
export interface LooseApi {
  readonly [operation: string]: {
    readonly failures: { readonly [code: string]: Readonly<Record<string, unknown>> };
    readonly statuses: number;
    readonly examples: string;
  };
}

/** In place of an operation: any request. */
type Any = '*';

type Operations<Api, Id> = Id extends Any ? Api[keyof Api] : Id extends keyof Api ? Api[Id] : never;
type Failures<Api, Id> = Operations<Api, Id> extends { readonly failures: infer All } ? All : never;
/** The members of any of several types. */
type KeyOfAny<Types> = Types extends unknown ? keyof Types & string : never;
type Code<Api, Id> = KeyOfAny<Failures<Api, Id>>;
type Status<Api, Id> = Operations<Api, Id> extends { readonly statuses: infer All extends number } ? All : never;
type ExampleName<Api, Id> = Operations<Api, Id> extends { readonly examples: infer All extends string } ? All : never;

// What follows is written so that the compiler's messages name what is possible: it prints an alias by its name only, and
// cuts a list after some 160 characters.

/** A word, if it is one of those that are known; otherwise what it might have been. */
type Known<Written, All extends string, Telling extends string = All> = [Written] extends [string]
  ? string extends Written
    ? All
    : Written extends All
      ? Written
      : Family<Written, All, Telling>
  : never;
/** Of codes, those of the same domain. */
type Family<Written, All extends string, Telling extends string> = Written extends `${infer Domain}.${string}`
  ? OrElse<Extract<All, `${Domain}.${string}`>, All>
  : OrElse<Telling, All>;
type OrElse<Some extends string, All extends string> = [Some] extends [never] ? All : Some;

/** What replaces members of the example's details. */
type Overrides<All, Written> = All extends unknown
  ? Written extends keyof All
    ? { readonly [Member in keyof All[Written]]?: All[Written][Member] }
    : never
  : never;

/** A number of milliseconds, or a number with a unit: `500ms`, `30s`, `5m`, `2h`, `1d`. */
type Unit = 'ms' | 's' | 'm' | 'h' | 'd';

/** What a request must be, beyond its operation. */
export interface Match extends Omit<RuleMatch, 'on' | 'wiremock'> {}

/** What a request must be, its operation included. */
export interface AnyMatch<Api> extends Match {
  readonly on?: OperationName<Api> | readonly OperationName<Api>[];
}
/** An operation, by its id or by a pattern. */
export type OperationName<Api> = (keyof Api & string) | Glob;
type Glob = `${string}${'*' | '?'}${string}`;

/**
 * One answer of a list: the first failure that is declared for a status, the failure of a code, `ok` for what happens without
 * a rule, or an answer in full.
 */
type Step<Api, Id, Written> = Written extends number
  ? number extends Written
    ? Status<Api, Id>
    : Written extends Status<Api, Id>
      ? Written
      : Status<Api, Id>
  : Written extends string
    ? Known<Written, Code<Api, Id> | 'ok'>
    : Written extends { readonly fails: infer Name }
      ? FailsWith<Known<Name, Code<Api, Id>>, Overrides<Failures<Api, Id>, Name>>
      : StepInFull<Api, Id>;

/** An answer in full. */
export type StepInFull<Api, Id> =
  | { [Name in Code<Api, Id>]: FailsWith<Name, Overrides<Failures<Api, Id>, Name>> }[Code<Api, Id>]
  | { readonly example: ExampleName<Api, Id> }
  | { readonly offContract: { [Name in ProfileName]: Name }[ProfileName] }
  | Exclude<
      RuleAnswer,
      { readonly fails: string } | { readonly example: string } | { readonly status: number } | { readonly offContract: string }
    >;

interface FailsWith<Name, Details> {
  readonly fails: Name;
  readonly details?: Details;
  readonly message?: string;
}

/** Where rules begin. */
export interface Scripting<Api extends ApiTypes<Api> = LooseApi> {
  /**
   * Begins a rule for the requests of an operation. It applies as soon as its first answer is known.
   *
   * @example
   * mock.on('prepareWork').fails('registration.dry_run_failed', { reason: 'no funds' }).times(2).then().passes();
   * mock.on('confirmWork', { identity: 'active' }).answers([503, 503, 'ok']);
   */
  on<Id extends keyof Api & string>(operation: Id, match?: Match): When<Api, Id>;

  /**
   * Begins a rule for any request, be it of several operations or of none.
   *
   * @example
   * mock.onAny({ on: ['initWork', 'init*'], method: 'POST' }).fails('common.service_unavailable').during('30s');
   */
  onAny(match?: AnyMatch<Api>): When<Api, Any>;
}

/** A rule without an answer, which is none yet: what it takes for it to apply, or its first answer. */
export interface When<Api extends ApiTypes<Api>, Id> extends Answers<Api, Id>, Conditions<When<Api, Id>> {}

/** A rule that applies: how often it gives its last answer, what comes afterwards, and what it takes for it to apply. */
export interface Answered<Api extends ApiTypes<Api>, Id> extends Conditions<Answered<Api, Id>> {
  /** The rule as it stands. */
  readonly rule: Rule;

  /** The last answer (or list of answers) is given so many times; after that comes the next one, or the rule no longer applies. */
  times(count: number): Answered<Api, Id>;

  /** What comes afterwards. */
  then(): Next<Api, Id>;
  /** For `await`, which asks for it: a chain that somebody awaits turns out to be its rule. */
  then<Fulfilled = Rule, Rejected = never>(
    fulfilled: ((rule: Rule) => Fulfilled | PromiseLike<Fulfilled>) | null | undefined,
    rejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected>;

  /** After the last answer, that one goes on. So it is unless told otherwise. */
  repeatLast(): Answered<Api, Id>;

  /** After the last answer comes the first. */
  cycle(): Answered<Api, Id>;

  /** After the last answer, whatever else is asked was not expected, and is told so. */
  failAfterwards(): Answered<Api, Id>;
}

/** What comes after an answer. */
export interface Next<Api extends ApiTypes<Api>, Id> extends Answers<Api, Id> {}

export interface Answers<Api extends ApiTypes<Api>, Id> {
  /** Answers a failure that the contract declares; `details` replace members of those of its example. */
  fails<Written extends string>(
    code: Known<Written, Code<Api, Id>>,
    details?: Overrides<Failures<Api, Id>, Written>,
    message?: string,
  ): Answered<Api, Id>;

  /** Lets the request through: what is answered is what would be without the rule. */
  passes(): Answered<Api, Id>;

  /**
   * Answers one after the other.
   *
   * @example
   * mock.on('confirmWork').answers([503, 'common.quota_exceeded', 'ok']).cycle();
   */
  answers<const Written extends readonly (number | string | object)[]>(steps: {
    readonly [Index in keyof Written]: Step<Api, Id, Written[Index]>;
  }): Answered<Api, Id>;

  /** Answers an example of the contract by its name. */
  example<Written extends string>(
    name: Known<Written, ExampleName<Api, Id>, Exclude<ExampleName<Api, Id>, Code<Api, Id>>>,
  ): Answered<Api, Id>;

  /** Answers anything at all, declared or not. */
  responds(response: Extract<RuleAnswer, { readonly responds: unknown }>['responds']): Answered<Api, Id>;

  /** Resets the connection without an answer. */
  resets(): Answered<Api, Id>;

  /** Fails below HTTP. */
  fault(fault: Fault | Exclude<ShortFaultName, 'truncated-body' | 'dribble'>): Answered<Api, Id>;

  /** Breaks the contract on purpose, and labels the answer so. */
  offContract(profile: { [Name in ProfileName]: Name }[ProfileName]): Answered<Api, Id>;

  /** Asks a real deployment, by its base URL. */
  proxies(url: string): Answered<Api, Id>;
}

export interface Conditions<Self> {
  /** Waits before each answer; without an answer of its own, the rule lets requests through after that. */
  delays(delay: Delay | `${number}${Unit}`): Self;

  /** The rule ends by itself, by the mock's clock. */
  during(duration: number | `${number}${Unit}`): Self;

  /** The rule applies to a share of the requests, from 0 to 1; the same seed draws the same ones. */
  withProbability(share: number, seed?: string | number): Self;

  /** The rule applies while a scenario is in a state, and may change that. A scenario is `Started` at first. */
  inScenario(name: string, states: { readonly is?: string; readonly becomes?: string }): Self;

  /** The lowest number is asked first, 5 unless told otherwise; of equals, the rule that came last. */
  priority(priority: number): Self;

  /** Each Idempotency-Key goes through the answers by itself. */
  perIdempotencyKey(): Self;

  /** What the rule is called in journal and log. */
  named(name: string): Self;
}
