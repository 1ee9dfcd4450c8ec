import { createColors } from 'picocolors';
import { groupBy } from '../../spec/index.js';
import type { LedgerProbe } from '../probes/index.js';
import type { Outcome } from '../types.js';
import { isLetIn, remedyOf } from './items.js';

type Colors = ReturnType<typeof createColors>;

const FINDINGS: ReadonlySet<Outcome> = new Set<Outcome>(['violated', 'not-reached', 'wrong-path']);

/** What a cell of the matrix shows: what must be answered and is, what is not, and what nobody knows. */
const MARKS = [
  ['-', 'refused as it must be'],
  ['+', 'let in as it must be'],
  ['X', 'a finding'],
  ['?', 'not proven'],
  ['.', 'not looked at: the deployment file does not let it'],
] as const;

/**
 * What became of the expectations beyond single causes: who may not, as a matrix; of two faults at once, how often the right one was
 * refused; and every finding in full, but for those that a line has told already.
 *
 * @example
 * process.stdout.write(formatProbes(ledger.probes).join('\n\n'));
 */
export function formatProbes(probes: readonly LedgerProbe[], colors: Colors = createColors(false)): string[] {
  const looked = probes.filter(({ outcome }) => outcome !== 'not-selected');
  const identities = looked.filter(({ kind }) => kind === 'identity');
  const pairs = looked.filter(({ kind }) => kind === 'precedence');
  return [
    // What other lines have told already, a matrix need not tell again.
    ...(identities.every(({ takenFrom }) => takenFrom !== null) ? [] : [matrix(identities, colors)]),
    ...(pairs.length === 0 ? [] : [precedence(pairs, colors)]),
    ...findings(looked, colors),
  ];
}

function matrix(cells: readonly LedgerProbe[], colors: Colors): string {
  const identities = [...new Set(cells.map(({ name }) => name))];
  const operations = [...groupBy(cells, ({ operation }) => operation)];
  const width = Math.max(20, ...operations.map(([operation]) => operation.length));
  const letters = new Map(identities.map((identity, index) => [identity, String.fromCodePoint(97 + index)]));
  const rows = operations.map(([operation, own]) => {
    const marks = identities.map((identity) => paint(markOf(own.find(({ name }) => name === identity)), colors));
    return `    ${operation.padEnd(width)}  ${marks.join(' ')}`.trimEnd();
  });
  const shown = new Set(cells.map(markOf));
  const title = `${head(cells, colors)} identities  ${counts(cells, colors)}`;
  // What is as it must be everywhere is said in a line; the ledger has each cell.
  if (cells.every(({ outcome }) => outcome === 'verified'))
    return `${title} ${colors.dim(`(${operations.length} operations, ${identities.length} identities)`)}`;
  return [
    title,
    `    ${''.padEnd(width)}  ${identities.map((identity) => letters.get(identity)).join(' ')}`,
    ...rows,
    ...wrapped(identities.map((identity) => `${letters.get(identity)} ${identity}`)).map((line) => colors.dim(`    ${line}`)),
    ...wrapped(MARKS.flatMap(([mark, meaning]) => (shown.has(mark) ? [`${mark} ${meaning}`] : []))).map((line) =>
      colors.dim(`    ${line}`),
    ),
    ...reasons(cells, colors),
  ].join('\n');
}

function precedence(pairs: readonly LedgerProbe[], colors: Colors): string {
  const bases = [...groupBy(pairs, ({ basis }) => basis)].map(([basis, those]) => `${those.length} ${basis}`);
  return [
    `${head(pairs, colors)} precedence  ${counts(pairs, colors)} ${colors.dim(`(pairs of faults: ${bases.join(', ')})`)}`,
    ...reasons(pairs, colors),
  ].join('\n');
}

/** Once per reason; pairs that wait for a line need not tell it again. */
function reasons(probes: readonly LedgerProbe[], colors: Colors): string[] {
  const open = probes.filter(({ outcome, takenFrom }) => outcome !== 'verified' && !FINDINGS.has(outcome) && takenFrom === null);
  const [waiting, others] = [open.filter(isWaiting), open.filter((probe) => !isWaiting(probe))];
  const [name = '', ...more] = new Set(waiting.map(({ reason }) => /as long as (.+) is not proven/.exec(reason)?.[1] ?? reason));
  const lines = more.length === 0 ? `${name} is` : `${more.length + 1} lines above are`;
  return [
    ...[...groupBy(others, ({ outcome, reason }) => `${outcome}  ${reason}`)].map(([why, { length }]) => `${length} ${why}`),
    ...(waiting.length === 0 ? [] : [`${waiting.length} say nothing as long as ${lines} not proven`]),
  ].map((text) => `    ${colors.yellow('!')} ${text}`);
}

const isWaiting = ({ reason }: LedgerProbe): boolean => reason.startsWith('it says nothing as long as');

/** In full, once per kind: one check that comes too late is one thing to mend, on however many operations. */
function findings(probes: readonly LedgerProbe[], colors: Colors): string[] {
  const those = probes.filter(({ outcome, takenFrom }) => FINDINGS.has(outcome) && takenFrom === null);
  return [...groupBy(those, kindOf).values()].map((group) => {
    const [first, ...more] = group;
    const same = more.length === 0 ? [] : ['', `    the same in ${more.length} more, each with its script in the ledger`];
    return [formatProbe(first, colors), ...same, ...more.map(({ operation, name }) => colors.dim(`      ${operation} ${name}`))].join('\n');
  });
}

function kindOf({ kind, outcome, name, expected, observed }: LedgerProbe): string {
  return JSON.stringify([kind, outcome, name, expected, observed]);
}

/**
 * One expectation that was not met, self-contained: what was expected and why, what was seen, and the whole way there as a script.
 *
 * @example
 * throw new Error(formatProbe(probe));
 */
export function formatProbe(probe: LedgerProbe, colors: Colors = createColors(false)): string {
  const { kind, operation, name, outcome, reason, expected, observed, basis, source, discrepancies, requestId, repro } = probe;
  const remedies = new Set([...discrepancies.map(({ remedy }) => remedy), ...remedyOf(outcome, expected)]);
  const seen = observed === null ? 'no answer' : [observed.status, observed.code].filter((part) => part !== null).join(' ');
  return [
    `${colors.red('✗')} ${colors.red(outcome)}  ${colors.bold(`${operation} ${kind}`)} (${name})`,
    '',
    `    ${reason}`,
    '',
    `    ${colors.dim('expected')}    ${expected}`,
    `    ${colors.dim('seen')}        ${colors.red(seen)}`,
    `    ${colors.dim('basis')}       ${basis}: ${source}`,
    `    ${colors.dim('request id')}  ${requestId ?? 'none in the answer'}`,
    ...[...remedies].map((remedy) => `    ${colors.dim('fix')}         ${remedy}`),
    ...(repro === null
      ? []
      : [
          '',
          `    ${colors.dim('reproduce')}`,
          ...repro
            .trimEnd()
            .split('\n')
            .map((line) => `      ${line}`.trimEnd()),
        ]),
  ].join('\n');
}

function markOf(cell: LedgerProbe | undefined): string {
  if (cell === undefined) return ' ';
  if (cell.outcome === 'verified') return isLetIn(cell.observed?.status) ? '+' : '-';
  if (FINDINGS.has(cell.outcome)) return 'X';
  return cell.outcome === 'not-capable' ? '.' : '?';
}

function paint(mark: string, colors: Colors): string {
  if (mark === 'X') return colors.red(mark);
  return mark === '?' || mark === '.' ? colors.yellow(mark) : mark;
}

function head(probes: readonly LedgerProbe[], colors: Colors): string {
  if (probes.some(({ outcome }) => FINDINGS.has(outcome))) return colors.red('✗');
  return probes.every(({ outcome }) => outcome === 'verified') ? colors.green('✓') : colors.yellow('!');
}

function counts(probes: readonly LedgerProbe[], colors: Colors): string {
  return [...groupBy(probes, ({ outcome }) => outcome)]
    .map(([outcome, those]) => {
      const text = `${those.length} ${outcome}`;
      return outcome === 'verified' ? colors.green(text) : FINDINGS.has(outcome) ? colors.red(text) : colors.yellow(text);
    })
    .join(', ');
}

const WIDTH = 110;

/** Joins short texts to lines that are not too long. */
function wrapped(texts: readonly string[]): string[] {
  const lines: string[] = [];
  for (const text of texts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + text.length + 3 <= WIDTH) lines[lines.length - 1] = `${last}   ${text}`;
    else lines.push(text);
  }
  return lines;
}
