import { createColors } from 'picocolors';
import { EXIT } from '../../ci/index.js';
import {
  startMock,
  type JournalEntry,
  type Mock,
  type RecordedViolation,
  type RecordOptions,
  type ScriptEvent,
} from '../../mocks/index.js';
import { formatFinding } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { formatRecording, formatViolation } from '../recorded.js';
import { usage } from '../targets.js';

export interface MockCommandOptions {
  readonly port: number;
  readonly host: string;
  readonly contract?: string;
  readonly dynamic?: boolean;
  readonly seed?: number;
  readonly adminToken?: string;
  readonly script?: readonly string[];
  readonly proxyTo?: readonly string[];
  readonly record?: string;
  readonly recordTo?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `failpath mock`: serves the contract until it is interrupted. */
export async function mock(options: MockCommandOptions, io: Io): Promise<number> {
  const colors = createColors(io.color);
  const logged = options.json === true || (io.outIsTerminal && options.quiet !== true);
  if (options.record !== undefined) refuseOthers(options);
  const server = await startMock({
    port: options.port,
    host: options.host,
    contract: contractFile(options.contract),
    dynamic: options.dynamic === true,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.adminToken === undefined ? {} : { adminToken: options.adminToken }),
    ...(options.script === undefined ? {} : { script: options.script, onScript: (event) => io.err(formatScriptEvent(event)) }),
    ...(options.proxyTo === undefined ? {} : { proxyTo: options.proxyTo }),
    ...(options.record === undefined ? {} : { record: recordOptions(options.record, options, io) }),
    ...(logged ? { onRequest: (entry) => io.out(options.json === true ? `${JSON.stringify(entry)}\n` : formatEntry(entry, colors)) } : {}),
  });
  if (options.json === true) io.out(`${JSON.stringify({ url: server.url, world: server.world, adminToken: server.adminToken })}\n`);
  else io.out(greeting(server, colors));
  await new Promise<void>((resolve) => {
    io.onInterrupt(resolve);
  });
  await server.close();
  return server.recording === undefined ? EXIT.proven : sayRecorded(server.recording, options, io);
}

/** What has no part in a recording would be taken for having one. */
function refuseOthers({ script, proxyTo, dynamic, seed }: MockCommandOptions): void {
  const others = Object.entries({ '--script': script, '--proxy-to': proxyTo, '--dynamic': dynamic, '--seed': seed });
  const given = others.filter(([, value]) => value !== undefined).map(([flag]) => flag);
  if (given.length === 0) return;
  throw usage(
    `--record and ${given.join(', ')} do not go together`,
    'While it records, the mock answers nothing by itself: every request goes on to the deployment.',
    'Record first, and then serve the recording with --script.',
  );
}

/** Each kind of violation is told once; how often it came is said at the end. */
function recordOptions(from: string, { recordTo: to, overwrite, json }: MockCommandOptions, io: Io): RecordOptions {
  const onViolation = (violation: RecordedViolation): void => {
    if (json === true) io.out(`${JSON.stringify({ violation })}\n`);
    else if (violation.count === 1) io.err(formatViolation(violation));
  };
  return { from, to, overwrite, onViolation };
}

function sayRecorded({ file, rules, summary }: NonNullable<Mock['recording']>, { json }: MockCommandOptions, io: Io): number {
  io.out(json === true ? `${JSON.stringify({ recorded: { file, rules, ...summary } })}\n` : formatRecording(file, rules, summary));
  return summary.violations.length > 0 ? EXIT.finding : EXIT.proven;
}

/** What happens to script files, said as it happens: a broken save must not go unseen. */
function formatScriptEvent(event: ScriptEvent): string {
  switch (event.type) {
    case 'loaded':
      return `${event.file}: ${event.rules} ${event.rules === 1 ? 'rule' : 'rules'}\n`;
    case 'removed':
      return `${event.file}: removed, and its rules with it\n`;
    case 'kept':
      return `${event.findings.map(formatFinding).join('\n')}\n${event.file}: the rules stay as they were\n`;
    default:
      return `${event.folder}: changes are not seen: ${event.why}\n`;
  }
}

type Colors = ReturnType<typeof createColors>;

function greeting(server: Mock, { bold, dim, green }: Colors): string {
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
    ...(server.adminToken === undefined ? [] : ['', `  ${dim('admin token')}             ${server.adminToken}`]),
    '',
    '',
  ].join('\n');
}

function worldLines(world: unknown): string[] {
  return Object.entries(world as Readonly<Record<string, unknown>>).flatMap(([group, value]) =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([name, member]) => `    ${`${group}.${name}`.padEnd(24)} ${String(member)}`)
      : [`    ${group.padEnd(24)} ${String(value)}`],
  );
}

function formatEntry(entry: JournalEntry, { bold, dim, green, yellow }: Colors): string {
  const status = entry.status < 400 ? green(String(entry.status)) : yellow(String(entry.status));
  const what = entry.code === undefined ? status : `${status} ${bold(entry.code)}`;
  return `${entry.at.slice(11, 23)} ${entry.method} ${entry.url} ${dim('→')} ${what} ${dim(`${entry.answeredBy}: ${entry.why} (${entry.milliseconds.toFixed(1)} ms) ${entry.requestId}`)}\n`;
}
