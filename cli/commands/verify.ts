import { readFileSync } from 'node:fs';
import { decide } from '../../ci/index.js';
import {
  buildLedger,
  createTransport,
  formatRun,
  planRun,
  run,
  sortProbes,
  verifyWebhooks,
  type CauseLine,
  type Decision,
  type Deployment,
  type Ledger,
  type Plan,
  type ProbeLine,
  type RunEvent,
  type Transport,
  type WebhookLine,
} from '../../contracts/index.js';
import { soundContract } from '../contract.js';
import type { Io } from '../io.js';
import { createProgress } from '../progress.js';
import { prepareFolder, writeReports } from '../reports.js';
import { createSelection, isFiltered, type SelectOptions } from '../select.js';
import { plan as printPlan } from './plan.js';
import { openTarget, suiteOf, usage, type TargetOptions } from '../targets.js';

export interface VerifyOptions extends SelectOptions, TargetOptions {
  readonly contract?: string;
  readonly concurrency: number;
  readonly timeout?: number;
  readonly rate?: number;
  readonly header?: readonly string[];
  readonly ca?: string;
  readonly proxy?: string;
  readonly out: string;
  readonly json?: boolean;
  readonly reruns: number;
  readonly removeLeftovers?: boolean;
  readonly dryRun?: boolean;
}

/** What a run comes to that was not let finish; the exit code is what a shell expects. */
const INTERRUPTED: Decision = { verdict: 'interrupted', exitCode: 130 };

/** `failpath verify`: drives a deployment through every declared failure. Without a deployment, the embedded sandbox. */
export async function verify(options: VerifyOptions, io: Io): Promise<number> {
  if (options.dryRun === true) return printPlan(options, io, (deployment) => withOptions(deployment, options));
  const contract = await soundContract(options.contract);
  const selection = createSelection(contract, options);
  prepareFolder(options.out);
  const target = await openTarget(contract, options, io.env, (deployment) => withOptions(deployment, options));
  try {
    const { deployment } = target;
    const plan = await planRun({ contract, suite: suiteOf(contract), deployment, selected: selection });
    const transport = createTransport({ ...deployment.http, connections: options.concurrency });
    const startedAt = new Date();
    const began = performance.now();
    const abort = new AbortController();
    const unlisten = io.onInterrupt(() => abort.abort());
    let lines: CauseLine[];
    let probes: ProbeLine[];
    let webhooks: readonly WebhookLine[] = [];
    try {
      const { concurrency, reruns, removeLeftovers = false } = options;
      const events = run(plan, { transport, concurrency, reruns, removeLeftovers, probes: true, signal: abort.signal });
      ({ lines, probes } = await follow(plan, events, io));
      if (!isFiltered(options)) webhooks = await receive(plan, transport, abort.signal, io);
    } finally {
      unlisten();
      await transport.close();
    }
    const durationMs = Math.round(performance.now() - began);
    const judged = buildLedger({ contract, url: deployment.url, startedAt, durationMs, lines, webhooks, probes, decide });
    const ledger = abort.signal.aborted ? { ...judged, ...INTERRUPTED } : judged;
    report(ledger, lines, options, io);
    return ledger.exitCode;
  } finally {
    await target.close();
  }
}

/** Follows a run to its end; the lines, in the contract's order whatever the order in which they were ready. */
async function follow(plan: Plan, events: AsyncGenerator<RunEvent>, io: Io): Promise<{ lines: CauseLine[]; probes: ProbeLine[] }> {
  const progress = createProgress(io);
  const lines: CauseLine[] = [];
  const probes: ProbeLine[] = [];
  for await (const event of events) {
    progress.show(event);
    if (event.type === 'path-finished') lines.push(event.line);
    if (event.type === 'probe-finished') probes.push(event.line);
    if (event.type === 'leftover')
      io.err(event.removed ? `removed: ${event.what}\n` : `left by an aborted run: ${event.what} (--remove-leftovers removes it)\n`);
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
function withOptions(deployment: Deployment, { timeout, rate, header, ca, proxy }: VerifyOptions): Deployment {
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

function report(ledger: Ledger, lines: readonly CauseLine[], options: VerifyOptions, io: Io): void {
  const files = writeReports(ledger, options.out);
  if (options.json === true) io.out(`${JSON.stringify(ledger, null, 2)}\n`);
  else
    io.out(
      `${formatRun(ledger, lines, { color: io.color, ...((options.deployment ?? options.url) === undefined ? { where: 'the embedded sandbox' } : {}) })}${files.map((file) => `  ${file}\n`).join('')}`,
    );
}
