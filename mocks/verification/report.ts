import type { CompiledQuery } from './query.js';
import { nearMisses, type NearMiss } from './near-misses.js';
import type { RecordedExchange } from './types.js';

/** How many of the exchanges there should have been. */
export interface Wanted {
  /** `1`, `at least 2`, `at most 3`, `2 to 4`, `no`. */
  readonly wanted: string;
  readonly found: number;
  /** Milliseconds that were waited. */
  readonly within?: number | undefined;
}

const MOST_LISTED = 10;
const MOST_NEAR = 3;

/**
 * An exchange on one line: what was asked and what was answered.
 *
 * @example
 * describeExchange(exchange); // '#7  09:00:00.125  POST /v1/…/works/confirm → 503 common.service_unavailable'
 */
export function describeExchange({ id, at, method, url, status, code }: RecordedExchange): string {
  return `#${id}  ${at.slice(11, 23)}  ${method} ${url} → ${status}${code === undefined ? '' : ` ${code}`}`;
}

/** Too few: what was expected, what came nearest field by field, and what else arrived. */
export function describeShortfall(query: CompiledQuery, wanted: Wanted, exchanges: readonly RecordedExchange[]): string {
  const matching = exchanges.filter(query.matches);
  const near = nearMisses(query, exchanges, MOST_NEAR);
  return [
    headline(query, wanted),
    ...(matching.length === 0 ? [] : ['', 'Those that did:', '', ...listed(matching)]),
    ...(exchanges.length === 0 ? ['', 'The mock has answered no request at all: does the client know its URL?'] : []),
    ...(near.length === 0
      ? []
      : ['', near.length === 1 ? 'The nearest other request:' : 'The nearest other requests:', '', ...near.flatMap(fields)]),
    ...others(exchanges, matching.length + near.length),
  ].join('\n');
}

/** Too many: what was expected, and all that arrived. */
export function describeExcess(query: CompiledQuery, wanted: Wanted, matching: readonly RecordedExchange[]): string {
  return [headline(query, wanted), '', ...listed(matching)].join('\n');
}

function headline({ says }: CompiledQuery, { wanted, found, within }: Wanted): string {
  const what = `${wanted} request${/(^|\s)1$/.test(wanted) ? '' : 's'}${says === '' ? '' : ` ${says}`}`;
  return `Expected ${what}, but ${found === 0 ? 'none' : found} arrived${within === undefined ? '' : ` within ${within} ms`}.`;
}

function listed(exchanges: readonly RecordedExchange[]): string[] {
  const lines = exchanges.slice(0, MOST_LISTED).map((exchange) => `  ${describeExchange(exchange)}`);
  return exchanges.length > MOST_LISTED ? [...lines, `  and ${exchanges.length - MOST_LISTED} more`] : lines;
}

/** What fits on one line, what does not as a pair of lines below one another. */
function fields({ exchange, comparisons }: NearMiss): string[] {
  const width = Math.max(...comparisons.map(({ field }) => field.length));
  return [
    `  ${describeExchange(exchange)}`,
    ...comparisons.flatMap(({ field, expected, actual, matches }) =>
      matches
        ? [`    ✓ ${field.padEnd(width)}  ${actual}`]
        : [`    ✗ ${field.padEnd(width)}  expected ${expected}`, `      ${' '.repeat(width)}       was ${actual}`],
    ),
    '',
  ];
}

/** Everything else that arrived, by operation: a wrong operation is the commonest reason for none. */
function others(exchanges: readonly RecordedExchange[], told: number): string[] {
  if (exchanges.length <= told) return [];
  const counts = new Map<string, number>();
  for (const { operation, method } of exchanges) {
    const name = operation ?? `${method} of no operation`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const shown = sorted.slice(0, MOST_LISTED).map(([name, count]) => `${count} × ${name}`);
  return [`All ${exchanges.length} requests: ${shown.join(', ')}${sorted.length > shown.length ? ', …' : ''}.`];
}
