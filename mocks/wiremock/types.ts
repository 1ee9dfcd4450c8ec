import type { Scripts, ScriptRequest } from '../script/types.js';
import type { JournalEntry, MockRequest } from '../types.js';
import type { GlobalSettings } from './settings.js';

/** A request as it was received, with what is needed to verify it; credentials are not redacted. */
export interface RecordedRequest {
  /** Of its journal entry. */
  readonly id: number;
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly absoluteUrl: string;
  /** Names in any case; those who ask see them in this one. */
  readonly headers: MockRequest['headers'];
  /** As text; `undefined` without one, and when it is longer than the journal keeps. */
  readonly body: string | undefined;
  /** The rule that answered. */
  readonly ruleId: string | undefined;
  /** What the journal shows of the request and its answer. */
  readonly entry: JournalEntry;
}

/** A stub as it is listed. */
export type StubJson = Readonly<Record<string, unknown>>;

/** The requests that are kept, oldest first. */
export interface Recorded {
  all(): readonly RecordedRequest[];
  /** How many have been kept or dropped since the last reset. */
  readonly total: number;
  remove(ids: ReadonlySet<number>): void;
  clear(): void;
}

/** What the routes of WireMock's API steer. */
export interface WireMockSubject {
  readonly scripts: Scripts;
  readonly recorded: Recorded;
  /** Adds the rules that are there without this API, those of script files, to scripts that have none. */
  restoreDefaults(): void;
  readonly settings: { get(): GlobalSettings; set(settings: GlobalSettings): void };
  /** A request as rules see it: with its operation and identity. */
  asScriptRequest(request: Pick<RecordedRequest, 'method' | 'url' | 'headers' | 'body'>): ScriptRequest;
  /** Whether stubs may send requests on to a base URL; none may by default. */
  mayProxyTo?(base: URL): boolean;
  /** Everything back to how the mock was started. */
  reset(): void;
  /** What the mock says of its health. */
  health(): Readonly<Record<string, unknown>>;
  readonly version: string;
  /** Seconds. */
  uptime(): number;
}
