import { createColors } from 'picocolors';
import type { JournalEntry, Mock, RecordedViolation, RecordingSummary, ScriptEvent, StoreEvent, WorkerEvent } from '../mocks/index.js';
import { formatFinding } from '../spec/index.js';
import type { Io } from './io.js';
import { formatRecording, formatViolation } from './recorded.js';

/** What `failpath mock` says while it runs. */
export interface MockLog {
  /** `undefined` when nobody wants to hear of requests. */
  readonly request: ((entry: JournalEntry) => void) | undefined;
  script(event: ScriptEvent): void;
  worker(event: WorkerEvent): void;
  store(event: StoreEvent): void;
  /** While it records: each kind of violation is told once, and how often it came at the end. */
  violation(violation: RecordedViolation): void;
  recorded(file: string, rules: number, summary: RecordingSummary): void;
  stop(): void;
}

type Level = 'info' | 'warn' | 'error';

/**
 * One JSON object per line, for machines: `level`, `time` (real, RFC 3339) and `event`, and what belongs to the event.
 * Members may be added; those that are there keep their names and meanings. No credential is among them but the admin token
 * that the mock has made for itself, at the start.
 *
 * @example
 * const log = createJsonLog(io);
 * log.script({ type: 'removed', file: 'scripts/a.yaml' }); // {"level":"info","time":"…","event":"script","type":"removed",…}
 */
export function createJsonLog(io: Pick<Io, 'out'>): MockLog & { start(mock: Mock, more: Readonly<Record<string, unknown>>): void } {
  // Scripts are loaded before the mock listens, but whoever starts it waits for its address on the first line.
  let waiting: string[] | undefined = [];
  const write = (level: Level, event: string, more: object): void => {
    const line = `${JSON.stringify({ level, time: new Date().toISOString(), event, ...more })}\n`;
    if (event === 'start' || waiting === undefined) io.out(line);
    else waiting.push(line);
    if (event === 'start') {
      for (const later of waiting ?? []) io.out(later);
      waiting = undefined;
    }
  };
  return {
    start: ({ url, certificate, contract, world, workers }, more) => {
      const { title, version, file, sha256 } = contract;
      const processes = workers.length === 0 ? {} : { workers };
      write('info', 'start', { url, certificate, contract: { title, version, file, sha256 }, world, ...processes, ...more });
    },
    request: (entry) => write(levelOf(entry), 'request', entry),
    script: (event) => write(event.type === 'loaded' || event.type === 'removed' ? 'info' : 'warn', 'script', event),
    worker: (event) => write(event.type === 'replaced' ? 'info' : 'warn', 'worker', event),
    store: (event) => write(event.type === 'back' ? 'info' : 'warn', 'store', event),
    violation: (violation) => write('warn', 'violation', violation),
    recorded: (file, rules, summary) => write('info', 'recorded', { file, rules, ...summary }),
    stop: () => write('info', 'stop', {}),
  };
}

/** The API's failures are what a mock is for; its own are not. */
function levelOf({ code }: JournalEntry): Level {
  if (code === 'failpath:internal-error') return 'error';
  return code?.startsWith('failpath:') === true ? 'warn' : 'info';
}

/** Lines for people: requests on standard output, what happens to scripts on standard error. */
export function createTextLog(io: Io, options: { readonly requests: boolean }): MockLog {
  const colors = createColors(io.color);
  return {
    request: options.requests ? (entry) => io.out(formatEntry(entry, colors)) : undefined,
    script: (event) => io.err(formatScriptEvent(event)),
    worker: (event) => io.err(formatWorkerEvent(event)),
    store: (event) => io.err(event.type === 'back' ? `${event.store} is back\n` : `${event.why}\n`),
    violation: (violation) => {
      if (violation.count === 1) io.err(formatViolation(violation));
    },
    recorded: (file, rules, summary) => io.out(formatRecording(file, rules, summary)),
    stop: () => undefined,
  };
}

function formatWorkerEvent(event: WorkerEvent): string {
  switch (event.type) {
    case 'died':
      return `worker ${event.pid} has died (${event.why}); what it had acknowledged is kept, and another is started\n`;
    case 'silent':
      return `worker ${event.pid} is ended: ${event.why}\n`;
    case 'replaced':
      return `worker ${event.pid} answers in the place of ${event.died}\n`;
    default:
      return `another worker cannot be started, and is tried again: ${event.why}\n`;
  }
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

function formatEntry(entry: JournalEntry, { bold, dim, green, yellow }: ReturnType<typeof createColors>): string {
  const status = entry.status < 400 ? green(String(entry.status)) : yellow(String(entry.status));
  const what = entry.code === undefined ? status : `${status} ${bold(entry.code)}`;
  return `${entry.at.slice(11, 23)} ${entry.method} ${entry.url} ${dim('→')} ${what} ${dim(`${entry.answeredBy}: ${entry.why} (${entry.milliseconds.toFixed(1)} ms) ${entry.requestId}`)}\n`;
}
