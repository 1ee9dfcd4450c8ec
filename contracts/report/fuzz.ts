import { groupBy } from '../../spec/index.js';
import { createColors } from 'picocolors';
import type { Finding, FuzzEvent } from '../fuzz/types.js';

type Finished = Extract<FuzzEvent, { type: 'finished' }>;

/** What a report of a fuzz run says beside its findings. */
export interface FuzzReport {
  readonly color: boolean;
  readonly where: string;
  readonly seed: number;
  /** How many operations were looked at. */
  readonly operations: number;
  readonly interrupted: boolean;
  /** Whether single requests were sent, of which good ones are the control. */
  readonly controls: boolean;
  /** The command that runs a finding again, up to what it is found by. */
  readonly command: string;
}

/**
 * A finished fuzz run as people read it: every cause once, with one sentence, what to do and the request as one line; those that differ
 * only in the operation stand together.
 *
 * @example
 * process.stdout.write(formatFuzz(finished, { color: false, where: url, seed: 7, operations: 15, interrupted: false, controls: true, command: 'failpath fuzz' }));
 */
export function formatFuzz(finished: Finished, report: FuzzReport): string {
  const colors = createColors(report.color);
  const groups = [...groupBy(finished.findings, ({ cause, operation }) => cause.replace(operation, ''))].map(([, group]) => group);
  const sections = groups.map(([first, ...others]) => (first === undefined ? '' : section(first, others, report, colors)));
  return `${[...sections, summary(finished, report, { colors, told: groups.length })].filter((text) => text !== '').join('\n\n')}\n`;
}

function section(first: Finding, others: readonly Finding[], { command }: FuzzReport, colors: ReturnType<typeof createColors>): string {
  const times = [first, ...others].reduce((sum, one) => sum + one.times, 0);
  return [
    `${colors.red('✗')} ${colors.bold(first.kind)}  ${first.operation}${times > 1 ? colors.dim(`  ${times} requests`) : ''}`,
    `  ${first.says}`,
    `  fix: ${first.remedy}`,
    `  ${first.curl}`,
    ...(first.replay === undefined ? [] : [colors.dim(`  again: ${command} --replay ${first.replay}`)]),
    ...(others.length === 0
      ? []
      : [`  also: ${others.map(({ operation, replay }) => `${operation}${replay === undefined ? '' : ` (${replay})`}`).join(', ')}`]),
  ].join('\n');
}

function summary(
  finished: Finished,
  { where, seed, operations, interrupted, controls }: FuzzReport,
  { colors, told }: { readonly colors: ReturnType<typeof createColors>; readonly told: number },
): string {
  const { findings, sent, answered, good, accepted, unjudged, reached, durationMs } = finished;
  const count =
    findings.length === 0
      ? colors.green('nothing found')
      : colors.red(`${counted(findings.length, 'finding')}${told < findings.length ? `, told in ${told}` : ''}`);
  const known = good === 0 ? 'no good request is known' : `${accepted} of ${good} good requests accepted`;
  const isUnjudged = findings.length === 0 && (unjudged !== undefined || (controls && good > 0 && accepted === 0));
  const verdict = answered === 0 ? colors.yellow('nothing answered') : isUnjudged ? colors.yellow('nothing judged') : count;
  return `${interrupted ? 'interrupted: ' : ''}${verdict}: ${counted(sent, 'request')} to ${reached === undefined || reached === operations ? '' : `${reached} of `}${counted(operations, 'operation')} of ${where} in ${(durationMs / 1000).toFixed(1)} s, ${controls ? `${known}, ` : ''}seed ${seed}`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
