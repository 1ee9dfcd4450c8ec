import { z } from 'zod';
import { ok, route } from './answers.js';
import type { Journal } from '../journal.js';
import { exposeMetrics, type Report, type Tally } from '../metrics/index.js';
import type { Scripts } from '../script/index.js';
import type { AdminAnswer, AdminRoute } from '../types.js';

export interface SurfaceSubject {
  readonly journal: Pick<Journal, 'total'>;
  readonly scripts: Pick<Scripts, 'rules'>;
  readonly tally: Tally;
  /** How the other processes of the mock are, if it has any. */
  readonly reports: () => Promise<readonly Report[]>;
  /** Aborted when the mock closes. */
  readonly closing: AbortSignal;
}

/** The routes for those who run the mock: is it ready, and what has it done? */
export function surfaceRoutes({ journal, scripts, tally, reports, closing }: SurfaceSubject): readonly AdminRoute[] {
  const metrics = async (): Promise<AdminAnswer> => {
    const { text, contentType } = await exposeMetrics(tally, { rules: scripts.rules.length, journalled: journal.total }, await reports());
    return { status: 200, text: { type: contentType, value: text } };
  };
  const metricsDoc = { group: 'mock', summary: 'Counters for Prometheus', mediaType: 'text/plain', answers: { 200: z.string() } } as const;
  return [
    route('GET', '/ready', () => (closing.aborted ? { status: 503, body: { status: 'stopping' } } : ok({ status: 'ready' })), {
      group: 'mock',
      summary: 'Whether it takes requests: not once it has been told to end',
      answers: { 200: z.object({ status: z.literal('ready') }), 503: z.object({ status: z.literal('stopping') }) },
    }),
    { ...route('GET', '/metrics', metrics, metricsDoc), always: true },
  ];
}
