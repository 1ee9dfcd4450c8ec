import type { Location, Retry } from '../../spec/index.js';

/** A member of a code's details. */
export interface DetailsMember {
  /** Where it is in the details: `size_bytes`, `fields[].pointer`. */
  readonly path: string;
  /** In words: `integer`, `string (date-time)`, `"testnet" or "mainnet"`. */
  readonly type: string;
  readonly required: boolean;
  /** What a number counts, or how a text is written: `bytes`, `RFC 3339`; `undefined` where the contract does not let on. */
  readonly unit: string | undefined;
  readonly description: string;
}

/** The details of a code, as some of its operations answer them. */
export interface Details {
  readonly operations: readonly string[];
  /** Whether the contract promises that they are there. */
  readonly required: boolean;
  readonly members: readonly DetailsMember[];
}

/** A reason for a code, and the operations that have it. */
export interface Cause {
  readonly cause: string;
  readonly operations: readonly string[];
}

/** A body that the contract shows for a code. */
export interface ShownExample {
  readonly summary: string | undefined;
  readonly body: unknown;
  readonly operations: readonly string[];
}

/** A header that comes with a code. */
export interface ShownHeader {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  readonly example: unknown;
}

/** A way to be answered with a code by the mock. */
export interface Reproduction {
  /** `choice`: asked for by a header; `magic`: by a text in the request; `cause`: for its real reason, in the sandbox. */
  readonly by: 'choice' | 'magic' | 'cause';
  readonly operation: string;
  readonly status: number;
  /** What is done, in a sentence. */
  readonly says: string;
  /** For a POSIX shell with curl and sed; the last command prints the answer, its head included. */
  readonly shell: string;
}

/** An operation that can answer a code. */
export interface Declaration {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly status: number;
  /** The codes of the same status that the operation refuses with before it gets to this one, in their order. */
  readonly after: readonly string[];
  /** Where its answer lists the code. */
  readonly declared: Location;
  /** The choice, then those without asking. */
  readonly reproductions: readonly Reproduction[];
}

/** All that the contract says about one code. */
export interface CatalogueCode {
  readonly code: string;
  readonly title: string;
  /** What it means, and usually what to do about it, in the contract's words. */
  readonly meaning: string;
  /** Usually one. */
  readonly statuses: readonly number[];
  readonly retry: Retry;
  /** What a client should do with the request, in a sentence. */
  readonly advice: string;
  readonly interpretation: string | undefined;
  readonly magic: string | undefined;
  readonly causes: readonly Cause[];
  readonly details: readonly Details[];
  readonly headers: readonly ShownHeader[];
  readonly examples: readonly ShownExample[];
  readonly operations: readonly Declaration[];
  /** The best of each kind that its operations have: the choice, then those without asking. */
  readonly reproductions: readonly Reproduction[];
  /** Where its schema is declared. */
  readonly declared: Location;
}

/** The error catalogue of an API: what its contract says about each code. */
export interface ErrorCatalogue {
  readonly title: string;
  readonly version: string;
  /** The contract's file, as people should see it. */
  readonly file: string;
  readonly sha256: string;
  /** Members of request bodies in which magic values are looked for, as JSON pointers. */
  readonly magicMembers: readonly string[];
  readonly codes: readonly CatalogueCode[];
}
