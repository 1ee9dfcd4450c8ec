import type { Outcome } from '../../contracts/index.js';
import type { Subject } from '../lines.js';

/** How much a line must stand on, from the most to the least. */
export const GRADES = ['real cause', 'magic value', 'simulated', 'nothing'] as const;

export type Grade = (typeof GRADES)[number];

/** What every entry of a policy has: what it is about, and where it stands. */
export interface Entry {
  /** Globs of the deployments that it is about; none for all. */
  readonly deployments: readonly string[];
  /** Whether it is about runs at this deployment. */
  appliesAt(deployment: string): boolean;
  matches(subject: Subject): boolean;
  /** As file:line:column. */
  readonly where: string;
}

/** What is asked of lines; of several, the last one in the file. */
export interface Requirement extends Entry {
  readonly requires: Grade;
}

/** Somebody answers for lines that are not as they must be. */
export interface Waiver extends Entry {
  /** What it waives; anything by default. */
  readonly outcomes: ReadonlySet<Outcome> | undefined;
  readonly owner: string;
  readonly reason: string;
  /** The last day, UTC, on which it holds. */
  readonly expires: string;
}

/** Failures that are declared already and not there yet. */
export interface Pending extends Entry {
  /** The last day, UTC, on which it holds. */
  readonly until: string;
}

/** A wrong answer that is known: a line, and what is wrong about it. */
export interface Violation {
  readonly deployment: string;
  /** By name. */
  readonly line: string;
  readonly outcome: Outcome;
  /** What was answered instead, such as `404 work.not_found`. */
  readonly observed: string | null;
  /** What is wrong with it, such as `schema /error/details`. */
  readonly wrong: readonly string[];
}

/** What a gate decides by. */
export interface Policy {
  /** As people should see it. */
  readonly file: string;
  /** Hex, over the file's bytes and those of its baseline. */
  readonly sha256: string;
  readonly requirements: readonly Requirement[];
  readonly waivers: readonly Waiver[];
  readonly pending: readonly Pending[];
  /** Where known violations are kept; `undefined` where none are. */
  readonly baseline: { readonly path: string; readonly file: string; readonly violations: readonly Violation[] } | undefined;
  /** Where a build must have been proven before it goes to a deployment, by that deployment's name. */
  readonly promotion: ReadonlyMap<string, readonly string[]>;
}
