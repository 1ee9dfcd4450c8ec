import type { Operation } from '../../../spec/index.js';
import type { RunContext, Steps } from '../../steps.js';
import type { AudioUpload, Capability, PathRequest, SharedState, WireAnswer } from '../../types.js';
import type { Finding } from '../types.js';
import type { Dice } from './dice.js';

/** What a step is done with: plain values, and names of what earlier steps have made. */
export type Arguments = Readonly<Record<string, string | number | boolean | null>>;

/**
 * One step of a sequence, as data: it can be kept, left out and taken again. What it makes goes by a name that later steps use, so
 * that nothing but names ties the steps together.
 */
export interface SequenceStep {
  /** The name of the command. */
  readonly does: string;
  readonly with: Arguments;
}

/** What was answered to a request of a step. */
export interface Told {
  readonly answer: WireAnswer;
  /** A declared success. */
  readonly succeeded: boolean;
  /** That of a declared failure. */
  readonly code: string | undefined;
  /** The members of the JSON body; none where it is no object. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What must become of a request, as far as the model knows; environments may still refuse what should succeed. */
export type Foreseen = 'succeeds' | 'refused' | 'either';

/** What commands and invariants work with: every request is judged by the contract on its way back. */
export interface Hand {
  readonly steps: Steps;
  /** Whether the deployment has a world for this sequence alone. */
  readonly alone: boolean;
  /** Sends a request; an answer that the operation does not declare, or that is not as foreseen, ends the sequence. */
  send(request: PathRequest, foreseen?: Foreseen): Promise<Told>;
  /** Sends requests at the same time. */
  together(requests: readonly PathRequest[]): Promise<readonly Told[]>;
  /** Whether an upload was taken; the storage is no part of the contract. */
  upload(url: string, audio: AudioUpload): Promise<boolean>;
  /** Moves shared state by the deployment file's call; it is put back at the end of the sequence. */
  change(state: SharedState, parameters: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Holds a rule of the model.
   *
   * @throws {Broken} unless it holds
   */
  holds(rule: string, isSo: boolean, says: () => string): void;
  /** The sequence cannot go on, for reasons that say nothing of the deployment. */
  stuck(says: string, remedy: string): never;
  /** What a step names but does not exist in this sequence: the step is left out. */
  missing(): never;
}

/** One thing that can be done to an API. */
export interface Command<State> {
  /** How often it is drawn, compared with the others. */
  readonly weight: number;
  /** What the deployment must allow. */
  readonly needs?: readonly Capability[];
  /** Whether it moves what other users of the deployment would notice, so that it needs a world of its own. */
  readonly alone?: boolean;
  /** What it might be done with now; `undefined` where there is nothing that it could be done with. */
  draw(state: State, dice: Dice): Arguments | undefined;
  /** Does it, and moves the model. */
  run(state: State, args: Arguments, hand: Hand): Promise<void>;
}

/** Something that must hold whatever was done. */
export interface Invariant<State> {
  readonly name: string;
  readonly needs?: readonly Capability[];
  /** The commands after which it is looked at; at the end of a sequence, and when one is shortened, it always is. */
  readonly after: readonly string[];
  look(state: State, hand: Hand): Promise<void>;
}

/** An API as far as sequences are concerned: what can be done, what is known of it meanwhile, and what must hold. */
export interface Model<State> {
  /** What there is at the beginning of every sequence. */
  begin(hand: Hand): Promise<State>;
  readonly commands: Readonly<Record<string, Command<State>>>;
  readonly invariants: readonly Invariant<State>[];
}

/** A model at work: its state is nobody else's business. */
export interface Walk {
  /** What might be done next. */
  next(dice: Dice): SequenceStep | undefined;
  take(step: SequenceStep): Promise<void>;
  /** Looks at the invariants that a step may have broken, or at all of them. */
  look(after: SequenceStep | undefined): Promise<void>;
}

/** A model whose state is hidden: what a suite gives to the fuzz. */
export interface SequenceModel {
  /** Commands and invariants whose needs the deployment does not meet are left out. */
  begin(hand: Hand): Promise<Walk>;
}

export interface SequenceOptions {
  /** Of the whole run, such as `prepareRun(plan, options).context`. */
  readonly context: RunContext;
  readonly model: SequenceModel;
  /** The same seed takes the same steps, as long as the deployment answers the same. */
  readonly seed: number;
  /** At most about so many requests; shortening what was found takes a few hundred more for each finding. */
  readonly requests: number;
  /** No sequence is begun after this moment, by `performance.now()`. */
  readonly until?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How many steps a sequence has; 24 by default. */
  readonly length?: number | undefined;
  /** Only this sequence of the seed, counted from 1. */
  readonly number?: number | undefined;
  /** Taken first, in this order: findings that are to be replayed, or that a corpus has kept. */
  readonly first?: readonly (readonly SequenceStep[])[] | undefined;
}

/** What stateful fuzz says while it runs. */
export type SequenceEvent =
  | { readonly type: 'progress'; readonly sent: number; readonly sequences: number }
  | { readonly type: 'note'; readonly says: string; readonly remedy: string }
  | { readonly type: 'finding'; readonly finding: Finding }
  | {
      readonly type: 'finished';
      readonly sent: number;
      /** How many of them the application answered. */
      readonly answered: number;
      readonly sequences: number;
      /** Shortest first; the same cause is one finding. */
      readonly findings: readonly Finding[];
    };

/** What is wrong with a deployment, before it is told as a finding. */
export interface Wrong {
  readonly cause: string;
  readonly kind: Finding['kind'];
  readonly operation: Operation['id'];
  readonly says: string;
  readonly remedy: string;
  readonly discrepancies: Finding['discrepancies'];
}

/** The sequence has shown something that must not be. */
export class Broken extends Error {
  override readonly name = 'Broken';
  readonly wrong: Wrong;

  constructor(wrong: Wrong) {
    super(wrong.says);
    this.wrong = wrong;
  }
}

/** A step names what does not exist in its sequence. */
export class Missing extends Error {
  override readonly name = 'Missing';
}

/** The sequence cannot go on, and nothing is known of the deployment by that: an environment refuses, a proxy answers. */
export class Stuck extends Error {
  override readonly name = 'Stuck';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}
