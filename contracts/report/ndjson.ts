import { toLedgerCause, type Ledger, type LedgerFailure } from '../ledger.js';
import { toLedgerProbe } from '../probes/index.js';
import type { RunEvent } from '../types.js';

/** Raised when a member goes, or means something else; a new member or type of event is no new version. */
const VERSION = 1;

type Members = Readonly<Record<string, unknown>>;

/**
 * One event of a run as a line of JSON; `undefined` for what {@link endingEvents} tells better.
 *
 * @example
 * for await (const event of run(plan, options)) appendFileSync('events.ndjson', toEvent(event, new Date()) ?? '');
 */
export function toEvent(event: RunEvent, at: Date): string | undefined {
  const time = at.toISOString();
  if (event.type === 'finished') return undefined;
  if (event.type === 'probe-finished')
    return line('probe-finished', time, { done: event.done, probes: event.probes, probe: toLedgerProbe(event.line) });
  if (event.type !== 'path-finished') {
    const { type, ...members } = event;
    return line(type, time, members);
  }
  const { failure, location } = event.line;
  const { operation, status, code } = failure;
  return line('path-finished', time, {
    ...{ done: event.done, paths: event.paths },
    ...{ operation: operation.id, method: operation.method, path: operation.path, status, code },
    declared: `${location.file}:${location.line}:${location.column}`,
    cause: toLedgerCause(event.line),
  });
}

/** The last events of a run, which only its ledger knows: webhooks, and what it came to. */
export function endingEvents({ webhooks, durationMs, verdict, exitCode, summary, partial }: Ledger, at: Date): string {
  const time = at.toISOString();
  const told = webhooks.map((webhook) => line('webhook-finished', time, { webhook }));
  return [...told, line('finished', time, { durationMs, verdict, exitCode, summary, partial })].join('');
}

/**
 * The events that a saved ledger tells of, a line each, in the contract's order. When each came about it does not know: `at` is `null`, but
 * for the first and the last.
 *
 * @example
 * writeFileSync('events.ndjson', toNdjson(ledger));
 */
export function toNdjson(ledger: Ledger): string {
  const { failures, probes, deployment, startedAt, durationMs } = ledger;
  const paths = failures.reduce((sum, { causes }) => sum + causes.length, 0);
  let done = 0;
  return [
    line('started', startedAt, { run: null, url: deployment.url, failures: failures.length, paths }),
    ...failures.flatMap((failure) =>
      failure.causes.map((cause) => line('path-finished', null, { done: ++done, paths, ...named(failure), cause })),
    ),
    ...probes.map((probe, index) => line('probe-finished', null, { done: index + 1, probes: probes.length, probe })),
    endingEvents(ledger, new Date(Date.parse(startedAt) + durationMs)),
  ].join('');
}

function named({ operation, method, path, status, code, declared }: LedgerFailure): Members {
  return { operation, method, path, status, code, declared };
}

function line(type: string, at: string | null, members: Members): string {
  return `${JSON.stringify({ v: VERSION, type, at, ...members })}\n`;
}
