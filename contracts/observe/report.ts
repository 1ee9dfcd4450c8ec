import { createColors } from 'picocolors';
import { counted, type Contract } from '../../spec/index.js';
import { summarise } from '../judge.js';
import type { Counted, ObservedLedger, ObservedViolation } from './types.js';

type Colors = ReturnType<typeof createColors>;

/** Of lists in a summary; the ledger has them all. */
const SHOWN = 20;

/**
 * A violation, self-contained: what was expected and seen, the request, the place in the contract, and the answer.
 *
 * @example
 * io.out(formatViolation(contract, violation, { color: false }));
 */
export function formatViolation(contract: Contract, violation: ObservedViolation, { color }: { readonly color: boolean }): string {
  const colors = createColors(color);
  const { request, discrepancies } = violation;
  const rows = discrepancies.map(({ at, expected, actual }): [string, string, string] => [at, expected, actual]);
  const width = (column: 0 | 1): number => Math.min(Math.max(...rows.map((row) => row[column].length), 8), 50);
  const [first, second] = [width(0), width(1)];
  return [
    `${colors.red('✗')} ${nameOf(violation, colors)}`,
    '',
    colors.dim(`    ${''.padEnd(first)}  ${'expected'.padEnd(second)}  seen`),
    ...rows.map(([at, expected, seen]) => `    ${at.padEnd(first)}  ${expected.padEnd(second)}  ${colors.red(seen)}`),
    '',
    `    ${colors.dim('request')}     ${request.method} ${request.url}`,
    `    ${colors.dim('request id')}  ${request.requestId ?? 'none in the answer'}`,
    `    ${colors.dim('declared')}    ${placeIn(contract, violation)}`,
    ...[...new Set(discrepancies.map(({ remedy }) => remedy))].map((remedy) => `    ${colors.dim('fix')}         ${remedy}`),
    '',
    `    ${colors.dim('answer')}`,
    ...violation.answer.split('\n').map((line) => (line === '' ? '' : `      ${line}`)),
    '',
    '',
  ].join('\n');
}

function nameOf({ operation, method, path, status, code, declared, discrepancies }: ObservedViolation, { bold, red }: Colors): string {
  const kind = declared ? 'violated' : discrepancies.some(({ check }) => check === 'server-error') ? 'server error' : 'undeclared';
  return `${red(operation !== null && status < 400 ? 'violated' : kind)}  ${bold(`${operation ?? `${method} ${path}`} ${status}${code === null ? '' : ` ${code}`}`)}`;
}

/** Where the contract says what the answer should have been. */
function placeIn(contract: Contract, { operation, status, code }: ObservedViolation): string {
  const found = operation === null ? undefined : contract.operation(operation);
  if (found === undefined) return 'no operation of the contract answers this request';
  const failure = found.failures.find((one) => one.code === code);
  const answer = found.answers.find((one) => one.status === status);
  const { file, line, column } = contract.locate((failure ?? answer ?? found).pointer);
  return `${file}:${line}:${column}`;
}

/**
 * What an observation has come to: numbers first, then what needs a look, the verdict last.
 *
 * @example
 * io.out(formatObserved(ledger, { color: false }));
 */
export function formatObserved(ledger: ObservedLedger, { color }: { readonly color: boolean }): string {
  const colors = createColors(color);
  const { traffic, failures } = ledger;
  const seen = failures.filter((one) => one.seen !== null).length;
  const parts = [
    counted(traffic.successes, 'declared success', 'declared successes'),
    counted(traffic.failures, 'declared failure'),
    counted(traffic.violations, 'violation'),
    ...(traffic.unrouted === 0 ? [] : [`${counted(traffic.unrouted, 'refusal')} of what no operation answers`]),
    ...(traffic.edge === 0 ? [] : [`${traffic.edge} by something in front of the API`]),
    ...some(traffic.unjudged, 'not judged'),
    ...some(traffic.elsewhere, 'outside the contract'),
    ...some(traffic.unanswered, 'without an answer'),
  ];
  return `${[
    `${colors.bold(ledger.contract.title)} ${ledger.contract.version} ${colors.dim('at')} ${ledger.deployment.url}`,
    `${counted(traffic.requests, 'request')}: ${parts.join(', ')}`,
    `${seen} of ${counted(failures.length, 'declared failure')} seen`,
    ...section('violations', traffic.violated.map(lineOf), colors),
    ...(traffic.untold === 0 ? [] : [`  and ${traffic.untold} of further kinds`]),
    ...section('by something in front of the API', traffic.edges.map(toText), colors),
    ...section('not judged', traffic.unjudged.map(toText), colors),
    ...section('without an answer', traffic.unanswered.map(toText), colors),
    ...section('outside the contract', traffic.elsewhere.map(toText), colors),
    '',
    `${paint(ledger, colors)} ${colors.dim(`in ${(ledger.durationMs / 1000).toFixed(1)} s, exit code ${ledger.exitCode}`)}`,
  ].join('\n')}\n`;
}

function paint({ verdict, traffic }: ObservedLedger, { bold, green, red, yellow }: Colors): string {
  const color = traffic.violations > 0 ? red : traffic.reached === 0 ? yellow : green;
  return color(bold(verdict));
}

function lineOf(violation: ObservedViolation): string {
  const { operation, method, path, status, code, count, discrepancies } = violation;
  const name = `${operation ?? `${method} ${path}`} ${status}${code === null ? '' : ` ${code}`}`;
  return `${name}: ${summarise(discrepancies)}${count > 1 ? ` (${count} times)` : ''}`;
}

function toText({ what, count }: Counted): string {
  return count > 1 ? `${what} (${count} times)` : what;
}

function section(title: string, lines: readonly string[], { dim }: Colors): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - SHOWN;
  return ['', dim(title), ...lines.slice(0, SHOWN).map((line) => `  ${line}`), ...(more > 0 ? [`  and ${more} more, in the ledger`] : [])];
}

function some(counts: readonly Counted[], what: string): string[] {
  const sum = counts.reduce((all, { count }) => all + count, 0);
  return sum === 0 ? [] : [`${sum} ${what}`];
}
