import type { Ledger } from '../ledger.js';
import { itemsOf, toneOf, type Item } from './items.js';
import { inLine, tame } from './text.js';

/**
 * A ledger as TAP 14: a test per cause, probe, webhook and kind of violation in traffic. Findings and what could not be judged are not ok;
 * what is unproven for want of something, or let pass by the policy, is skipped, with its reason; all that there is to know of a test is in its YAML block.
 *
 * @example
 * process.stdout.write(toTap(ledger)); // TAP version 14 ...
 */
export function toTap(ledger: Ledger): string {
  const items = itemsOf(ledger);
  const lines = items.flatMap((item, index) => point(item, index + 1));
  const verdict = `# ${inLine(ledger.verdict)}, exit code ${ledger.exitCode}`;
  return `${['TAP version 14', `1..${items.length}`, ...lines, verdict].join('\n')}\n`;
}

/** As JUnit's readers are told: what could not be judged is an error, what was not to be is skipped. */
const FAILED: ReadonlySet<string> = new Set(['setup-failed', 'edge-intercepted', 'flaky']);

function point(item: Item, number: number): string[] {
  const { title, name, outcome, reason, pass } = item;
  const ok = severityOf(item) === 'skip' ? 'ok' : 'not ok';
  const skipped = ok === 'ok' && outcome !== 'verified' ? ` # SKIP ${escape(pass ?? `${outcome}: ${reason}`)}` : '';
  const head = `${ok} ${number} - ${escape(name === null ? title : `${title} (${name})`)}${skipped}`;
  return outcome === 'verified' || outcome === 'not-selected' ? [head] : [head, ...diagnostic(item)];
}

function severityOf({ outcome, passed }: Item): 'fail' | 'error' | 'skip' {
  if (passed) return 'skip';
  return toneOf(outcome) === 'bad' ? 'fail' : FAILED.has(outcome) ? 'error' : 'skip';
}

/** A number sign begins a directive. */
function escape(text: string): string {
  return inLine(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}

/** YAML, each value of which is written as JSON, so that nothing in it can be anything but a text. */
function diagnostic(item: Item): string[] {
  const { outcome, reason, expected, observed, evidence, discrepancies, remedies, requestId, declared, answer, repro, durationMs } = item;
  const members: readonly (readonly [string, unknown])[] = [
    ['message', `${outcome}: ${reason}`],
    ['severity', severityOf(item)],
    ['duration_ms', durationMs],
    ...optional('at', declared),
    ...optional('expected', expected),
    ...optional('seen', observed),
    ...optional('trigger', evidence?.trigger ?? null),
    ...optional('control', evidence?.control ?? null),
    ...optional('request_id', requestId),
    ...(discrepancies.length === 0 ? [] : [['discrepancies', discrepancies] as const]),
    ...(remedies.length === 0 ? [] : [['remedies', remedies] as const]),
    ...optional('answer', answer),
    ...optional('reproduce', repro),
  ];
  return ['  ---', ...members.map(([name, value]) => `  ${name}: ${json(value)}`), '  ...'];
}

function optional(name: string, value: unknown): (readonly [string, unknown])[] {
  return value === null ? [] : [[name, value]];
}

/** JSON is YAML but for characters that YAML has only escaped. */
function json(value: unknown): string {
  const escaped = (character: string): string => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, (_, member: unknown) => (typeof member === 'string' ? tame(member) : member)).replaceAll(
    /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
    escaped,
  );
}
