import type { Deployment } from './deployment.js';
import type { FailurePath, Scenario } from './path.js';
import type { ProbeSuite } from './probes/types.js';
import type { Cleanup, Steps } from './steps.js';
import type { SequenceModel } from './fuzz/sequences/index.js';
import type { Capability, Token, WireAnswer } from './types.js';
import type { RehearsalSuite } from './rehearsal/types.js';
import type { WebhookSuite } from './webhooks/types.js';

/** What the suite of one API knows beyond its contract: scenarios, paths, and how to come by identities and works. */
export interface Suite {
  readonly name: string;
  /** By operation id. */
  readonly scenarios: Readonly<Record<string, Scenario>>;
  readonly paths: readonly FailurePath[];
  /** The identity that an operation's security scheme asks for, by the scheme's name. */
  readonly identityOf: Readonly<Record<string, string>>;
  /** Public API calls that meet a capability which the deployment file does not. */
  readonly sequences: Readonly<Partial<Record<Capability, Sequence>>>;
  /** Values of path parameters where a request says none. */
  params(deployment: Deployment): Readonly<Record<string, string | undefined>>;
  /** What a successful answer has created that the run must remove, wherever in a run it was given. */
  created(operation: string, answer: WireAnswer, steps: Steps, params: Readonly<Record<string, string>>): Cleanup | undefined;
  /** How its webhooks are brought about, and what proves them. */
  readonly webhooks?: WebhookSuite;
  /** What it expects beyond single causes: who may not, and which of two faults is refused. */
  readonly probes?: ProbeSuite;
  /** How its deployments are imagined, where the contract's examples do not say it. */
  readonly rehearsal?: RehearsalSuite;
  /** What fuzzing may expect beyond the contract. */
  readonly fuzz?: FuzzSuite;
  /** Traces of runs that were aborted, and how to remove them; empty when the suite may not look. */
  leftovers(steps: Steps): Promise<readonly Leftover[]>;
  /** What this run has made without knowing, since no answer said so; empty when the suite may not look. */
  lost?(steps: Steps): Promise<readonly Leftover[]>;
  /** How many more keys this run may have at one time. */
  keyPlaces(steps: Steps): Promise<number>;
}

/** What fuzzing may expect of an API beyond its contract. */
export interface FuzzSuite {
  /** Path parameters and members of bodies that name something which exists: a made-up value must be refused. */
  readonly ids: readonly string[];
  /** What can be done one after the other, and what must hold whatever was done. */
  readonly model?: SequenceModel;
}

/** A way to a capability over the public API. */
export interface Sequence {
  readonly needs: readonly Capability[];
  /** Taken even when the deployment file has a ready-made one, because what was just made proves more. */
  readonly preferred?: boolean;
  /** Run for each path that needs it, which then removes what it has made: for what only few paths need, so that it takes no place for long. */
  readonly afresh?: boolean;
  /** Run at most once in a run, unless afresh; what it returns is shared by all paths. */
  run(steps: Steps): Promise<Token | string>;
}

export interface Leftover {
  readonly what: string;
  remove(): Promise<void>;
}
