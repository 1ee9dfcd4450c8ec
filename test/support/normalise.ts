import { WORLD } from '../../mocks/index.js';

/** Ids of the well-known world are the same at every start, and say who is who. */
const KNOWN = new Set(Object.values(WORLD.organizations));

/** What differs between two runs of the same thing, and what stands for it. */
const VARIABLE: readonly (readonly [RegExp, string | ((found: string) => string)])[] = [
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>'],
  [/\breq_[0-9a-f]{32}\b/g, 'req_<id>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, (id) => (KNOWN.has(id) ? id : '<uuid>')],
  [/(failpath-'"\$RUN"'-(?:[a-z]+-)?)[0-9a-f]{6}\d+/g, '$1<unique>'],
  [/\/__session\/5e55[0-9a-f]{8}/g, '/__session/<id>'],
  [/\bfailpath-[0-9a-f]{8}-((?:[a-z]+-)?)[0-9a-f]{6}\d+/g, 'failpath-<run>-<unique>'],
  [/afo_sk_live_(?!5afe)[0-9a-f]{48}/g, 'afo_sk_live_<unknown>'],
  [/afo_sk_live_(?!5afe)[0-9a-f]{6}\b/g, 'afo_sk_live_<prefix>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/\bin \d+\.\d s\b/g, 'in <seconds> s'],
  [/[\w./-]*\bopenapi\.yaml:\d+:\d+\b/g, 'openapi.yaml:<line>:<column>'],
];

/**
 * A report without what differs between two runs, so that a golden file can hold it.
 *
 * @example
 * normalise('failed in 1.2 s'); // 'failed in <seconds> s'
 */
export function normalise(report: string): string {
  return VARIABLE.reduce(
    (text, [pattern, stands]) => (typeof stands === 'string' ? text.replace(pattern, stands) : text.replace(pattern, stands)),
    report,
  );
}
