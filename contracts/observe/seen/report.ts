import { counted } from '../../../spec/index.js';
import { createColors } from 'picocolors';
import { oneLine } from '../samples.js';
import type { SeenReport } from './tally.js';

type Colors = ReturnType<typeof createColors>;

/**
 * What many runs have seen, as people read it: what was seen first, since it is the longest; what nobody has seen, and what nobody has
 * declared, last.
 *
 * @example
 * io.out(formatSeen(report, { color: false }));
 */
export function formatSeen(report: SeenReport, { color }: { readonly color: boolean }): string {
  const colors = createColors(color);
  const { contract, ledgers, seen, neverSeen, undeclared } = report;
  const declared = seen.length + neverSeen.length;
  return `${[
    `${colors.bold(contract.title)} ${contract.version} ${colors.dim('in')} ${counted(ledgers.length, 'ledger')}`,
    ...strangers(report, colors),
    ...(seen.length === 0 ? [] : ['', ...tableOf(seen, colors)]),
    ...section(
      'never seen',
      neverSeen.map(({ operation, status, code }) => `${operation} ${status} ${code}`),
      colors,
    ),
    ...section(
      'undeclared',
      undeclared.map(
        ({ operation, request, status, code, times, last, ledgers: files }) =>
          `${operation ?? request} ${status} ${code ?? 'without a code'}: ${timesOf(times)}, last at ${last}, in ${files.join(', ')}`,
      ),
      colors,
    ),
    '',
    `${seen.length} of ${counted(declared, 'declared failure')} seen, ${neverSeen.length} never; ${undeclared.length} undeclared`,
  ].join('\n')}\n`;
}

function strangers({ ledgers, contract }: SeenReport, { yellow }: Colors): string[] {
  return ledgers
    .filter(({ sameContract }) => !sameContract)
    .map(
      ({ file, version }) =>
        `${yellow('!')} ${file} was written for another contract (${oneLine(version)}${version === contract.version ? ', of another content' : ''}): it is read by operation, status and code`,
    );
}

function tableOf(seen: SeenReport['seen'], { dim }: Colors): string[] {
  const rows = seen.map(({ operation, status, code, times, wrong, evidence, last }) => [
    oneLine(`${operation} ${status} ${code}`),
    wrong === 0 ? String(times) : `${times} (${wrong} wrong)`,
    Object.entries(evidence)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', '),
    last.slice(0, 16).replace('T', ' '),
  ]);
  const all = [['seen', 'times', 'evidence', 'last (UTC)'], ...rows];
  const width = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(width[column] ?? 0)).join('  ');
  return [dim(line(all[0] ?? [])), ...rows.map(line)].map((text) => text.trimEnd());
}

function section(title: string, lines: readonly string[], { bold }: Colors): string[] {
  return lines.length === 0 ? [] : ['', bold(title), ...lines.map((line) => `  ${oneLine(line)}`)];
}

function timesOf(times: number): string {
  return times === 1 ? 'once' : `${times} times`;
}
