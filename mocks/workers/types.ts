import type { KeyPair } from '../http/index.js';

/** What happens to workers after the start. */
export type WorkerEvent =
  | { readonly type: 'died'; readonly pid: number; readonly why: string }
  /** One that is there does not answer; it is ended, and dies. */
  | { readonly type: 'silent'; readonly pid: number; readonly why: string }
  /** Another is there for one that died. */
  | { readonly type: 'replaced'; readonly pid: number; readonly died: number }
  /** Another could not be started; it is tried again. */
  | { readonly type: 'failed'; readonly why: string };

/** A worker, and whether it answers its primary. */
export interface WorkerState {
  readonly pid: number;
  readonly status: 'starting' | 'ok' | 'silent';
}

/** What a worker has to know to serve: plain JSON. */
export interface Orders {
  readonly host: string;
  readonly port: number;
  /** The file of the contract, and what it must hold. */
  readonly contract: string;
  readonly sha256: string;
  readonly dynamic: boolean | undefined;
  readonly adminToken: string | undefined;
  /** `false` for none. */
  readonly sandbox: false | undefined;
  readonly cors: boolean | undefined;
  readonly proxyTo: readonly string[] | undefined;
  readonly webhooksTo: readonly string[] | undefined;
  readonly webhookPatienceMs: number | undefined;
  readonly tls: KeyPair | undefined;
  /** Where worlds are; by default the primary has them. */
  readonly state: string | undefined;
  readonly store: string | undefined;
  /** Which worker it is; no other has ever been called the same. */
  readonly number: number;
}

/** What a request to the control API is made of, on its way to the primary. */
export interface Forwarded {
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly search: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly baseUrl: string;
  /** Base64. */
  readonly body: string;
  /** Why there is no more of it, where it ended before its time. */
  readonly broken?: string | undefined;
}
