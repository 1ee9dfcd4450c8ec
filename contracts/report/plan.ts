import { createColors } from 'picocolors';
import { groupBy } from '../../spec/index.js';
import type { Reason } from '../decision.js';
import type { LedgerShard } from '../ledger.js';
import type { PlannedCause, PlannedFailure, Promises, Route } from '../rehearsal/index.js';
import type { Outcome } from '../types.js';
import { padded } from './text.js';

type Colors = ReturnType<typeof createColors>;

/** A plan, and what a command adds to it. */
export interface PlanReport extends Promises {
  /** What was asked of the deployment to make the plan; `null` where nothing was sent. */
  readonly asked: string | null;
  /** Whether that got no answer. */
  readonly unanswered: boolean;
  /** The part that it is about, where a run is shared out, and the ledger by which it is. */
  readonly shard?: LedgerShard & { readonly timings: string | null };
  /** What it is held against, and what that says of what is not proven by its real cause. */
  readonly policy?: { readonly file: string; readonly reasons: readonly Reason[] };
  /** Of the command that prints it. */
  readonly exitCode: number;
}

const ROUTES: readonly Route[] = ['the file', 'public API calls', 'waiting', 'a call', 'a magic value', 'simulate'];
const LABEL = 12;

/**
 * A plan as people read it: operations at a glance, how failures are brought about, what cannot be proven and what would unlock it,
 * what the run costs and leaves behind, its schedule, the verdict last.
 *
 * @example
 * process.stdout.write(formatPlan(report, { color: process.stdout.isTTY }));
 */
export function formatPlan(report: PlanReport, options: { readonly color: boolean; readonly where?: string }): string {
  const colors = createColors(options.color);
  const sections = [
    overview(report, options.where ?? report.deployment.url, colors),
    share(report, colors),
    routes(report, colors),
    ...unproven(report, colors),
    unlocks(report, colors),
    beyond(report, colors),
    run(report, colors),
    judged(report, colors),
    verdict(report, colors),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function overview({ contract, failures, asked, unanswered }: PlanReport, where: string, colors: Colors): string {
  const sent =
    asked === null
      ? 'nothing has been sent'
      : unanswered
        ? `${asked} was sent and got no answer; nothing else was sent`
        : `${asked} was sent, and nothing else`;
  const selected = failures.filter(({ outcome }) => outcome !== 'not-selected');
  const width = Math.max(20, ...selected.map(({ operation }) => operation.length));
  const rows = [...groupBy(selected, ({ operation }) => operation)].map(([operation, those]) => {
    const causes = those.flatMap((failure) => failure.causes);
    const counts = [...groupBy(those, ({ outcome }) => outcome)].map(([outcome, group]) =>
      paint(outcome, `${group.length} ${outcome}`, colors),
    );
    const mark = those.every(({ outcome }) => outcome === 'verified') ? colors.green('✓') : colors.yellow('!');
    return `  ${mark} ${operation.padEnd(width)} ${padded(those.length, 'failure').padStart(11)} ${colors.dim(padded(causes.length, 'cause').padStart(10))}   ${counts.join(', ')}`;
  });
  return [
    `${colors.bold(contract.title)} ${contract.version} ${colors.dim('at')} ${where}${colors.dim(`: a plan; ${sent}`)}`,
    '',
    ...rows,
  ].join('\n');
}

/** Which part of a run this is. */
function share({ shard }: PlanReport, colors: Colors): string {
  if (shard === undefined) return '';
  const { index, of, operations, webhooks, timings } = shard;
  const parts = [...operations, ...(webhooks ? ['webhooks'] : [])].join(', ');
  const by = timings === null ? 'by what a rehearsal says' : `by the times in ${timings}`;
  return `shard ${index}/${of} ${colors.dim(`(shared out ${by})`)}: ${parts}`;
}

/** What the policy says beside what is proven, once per kind. */
function judged({ policy }: PlanReport, colors: Colors): string {
  if (policy === undefined) return '';
  const kinds = [...groupBy(policy.reasons, ({ kind }) => kind)].map(([kind, reasons]) => `${reasons.length} ${kind}`);
  return `by ${policy.file}: ${kinds.length === 0 ? colors.green('all as it requires') : kinds.join(', ')}`;
}

/** How failures are brought about, with the capabilities that each way meets. */
function routes({ failures }: PlanReport, colors: Colors): string {
  const causes = failures.flatMap((failure) => failure.causes);
  const rows = ROUTES.flatMap((route) => {
    const those = causes.filter((cause) => cause.route === route);
    if (those.length === 0) return [];
    const counts = [
      ...groupBy(
        those.flatMap((cause) => met(cause, route)),
        (capability) => capability,
      ),
    ]
      .sort(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
      .map(([capability, group]) => `${capability} ${group.length}`);
    return [`  ${padded(those.length, 'cause').padStart(10)}  ${route.padEnd(16)} ${colors.dim(counts.join(', '))}`.trimEnd()];
  });
  return rows.length === 0 ? '' : ['brought about by', ...rows].join('\n');
}

function met({ ways }: PlannedCause, route: Route): string[] {
  return route === 'the file' ? [] : ways.filter(({ by }) => by === route).map(({ capability }) => capability);
}

/** Failures that cannot be proven, once per reason. */
function unproven({ failures }: PlanReport, colors: Colors): string[] {
  const those = failures.flatMap((failure) =>
    failure.causes.filter(({ outcome }) => outcome !== 'verified' && outcome !== 'not-selected').map((cause) => ({ failure, ...cause })),
  );
  const looked = failures.flatMap(({ causes }) => causes).filter(({ outcome }) => outcome !== 'not-selected');
  return [...groupBy(those, ({ outcome, reason }) => `${outcome} ${reason}`).values()].map((group) => {
    const [{ outcome, reason }] = group;
    const names = [...groupBy(group, ({ failure }) => failure)].map(([failure, causes]) => `    ${nameOf(failure, causes)}`);
    const which = names.length > 1 && group.length === looked.length ? ['    every failure that was looked at'] : names;
    return [`${colors.yellow('!')} ${paint(outcome, outcome, colors)}  ${reason}`, ...which.map((name) => colors.dim(name))].join('\n');
  });
}

function nameOf({ operation, status, code, causes: all }: PlannedFailure, causes: readonly PlannedCause[]): string {
  const which = causes.length === all.length ? '' : ` (${causes.map(({ cause }) => cause).join(', ')})`;
  return `${operation} ${status} ${code}${which}`;
}

/** What to write into the deployment file, each entry after those above it. */
function unlocks({ unlocks: steps }: PlanReport, colors: Colors): string {
  if (steps.length === 0) return '';
  const rows = steps.map(({ give, failures, causes, remedies }) => {
    const what = failures === 0 ? counted(causes, 'cause') : `${counted(failures, 'failure')} (${counted(causes, 'cause')})`;
    const entries = merged(give, PERMISSION, (member, names) => `${member}: [${names.join(', ')}]`);
    const ways = merged(remedies, NAMING, (member, names) => `name ${names.join(', ')} in ${member}`);
    return `  ${colors.bold(entries.join(' and '))} ${entries.length === 1 ? 'unlocks' : 'unlock'} ${what}\n    ${colors.dim(ways.join('; '))}`;
  });
  return ['what would prove more, each with those above it', ...rows].join('\n');
}

const PERMISSION = /^(?<member>allow\.\w+): (?<name>\S+)$/;
const NAMING = /^name (?<name>\S+) in (?<member>allow\.\w+)$/;

/** What belongs into the same list of the file, as one; it stands where the first of it stood. */
function merged(texts: readonly string[], pattern: RegExp, write: (member: string, names: readonly string[]) => string): string[] {
  const groups = groupBy(texts, (text) => pattern.exec(text)?.groups?.['member'] ?? text);
  return [...groups].map(([member, group]) => {
    const names = group.flatMap((text) => pattern.exec(text)?.groups?.['name'] ?? []);
    return names.length === 0 ? member : write(member, names);
  });
}

/** What is looked at beside the failures themselves. */
function beyond({ probes, webhooks }: PlanReport, colors: Colors): string {
  const kinds = [
    ['identities', probes.filter(({ kind }) => kind === 'identity')],
    ['precedence', probes.filter(({ kind }) => kind === 'precedence')],
    ['webhooks', webhooks],
  ] as const;
  const rows = kinds.flatMap(([what, all]) => {
    if (all.length === 0) return [];
    const counts = [...groupBy<{ readonly outcome: Outcome }, Outcome>(all, ({ outcome }) => outcome)];
    return [
      `  ${what.padEnd(LABEL - 1)} ${counts.map(([outcome, group]) => paint(outcome, `${group.length} ${outcome}`, colors)).join(', ')}`,
    ];
  });
  return rows.length === 0 ? '' : ['and beside the failures', ...rows].join('\n');
}

/** What the run costs, leaves behind, and how it goes. */
function run({ costs, leaves, schedule }: PlanReport, colors: Colors): string {
  if (costs.requests === 0) return '';
  const { bound, requests, writes, uploads, bytes, largestUpload } = costs;
  const uploaded =
    uploads === 0
      ? 'nothing'
      : `${counted(uploads, 'recording')} of ${counted(bytes, 'byte')} in all, the largest of ${number(largestUpload)}`;
  const lanes = schedule.lanes.map(({ lane, of, count, requests: all, length }) => {
    const turns = `${counted(all, 'request')} one after the other`;
    const beside = `${counted(all, 'request')} side by side, ${number(length)} one after the other for the longest`;
    return `${of.padEnd(8)} ${lane.padEnd(8)} ${String(count).padStart(4)}: ${lane === 'parallel' ? beside : turns}`;
  });
  const sessions = schedule.sessions ? ['every path has a session of its own'] : [];
  const longest = `${counted(schedule.criticalPath, 'request')} one after the other, however many run at once`;
  const rows: [string, readonly string[]][] = [
    ['sends', [`${bound === 'exactly' ? '' : `${bound} `}${counted(requests, 'request')}, ${number(writes)} of them writes`]],
    ['uploads', [uploaded]],
    ...(schedule.waits > 0 ? [['waits', [`about ${number(schedule.waits)} s`]] as [string, string[]]] : []),
    ['leaves', leaves.length === 0 ? ['nothing'] : leaves.map(({ what, count }) => `${number(count)} ${what}`)],
    ['schedule', [...sessions, ...lanes, longest]],
  ];
  return rows
    .flatMap(([label, values]) => values.map((value, index) => `  ${colors.dim((index === 0 ? label : '').padEnd(LABEL))}${value}`))
    .join('\n');
}

function verdict({ failures, summary, partial, exitCode }: PlanReport, colors: Colors): string {
  const left = summary['not-selected'] ?? 0;
  const causes = failures.flatMap((failure) => failure.causes);
  const looked =
    left === 0
      ? `${counted(failures.length, 'failure')}, ${counted(causes.length, 'cause')}`
      : `${failures.length - left} of ${counted(failures.length, 'failure')}`;
  const counts = (Object.entries(summary) as [Outcome, number][])
    .filter(([outcome]) => outcome !== 'not-selected')
    .map(([outcome, count]) => paint(outcome, `${count} ${outcome}`, colors));
  const word = exitCode === 0 ? colors.green(colors.bold('provable')) : colors.yellow(colors.bold('not all provable'));
  return [
    [`${looked}: ${counts.join(', ')}`, ...(partial ? ['the plan is partial'] : [])].join('; '),
    `${word}${colors.dim(`, exit code ${exitCode}`)}`,
  ].join('\n');
}

function paint(outcome: Outcome, text: string, colors: Colors): string {
  return outcome === 'verified' ? colors.green(text) : outcome === 'not-selected' ? colors.dim(text) : colors.yellow(text);
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function counted(count: number, what: string): string {
  return `${number(count)} ${what}${count === 1 ? '' : 's'}`;
}
