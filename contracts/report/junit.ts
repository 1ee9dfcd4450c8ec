import { groupBy } from '../../spec/index.js';
import type { LedgerProbe } from '../probes/index.js';
import type { Ledger, LedgerCause, LedgerFailure, LedgerWebhook } from '../ledger.js';
import type { ObservedLedger, ObservedViolation } from '../observe/index.js';
import { passedIn, passOf } from './decided.js';
import { summarise } from '../judge.js';
import type { LineEvidence, Outcome } from '../types.js';

const FAILED: ReadonlySet<Outcome> = new Set<Outcome>(['violated', 'not-reached', 'wrong-path']);
const PASSED: ReadonlySet<Outcome> = new Set<Outcome>(['verified']);

/** Why the policy lets a line pass, where it does. */
interface Passing {
  readonly pass?: string;
}

/**
 * A ledger as JUnit XML: a suite per operation, a case per cause; findings are failures, what could not be judged is an
 * error, what was not proven, or let pass by the policy, is skipped, each with its reason. Of traffic that was observed, each kind of violation is a failure.
 *
 * @example
 * writeFileSync('junit.xml', toJunit(ledger));
 */
export function toJunit(told: Ledger | ObservedLedger): string {
  const ledger = withPasses(told);
  const lines = 'traffic' in ledger ? untold(ledger) : ledger.failures;
  const suites = [...groupBy(lines, ({ operation }) => operation)].map(([operation, failures]) => suite(operation, failures, ledger));
  const { webhooks } = ledger;
  if (webhooks.length > 0) suites.push(webhookSuite(webhooks, ledger));
  const probes = ledger.probes.filter(({ outcome }) => outcome !== 'not-capable' && outcome !== 'not-selected');
  for (const [kind, group] of groupBy(probes, ({ kind }) => kind)) suites.push(probeSuite(kind, group, ledger));
  const traffic = 'traffic' in ledger ? trafficCases(ledger) : [];
  if (traffic.length > 0) suites.push(trafficSuite(traffic, ledger));
  const all = [...lines.flatMap(({ causes }) => causes), ...webhooks, ...probes, ...traffic];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${attribute(ledger.contract.title)}" ${counts(all)} time="${ledger.durationMs / 1000}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

/** Lines that the policy lets pass say so themselves. */
function withPasses<T extends Ledger>(ledger: T): T {
  const passed = passedIn(ledger);
  if (passed.size === 0) return ledger;
  const marked = <Line extends object>(line: Line, name: string): Line & Passing => {
    const reason = passed.get(name);
    return reason === undefined ? line : { ...line, pass: passOf(reason) };
  };
  return {
    ...ledger,
    failures: ledger.failures.map((failure) => ({
      ...failure,
      causes: failure.causes.map((cause) => marked(cause, `${failure.operation} ${failure.status} ${failure.code} (${cause.cause})`)),
    })),
    probes: ledger.probes.map((probe) => marked(probe, `${probe.kind} ${probe.operation}: ${probe.name}`)),
    webhooks: ledger.webhooks.map((webhook) => marked(webhook, `webhook ${webhook.webhook}`)),
  };
}

function suite(operation: string, failures: readonly LedgerFailure[], ledger: Ledger): string {
  const causes = failures.flatMap((failure) => failure.causes);
  return [
    `  <testsuite name="${attribute(operation)}" timestamp="${ledger.startedAt.slice(0, 19)}" ${counts(causes)} time="${seconds(causes)}">`,
    ...failures.flatMap((failure) => failure.causes.map((cause) => testCase(failure, cause))),
    '  </testsuite>',
  ].join('\n');
}

/** Those that the deployment file says nothing of are skipped, with what it would have to say. */
function webhookSuite(webhooks: readonly LedgerWebhook[], { startedAt }: Ledger): string {
  const cases = webhooks.map((line) => {
    const { webhook, received } = line;
    const head = `    <testcase classname="webhooks" name="${attribute(webhook)}" time="0"`;
    return result(head, line, received ?? '');
  });
  const head = `  <testsuite name="webhooks" timestamp="${startedAt.slice(0, 19)}" ${counts(webhooks)} time="0">`;
  return [head, ...cases, '  </testsuite>'].join('\n');
}

/** What the deployment file lets be looked at, of identities and of two faults at once. */
function probeSuite(kind: LedgerProbe['kind'], probes: readonly LedgerProbe[], { startedAt }: Ledger): string {
  const cases = probes.map((line) => {
    const { operation, name, expected, durationMs, repro } = line;
    const head = `    <testcase classname="${kind}" name="${attribute(`${operation} ${name}: ${expected}`)}" time="${durationMs / 1000}"`;
    return result(head, line, repro ?? '');
  });
  const head = `  <testsuite name="${kind}" timestamp="${startedAt.slice(0, 19)}" ${counts(probes)} time="${seconds(probes)}">`;
  return [head, ...cases, '  </testsuite>'].join('\n');
}

/** Lines of failures; what the traffic tells itself, as each kind of violation that it is, is told once. */
function untold({ failures, traffic }: ObservedLedger): readonly LedgerFailure[] {
  const told = new Set(traffic.violated.filter(({ declared }) => declared).map(({ operation, code }) => `${operation} ${code}`));
  return failures.map((failure) =>
    failure.outcome === 'violated' && told.has(`${failure.operation} ${failure.code}`) ? { ...failure, causes: [] } : failure,
  );
}

interface TrafficCase {
  readonly outcome: Outcome;
  readonly name: string;
  readonly reason: string;
  readonly more: string;
  readonly durationMs: number;
}

/** Every violation, also those that belong to no declared failure; and, if there were too many kinds to tell, that there were. */
function trafficCases({ traffic: { violated, untold: further } }: ObservedLedger): TrafficCase[] {
  const cases = violated.map((violation): TrafficCase => {
    const { count, request, answer, discrepancies } = violation;
    const reason = `${summarise(discrepancies)}${count > 1 ? ` (${count} times)` : ''}`;
    const more = `${request.method} ${request.url}\n\n${storyOf({ discrepancies, answer, repro: null })}`;
    return { outcome: 'violated', name: nameOf(violation), reason, more, durationMs: request.durationMs };
  });
  if (further === 0) return cases;
  const reason = `${further} violations of further kinds were counted, and not told`;
  return [...cases, { outcome: 'violated', name: 'further kinds', reason, more: '', durationMs: 0 }];
}

function nameOf({ operation, method, path, status, code, discrepancies }: ObservedViolation): string {
  return `${operation ?? `${method} ${path}`} ${status}${code === null ? '' : ` ${code}`}: ${summarise(discrepancies)}`;
}

function trafficSuite(cases: readonly TrafficCase[], { startedAt }: Ledger): string {
  const head = `  <testsuite name="traffic" timestamp="${startedAt.slice(0, 19)}" ${counts(cases)} time="${seconds(cases)}">`;
  const told = cases.map((line) =>
    result(`    <testcase classname="traffic" name="${attribute(line.name)}" time="${thousandth(line.durationMs)}"`, line, line.more),
  );
  return [head, ...told, '  </testsuite>'].join('\n');
}

function testCase(failure: LedgerFailure, cause: LedgerCause): string {
  const head = `    <testcase classname="${attribute(failure.operation)}" name="${attribute(`${failure.status} ${failure.code} (${cause.cause})`)}" time="${thousandth(cause.durationMs)}"`;
  return result(head, cause, storyOf(cause), propertiesOf(cause.evidence));
}

/** All that there is to know of a case that is not proven, for readers who see nothing but this. */
function storyOf({ discrepancies, answer, repro }: Pick<LedgerCause, 'discrepancies' | 'answer' | 'repro'>): string {
  const wrong = discrepancies.map(({ at, expected, actual, remedy }) => `${at}: expected ${expected}, saw ${actual}\n  fix: ${remedy}`);
  return [wrong.join('\n'), answer ?? '', repro ?? ''].filter((part) => part !== '').join('\n\n');
}

/** Milliseconds as seconds. */
function thousandth(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}

/** What the case stands on, where something was sent. */
function propertiesOf({ trigger, control, requests, notes }: LineEvidence): string[] {
  if (trigger === null) return [];
  const known: [string, string][] = [
    ['trigger', trigger],
    ['control', control === null ? 'none' : [control.status, control.code].filter((part) => part !== null).join(' ')],
    ['requests', String(requests.length)],
    ...notes.map((note): [string, string] => ['note', note]),
  ];
  return ['<properties>', ...known.map(([name, value]) => `  <property name="${name}" value="${attribute(value)}"/>`), '</properties>'];
}

type Judged = Pick<LedgerCause, 'outcome' | 'reason'> & Passing;

function result(head: string, line: Judged, more: string, properties: readonly string[] = []): string {
  const inner = [...properties, ...(PASSED.has(line.outcome) ? [] : [complaint(line, more)])];
  return inner.length === 0 ? `${head}/>` : [`${head}>`, ...inner.map((line) => `      ${line}`), '    </testcase>'].join('\n');
}

function complaint(line: Judged, more: string): string {
  const { outcome, reason, pass = `${outcome}: ${reason}` } = line;
  const message = attribute(pass);
  const kind = kindOf(line);
  return kind === 'skipped'
    ? `<skipped message="${message}"/>`
    : `<${kind} message="${message}" type="${outcome}">${escape(more)}</${kind}>`;
}

function kindOf({ outcome, pass }: Pick<Judged, 'outcome' | 'pass'>): 'failure' | 'error' | 'skipped' {
  if (pass !== undefined) return 'skipped';
  if (FAILED.has(outcome)) return 'failure';
  return outcome === 'setup-failed' || outcome === 'edge-intercepted' || outcome === 'flaky' ? 'error' : 'skipped';
}

function counts(lines: readonly Pick<Judged, 'outcome' | 'pass'>[]): string {
  const count = (kind: string): number => lines.filter((line) => !PASSED.has(line.outcome) && kindOf(line) === kind).length;
  return `tests="${lines.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
}

function seconds(causes: readonly Pick<LedgerCause, 'durationMs'>[]): number {
  return thousandth(causes.reduce((sum, { durationMs }) => sum + durationMs, 0));
}

/** Text for XML 1.0, which has no way to write most control characters. */
function escape(text: string): string {
  return (
    text
      .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // A parser would turn it into the end of a line.
      .replaceAll('\r', '&#13;')
  );
}

/** As {@link escape}, for attributes, where a parser would turn line ends into blanks. */
function attribute(text: string): string {
  return escape(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}
