import type { z } from 'zod';
import type { Contract, Failure, Operation } from '../spec/index.js';
import type { MockClock } from './clock.js';
import type { Frames, Stream, Upgrade } from './frames.js';
import type { Mint } from './mint.js';
import type { Tables } from './state/index.js';

/** A request as it reached the mock, before anything was decided; the sockets are not part of it. */
export interface MockRequest {
  /** Upper case. */
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Path and query as they were sent. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of the headers that were sent more than once, each line; in `headers` these are joined, or only the first is there. */
  readonly repeated?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Scheme, host and port by which the caller reached the mock, without a slash at the end. */
  readonly baseUrl: string;
  readonly body: RequestBody;
  readonly connection: Connection;
  /** Whether the connection can become a WebSocket; absent where the request asks for none, or came over no connection. */
  readonly upgrade?: Upgrade | undefined;
}

/** The bytes of a request; those that are all there already can be had at once. */
export interface RequestBody extends AsyncIterable<Uint8Array> {
  readonly whole?: Uint8Array | undefined;
}

/** The connection that a request came over. */
export interface Connection {
  /** Counts the connections of this mock. */
  readonly id: number;
  /** In milliseconds since 1970; several processes on one machine agree on it. */
  readonly opened: number;
  /**
   * The connection that had carried the last answer when this one was opened, if nothing was under way then and no other was opened
   * since: whoever was answered there may go on here.
   */
  readonly after?: number;
}

export interface MockAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** What is sent over the WebSocket that the answer opens; only of a 101. */
  readonly stream?: Stream | undefined;
  /**
   * The answer of another server, sent in place of the above just as it comes: more headers of one name, bytes, any length. Only what
   * it has no header for is taken from above.
   */
  readonly passedOn?:
    { readonly headers: Readonly<Record<string, string | readonly string[]>>; readonly body: AsyncIterable<Uint8Array> } | undefined;
}

/** A request that has reached an operation of the contract. */
export interface Call {
  readonly operation: Operation;
  /** Path parameters, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: MockRequest['headers'];
  readonly baseUrl: string;
  /** The JSON body; `undefined` when there is none or it cannot be parsed. */
  readonly body: unknown;
  /** What the contract holds against parameters and body, the body's own codes included; computed on first use. */
  refusal(): Refusal | undefined;
}

/** One of the contract's failures, chosen for a call; the engine finds its status and builds the envelope. */
export interface Refusal {
  readonly code: string;
  /** Replaces the contract's example message. */
  readonly message?: string | undefined;
  /** Members over those of the contract's example details. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Why, for journal and log: which rule refused. */
  readonly why: string;
}

export interface Success {
  readonly status: number;
  /** Serialised by the engine; a string is sent as it stands (it is JSON already). */
  readonly body?: unknown;
  /** Of a 101: what is sent over the WebSocket. */
  readonly frames?: Frames;
  readonly headers?: Readonly<Record<string, string>>;
  readonly why: string;
}

export type Outcome = { readonly refused: Refusal } | { readonly succeeded: Success };

/** A route below `/__admin`, with find-my-way's `:parameters`. */
export interface AdminRoute {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  /** For the document of the control API; a route without it is listed by its name only. */
  readonly doc?: RouteDoc | undefined;
  /** Whether it is answered while the store is away as well, by what is known here. */
  readonly always?: boolean | undefined;
  handle(request: {
    readonly params: Readonly<Record<string, string>>;
    readonly query: URLSearchParams;
    readonly body: unknown;
    readonly baseUrl: string;
  }): AdminAnswer | Promise<AdminAnswer>;
}

/** What the document of the control API says of a route. */
export interface RouteDoc {
  /** The group that it is listed in, such as `rules`. */
  readonly group: string;
  /** What it does, in a few words. */
  readonly summary: string;
  readonly description?: string;
  /** Members of the query, by name; all are optional. */
  readonly query?: Readonly<Record<string, z.ZodType>>;
  /** What it takes; one that may be left out is an optional schema. */
  readonly body?: z.ZodType;
  /** What a success has in it, by status. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
  /** Of the answers; JSON unless told otherwise. */
  readonly mediaType?: string;
  /** How it refuses, beyond what every route can refuse: what is not there, and input as WireMock's clients know it refused. */
  readonly refuses?: readonly (404 | 409 | 422)[];
  /** Whether it is there only to say that it is not supported. */
  readonly unsupported?: boolean;
}

export interface AdminAnswer {
  readonly status: number;
  readonly body?: unknown;
  /** In the place of a JSON body. */
  readonly text?: { readonly type: string; readonly value: string };
}

/** A text that belongs to what a call is about. */
export interface Remembered {
  readonly text: string;
  /** Where it is from, in words: `the title of the job`. */
  readonly of: string;
}

/** A stateful API behind the contract: failures happen in it for their real reason. */
export interface Sandbox {
  /** In one step; `undefined` for an operation that the sandbox does not know: the engine answers with the contract's example. */
  answer(call: Call): Outcome | undefined;
  /** What a forced failure would truly say for this call: members over the contract's example details, and headers. */
  particulars(failure: Failure, call: Call): Pick<Refusal, 'details' | 'headers'>;
  /** Texts of earlier requests that belong to what this call is about: magic values are looked for in them. */
  remembers(call: Call): readonly Remembered[];
  /** Names of the identities of the well-known world, for rules to match on. */
  readonly identities: readonly string[];
  /** Whose credential a request carries: one of `identities`, `none` or `unknown`. */
  identity(headers: MockRequest['headers']): string;
  /** Whether the credential of a request is one that this world has given out. */
  knows(headers: MockRequest['headers']): boolean;
  /**
   * Requests outside the contract that belong to the API's surroundings, such as its object storage.
   *
   * @param looked Whether `atOnce` has just been asked, so that it need not be looked at again.
   */
  elsewhere(request: MockRequest, looked?: boolean): Promise<MockAnswer> | undefined;
  /** The same as a part of a step, as far as nothing has to be waited for. */
  atOnce?(request: MockRequest): MockAnswer | undefined;
  readonly admin: readonly AdminRoute[];
  /** The well-known world, as `GET /__admin/world` shows it. */
  readonly world: unknown;
  /** Back to the well-known world, in one step; the first time as well. */
  reset(): void;
  /** The same for a new world that nobody else keeps, in which what nobody looks at need not be made. */
  begin?(): void;
  /** Gives up what is under way to others; nothing falls due any more. */
  close?(): void;
}

/** What a sandbox is given: everything that differs between two worlds. */
export interface SandboxContext {
  readonly contract: Contract;
  readonly clock: MockClock;
  /** What the world remembers; by default in memory, until the process ends. */
  readonly tables?: Tables | undefined;
  /** How what the world remembers is changed; by default at once. */
  readonly transact?: Transact | undefined;
  /** Gives out ids, tokens and secrets; by default random ones. */
  readonly mint?: Mint | undefined;
  /** 12 hexadecimal digits that ids and tokens of the well-known world have in them, of a world that is not the only one. */
  readonly tag?: string | undefined;
  /** URLs at or below which webhooks may be sent, beyond this machine. */
  readonly webhooksTo?: readonly string[] | undefined;
  /** For how long in real time an advance of the clock waits for the answer to a webhook, in milliseconds; 1,000 by default. */
  readonly webhookPatienceMs?: number | undefined;
}

/** Takes a step that does nothing but read and change records, maybe more than once, and resolves once its result is kept. */
export type Transact = <T>(step: () => T) => Promise<T>;

export type SandboxFactory = (context: SandboxContext) => Sandbox;

/** The mock's time: every expiry, quota period and time stamp asks it and nothing else. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  readonly frozen: boolean;
  /** Resolves once whatever falls due on the way is done; where nothing does, the time has passed at once. */
  set(now: number): Promise<void>;
  freeze(): void;
  unfreeze(): void;
  /** Also moves a frozen clock; resolves as `set` does. */
  advance(milliseconds: number): Promise<void>;
}

/** One request and its answer, as the journal keeps it; credentials are redacted. */
export interface JournalEntry {
  readonly id: number;
  readonly requestId: string;
  /** RFC 3339, by the mock's clock. */
  readonly at: string;
  readonly method: string;
  /** Path and query, credentials redacted. */
  readonly url: string;
  readonly operation: string | undefined;
  readonly status: number;
  readonly code: string | undefined;
  /** Which step of the engine answered. */
  readonly answeredBy: 'choice' | 'script' | 'magic' | 'validation' | 'sandbox' | 'example' | 'routing' | 'storage' | 'deployment';
  /** In words: why this answer. */
  readonly why: string;
  /** The rule that answered. */
  readonly ruleId: string | undefined;
  /** The fault or the off-contract profile that spoiled the answer on purpose. */
  readonly spoiledBy: string | undefined;
  /** Of real time. */
  readonly milliseconds: number;
  /** The session that was asked; none is the mock's own world. */
  readonly session?: string;
}
