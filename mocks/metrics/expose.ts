import type { Registry } from 'prom-client';
import { BUCKETS, type Tally } from './tally.js';

/** What is true of a mock when it is asked. */
export interface Gauges {
  readonly rules: number;
  /** Since the last reset. */
  readonly journalled: number;
}

/** How another process of the same mock is: plain JSON. */
export interface Report {
  readonly inFlight: number;
  /** Of the process. */
  readonly metrics: readonly Metric[];
}

/** A metric as prom-client writes and reads it (`getMetricsAsJSON`). */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly values: readonly Value[];
  readonly aggregator: 'sum';
}

interface Value {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

/**
 * A mock's metrics, and those of its process, in the text format of Prometheus.
 *
 * @example
 * const { text, contentType } = await exposeMetrics(tally, { rules: 2, journalled: 40 });
 *
 * @param others What the tally does not know of: the other processes of a mock of several.
 */
export async function exposeMetrics(
  tally: Tally,
  gauges: Gauges,
  others: readonly Report[] = [],
): Promise<{ readonly text: string; readonly contentType: string }> {
  // Only needed here: a mock whose metrics nobody reads starts without it.
  const { AggregatorRegistry } = await import('prom-client');
  const ofProcess = await (await processMetrics()).getMetricsAsJSON();
  const registry = AggregatorRegistry.aggregate<typeof AggregatorRegistry.PROMETHEUS_CONTENT_TYPE>([
    metricsOf(tally, gauges, others),
    ofProcess,
    ...others.map(({ metrics }) => metrics),
  ]);
  return { text: await registry.metrics(), contentType: registry.contentType };
}

/** What this process tells the one that is asked for metrics. */
export async function reportMetrics(tally: Pick<Tally, 'inFlight'> | undefined): Promise<Report> {
  const metrics = (await (await processMetrics()).getMetricsAsJSON()) as unknown as readonly Metric[];
  return { inFlight: tally?.inFlight ?? 0, metrics };
}

let processRegistry: Promise<Registry> | undefined;

/** Collected once for the process, however many mocks it runs: the collectors cannot be stopped. */
function processMetrics(): Promise<Registry> {
  return (processRegistry ??= import('prom-client').then(({ collectDefaultMetrics, Registry: Own }) => {
    const register = new Own();
    collectDefaultMetrics({ register });
    return register;
  }));
}

function metricsOf(tally: Tally, { rules, journalled }: Gauges, others: readonly Report[]): readonly Metric[] {
  const requests = tally.series.map(({ labels, count }) => ({ value: count, labels }));
  return [
    metric('failpath_requests_total', 'counter', 'Answers of the mock, by operation, status, code, answering step and rule.', requests),
    metric('failpath_request_duration_seconds', 'histogram', 'From request to answer, waiting on purpose included.', durationsOf(tally)),
    metric('failpath_in_flight_requests', 'gauge', 'Requests that are being answered.', [
      single(others.reduce((sum, { inFlight }) => sum + inFlight, tally.inFlight)),
    ]),
    metric('failpath_rules', 'gauge', 'Rules that the mock has.', [single(rules)]),
    metric('failpath_journal_requests_total', 'counter', 'Requests since the last reset of the journal.', [single(journalled)]),
  ];
}

function durationsOf({ durations }: Tally): Value[] {
  const name = 'failpath_request_duration_seconds';
  return durations.flatMap(({ operation, buckets, count, seconds }) => [
    ...buckets.map((value, index) => ({ value, labels: { le: BUCKETS[index] ?? 0, operation }, metricName: `${name}_bucket` })),
    { value: count, labels: { le: '+Inf', operation }, metricName: `${name}_bucket` },
    { value: seconds, labels: { operation }, metricName: `${name}_sum` },
    { value: count, labels: { operation }, metricName: `${name}_count` },
  ]);
}

function metric(name: string, type: Metric['type'], help: string, values: readonly Value[]): Metric {
  return { name, help, type, values, aggregator: 'sum' };
}

function single(value: number): Value {
  return { value, labels: {} };
}
