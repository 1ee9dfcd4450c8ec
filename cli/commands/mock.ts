import { existsSync, writeFileSync } from 'node:fs';
import { createColors } from 'picocolors';
import { EXIT } from '../../ci/index.js';
import { readKeyPair, startMock, type Mock, type RecordingSummary, type RecordOptions, type StartOptions } from '../../mocks/index.js';
import { InputError, readFileText } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { createJsonLog, createTextLog, type MockLog } from '../mock-log.js';
import { usage } from '../usage.js';

export interface MockCommandOptions {
  readonly port: number;
  readonly host: string;
  readonly contract?: string;
  readonly dynamic?: boolean;
  readonly seed?: number;
  readonly adminToken?: string;
  readonly script?: readonly string[];
  readonly proxyTo?: readonly string[];
  readonly webhooksTo?: readonly string[];
  readonly state?: string;
  readonly store?: string;
  readonly replay?: string;
  readonly sessions?: number;
  readonly workers?: number | 'auto';
  readonly tls?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsOut?: string;
  readonly cors?: boolean;
  readonly record?: string;
  readonly recordTo?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** How long requests under way may take to be answered once the command is told to end; a second signal ends it at once. */
const GRACE_MS = 5_000;

/** `failpath mock`: serves the contract until it is interrupted. */
export async function mock(options: MockCommandOptions, io: Io): Promise<number> {
  const json = options.json === true ? createJsonLog(io) : undefined;
  const log: MockLog = json ?? createTextLog(io, { requests: io.outIsTerminal && options.quiet !== true });
  if (options.record !== undefined) refuseOthers(options);
  else refuseUnused(options);
  if (options.tlsOut !== undefined) refuseOtherFile(options.tlsOut);
  const server = await startMock({
    port: options.port,
    host: options.host,
    contract: contractFile(options.contract),
    dynamic: options.dynamic === true,
    tls: tlsOf(options),
    state: options.state,
    store: options.store,
    replay: options.replay === undefined ? undefined : readReplayFile(options.replay),
    sessions: options.sessions,
    workers: options.workers,
    onWorker: (event) => log.worker(event),
    onStore: (event) => log.store(event),
    cors: options.cors,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.adminToken === undefined ? {} : { adminToken: options.adminToken }),
    ...(options.script === undefined ? {} : { script: options.script, onScript: (event) => log.script(event) }),
    ...(options.proxyTo === undefined ? {} : { proxyTo: options.proxyTo }),
    ...(options.webhooksTo === undefined ? {} : { webhooksTo: options.webhooksTo }),
    ...(options.record === undefined ? {} : { record: recordOptions(options.record, options, log) }),
    onRequest: log.request,
  });
  try {
    if (options.tlsOut !== undefined) writeCertificate(options.tlsOut, server.certificate ?? '');
    const generatedToken = (options.adminToken ?? '') === '' ? server.adminToken : undefined;
    if (json === undefined) io.out(greeting(server, createColors(io.color), { certificateFile: options.tlsOut, generatedToken }));
    else json.start(server, { adminToken: generatedToken });
    await new Promise<void>((resolve) => {
      io.onInterrupt(resolve);
    });
  } finally {
    await server.close({ graceMs: GRACE_MS });
  }
  const { recording } = server;
  if (recording !== undefined) log.recorded(recording.file, recording.rules, recording.summary);
  log.stop();
  return recording === undefined ? EXIT.proven : exitCodeOf(recording.summary);
}

/** A deployment that never answered has not been judged, whatever the contract says. */
function exitCodeOf({ violations, requests, elsewhere, unanswered }: RecordingSummary): number {
  if (violations.length > 0) return EXIT.finding;
  return unanswered > 0 && requests === 0 && elsewhere.length === 0 ? EXIT.unjudged : EXIT.proven;
}

/** What has no part in a recording would be taken for having one. */
function refuseOthers({ script, proxyTo, webhooksTo, dynamic, seed, state, store, replay, workers }: MockCommandOptions): void {
  const flags = { '--script': script, '--proxy-to': proxyTo, '--webhooks-to': webhooksTo, '--dynamic': dynamic, '--seed': seed };
  const others = Object.entries({ ...flags, '--state': state, '--store': store, '--replay': replay, '--workers': workers });
  const given = others.filter(([, value]) => value !== undefined).map(([flag]) => flag);
  if (given.length === 0) return;
  throw usage(
    `--record and ${given.join(', ')} do not go together`,
    'While it records, the mock answers nothing by itself: every request goes on to the deployment.',
    'Record first, and then serve the recording with --script.',
  );
}

/** A file with the token in it, alone or as the control API answers it. */
function readReplayFile(file: string): string {
  const text = replayText(file).trim();
  if (!text.startsWith('{')) return text;
  try {
    const { token } = JSON.parse(text) as { readonly token?: unknown };
    return typeof token === 'string' ? token : text;
  } catch {
    return text;
  }
}

function replayText(file: string): string {
  try {
    return readFileText(file);
  } catch (error) {
    const remedy = 'Name a file that holds what GET /__admin/sessions/default/replay of another mock has answered.';
    throw new InputError([{ problem: 'replay-unusable', what: `cannot read ${file}`, why: `${(error as Error).message}.`, remedy }]);
  }
}

/** What is left without effect would be missed at the end, when nothing has been recorded. */
function refuseUnused({ recordTo, overwrite }: MockCommandOptions): void {
  const flag = recordTo === undefined ? '--overwrite' : '--record-to';
  if (recordTo === undefined && overwrite !== true) return;
  throw usage(`${flag} is given without --record`, 'Nothing is recorded.', 'Say --record https://staging.example.com as well.');
}

function recordOptions(from: string, { recordTo: to, overwrite }: MockCommandOptions, log: MockLog): RecordOptions {
  return { from, to, overwrite, onViolation: log.violation };
}

function tlsOf({ tls, tlsCert, tlsKey, tlsOut }: MockCommandOptions): StartOptions['tls'] {
  if (tlsCert !== undefined || tlsKey !== undefined) return readKeyPair(tlsCert, tlsKey);
  return tls === true || tlsOut !== undefined;
}

/** A certificate may be replaced by the next one; a mistyped name must not cost any other file. */
function refuseOtherFile(file: string): void {
  if (!existsSync(file)) return;
  let text: string;
  try {
    text = readFileText(file);
  } catch (error) {
    throw unwritable(file, `It cannot be replaced: ${(error as Error).message}.`);
  }
  if (text !== '' && !text.startsWith('-----BEGIN CERTIFICATE')) throw unwritable(file, 'The file exists, and is no certificate.');
}

function unwritable(file: string, why: string): InputError {
  const remedy = 'Name a new file, or a certificate that may be replaced, in a folder that exists and that this user may write to.';
  return new InputError([{ problem: 'output-unwritable', what: `--tls-out is ${file}`, why, remedy }]);
}

function writeCertificate(file: string, certificate: string): void {
  try {
    writeFileSync(file, certificate);
  } catch (error) {
    throw unwritable(file, `The file cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}

type Colors = ReturnType<typeof createColors>;

interface Said {
  readonly certificateFile: string | undefined;
  /** One that was given is known, and may be a secret elsewhere. */
  readonly generatedToken: string | undefined;
}

function greeting(server: Mock, { bold, dim, green }: Colors, { certificateFile, generatedToken }: Said): string {
  const { contract, world, recording } = server;
  if (recording !== undefined) {
    const what = `${green('●')} ${bold(contract.title)} at ${bold(server.url)} is recorded from ${bold(recording.from)}`;
    return `${what}\n  ${contract.operations.length} operations, ${contract.failures.length} failures from ${contract.file}; into ${recording.file}\n\n`;
  }
  const first = contract.failures.find(({ status }) => status === 413) ?? contract.failures[0];
  return [
    `${green('●')} ${bold(contract.title)} fails at ${bold(server.url)}`,
    `  ${contract.operations.length} operations, ${contract.failures.length} failures from ${contract.file}`,
    ...(first === undefined ? [] : ['', `  ${dim('any failure on demand')}   -H 'Prefer: error=${first.code}'`]),
    ...(world === undefined
      ? []
      : [
          '',
          `  ${dim('the well-known world')}    public tokens, the same at every start (${server.url}/__admin/world)`,
          ...worldLines(world),
        ]),
    ...(server.certificate === undefined ? [] : ['', `  ${dim('to trust it')}             ${trustOf(certificateFile)}`]),
    ...(generatedToken === undefined ? [] : ['', `  ${dim('admin token')}             ${generatedToken}`]),
    '',
    '',
  ].join('\n');
}

function trustOf(file: string | undefined): string {
  return file === undefined
    ? '--tls-out <file> writes the certificate for curl --cacert and NODE_EXTRA_CA_CERTS'
    : `curl --cacert ${file}, NODE_EXTRA_CA_CERTS=${file}`;
}

function worldLines(world: unknown): string[] {
  return linesOf(world, '').map(([name, value]) => `    ${name.padEnd(24)} ${value}`);
}

function linesOf(value: unknown, name: string): [name: string, value: string][] {
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  return Object.entries(value).flatMap(([member, one]) => linesOf(one, name === '' ? member : `${name}.${member}`));
}
