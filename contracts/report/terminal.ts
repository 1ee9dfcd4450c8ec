import { counted, groupBy } from '../../spec/index.js';
import { createColors } from 'picocolors';
import type { ReasonKind } from '../decision.js';
import { firstSentence } from '../judge.js';
import type { Ledger } from '../ledger.js';
import { nameOfLine } from '../line.js';
import type { Outcome } from '../types.js';
import { countsOf, decidedAs, passedIn, passes, type DecidedAs } from './decided.js';
import { elsewhereOf } from './elsewhere.js';
import { drivenBy, remedyOf } from './items.js';
import { formatProbes } from './probes.js';
import { formatReasons } from './reasons.js';
import { tamed, type ShownLine } from './shown.js';
import { padded, tameAll } from './text.js';
import { formatWebhooks } from './webhooks.js';

type Colors = ReturnType<typeof createColors>;

const FINDINGS: ReadonlySet<DecidedAs> = new Set<DecidedAs>(['violated', 'not-reached', 'wrong-path']);
const QUIET: ReadonlySet<Outcome> = new Set<Outcome>(['verified', 'waived', 'not-selected']);
/** Reasons that sections of their own tell. */
const TOLD: ReadonlySet<ReasonKind> = new Set<ReasonKind>(['finding', 'unproven', 'unjudged', 'nothing-run', 'interrupted']);
const WIDTH = 100;

/**
 * A finished run as people read it: operations at a glance, what is unproven grouped by its reason, every finding in
 * full, the verdict last, where the eye is when the command ends.
 *
 * @example
 * process.stdout.write(formatRun(ledger, lines, { color: process.stdout.isTTY }));
 */
export function formatRun(
  told: Ledger,
  toldLines: readonly ShownLine[],
  options: { readonly color: boolean; readonly where?: string },
): string {
  const [ledger, lines] = [tameAll(told), toldLines.map(tamedAsShown)];
  const colors = createColors(options.color);
  const passed = passedIn(ledger);
  const open = lines.filter((line) => !passed.has(nameOfLine(line)));
  const sections = [
    overview(ledger, options.where ?? ledger.deployment.url, colors),
    ...unproven(open, colors),
    ...findings(open, colors),
    ...formatProbes(ledger.probes, colors),
    ...formatWebhooks(ledger.webhooks, colors),
    ...noteworthy(lines, colors),
    ...formatReasons(
      // What lines have told already is told again where the policy has something to say of it.
      ledger.reasons.filter(({ kind, failure, why }) => !TOLD.has(kind) || (failure !== undefined && why !== undefined)),
      colors,
    ),
    verdict(ledger, lines, colors),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** Of a proven line no more is shown than its notes: neither its answer nor its script is gone through. */
function tamedAsShown(line: ShownLine): ShownLine {
  return line.outcome === 'verified' ? { ...line, evidence: tameAll(line.evidence), response: undefined, repro: undefined } : tamed(line);
}

function overview(ledger: Ledger, where: string, colors: Colors): string {
  const selected = ledger.failures.filter(({ outcome }) => outcome !== 'not-selected');
  const passed = passedIn(ledger);
  const width = Math.max(20, ...selected.map(({ operation }) => operation.length));
  const rows = [...groupBy(selected, ({ operation }) => operation)].map(([operation, failures]) => {
    const causes = failures.flatMap((failure) => failure.causes);
    const decided = failures.map((failure) => decidedAs(failure, passed));
    const count = [...groupBy(decided, (one) => one)].map(([one, those]) => paint(one, `${those.length} ${one}`, colors));
    return `  ${markOf(decided, colors)} ${operation.padEnd(width)} ${padded(failures.length, 'failure').padStart(11)} ${colors.dim(padded(causes.length, 'cause').padStart(10))}   ${count.join(', ')}`;
  });
  const head = `${colors.bold(ledger.contract.title)} ${ledger.contract.version} ${colors.dim('at')} ${where}`;
  return [head, ...(rows.length === 0 ? [] : ['', ...rows])].join('\n');
}

/** Of an operation: proven, wrong, open, or let pass where it is not proven. */
function markOf(decided: readonly DecidedAs[], colors: Colors): string {
  if (decided.some((one) => FINDINGS.has(one))) return colors.red('✗');
  if (decided.every((one) => one === 'verified')) return colors.green('✓');
  return decided.every((one) => one === 'verified' || passes(one)) ? colors.dim('·') : colors.yellow('!');
}

/** Findings in full, once per kind: one defect in the envelope is one thing to mend, however many lines show it. */
function findings(lines: readonly ShownLine[], colors: Colors): string[] {
  const those = lines.filter(({ outcome }) => FINDINGS.has(outcome));
  return [...groupBy(those, kindOf)].map(([, [first, ...more]]) => {
    const full = formatFinding(first, colors);
    if (more.length === 0) return full;
    const names = more.map(({ failure, cause }) =>
      colors.dim(`      ${failure.operation.id} ${failure.status} ${failure.code} (${cause})`),
    );
    return [full, '', `    the same in ${more.length} more, each with its script in the ledger`, ...names].join('\n');
  });
}

/** What two findings must have in common to be one: what is wrong, or else which check is. */
function kindOf({ outcome, discrepancies, failure, cause }: ShownLine): string {
  const wrong = discrepancies.map(({ check, at, expected, actual }) => [check, at, expected, actual]);
  return JSON.stringify([outcome, wrong.length > 0 ? wrong : [failure.code, cause]]);
}

/** Lines that could not be proven, once per reason: a missing capability is said once, not forty times. */
function unproven(lines: readonly ShownLine[], colors: Colors): string[] {
  const those = lines.filter(({ outcome }) => !QUIET.has(outcome) && !FINDINGS.has(outcome));
  const selected = lines.filter(({ outcome }) => outcome !== 'not-selected');
  return [...groupBy(those, ({ outcome, reason }) => `${outcome} ${reason}`)].map(([, group]) => {
    const [first] = group as [ShownLine];
    const names = [...groupBy(group, ({ failure }) => failure)].map(([failure, causes]) => {
      const all = causes.length === failure.causes.length;
      return `    ${failure.operation.id} ${failure.status} ${failure.code}${all ? '' : ` (${causes.map(({ cause }) => cause).join(', ')})`}`;
    });
    const head = `${colors.yellow('!')} ${paint(first.outcome, first.outcome, colors)}  ${first.reason}`;
    const which = names.length > 1 && group.length === selected.length ? ['    every failure that was looked at'] : names;
    return [head, ...which.map((name) => colors.dim(name)), ...remedies(first, colors), ...story(first, colors)].join('\n');
  });
}

/**
 * One finding, self-contained: expected and seen side by side, the answer, the whole path as a script, the place in the
 * contract.
 */
export function formatFinding(line: ShownLine, colors: Colors = createColors(false)): string {
  const { failure, cause, outcome, observed } = line;
  const location = `${line.location.file}:${line.location.line}:${line.location.column}`;
  return [
    `${colors.red('✗')} ${paint(outcome, outcome, colors)}  ${colors.bold(`${failure.operation.id} ${failure.status} ${failure.code}`)} (${cause})`,
    '',
    `    ${line.reason}`,
    '',
    ...indent(sideBySide(line, colors)),
    '',
    ...(failure.title === '' ? [] : [`    ${colors.dim('meaning')}     ${failure.title}: ${firstSentence(failure.description)}`]),
    `    ${colors.dim('request')}     ${failure.operation.method} ${failure.operation.path}`,
    `    ${colors.dim('declared')}    ${location}`,
    `    ${colors.dim('trigger')}     ${line.evidence.trigger ?? 'none: no request with the fault was sent'}`,
    `    ${colors.dim('control')}     ${formatControl(line)}`,
    `    ${colors.dim('request id')}  ${line.requestId ?? (observed === undefined ? 'none: there was no answer' : 'none in the answer')}`,
    ...remedies(line, colors),
    ...story(line, colors),
  ].join('\n');
}

/** What the control twin came to: it is what makes a refusal the fault's doing. */
function formatControl({ evidence: { control } }: ShownLine): string {
  if (control === null) return 'none: the request without the fault was not answered';
  return [control.status, control.code].filter((part) => part !== null).join(' ');
}

/** What there is to know of lines whatever became of them, each thing once. */
function noteworthy(lines: readonly ShownLine[], colors: Colors): string[] {
  const notes = lines.flatMap(({ evidence, failure, cause }) => evidence.notes.map((note) => ({ note, failure, cause })));
  return [...groupBy(notes, ({ note }) => note)].map(([note, those]) => {
    const names = those.map(({ failure, cause }) => colors.dim(`    ${failure.operation.id} ${failure.status} ${failure.code} (${cause})`));
    return [`${colors.yellow('·')} ${note}`, ...names].join('\n');
  });
}

/** How the failures were brought about: `causes driven: 230 by real cause, 4 by magic value`. */
/** What was answered, and how to see it again. */
function story({ response, repro }: ShownLine, colors: Colors): string[] {
  return [
    ...(response === undefined ? [] : ['', `    ${colors.dim('answer')}`, ...indent(response.split('\n'), 6)]),
    ...(repro === undefined ? [] : ['', `    ${colors.dim('reproduce')}`, ...indent(repro.trimEnd().split('\n'), 6)]),
  ];
}

function sideBySide({ failure, observed, discrepancies }: ShownLine, colors: Colors): string[] {
  const rows: [string, string, string][] = [
    ['status', String(failure.status), observed === undefined ? 'no answer' : String(observed.status)],
    ['code', failure.code, observed?.code ?? discrepancies.find(({ check }) => check === 'code')?.actual ?? 'none'],
    ...discrepancies
      .filter(({ check }) => check !== 'status' && check !== 'server-error' && check !== 'code')
      .map(({ at, expected, actual }): [string, string, string] => [at, expected, actual]),
  ];
  const width = (column: 0 | 1): number => Math.min(Math.max(...rows.map((row) => row[column].length), 8), WIDTH / 2);
  const [first, second] = [width(0), width(1)];
  return [
    colors.dim(`${''.padEnd(first)}  ${'expected'.padEnd(second)}  seen`),
    ...rows.map(
      ([at, expected, seen]) => `${at.padEnd(first)}  ${expected.padEnd(second)}  ${expected === seen ? seen : colors.red(seen)}`,
    ),
  ];
}

function remedies(line: ShownLine, colors: Colors): string[] {
  const remedies = new Set([
    ...line.discrepancies.map(({ remedy }) => remedy),
    ...remedyOf(line.outcome, `${line.failure.status} ${line.failure.code}`),
  ]);
  return [...remedies].map((remedy) => `    ${colors.dim('fix')}         ${remedy}`);
}

function verdict(ledger: Ledger, lines: readonly ShownLine[], colors: Colors): string {
  const { summary, failures, durationMs, exitCode } = ledger;
  const left = summary['not-selected'] ?? 0;
  const looked =
    left === 0
      ? `${counted(failures.length, 'failure')}, ${counted(lines.length, 'cause')}`
      : `${failures.length - left} of ${counted(failures.length, 'failure')}`;
  const counts = countsOf(ledger)
    .filter(([one]) => one !== 'not-selected')
    .map(([one, count]) => paint(one, `${count} ${one}`, colors));
  const partial = ledger.partial ? ['the ledger is partial: no release is decided from it'] : [];
  const paint1 = exitCode === 0 ? colors.green : exitCode === 1 ? colors.red : colors.yellow;
  return [
    [`${looked}: ${counts.join(', ')}`, ...partial].join('; '),
    ...[drivenBy(lines)].filter((told) => told !== ''),
    ...elsewhereOf(ledger),
    `${paint1(colors.bold(ledger.verdict))} ${colors.dim(`in ${(durationMs / 1000).toFixed(1)} s, exit code ${exitCode}`)}`,
  ].join('\n');
}

function paint(decided: DecidedAs, text: string, colors: Colors): string {
  if (decided === 'verified') return colors.green(text);
  if (FINDINGS.has(decided)) return colors.red(text);
  return decided === 'not-selected' || passes(decided) ? colors.dim(text) : colors.yellow(text);
}

function indent(lines: readonly string[], by = 4): string[] {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line));
}
