import type { OpenAPIV3_1 } from 'openapi-types';

/** A place in a file, as editors count: line and column start at 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One way in which a value breaks its schema. */
export interface Violation {
  /** JSON pointer into the value (RFC 6901); for a missing member, the pointer that the member would have. */
  readonly pointer: string;
  /** The JSON Schema keyword that refused the value, such as `required` or `minLength`. */
  readonly keyword: string;
  /** What is wrong, in words, without the pointer: `must be string`. */
  readonly message: string;
  /** The code that the contract names beside the violated constraint (`x-violations`), if it names one. */
  readonly code?: string;
  /** The offending value, when there is one. */
  readonly value?: unknown;
}

/** Compiled on first use; returns every violation, none when the value is valid. */
export type Validator = (value: unknown) => readonly Violation[];

/** Whether a client may send the same request again: never, after backing off, or when `Retry-After` says. */
export type Retry = 'never' | 'backoff' | 'retry-after';

export interface Example {
  readonly name: string;
  readonly summary: string | undefined;
  readonly value: unknown;
  /** JSON pointer of the value in the contract's document. */
  readonly pointer: string;
}

export interface Header {
  readonly name: string;
  readonly required: boolean;
  readonly schema: OpenAPIV3_1.SchemaObject | undefined;
  readonly example: unknown;
  readonly validate: Validator;
  readonly pointer: string;
}

/** A body that an answer or a request can have. */
export interface Content {
  readonly mediaType: string;
  readonly schema: OpenAPIV3_1.SchemaObject | undefined;
  readonly examples: readonly Example[];
  /** JSON pointers of the members that hold credentials (`x-secret`). */
  readonly secrets: readonly string[];
  readonly validate: Validator;
}

/** One declared answer of an operation: a status, and for an error status the failures it can carry. */
export interface Answer {
  readonly status: number;
  readonly description: string;
  readonly headers: readonly Header[];
  readonly content: Content | undefined;
  /** What the server sends over the WebSocket that this answer opens: a message of text each, in JSON (`x-websocket`). */
  readonly frames: Content | undefined;
  /** In the order of refusal: the first that applies wins. Empty for a success. */
  readonly failures: readonly Failure[];
  readonly pointer: string;
}

/** The unit of everything: one declared (operation, status, code). */
export interface Failure {
  /** `<operationId> <status> <code>`, unique in the contract. */
  readonly key: string;
  readonly operation: Operation;
  readonly answer: Answer;
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly description: string;
  /** Why it happens; at least one. A failure is as proven as its least proven cause. */
  readonly causes: readonly string[];
  readonly retry: Retry;
  /** The text by which a client that cannot set headers triggers the failure (`x-magic`). */
  readonly magic: string | undefined;
  /** Where the contract reads between the lines of the API's documents. */
  readonly interpretation: string | undefined;
  readonly examples: readonly Example[];
  /** The schema of the whole error body for this code. */
  readonly schema: OpenAPIV3_1.SchemaObject;
  /** Checks a whole error body against this code's schema, the envelope included. */
  readonly validate: Validator;
  /** Where the operation's answer lists the code. */
  readonly pointer: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required: boolean;
  readonly schema: OpenAPIV3_1.SchemaObject | undefined;
  readonly example: unknown;
  readonly validate: Validator;
  readonly pointer: string;
}

export interface RequestBody {
  readonly required: boolean;
  /** The JSON content; an operation that takes no JSON has none. */
  readonly json: Content | undefined;
}

/** One way to be allowed in: a security scheme and the scopes that the operation asks of it. */
export interface Credential {
  readonly scheme: string;
  readonly scopes: readonly string[];
  /** Codes that every operation behind this scheme declares, in the order of refusal. */
  readonly failures: readonly string[];
}

export interface Operation {
  readonly id: string;
  /** Upper case. */
  readonly method: string;
  /** As in the document, with `{parameters}`. */
  readonly path: string;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly body: RequestBody | undefined;
  /** Empty for an operation that asks for no credential. */
  readonly credentials: readonly Credential[];
  /** Every declared answer, by ascending status. */
  readonly answers: readonly Answer[];
  readonly successes: readonly Answer[];
  readonly failures: readonly Failure[];
  readonly pointer: string;
}

/** What the answer to a webhook does to its delivery: it is done, will be tried again, or is given up. */
export type DeliveryEffect = 'acknowledged' | 'retried' | 'final';

/** A request that the API sends to its clients. */
export interface Webhook {
  readonly name: string;
  readonly summary: string;
  /** Upper case. */
  readonly method: string;
  /** What it has in its headers. */
  readonly parameters: readonly Parameter[];
  readonly body: RequestBody | undefined;
  readonly pointer: string;
  /** What an answer of this status does to the delivery; a status that is not declared is a reason to try again, a 2xx acknowledges. */
  effectOf(status: number): DeliveryEffect;
}

/** How webhooks are delivered. */
export interface DeliveryTerms {
  /** Of silence, after which an attempt has failed. */
  readonly timeoutSeconds: number;
  /** How long after each failed attempt the next one comes: there is one attempt more than there are pauses. */
  readonly retryAfterSeconds: readonly number[];
  /** How far what was signed may be from the receiver's time. */
  readonly skewSeconds: number;
}

/** Where code, message, details and request id sit in an error body: JSON pointers (RFC 6901). */
export interface EnvelopePointers {
  readonly code: string;
  readonly message: string;
  readonly details: string;
  readonly requestId: string;
}

/** An error body taken apart; members that are absent are `undefined`. */
export interface Envelope {
  readonly code: unknown;
  readonly message: unknown;
  readonly details: unknown;
  readonly requestId: unknown;
}

/** Codes of the answers that are given before any of an operation's own rules apply. */
export interface Refusals {
  readonly unknownRoute: string | undefined;
  readonly malformedBody: string | undefined;
  readonly invalidBody: string | undefined;
}

export interface Limit {
  readonly value: number;
  readonly unit: string;
  readonly description: string;
}

/** The texts that trigger failures (`x-magic`). */
export interface Magic {
  /** JSON pointers of the members of request bodies in which they are looked for. */
  readonly members: readonly string[];
  /** Every text that triggers something: each value by itself, and followed by ` at <operationId>`. */
  readonly texts: readonly string[];
  /**
   * What a text triggers, by operationId; `undefined` for a text without magic. A file name may have an extension behind
   * the text: `<text>.wav`.
   */
  triggers(text: string): ReadonlyMap<string, Failure> | undefined;
}

export interface Route {
  readonly operation: Operation;
  /** Path parameters, percent-decoded, by their names in the document. */
  readonly params: Readonly<Record<string, string>>;
}

/** An API's `openapi.yaml`: loaded, checked for what everything relies on, and frozen. */
export interface Contract {
  readonly file: string;
  readonly title: string;
  readonly version: string;
  /** SHA-256 over the document, hex: two contracts with one hash are the same contract. */
  readonly sha256: string;
  readonly document: OpenAPIV3_1.Document;
  /** The built-in sandbox and failure paths that belong to this contract, such as `ats`. */
  readonly api: string | undefined;
  readonly envelope: EnvelopePointers;
  readonly refusals: Refusals;
  readonly limits: Readonly<Record<string, Limit>>;
  /** `undefined` where no failure has a magic value. */
  readonly magic: Magic | undefined;
  readonly operations: readonly Operation[];
  readonly failures: readonly Failure[];
  /** What the API sends by itself, in the order of the document. */
  readonly webhooks: readonly Webhook[];
  /** `undefined` where `x-failpath` does not say it. */
  readonly delivery: DeliveryTerms | undefined;
  operation(id: string): Operation | undefined;
  /** The operation that answers a request; `path` without query. */
  route(method: string, path: string): Route | undefined;
  /** Where a JSON pointer of the document stands in the file. */
  locate(pointer: string): Location;
}
