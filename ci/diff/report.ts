import { createColors } from 'picocolors';
import type { Contract } from '../../spec/index.js';
import { KINDS, SEVERITIES, type Change, type Severity } from './types.js';

/** A contract, and the name that it goes by: a file, or a file at a revision. */
export interface Named {
  readonly name: string;
  readonly contract: Contract;
}

/** What reports of a diff are made of. */
export interface DiffReport {
  readonly before: Named;
  readonly after: Named;
  readonly changes: readonly Change[];
  readonly exitCode: number;
}

const MARKS: Readonly<Record<Severity, string>> = { breaking: '✗', attention: '!', informational: '·' };
const HEADS: Readonly<Record<Severity, string>> = {
  breaking: 'Breaking: clients that were right are wrong now',
  attention: 'Attention: clients should look at it',
  informational: 'Informational',
};
const WIDTH = Math.max(...Object.keys(KINDS).map(({ length }) => length)) + 1;
const INDENT = ' '.repeat(WIDTH + 4);

/**
 * A diff as people read it: what breaks first, each with its place and what clients should do.
 *
 * @example
 * process.stdout.write(formatDiff({ before, after, changes, exitCode }, { color: process.stdout.isTTY }));
 */
export function formatDiff(report: DiffReport, { color }: { readonly color: boolean }): string {
  const { bold, dim, red, yellow } = createColors(color);
  const paint: Readonly<Record<Severity, (text: string) => string>> = { breaking: red, attention: yellow, informational: dim };
  const lines = [`${bold(title(report.before))} ${dim('->')} ${bold(title(report.after))}`];
  for (const [severity, changes] of grouped(report.changes)) {
    lines.push('', bold(HEADS[severity]));
    for (const change of changes) {
      lines.push(`  ${paint[severity](`${MARKS[severity]} ${change.kind.padEnd(WIDTH)}`)}${change.says}`);
      lines.push(`${INDENT}${dim(placeOf(change, report))}`);
      if (change.remedy !== '') lines.push(`${INDENT}${change.remedy}`);
    }
  }
  lines.push('', `${summary(report.changes)}; exit code ${report.exitCode}`);
  return `${lines.join('\n')}\n`;
}

/** A diff for the summary of a job, or the description of a pull request. */
export function formatDiffMarkdown(report: DiffReport): string {
  const lines = [`### Error contract: ${summary(report.changes)}`, '', `${code(title(report.before))} → ${code(title(report.after))}`];
  for (const [severity, changes] of grouped(report.changes)) {
    lines.push('', `#### ${HEADS[severity]}`, '', '| kind | what | where | what clients do |', '| --- | --- | --- | --- |');
    for (const change of changes)
      lines.push(`| ${[code(change.kind), cell(change.says), code(placeOf(change, report)), cell(change.remedy)].join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}

/** A diff for programs. */
export function toDiffJson(report: DiffReport): unknown {
  const side = ({ name, contract: { title: called, version, sha256 } }: Named): unknown => ({ name, title: called, version, sha256 });
  return {
    before: side(report.before),
    after: side(report.after),
    summary: Object.fromEntries(SEVERITIES.map((severity) => [severity, count(report.changes, severity)])),
    changes: report.changes.map((one) => {
      const { pointer: _pointer, in: _in, ...change } = one;
      return { ...change, declared: placeOf(one, report) };
    }),
    exitCode: report.exitCode,
  };
}

function grouped(changes: readonly Change[]): [Severity, readonly Change[]][] {
  return SEVERITIES.map((severity): [Severity, Change[]] => [severity, changes.filter((change) => change.severity === severity)]).filter(
    ([, some]) => some.length > 0,
  );
}

function count(changes: readonly Change[], severity: Severity): number {
  return changes.filter((change) => change.severity === severity).length;
}

function summary(changes: readonly Change[]): string {
  if (changes.length === 0) return 'no change';
  return grouped(changes)
    .map(([severity, some]) => `${some.length} ${severity === 'attention' ? 'for attention' : severity}`)
    .join(', ');
}

function title({ name, contract }: Named): string {
  return `${contract.title} ${contract.version} (${name})`.replaceAll(/\s+/g, ' ');
}

/** `file:line:column`; the file goes by the name that it was given. */
function placeOf(change: Change, { before, after }: DiffReport): string {
  const { name, contract } = change.in === 'before' ? before : after;
  const { file, line, column } = contract.locate(change.pointer);
  return `${file === contract.file ? name : file}:${line}:${column}`;
}

function code(text: string): string {
  return text === '' ? '' : `\`${cell(text).replaceAll('`', "'")}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll(/\s+/g, ' ');
}
