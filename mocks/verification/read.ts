import { z } from 'zod';
import type { RecordedExchange } from './types.js';

const span = z.object({ arrived: z.number(), answered: z.number() });

/** What coverage and verdicts rest on; the rest of an entry is for people and may be missing. */
const exchange = z.looseObject({
  id: z.number(),
  at: z.string(),
  method: z.string(),
  url: z.string(),
  operation: z.string().optional(),
  status: z.number(),
  code: z.string().optional(),
  time: span,
  real: span,
  caller: z.string(),
  fingerprint: z.string(),
  choice: z.string(),
  idempotencyKey: z.string().optional(),
  traceId: z.string().optional(),
  connection: z.object({ id: z.number(), opened: z.number() }),
  epoch: z.number(),
  retryAfterMs: z.number().optional(),
  spoiledBy: z.string().optional(),
});
const journal = z.object({ requests: z.array(exchange), meta: z.object({ total: z.number() }) });

/**
 * Reads the journal of another process, as `GET /__admin/requests` answers it.
 *
 * @example
 * const { exchanges, total } = readExchanges(await (await fetch(`${url}/__admin/requests`)).json());
 *
 * @returns `total`, how many requests there were, those included that the journal no longer has; `undefined` for what is no journal.
 */
export function readExchanges(value: unknown): { readonly exchanges: readonly RecordedExchange[]; readonly total: number } | undefined {
  const { success, data } = journal.safeParse(value);
  if (!success) return undefined;
  return { exchanges: data.requests as unknown as readonly RecordedExchange[], total: data.meta.total };
}
