import type { IncomingHttpHeaders } from 'node:http';
import type { Location, Webhook } from '../../spec/index.js';
import type { Steps } from '../steps.js';
import type { Capability, Discrepancy, Outcome } from '../types.js';

/** A request as it came to the listener. */
export interface Arrival {
  /** Upper case. */
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** The bytes, none of which were looked at. */
  readonly raw: Buffer;
}

/** What a transaction must be reported with. */
export interface Expected {
  /** The secret of the key, as createApiKey has answered it. */
  readonly secretBase64: string;
  /** Members of the body that are known, by name. */
  readonly members: Readonly<Record<string, unknown>>;
  /** What the deployment's clock may have shown when it signed, in milliseconds since 1970 UTC. */
  readonly times: readonly number[];
}

/** A way to have a webhook sent. */
export interface Trigger {
  readonly needs: readonly Capability[];
  /** Brings it about, with a key of its own that reports to the URL; resolves when it is due. */
  run(steps: Steps, url: string): Promise<Expected>;
}

/** What the suite of an API knows of its webhooks. */
export interface WebhookSuite {
  /** By the names of the webhooks. */
  readonly triggers: Readonly<Record<string, Trigger>>;
  /** What is wrong with how it is signed; its schemas have been checked. */
  check(arrival: Arrival, expected: Expected, skewSeconds: number): readonly Discrepancy[];
}

/**
 * What became of a webhook of the contract. `setup-failed`: it could not be brought about although the deployment file says that it can;
 * `not-capable`: the deployment file does not say how, which is no shortcoming of the deployment.
 */
export type WebhookOutcome = Extract<Outcome, 'verified' | 'violated' | 'setup-failed' | 'not-capable'>;

export interface WebhookLine {
  readonly webhook: Webhook;
  readonly outcome: WebhookOutcome;
  readonly reason: string;
  readonly discrepancies: readonly Discrepancy[];
  /** The request as it came, redacted. */
  readonly received: string | undefined;
  /** Where the contract declares it. */
  readonly location: Location;
}
