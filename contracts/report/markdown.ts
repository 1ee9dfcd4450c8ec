import { counted } from '../../spec/index.js';
import type { Contract } from '../../spec/index.js';
import { firstSentence } from '../judge.js';
import type { Ledger } from '../ledger.js';
import { countsOf, ranked } from './decided.js';
import { alike, itemsOf, nameTold, standingOf, type Alike, type Item } from './items.js';
import { reasonsOf, verdictOf } from './sentence.js';
import { cut, inLine, tame } from './text.js';

/** In bytes. GitHub takes 1 MiB of a step's summary, and nothing of a longer one. */
const LARGEST = 900_000;
/** Of a script or an answer. */
const LONGEST = 12_000;
/** Lines that are listed by name where they are alike. */
const MOST_NAMES = 40;

/**
 * A ledger as GitHub Flavored Markdown, such as for the summary of a job: the verdict, what is wrong with its evidence to unfold, what is
 * unproven by its reason, and every operation at a glance. It is never longer than a summary may be: what is least important is left out then.
 *
 * @example
 * appendFileSync(process.env.GITHUB_STEP_SUMMARY, toMarkdown(ledger, contract));
 */
export function toMarkdown(ledger: Ledger, contract?: Contract): string {
  const groups = alike(itemsOf(ledger));
  const bad = groups.filter(([first]) => standingOf(first) === 'bad');
  const open = groups.filter(([first]) => standingOf(first) === 'open');
  const waived = groups.filter(([{ outcome, passed }]) => passed || outcome === 'waived');
  const blocks = [
    heading(ledger),
    ...(bad.length === 0 ? [] : ['### What is wrong', ...bad.map((group) => finding(group, contract))]),
    ...(open.length === 0 ? [] : ['### What is unproven', ...open.map(unproven)]),
    ...(waived.length === 0 ? [] : ['### What the policy lets pass', ...waived.map(unproven)]),
    overview(ledger),
  ];
  return fitting(blocks);
}

function fitting(blocks: readonly string[]): string {
  const kept: string[] = [];
  let size = 0;
  for (const [index, block] of blocks.entries()) {
    size += Buffer.byteLength(block) + 2;
    if (size > LARGEST) {
      kept.push(`_${counted(blocks.length - index, 'more section')} would be too much for a summary; the ledger has them._`);
      break;
    }
    kept.push(block);
  }
  return `${kept.join('\n\n')}\n`;
}

function heading(ledger: Ledger): string {
  const { contract, deployment, verdict, exitCode, failures, partial, durationMs, startedAt } = ledger;
  const mark = exitCode === 0 ? '✅' : exitCode === 1 ? '❌' : '⚠️';
  const counts = ranked(countsOf(ledger)).map(([one, count]) => `${count} ${one}`);
  const run = `${(durationMs / 1000).toFixed(1)} s, ${startedAt}, exit code ${exitCode} (${plain(verdict)})`;
  return [
    `## ${mark} ${plain(verdictOf(ledger))}`,
    '',
    `${plain(contract.title)} ${plain(contract.version)} at ${code(deployment.url)}, ${counted(failures.length, 'failure')}: ${counts.join(', ')}. ${run}.`,
    ...(partial ? ['', 'The ledger is partial: no release is decided from it.'] : []),
    ...reasonsOf(ledger).flatMap(({ reason: { kind, what, remedy, where, until }, lines }) => [
      '',
      `- \`${kind}\` ${plain(what)}${where === undefined ? '' : ` (${code(where)})`}${until === undefined ? '' : `, until ${until}`}. **Fix:** ${plain(remedy)}${lines.length === 0 ? '' : ` ${counted(lines.length, 'line')}: ${listed(lines)}`}`,
    ]),
  ].join('\n');
}

function finding([first, ...more]: Alike, contract: Contract | undefined): string {
  const { outcome, title, name, reason, expected, observed, discrepancies, remedies, requestId, declared } = first;
  const rows = [
    ...(expected === null ? [] : [['answer', expected, observed ?? 'no answer'] as const]),
    ...discrepancies.map(({ at, expected, actual }) => [at, expected, actual] as const),
  ];
  const meaning = meaningOf(first, contract);
  return [
    `#### \`${outcome}\` ${code(title)}${name === null ? '' : ` (${plain(nameTold(first))})`}`,
    '',
    plain(reason),
    ...(meaning === undefined ? [] : ['', `_${plain(meaning)}_`]),
    ...(rows.length === 0 ? [] : ['', '| at | expected | seen |', '| --- | --- | --- |', ...rows.map((row) => `| ${row.map((cell) => code(cell, true)).join(' | ')} |`)]),
    '',
    ...remedies.map((remedy) => `- **Fix:** ${plain(remedy)}`),
    ...(declared === null ? [] : [`- Declared at ${code(declared)}`]),
    ...(requestId === null ? [] : [`- Request id ${code(requestId)}`]),
    ...(more.length === 0 ? [] : [`- The same in ${counted(more.length, 'more line')}: ${names(more)}`]),
    ...evidence(first),
  ].join('\n'); // prettier-ignore
}

function meaningOf({ kind, operation, expected }: Item, contract: Contract | undefined): string | undefined {
  if (kind !== 'failure' || operation === null) return undefined;
  const failure = contract?.operation(operation)?.failures.find(({ status, code }) => `${status} ${code}` === expected);
  return failure === undefined ? undefined : `${failure.title}: ${firstSentence(failure.description)}`;
}

function evidence({ evidence, answer, repro }: Item): string[] {
  const requests = (evidence?.requests ?? []).map(
    ({ phase, label, method, url, status, code }) => `${phase}  ${label}  ${method} ${url}  ${[status ?? 'no answer', code ?? ''].join(' ').trim()}`,
  ); // prettier-ignore
  return [
    ...(answer === null ? [] : folded('The answer', block(answer, 'http'))),
    ...(requests.length === 0 ? [] : folded('Requests, in order', block(requests.join('\n'), 'text'))),
    ...(repro === null ? [] : folded('Reproduce it', block(repro, 'sh'))),
  ];
}

function folded(what: string, inside: string): string[] {
  return ['', `<details><summary>${what}</summary>`, '', inside, '', '</details>'];
}

function unproven(group: Alike): string {
  const [{ outcome, reason, remedies }] = group;
  const fixes = remedies.map((remedy) => `- **Fix:** ${plain(remedy)}`);
  return [
    `- \`${outcome}\` ${plain(reason)}`,
    ...fixes.map((fix) => `  ${fix}`),
    `  - ${counted(group.length, 'line')}: ${names(group)}`,
  ].join('\n');
}

function names(items: readonly Item[]): string {
  return listed(items.map(({ title, name, kind }) => (kind === 'failure' || name === null ? title : `${title} ${name}`)));
}

function listed(names: readonly string[]): string {
  const all = [...new Set(names)];
  const left = all.length - MOST_NAMES;
  return [...all.slice(0, MOST_NAMES).map((name) => code(name)), ...(left > 0 ? [`and ${left} more`] : [])].join(', ');
}

function overview({ failures, reasons }: Ledger): string {
  const operations = [...new Set(failures.map(({ operation }) => operation))].map((operation) => {
    const own = failures.filter((failure) => failure.operation === operation);
    const told = ranked(countsOf({ failures: own, reasons })).map(([one, count]) => `${count} ${one}`);
    return `| ${code(operation, true)} | ${own.length} | ${told.join(', ')} |`;
  });
  const table = ['| operation | failures | outcomes |', '| --- | ---: | --- |', ...operations].join('\n');
  return folded('Every operation', table).join('\n').trim();
}

/** Text that is nothing but text, wherever it stands in a line. */
export function plain(text: string): string {
  return inLine(text)
    .replaceAll(/[\\`*_[\]<>#|~&$!@]/g, String.raw`\$&`)
    .replaceAll('://', String.raw`\://`)
    .replaceAll('www.', String.raw`www\.`)
    .replace(/^(?:[-+=]|\d+[.)](?=\s|$))/, (start) => `${start.slice(0, -1)}\\${start.slice(-1)}`);
}

/** A code span, whatever is in it. */
export function code(text: string, inTable = false): string {
  const inner = inLine(text);
  if (inner === '') return ' ';
  const ticks = '`'.repeat(longestRun(inner) + 1);
  const padded = /^`|`$/.test(inner) ? ` ${inner} ` : inner;
  return `${ticks}${inTable ? padded.replaceAll('|', String.raw`\|`) : padded}${ticks}`;
}

function block(text: string, language: string): string {
  const inner = cut(tame(text).trimEnd(), LONGEST);
  const fence = '`'.repeat(Math.max(3, longestRun(inner) + 1));
  return `${fence}${language}\n${inner}\n${fence}`;
}

const longestRun = (text: string): number => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
