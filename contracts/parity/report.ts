import { createColors } from 'picocolors';
import { counted, groupBy } from '../../spec/index.js';
import { PARITIES, type Difference, type Parity, type ParityLine, type ParityReport } from './types.js';

type Colors = ReturnType<typeof createColors>;

/** The widest that the mock's column gets, and the longest that a value is shown. */
const WIDTH = 72;
const LONGEST_VALUE = 120;

/**
 * A comparison as people read it: operations at a glance, what is unproven once per reason, every difference side by side with the way to
 * see it on the deployment, the verdict last.
 *
 * @example
 * process.stdout.write(formatParity(report, { color: process.stdout.isTTY }));
 */
export function formatParity(
  report: ParityReport,
  { color, where = report.deployment.url, because = silence(report) }: FormatOptions,
): string {
  const colors = createColors(color);
  const sections = [
    head(report, where, colors),
    ...(because === undefined
      ? [overview(report.lines, colors), ...unproven(report.lines, colors), ...findings(report.lines, colors)]
      : [`${colors.yellow('! unproven')}  ${because}`]),
    verdict(report, colors),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** How a comparison is shown. */
export interface FormatOptions {
  readonly color: boolean;
  /** What it is compared with; by default the deployment's address. */
  readonly where?: string;
  /** The one thing that kept everything from being asked, told in place of what each line lacks. */
  readonly because?: string | undefined;
}

/** Why a deployment that gave no answer could not be judged, if that is one and the same thing; what probes lack besides adds nothing. */
function silence({ exitCode, lines }: ParityReport): string | undefined {
  const [reason, ...more] = new Set(lines.filter(({ kind }) => kind === 'cause').map((line) => line.reason));
  return exitCode === 3 && more.length === 0 ? reason : undefined;
}

function head({ contract }: ParityReport, where: string, colors: Colors): string {
  return `${colors.bold(contract.title)} ${contract.version} ${colors.dim('on')} the embedded mock ${colors.dim('and on')} ${where}`;
}

function overview(lines: readonly ParityLine[], colors: Colors): string {
  const rows = [...groupBy(lines, ({ kind, operation }) => (kind === 'cause' ? operation : KINDS[kind]))];
  const width = Math.max(20, ...rows.map(([name]) => name.length));
  return rows
    .map(([name, those]) => {
      const what = those[0].kind === 'cause' ? 'cause' : 'probe';
      const count = `${those.length} ${what}${those.length === 1 ? ' ' : 's'}`;
      return `  ${mark(those, colors)} ${name.padEnd(width)} ${colors.dim(count.padStart(10))}   ${counts(those, colors)}`;
    })
    .join('\n');
}

const KINDS = { identity: 'identities', precedence: 'precedence' } as const;

function mark(lines: readonly ParityLine[], colors: Colors): string {
  if (lines.some(isFinding)) return colors.red('✗');
  return lines.every(({ parity }) => parity === 'same') ? colors.green('✓') : colors.yellow('!');
}

function counts(lines: readonly ParityLine[], colors: Colors): string {
  return PARITIES.flatMap((parity) => {
    const { length } = lines.filter((line) => line.parity === parity);
    return length === 0 ? [] : [paint(parity, `${length} ${parity}`, colors)];
  }).join(', ');
}

/** Once per reason, the lines first: pairs of faults wait for them, and need not tell it again. */
function unproven(lines: readonly ParityLine[], colors: Colors): string[] {
  const those = lines.filter(({ parity }) => parity === 'unproven');
  const waiting = those.filter(isWaiting);
  const groups = groupBy(
    those.filter((line) => !isWaiting(line)),
    ({ reason }) => reason,
  );
  return [
    ...[...groups].map(([reason, group]) =>
      [`${colors.yellow('! unproven')}  ${reason}`, ...namesIn(group, lines).map((name) => colors.dim(`    ${name}`))].join('\n'),
    ),
    ...(waiting.length === 0 ? [] : [`${colors.yellow('! unproven')}  ${waitingIn(waiting)}`]),
  ];
}

function waitingIn({ length }: readonly ParityLine[]): string {
  const pairs = length === 1 ? '1 pair of faults waits' : `${length} pairs of faults wait`;
  return `${pairs}: each of the two faults must first be refused by itself, on the mock and on the deployment`;
}

/** Failures by name, with their causes where it is not all of them; probes by their number, which `--json` has by name. */
function namesIn(group: readonly ParityLine[], lines: readonly ParityLine[]): string[] {
  if (group.length === lines.length && group.length > 1) return ['everything that was looked at'];
  const failureOf = ({ operation, status, code }: ParityLine): string => `${operation} ${status} ${code}`;
  const causes = group.filter(({ kind }) => kind === 'cause');
  const failures = [...groupBy(causes, failureOf)].map(([failure, those]) => {
    const all = lines.filter((line) => line.kind === 'cause' && failureOf(line) === failure);
    return all.length === those.length ? failure : `${failure} (${those.map(({ name }) => name).join(', ')})`;
  });
  const probes = groupBy(
    group.filter(({ kind }) => kind !== 'cause'),
    ({ kind }) => kind,
  );
  return [...failures, ...[...probes].map(([kind, { length }]) => `${length} ${kind} probe${length === 1 ? '' : 's'}`)];
}

const isWaiting = ({ kind, reason }: ParityLine): boolean => kind !== 'cause' && reason.includes('it says nothing as long as');

/** In full, once per kind: one thing that the mock does otherwise is one thing to mend, on however many operations. */
function findings(lines: readonly ParityLine[], colors: Colors): string[] {
  return [...groupBy(lines.filter(isFinding), kindOf).values()].map(([first, ...more]) => {
    const same = more.length === 0 ? [] : ['', `    the same in ${more.length} more, each with its script in --json`];
    return [finding(first, colors), ...same, ...more.map((line) => colors.dim(`      ${nameOf(line)}`))].join('\n');
  });
}

function kindOf({ kind, parity, differences }: ParityLine): string {
  return JSON.stringify([kind, parity, differences.map(({ at, mock, deployment }) => [at, withoutIds(mock), withoutIds(deployment)])]);
}

const ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}/gi;
const TIME = /\d{4}-\d\d-\d\dT[0-9:.]+/g;

/** Each answer has ids and times of its own: where nothing else is in the way, two differences are one. */
function withoutIds(value: string): string {
  return value.replaceAll(ID, '<id>').replaceAll(TIME, '<time>');
}

function isFinding({ parity }: Pick<ParityLine, 'parity'>): boolean {
  return parity !== 'same' && parity !== 'unproven';
}

function finding(line: ParityLine, colors: Colors): string {
  const { parity, reason, differences, deployment, mock, declared } = line;
  return [
    `${colors.red('✗')} ${paint(parity, parity, colors)}  ${colors.bold(nameOf(line))}`,
    '',
    `    ${reason}`,
    '',
    ...sideBySide(differences, colors),
    '',
    `    ${colors.dim('declared')}    ${declared}`,
    `    ${colors.dim('request id')}  ${mock.requestId ?? 'none'} ${colors.dim('|')} ${deployment.requestId ?? 'none'}`,
    ...(deployment.repro === null
      ? []
      : ['', `    ${colors.dim('reproduce on the deployment')}`, ...deployment.repro.trimEnd().split('\n').map(indented)]),
  ].join('\n');
}

const indented = (line: string): string => (line === '' ? '' : `      ${line}`);

function sideBySide(differences: readonly Difference[], colors: Colors): string[] {
  const rows = differences.map(({ at, mock, deployment }) => [cut(at), cut(mock), cut(deployment)] as const);
  const width = (column: 0 | 1, least: number): number => Math.min(Math.max(...rows.map((row) => row[column].length), least), WIDTH);
  const [first, second] = [width(0, 8), width(1, 4)];
  return [
    colors.dim(`    ${''.padEnd(first)}  ${'mock'.padEnd(second)}  deployment`),
    ...rows.map(([at, mock, deployment]) => `    ${at.padEnd(first)}  ${mock.padEnd(second)}  ${colors.red(deployment)}`),
  ];
}

function cut(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}...`;
}

function nameOf({ kind, operation, status, code, name }: ParityLine): string {
  return kind === 'cause' ? `${operation} ${status} ${code} (${name})` : `${operation} ${kind} (${name})`;
}

function verdict(report: ParityReport, colors: Colors): string {
  const { lines, partial, durationMs, exitCode } = report;
  const causes = lines.filter(({ kind }) => kind === 'cause');
  const probes = lines.filter(({ kind }) => kind !== 'cause');
  const told = [
    `${counted(causes.length, 'cause')}: ${counts(causes, colors)}`,
    ...(probes.length === 0 ? [] : [`${counted(probes.length, 'probe')}: ${counts(probes, colors)}`]),
  ];
  const color = exitCode === 0 ? colors.green : exitCode === 1 ? colors.red : colors.yellow;
  return [
    [...told, ...(partial ? ['a filter left some out'] : [])].join('; '),
    `${color(colors.bold(report.verdict))} ${colors.dim(`in ${(durationMs / 1000).toFixed(1)} s, exit code ${exitCode}`)}`,
  ].join('\n');
}

function paint(parity: Parity, text: string, colors: Colors): string {
  if (parity === 'same') return colors.green(text);
  return parity === 'unproven' ? colors.yellow(text) : colors.red(text);
}
