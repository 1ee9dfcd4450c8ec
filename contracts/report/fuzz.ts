import { counted } from '../../spec/index.js';
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
 * A finished fuzz run as people read it: every cause once, with one sentence, the other operations that show it, what to do, and the
 * request as one line.
 *
 * @example
 * process.stdout.write(formatFuzz(finished, { color: false, where: url, seed: 7, operations: 15, interrupted: false, controls: true, command: 'failpath fuzz' }));
 */
export function formatFuzz(finished: Finished, report: FuzzReport): string {
  const colors = createColors(report.color);
  const sections = finished.findings.map((finding) => section(finding, report, colors));
  const isVariable = finished.findings.some(({ curl }) => /\$FAILPATH_/.test(curl));
  const hint = isVariable ? [colors.dim(VARIABLES)] : [];
  return `${[...sections, ...hint, summary(finished, report, colors)].join('\n\n')}\n`;
}

const VARIABLES =
  'In these lines $FAILPATH_... is a credential of the deployment file: set FAILPATH_OTHER_ORG to that of identities.otherOrg.';

function section(finding: Finding, { command }: FuzzReport, colors: ReturnType<typeof createColors>): string {
  const { kind, operation, says, remedy, curl, times, replay, also = [] } = finding;
  const others = also.map((one) => `${one.operation}${one.replay === undefined ? '' : ` (${one.replay})`}`);
  const isOfOperations = new Set([operation, ...also.map((one) => one.operation)]).size > also.length;
  return [
    `${colors.red('✗')} ${colors.bold(kind)}  ${operation}${times > 1 ? colors.dim(`  ${times} requests`) : ''}`,
    `  ${says}`,
    ...(also.length === 0
      ? []
      : [`  also: ${counted(also.length, isOfOperations ? 'other operation' : 'other request')}: ${others.join(', ')}`]),
    `  fix: ${remedy}`,
    `  ${curl}`,
    ...(replay === undefined ? [] : [colors.dim(`  again: ${command} --replay ${quoted(replay)}`)]),
  ].join('\n');
}

/** As a word for a shell: a file may be called anything. */
const quoted = (text: string): string => (/^[\w./:@%=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);

function summary(
  finished: Finished,
  { where, seed, operations, interrupted, controls }: FuzzReport,
  colors: ReturnType<typeof createColors>,
): string {
  const { findings, sent, answered, good, accepted, unjudged, reached, durationMs } = finished;
  const count = findings.length === 0 ? colors.green('nothing found') : colors.red(counted(findings.length, 'finding'));
  const known = good === 0 ? 'no good request is known' : `${accepted} of ${good} good requests accepted`;
  const isUnjudged = findings.length === 0 && (unjudged !== undefined || (controls && good > 0 && accepted === 0));
  const verdict = answered === 0 ? colors.yellow('nothing answered') : isUnjudged ? colors.yellow('nothing judged') : count;
  return `${interrupted ? 'interrupted: ' : ''}${verdict}: ${counted(sent, 'request')} to ${reached === undefined || reached === operations ? '' : `${reached} of `}${counted(operations, 'operation')} of ${where} in ${(durationMs / 1000).toFixed(1)} s, ${controls ? `${known}, ` : ''}seed ${seed}`;
}
