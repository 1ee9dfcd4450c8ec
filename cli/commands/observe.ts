import { isIP } from 'node:net';
import { createColors } from 'picocolors';
import { EXIT } from '../../ci/index.js';
import {
  formatObserved,
  formatViolation,
  observeHar,
  startObserving,
  toLedger,
  type ObservedLedger,
  type ObservedViolation,
} from '../../contracts/index.js';
import { readFileText, type Contract } from '../../spec/index.js';
import { soundContract } from '../contract.js';
import type { Io } from '../io.js';
import { prepareFolder, writeReports } from '../reports.js';
import { usage } from '../usage.js';

export interface ObserveCommandOptions {
  readonly upstream?: string;
  readonly port?: number;
  readonly host?: string;
  readonly keepHost?: boolean;
  readonly ca?: string;
  readonly har?: string;
  readonly base?: string;
  readonly contract?: string;
  readonly failOn?: 'violation';
  readonly out: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** How long requests under way may take to be answered once the command is told to end; a second signal ends the wait, and nothing is lost. */
const GRACE_MS = 5_000;

/**
 * `failpath observe`: checks traffic that others make, as a proxy until it is interrupted, or from a HAR file.
 *
 * @throws {InputError} for a contract, an upstream, an address or a file that cannot be used
 */
export async function observe(options: ObserveCommandOptions, io: Io): Promise<number> {
  const source = sourceOf(options);
  const contract = await soundContract(options.contract);
  prepareFolder(options.out);
  const log = createLog(contract, options, io);
  const seen =
    'har' in source
      ? observeHar(source.har, contract, { ...source, onViolation: log.violation })
      : await passBy(source, contract, options, { log, io });
  const ledger = toLedger({ contract, ...seen, failOnViolation: options.failOn === 'violation' });
  let files: readonly string[];
  try {
    files = writeReports(ledger, options.out);
  } catch (error) {
    // Nobody can observe it again.
    log.summary({ ...ledger, exitCode: EXIT.invalid }, []);
    throw error;
  }
  log.summary(ledger, files);
  const { reached, requests } = ledger.traffic;
  if (reached === 0 && requests > 0) io.err(`No answer of an operation could be judged. ${'har' in source ? WHERE_IN_HAR : WHERE}\n`);
  return ledger.exitCode;
}

type Source = { readonly upstream: string } | { readonly har: string; readonly base?: string | undefined };

function sourceOf({ upstream, har, base, ...more }: ObserveCommandOptions): Source {
  if (har !== undefined && upstream !== undefined)
    throw usage('--har and --upstream are both given', 'Traffic is seen as it goes by, or read from a file.', 'Keep one of them.');
  const useless = (['port', 'host', 'keepHost', 'ca'] as const).find((name) => har !== undefined && more[name] !== undefined);
  if (useless !== undefined)
    throw usage(
      `--har is given with --${useless === 'keepHost' ? 'keep-host' : useless}`,
      'Nothing listens: traffic is read from a file.',
      'Keep one of them.',
    );
  if (har !== undefined) return { har, base };
  if (upstream === undefined)
    throw usage(
      'neither --upstream nor --har is given',
      'There is no traffic to look at.',
      'Say --upstream https://staging.example.com, or --har session.har',
    );
  if (base !== undefined)
    throw usage('--base is given without --har', 'It says where the API begins in a HAR file.', 'Say it as part of --upstream.');
  return { upstream };
}

/** Watches what goes by until the command is interrupted. */
async function passBy(
  { upstream }: { readonly upstream: string },
  contract: Contract,
  { port = 4020, host = '127.0.0.1', keepHost, ca }: ObserveCommandOptions,
  { log, io }: { readonly log: Log; readonly io: Io },
): Promise<Omit<Parameters<typeof toLedger>[0], 'contract' | 'failOnViolation'>> {
  const began = performance.now();
  const trusted = ca === undefined ? {} : { ca: readCa(ca) };
  const observing = await startObserving({ upstream, contract, port, host, keepHost, ...trusted, onViolation: log.violation });
  const { url, observer, startedAt } = observing;
  // Before it is said that there is something to interrupt.
  const interrupted = new Promise<void>((resolve) => void io.onInterrupt(resolve, () => void observing.close(0)));
  log.start(url, observing.upstream, isLoopback(host));
  await interrupted;
  await observing.close(GRACE_MS);
  return { url: observing.upstream, observer, startedAt, durationMs: Math.round(performance.now() - began) };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function readCa(file: string): string {
  try {
    return readFileText(file);
  } catch (error) {
    throw usage(
      `--ca ${file} cannot be read: ${(error as Error).message}`,
      'Without it the upstream would not be trusted.',
      'Name an existing PEM file.',
    );
  }
}

/** What the command says while it runs, and at its end. */
interface Log {
  start(url: string, upstream: string, loopback: boolean): void;
  violation(violation: ObservedViolation): void;
  summary(ledger: ObservedLedger, files: readonly string[]): void;
}

function createLog(contract: Contract, { json, quiet }: ObserveCommandOptions, io: Io): Log {
  const event = (level: string, name: string, more: object): void =>
    io.out(`${JSON.stringify({ level, time: new Date().toISOString(), event: name, ...more })}\n`);
  if (json === true) {
    const { title, version, file, sha256 } = contract;
    return {
      start: (url, upstream, loopback) => {
        event('info', 'start', { url, upstream, contract: { title, version, file, sha256 } });
        if (!loopback) event('warn', 'open', { what: OPEN });
      },
      violation: (violation) => event('warn', 'violation', violation),
      summary: ({ traffic, failures, verdict, exitCode }, files) => {
        const seen = failures.filter((failure) => failure.seen !== null).length;
        event('info', 'summary', { ...traffic, seen, declared: failures.length, verdict, exitCode, files });
      },
    };
  }
  const { bold, green, yellow } = createColors(io.color);
  return {
    start: (url, upstream, loopback) => {
      if (!loopback) io.err(`${yellow('!')} ${OPEN}\n`);
      io.out(`${green('●')} ${bold(upstream)} is observed at ${bold(url)}\n`);
      io.out(`  ${contract.operations.length} operations, ${contract.failures.length} failures from ${contract.file}\n\n`);
    },
    violation: (violation) => {
      if (quiet !== true) io.out(formatViolation(contract, violation, io));
    },
    summary: (ledger, files) => io.out(`${formatObserved(ledger, io)}${files.map((file) => `  ${file}\n`).join('')}`),
  };
}

const WHERE = 'If the API begins at a path, say it as part of --upstream, or call it without that path.';
const WHERE_IN_HAR = 'Say with --base where the API begins in the file, with the path that is put before those of the contract.';

/** What it means to listen elsewhere than on loopback. */
const OPEN = 'Whoever reaches this address can send requests to the upstream through it, in plain HTTP: credentials included.';
