import { typeName } from './text.js';

/** The name of a type, for when it needs one. */
export interface Naming {
  readonly called: string;
  /** Its own from the moment that it is used. */
  claimed: string | undefined;
  used: boolean;
}

/** Where in the document a type stands. */
export interface Place {
  readonly naming: Naming;
  /** What all of this belongs to; types of the same shape are one type within it. */
  readonly root: string;
  readonly depth: number;
  /** How many objects and arrays it is inside of. */
  readonly level: number;
}

/** A name that nobody has used yet. */
export function namingOf(called: string): Naming {
  return { called, claimed: undefined, used: false };
}

/** A part of the same value. */
export function below(place: Place, part: string): Place {
  return { ...place, naming: namingOf(typeName(place.naming.claimed ?? place.naming.called, part)), depth: place.depth + 1 };
}

/** A value inside of the value. */
export function within(place: Place, part: string): Place {
  return { ...below(place, part), level: place.level + 1 };
}
