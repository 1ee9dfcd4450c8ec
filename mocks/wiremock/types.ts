import type { Journal, RecordedRequest } from '../journal.js';
import type { Scripts, ScriptRequest } from '../script/types.js';
import type { GlobalSettings } from './settings.js';
import type { MayProxyTo } from '../targets.js';

/** A stub as it is listed. */
export type StubJson = Readonly<Record<string, unknown>>;

/** What the routes of WireMock's API steer. */
export interface WireMockSubject {
  readonly scripts: Scripts;
  readonly journal: Pick<Journal, 'requests' | 'total' | 'remove' | 'reset'>;
  /** Adds the rules that are there without this API, those of script files, to scripts that have none. */
  restoreDefaults(): void;
  readonly settings: { get(): GlobalSettings; set(settings: GlobalSettings): void };
  /** A request as rules see it: with its operation and identity. */
  asScriptRequest(request: Pick<RecordedRequest, 'method' | 'url' | 'headers' | 'repeated' | 'body'>): ScriptRequest;
  /** How clients have treated failures, going by the requests that are kept. */
  verdicts(): readonly unknown[];
  /** Whether stubs may send requests on to a base URL; none may by default. */
  readonly mayProxyTo?: MayProxyTo | undefined;
  /** Everything back to how the mock was started. */
  reset(): void;
  /** What the mock says of its health. */
  health(): Readonly<Record<string, unknown>>;
  readonly version: string;
  /** Seconds. */
  uptime(): number;
}
