import { readFileSync } from 'node:fs';
import {
  createTransport,
  planRun,
  run,
  sortProbes,
  verifyWebhooks,
  type CauseLine,
  type Deployment,
  type Plan,
  type ProbeLine,
  type RunEvent,
  type Selection,
  type Suite,
  type Transport,
  type WebhookLine,
} from '../contracts/index.js';
import type { Contract } from '../spec/index.js';
import type { Io } from './io.js';
import { createProgress, type Progress } from './progress.js';
import type { SuiteOptions } from './suites.js';
import { usage } from './usage.js';

/** How a deployment is driven: what the command line says. */
export interface DriveOptions extends HttpOptions, SuiteOptions {
  readonly concurrency: number;
  readonly reruns: number;
  readonly removeLeftovers?: boolean;
}

/** What goes before what the deployment file says of `http`. */
export interface HttpOptions {
  readonly timeout?: number;
  readonly rate?: number;
  readonly header?: readonly string[];
  readonly ca?: string;
  readonly proxy?: string;
}

/** Everything that a run has told; the lines in the contract's order. */
export interface Driven {
  readonly lines: readonly CauseLine[];
  readonly probes: readonly ProbeLine[];
  /** Empty unless they were asked for. */
  readonly webhooks: readonly WebhookLine[];
  readonly startedAt: Date;
  readonly durationMs: number;
}

/**
 * Drives a deployment down its failure paths, then through its probes and, if they are asked for, its webhooks.
 *
 * @example
 * const { lines } = await drive(contract, target.deployment, { selected, options, io, signal, webhooks: true });
 */
export async function drive(
  contract: Contract,
  deployment: Deployment,
  how: {
    readonly suite: Suite;
    readonly selected: Selection;
    /** Why others are not looked at, if it is not a filter. */
    readonly leftOut?: string | undefined;
    readonly options: DriveOptions;
    readonly io: Io;
    readonly signal: AbortSignal;
    readonly webhooks: boolean;
    /** None for a run beside one that shows its own. */
    readonly progress?: Progress;
  },
): Promise<Driven> {
  const { suite, selected, leftOut, options, io, signal, progress = createProgress(io) } = how;
  const { concurrency, reruns, removeLeftovers = false } = options;
  const plan = await planRun({ contract, suite, deployment, selected, leftOut });
  const transport = createTransport({ ...deployment.http, connections: concurrency });
  const startedAt = new Date();
  const began = performance.now();
  try {
    const events = run(plan, { transport, concurrency, reruns, removeLeftovers, probes: true, signal });
    const told = await follow(plan, events, { io, progress });
    const webhooks = how.webhooks ? await receive(plan, transport, signal, io) : [];
    return { ...told, webhooks, startedAt, durationMs: Math.round(performance.now() - began) };
  } finally {
    await transport.close();
  }
}

/** Follows a run to its end; the lines, in the contract's order whatever the order in which they were ready. */
async function follow(
  plan: Plan,
  events: AsyncGenerator<RunEvent>,
  { io, progress }: { readonly io: Io; readonly progress: Progress },
): Promise<Pick<Driven, 'lines' | 'probes'>> {
  const lines: CauseLine[] = [];
  const probes: ProbeLine[] = [];
  for await (const event of events) {
    progress.show(event);
    if (event.type === 'path-finished') lines.push(event.line);
    if (event.type === 'probe-finished') probes.push(event.line);
    if (event.type === 'leftover')
      io.err(
        event.removed
          ? `removed: ${event.what}\n`
          : `left by an aborted run or a script of a report: ${event.what} (--remove-leftovers removes it)\n`,
      );
    if (event.type === 'cleanup-failed') tellUnremoved(event, io);
  }
  progress.clear();
  const rank = new Map(plan.contract.failures.map((failure, index) => [failure, index]));
  lines.sort(
    (a, b) =>
      (rank.get(a.failure) ?? 0) - (rank.get(b.failure) ?? 0) || a.failure.causes.indexOf(a.cause) - a.failure.causes.indexOf(b.cause),
  );
  return { lines, probes: sortProbes(plan, probes) };
}

/** Follows the paths: by now everything that they moved has been put back. */
async function receive(plan: Plan, transport: Transport, signal: AbortSignal, io: Io): Promise<readonly WebhookLine[]> {
  if (signal.aborted) return [];
  const { lines, events } = await verifyWebhooks(plan, { transport, signal });
  for (const event of events) if (event.type === 'cleanup-failed') tellUnremoved(event, io);
  return lines;
}

function tellUnremoved({ what, why, remedy }: Extract<RunEvent, { type: 'cleanup-failed' }>, io: Io): void {
  io.err(`not removed: ${what}: ${why}. ${remedy}\n`);
}

/** Options of the command line go before what the deployment file says. */
export function withOptions(deployment: Deployment, { timeout, rate, header, ca, proxy }: HttpOptions): Deployment {
  if (proxy !== undefined && !URL.canParse(proxy)) {
    throw usage(`--proxy is ${JSON.stringify(proxy)}`, 'A proxy is reached at a URL.', 'Say --proxy http://127.0.0.1:3128.');
  }
  return {
    ...deployment,
    http: {
      ...deployment.http,
      headers: { ...deployment.http.headers, ...parseHeaders(header ?? []) },
      ...(timeout === undefined ? {} : { timeoutMs: Math.max(1, Math.round(timeout * 1000)) }),
      ...(rate === undefined ? {} : { rate }),
      ...(ca === undefined ? {} : { ca: readCa(ca) }),
      ...(proxy === undefined ? {} : { proxy }),
    },
  };
}

function parseHeaders(headers: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    headers.map((header) => {
      const at = header.indexOf(':');
      if (at < 1)
        throw usage(`--header is ${JSON.stringify(header)}`, 'A header has a name and a value.', "Say --header 'X-Team: payments'.");
      return [header.slice(0, at).trim().toLowerCase(), header.slice(at + 1).trim()];
    }),
  );
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usage(
      `--ca ${file} cannot be read: ${(error as Error).message}`,
      'Without it the deployment would not be trusted.',
      'Name an existing PEM file.',
    );
  }
}
