/** One request of a flow. `${name}` in path and body stands for what an earlier step of the same flow has taken. */
export interface Step {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** The status that the step has to be answered with. */
  readonly status: number;
  /** Names for parts of the answer's body: a regular expression each, whose first group is the value. */
  readonly take?: Readonly<Record<string, string>> | undefined;
}

/** Steps that one connection repeats, one after the other. */
export type Flow = readonly Step[];

/** What the load process is told. */
export interface LoadOrder {
  readonly port: number;
  /** Connection n repeats flow n modulo their number. */
  readonly flows: readonly Flow[];
  readonly connections: number;
  /** Ends after so many seconds, or so many requests, whichever comes first. */
  readonly seconds: number;
  readonly requests?: number | undefined;
  /** Requests per second in all; without it, each connection asks as soon as it was answered. */
  readonly rate?: number | undefined;
  /** Whether the load's core is somebody else's as well, so that the load has to leave it while it waits. */
  readonly yields?: boolean | undefined;
}

/** What the load process has seen; times in milliseconds, CPU in microseconds. */
export interface LoadReport {
  readonly requests: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers with another status than their step names, and the first of them. */
  readonly unexpected: number;
  readonly example: string | undefined;
  /** Those of them that are 503. */
  readonly shed: number;
  /** Connections that ended under way. */
  readonly broken: number;
  /** Requests that were due while no connection was free, where a rate was asked for. */
  readonly late: number;
}

/** What the process that uploads is told: a body of so many bytes to each path at once. */
export interface UploadOrder {
  readonly port: number;
  readonly paths: readonly string[];
  readonly bytes: number;
  /** So many bytes at a time; without it, as fast as they are taken. */
  readonly slow?: { readonly bytes: number; readonly everyMs: number } | undefined;
}

export interface UploadReport {
  readonly seconds: number;
  readonly statuses: readonly number[];
}

/** A request that was seen, to be sent again. */
export interface Replayed {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Base64. */
  readonly body: string | undefined;
  /** What it was answered with. */
  readonly status: number;
  /** Which session of the mock it opened, or was sent to. */
  readonly session: string | undefined;
}

/** What a process took, in all and from its first request on. */
export interface Told {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly runCpuMs: number;
  readonly runWallMs: number;
}
