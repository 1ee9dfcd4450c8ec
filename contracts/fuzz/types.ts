import type { Discrepancy } from '../types.js';
import type { SequenceStep } from './sequences/index.js';

/**
 * A request as it is written on the wire, but for what differs from deployment to deployment and from run to run, which stands under its
 * name: `${active}` is the credential of an identity, `${job_id}` what the deployment has given, `${unique}` a new name,
 * `${repeat 5000 a}` what is too long to be written down, and `${bytes ff00}` what is no text.
 */
export interface FuzzRequest {
  /** Id of the operation that it is a variant of. */
  readonly operation: string;
  readonly method: string;
  /** Path and query, exactly as sent; what precedes it in the deployment's URL is not in it. */
  readonly target: string;
  /** In the order sent, repeated ones too; a credential is `${identity}`, such as `Bearer ${active}`. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Exactly as sent, in UTF-8 but for `${bytes ff}`; credentials as in headers. `undefined` for none. */
  readonly body: string | undefined;
  /** The identity whose credential it carries, if any. */
  readonly as: string | null;
}

/**
 * What must become of a request.
 *
 * - `declared`: any failure or success that its operation declares.
 * - `refused`: a declared failure.
 * - `accepted`: a declared success; the request is a control.
 */
export type Expectation = 'declared' | 'refused' | 'accepted';

/**
 * What is wrong.
 *
 * - `server-error`: a 5xx that nobody forced.
 * - `undeclared`: an answer that the operation does not declare, or one that is not shaped as declared.
 * - `accepted`: what had to be refused succeeded.
 * - `leak`: an answer shows a stack trace or a credential.
 * - `no-answer`: none in time, or a connection that broke off, twice in a row.
 * - `control`: what had to succeed was refused.
 * - `invariant`: a sequence of good requests led to what the model of the API rules out.
 */
export type FindingKind = 'server-error' | 'undeclared' | 'accepted' | 'leak' | 'no-answer' | 'control' | 'invariant';

/** One thing wrong with a deployment, with the smallest request or sequence that shows it. */
export interface Finding {
  /** What findings are told apart by, the same from run to run: operation or `*` for any, kind, what of the request led to it, what is seen of it. */
  readonly cause: string;
  readonly kind: FindingKind;
  readonly operation: string;
  /** One sentence: what was sent, what came, what should have. */
  readonly says: string;
  readonly remedy: string;
  /** One, or the shortest sequence. */
  readonly requests: readonly FuzzRequest[];
  /** The steps of the shortest sequence, by which it is taken again: the ids in its requests are those of one run. */
  readonly sequence?: readonly SequenceStep[];
  /** Redacted; `undefined` when none came. */
  readonly answer: string | undefined;
  readonly discrepancies: readonly Discrepancy[];
  /** Runs as it stands, but for credentials, which are environment variables. */
  readonly curl: string;
  /** How many requests ended in it. */
  readonly times: number;
  /** What had to become of the request, where it is one. */
  readonly expects?: Expectation;
  /** Where the same is seen as well: other operations. */
  readonly also?: readonly Elsewhere[];
  /** Seed and number of the case, or the file that it is kept in, by which it is found again. */
  readonly replay?: string;
}

/** Another operation that shows what a finding says. */
export interface Elsewhere extends Pick<Finding, 'operation' | 'expects' | 'replay'> {
  readonly request: FuzzRequest;
}

/** What a run says while it runs; reports are made of these events and of nothing else. */
export type FuzzEvent =
  | {
      readonly type: 'started';
      readonly run: string;
      readonly url: string;
      readonly seed: number;
      readonly operations: number;
      /** At most so many will be sent. */
      readonly requests: number;
    }
  | { readonly type: 'progress'; readonly sent: number; readonly findings: number }
  /** Something about the run that is no finding, such as a control that could not be judged. */
  | { readonly type: 'note'; readonly says: string; readonly remedy: string }
  /** Told when it is found; counted and final only in `finished`. */
  | { readonly type: 'finding'; readonly finding: Finding }
  | {
      readonly type: 'finished';
      readonly sent: number;
      /** How many of them the application answered. */
      readonly answered: number;
      /** Of how many operations a good request is known, and of how many of those it was accepted. */
      readonly good: number;
      readonly accepted: number;
      /** Of how many operations single requests were sent; `undefined` where none were to be. */
      readonly reached?: number;
      /** Why nothing is to be concluded where nothing was found. */
      readonly unjudged?: string;
      readonly durationMs: number;
      readonly findings: readonly Finding[];
    };
