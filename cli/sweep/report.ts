import { createColors } from 'picocolors';
import { alignColumns, formatVerdict, reportVerdict } from '../../mocks/index.js';
import { lastLines } from '../process-group.js';
import type { Ended } from './command.js';
import { isFinding, type SweepLine, type SweepOutcome } from './lines.js';

/** A sweep, as far as it came. */
export interface Sweep {
  readonly command: readonly string[];
  /** The run in which nothing failed. */
  readonly control: { readonly ended: Ended; readonly requests: number } | undefined;
  readonly lines: readonly SweepLine[];
  /** How many failures were selected. */
  readonly selected: number;
  readonly interrupted: boolean;
  readonly exitCode: number;
}

const OUTCOMES: readonly SweepOutcome[] = ['handled', 'misbehaved', 'broke', 'timed-out', 'not-shown'];

/** A sweep as text, one failure a line; findings with what the command printed last. */
export function formatSweep({ lines, control, selected, interrupted }: Sweep, color: boolean): string {
  const { bold, dim, green, red, yellow } = createColors(color);
  const cells = lines.map((line) => [
    line.outcome,
    line.failure.operation.id,
    String(line.failure.status),
    line.failure.code,
    seconds(line.ended.milliseconds),
    exitOf(line.ended),
    `${line.reached} request${line.reached === 1 ? '' : 's'}`,
  ]);
  const [head = '', ...rows] = alignColumns([['OUTCOME', 'OPERATION', 'STATUS', 'CODE', 'TIME', 'EXIT', 'REACHED IT'], ...cells]);
  const body = lines.map((line, index) => {
    const mark = line.outcome === 'handled' ? green('✓') : isFinding(line) ? red('✗') : yellow('?');
    return [`${mark} ${rows[index] ?? ''}`, ...remarks(line).map((text) => `    ${text}`)].join('\n');
  });
  const counts = OUTCOMES.map((outcome) => [outcome, lines.filter((line) => line.outcome === outcome).length] as const)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`);
  return [
    ...(control === undefined
      ? []
      : [dim(`control: ${exitOf(control.ended)} after ${seconds(control.ended.milliseconds)}, ${control.requests} requests`)]),
    bold(`  ${head}`),
    ...body,
    '',
    `${counts.join(', ') || 'nothing was run'}${lines.length < selected ? dim(` (${lines.length} of ${selected} failures${interrupted ? ', interrupted' : ''})`) : ''}`,
    '',
  ].join('\n');
}

/** What there is to say of a line beyond its outcome. */
function remarks(line: SweepLine): string[] {
  const { failure, ended, reached, shown, verdicts, outcome } = line;
  const id = failure.operation.id;
  const unmet =
    shown > 0
      ? []
      : [
          reached === 0
            ? `the command never called ${id}`
            : `${id} was called, but answered otherwise: was the answer chosen by the client?`,
        ];
  const printed = outcome === 'broke' || outcome === 'timed-out' ? lastLines(ended.output) : [];
  return [
    ...unmet,
    ...verdicts.flatMap((verdict) => formatVerdict(reportVerdict(verdict)).trimEnd().split('\n')),
    ...printed.map((text) => `| ${text}`),
  ];
}

/** A sweep as JSON. */
export function sweepToJson({ command, control, lines, selected, interrupted, exitCode }: Sweep): unknown {
  return {
    command,
    control: control === undefined ? null : { ...endedToJson(control.ended), requests: control.requests },
    selected,
    interrupted,
    failures: lines.map(({ failure, outcome, ended, reached, shown, requests, verdicts }) => ({
      operation: failure.operation.id,
      status: failure.status,
      code: failure.code,
      retry: failure.retry,
      outcome,
      ...endedToJson(ended),
      reached,
      shown,
      requests,
      verdicts: verdicts.map(reportVerdict),
      output: lastLines(ended.output, 100).join('\n'),
    })),
    exitCode,
  };
}

function endedToJson({ exitCode, signal, timedOut, milliseconds }: Ended): Readonly<Record<string, unknown>> {
  return { commandExitCode: exitCode, signal, timedOut, milliseconds };
}

function exitOf({ exitCode, signal, timedOut }: Ended): string {
  if (timedOut) return 'timeout';
  return exitCode === null ? (signal ?? 'unknown') : `exit ${exitCode}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
