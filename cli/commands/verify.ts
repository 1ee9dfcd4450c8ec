import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decide } from '../../ci/index.js';
import {
  atsSuite,
  buildLedger,
  createDeployment,
  createPlan,
  createTransport,
  discoverWorld,
  formatRun,
  loadDeployment,
  run,
  toJunit,
  type CauseLine,
  type Deployment,
  type Ledger,
  type RunEvent,
  type Suite,
} from '../../contracts/index.js';
import { startMock } from '../../mocks/index.js';
import { InputError, type Contract } from '../../spec/index.js';
import { soundContract } from '../contract.js';
import type { Io } from '../io.js';
import { createProgress } from '../progress.js';
import { createSelection, type SelectOptions } from '../select.js';

export interface VerifyOptions extends SelectOptions {
  readonly contract?: string;
  readonly deployment?: string;
  readonly url?: string;
  readonly concurrency: number;
  readonly timeout?: number;
  readonly rate?: number;
  readonly header?: readonly string[];
  readonly ca?: string;
  readonly proxy?: string;
  readonly out: string;
  readonly json?: boolean;
  readonly removeLeftovers?: boolean;
}

/** What a shell expects of a command that was interrupted. */
const INTERRUPTED = 130;

/** The suites that come with failpath, by the contract's `x-failpath.api`. */
const SUITES: Readonly<Record<string, Suite>> = { ats: atsSuite };

/** `failpath verify`: drives a deployment through every declared failure. Without a deployment, the embedded sandbox. */
export async function verify(options: VerifyOptions, io: Io): Promise<number> {
  const contract = await soundContract(options.contract);
  const selection = createSelection(contract, options);
  const target = await findTarget(contract, options, io);
  try {
    const deployment = withOptions(target.deployment, options);
    const plan = createPlan(contract, suiteOf(contract), deployment, selection);
    const transport = createTransport({ ...deployment.http, connections: options.concurrency });
    const startedAt = new Date();
    const began = performance.now();
    const abort = new AbortController();
    const unlisten = io.onInterrupt(() => abort.abort());
    let lines: CauseLine[];
    try {
      const { concurrency, removeLeftovers = false } = options;
      lines = await follow(contract, run(plan, { transport, concurrency, removeLeftovers, signal: abort.signal }), io);
    } finally {
      unlisten();
      await transport.close();
    }
    const ledger = buildLedger({ contract, url: deployment.url, startedAt, durationMs: Math.round(performance.now() - began), lines, decide });
    report(ledger, lines, options, io);
    return abort.signal.aborted ? INTERRUPTED : ledger.exitCode;
  } finally {
    await target.close();
  }
}

/** Follows a run to its end; the lines, in the contract's order whatever the order in which they were ready. */
async function follow(contract: Contract, events: AsyncGenerator<RunEvent>, io: Io): Promise<CauseLine[]> {
  const progress = createProgress(io);
  const lines: CauseLine[] = [];
  for await (const event of events) {
    progress.show(event);
    if (event.type === 'path-finished') lines.push(event.line);
    if (event.type === 'leftover') io.err(event.removed ? `removed: ${event.what}\n` : `left by an aborted run: ${event.what} (--remove-leftovers removes it)\n`);
    if (event.type === 'cleanup-failed') io.err(`not removed: ${event.what}: ${event.why}. ${event.remedy}\n`);
  }
  progress.clear();
  const rank = new Map(contract.failures.map((failure, index) => [failure, index]));
  return lines.sort((a, b) => (rank.get(a.failure) ?? 0) - (rank.get(b.failure) ?? 0) || a.failure.causes.indexOf(a.cause) - a.failure.causes.indexOf(b.cause));
}

function suiteOf(contract: Contract): Suite {
  return SUITES[contract.api ?? ''] ?? { ...atsSuite, name: contract.api ?? 'your-api', paths: [], scenarios: {}, sequences: {} };
}

interface Target {
  readonly deployment: Deployment;
  close(): Promise<void>;
}

async function findTarget(contract: Contract, options: VerifyOptions, io: Io): Promise<Target> {
  if (options.deployment !== undefined) {
    if (options.url !== undefined) {
      throw usage('--deployment and --url are both given', 'They name two deployments.', 'Keep one; the deployment file says the URL as well.');
    }
    return { deployment: loadDeployment(options.deployment, io.env), close: () => Promise.resolve() };
  }
  if (options.url !== undefined) return { deployment: await fromUrl(options.url, options), close: () => Promise.resolve() };
  const mock = await startMock({ port: 0, contract });
  return { deployment: await fromUrl(mock.url, options), close: () => mock.close() };
}

/** A bare URL is described by its own well-known world, if it has one; otherwise nothing but the address is known. */
async function fromUrl(url: string, options: VerifyOptions): Promise<Deployment> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw usage(`--url is ${JSON.stringify(url)}`, 'A deployment is reached over http or https.', 'Say --url https://staging.example.com');
  const bare = createDeployment({ url });
  const transport = createTransport({ ...withOptions(bare, options).http, connections: 1 });
  try {
    return (await discoverWorld(url, transport)) ?? bare;
  } finally {
    await transport.close();
  }
}

/** Options of the command line go before what the deployment file says. */
function withOptions(deployment: Deployment, { timeout, rate, header, ca, proxy }: VerifyOptions): Deployment {
  return {
    ...deployment,
    http: {
      ...deployment.http,
      headers: { ...deployment.http.headers, ...parseHeaders(header ?? []) },
      ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
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
      if (at < 1) throw usage(`--header is ${JSON.stringify(header)}`, 'A header has a name and a value.', "Say --header 'X-Team: payments'.");
      return [header.slice(0, at).trim().toLowerCase(), header.slice(at + 1).trim()];
    }),
  );
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usage(`--ca ${file} cannot be read: ${(error as Error).message}`, 'Without it the deployment would not be trusted.', 'Name an existing PEM file.');
  }
}

function report(ledger: Ledger, lines: readonly CauseLine[], options: VerifyOptions, io: Io): void {
  const files = { 'ledger.json': `${JSON.stringify(ledger, null, 2)}\n`, 'junit.xml': toJunit(ledger) };
  try {
    mkdirSync(options.out, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(options.out, name), text);
  } catch (error) {
    throw new InputError([
      {
        problem: 'output-unwritable',
        what: `the report cannot be written to ${options.out}: ${(error as Error).message}`,
        why: 'A run without its ledger decides nothing.',
        remedy: 'Name a folder that can be written to with --out.',
      },
    ]);
  }
  if (options.json === true) io.out(files['ledger.json']);
  else io.out(`${formatRun(ledger, lines, { color: io.color })}${Object.keys(files).map((name) => `  ${join(options.out, name)}\n`).join('')}`);
}

function usage(what: string, why: string, remedy: string): InputError {
  return new InputError([{ problem: 'usage', what, why, remedy }]);
}
