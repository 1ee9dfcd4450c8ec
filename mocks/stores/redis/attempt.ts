export interface ConnectionOptions {
  readonly channel: string;
  /** A key that is written to, to see whether Redis can be. */
  readonly probe: string;
  readonly heard: (message: string) => void;
}

/** A client that is being connected. */
export interface Attempt {
  /** Resolves when it is subscribed, and known to reach a Redis that can be written to. */
  make(): Promise<void>;
  send(command: readonly string[], key: string): Promise<unknown>;
  destroy(): void;
}

/** Making a connection takes some round trips, of TLS as well. */
export const CONNECTING = 3;
