import type { Effort } from '../measure/compare.js';
import type { Load } from '../measure/load.js';
import type { Pins } from '../measure/pin.js';

/** What every section gets. */
export interface Context {
  readonly pins: Pins | undefined;
  readonly load: Load;
  readonly effort: Effort;
  /** A pass through everything in a few minutes: less of everything that takes long. */
  readonly quick: boolean;
  progress(text: string): void;
}

/** A line of a section's table. */
export interface Row {
  readonly cells: readonly string[];
  /** What it may be at most (or at least), in words; `undefined` where nothing is asked. */
  readonly bound?: string | undefined;
  readonly within?: boolean | undefined;
  /** The figures behind the cells. */
  readonly data?: unknown;
}

/** What a section has found. */
export interface Found {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Paragraphs below the table. */
  readonly notes: readonly string[];
}

/** A part of the bench that can be run by itself. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** What is measured, in a paragraph above the table. */
  readonly about: string;
  run(context: Context): Promise<Found>;
}
