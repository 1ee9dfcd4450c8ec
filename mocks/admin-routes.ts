import { z } from 'zod';
import type { Contract } from '../spec/index.js';
import { LATEST } from './clock.js';
import type { Journal } from './journal.js';
import { exposeMetrics, type Tally } from './metrics/index.js';
import { problemBody } from './problem.js';
import type { Scripts } from './script/index.js';
import type { AdminAnswer, AdminRoute, Clock, Sandbox } from './types.js';

/** What the admin routes steer. */
export interface AdminSubject {
  readonly contract: Contract;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly sandbox: Sandbox | undefined;
  readonly scripts: Pick<Scripts, 'rules'>;
  readonly tally: Tally;
  /** Aborted when the mock closes. */
  readonly closing: AbortSignal;
  readonly reset: () => void;
}

export const ADMIN = '/__admin';

/** The mock's own admin routes; those of the sandbox stand beside them. */
export function adminRoutes({ contract, clock, journal, sandbox, scripts, tally, closing, reset }: AdminSubject): readonly AdminRoute[] {
  return [
    route('GET', '/health', () =>
      ok({
        status: 'ok',
        contract: { title: contract.title, version: contract.version, sha256: contract.sha256 },
        sandbox: sandbox === undefined ? null : (contract.api ?? null),
        operations: contract.operations.length,
        failures: contract.failures.length,
        requests: journal.total,
      }),
    ),
    route('GET', '/ready', () => (closing.aborted ? { status: 503, body: { status: 'stopping' } } : ok({ status: 'ready' }))),
    route('GET', '/metrics', async () => {
      const { text, contentType } = await exposeMetrics(tally, { rules: scripts.rules.length, journalled: journal.total });
      return { status: 200, text: { type: contentType, value: text } };
    }),
    route('GET', '/requests', ({ query }) => {
      const limit = query.get('limit');
      if (limit !== null && !/^\d{1,9}$/.test(limit))
        return invalidInput('limit is not a whole number.', 'Ask for /__admin/requests?limit=10.');
      return ok({ requests: journal.entries(limit === null ? undefined : Number(limit)), meta: { total: journal.total } });
    }),
    route('POST', '/reset', () => {
      reset();
      return ok({ status: 'reset' });
    }),
    route('GET', '/world', () => (sandbox === undefined ? noWorld() : ok(sandbox.world))),
    route('GET', '/clock', () => ok(timeOf(clock))),
    route('PUT', '/clock', ({ body }) => putClock(clock, body)),
    route('POST', '/clock/advance', ({ body }) => advance(clock, body)),
  ];
}

const clockInput = z
  .strictObject({
    now: z
      .union(
        [z.iso.datetime({ offset: true }), z.number().min(0).max(LATEST), z.null()],
        'must be a time such as "2026-03-02T09:00:00Z", milliseconds since 1970 UTC, or null for the real time',
      )
      .optional(),
    frozen: z.boolean('must be true or false').optional(),
  })
  .refine(({ now, frozen }) => now !== undefined || frozen !== undefined, 'must name now, frozen or both');

function putClock(clock: Clock, body: unknown): AdminAnswer {
  const parsed = clockInput.safeParse(body);
  if (!parsed.success)
    return invalidInput(z.prettifyError(parsed.error), 'Send {"now": "2026-03-02T09:00:00Z"}, {"frozen": true}, or both.');
  const { now, frozen } = parsed.data;
  const time = typeof now === 'string' ? Date.parse(now) : now === null ? Date.now() : now;
  if (time !== undefined && !(time >= 0 && time <= LATEST)) {
    return invalidInput(`now is ${String(now)}, which is before 1970 or after 9999.`, 'Send {"now": "2026-03-02T09:00:00Z"}.');
  }
  if (time !== undefined) clock.set(time);
  if (frozen === true) clock.freeze();
  if (frozen === false) clock.unfreeze();
  return ok(timeOf(clock));
}

/** A hundred years: beyond that it is a mistake in the unit. */
const MAX_ADVANCE = 100 * 366 * 86_400;

const advanceInput = z.strictObject({
  seconds: z
    .number('must be a number')
    .min(0, 'must not be negative: time goes forwards')
    .max(MAX_ADVANCE, 'must not exceed a hundred years; the unit is seconds'),
});

function advance(clock: Clock, body: unknown): AdminAnswer {
  const parsed = advanceInput.safeParse(body);
  if (!parsed.success) return invalidInput(z.prettifyError(parsed.error), 'Send {"seconds": 301}.');
  const milliseconds = parsed.data.seconds * 1_000;
  if (clock.now() + milliseconds > LATEST)
    return invalidInput('The clock would go past the year 9999.', 'Advance it by less, or reset it.');
  clock.advance(milliseconds);
  return ok(timeOf(clock));
}

function timeOf(clock: Clock): { now: string; frozen: boolean } {
  return { now: new Date(clock.now()).toISOString(), frozen: clock.frozen };
}

/** The refusal of an admin input: what is wrong and what to send instead. */
export function invalidInput(what: string, remedy: string): AdminAnswer {
  const why = 'A setting that is half understood would make the mock fail for the wrong reason.';
  return { status: 400, body: problemBody('admin-invalid-input', what, { why, remedy }) };
}

function noWorld(): AdminAnswer {
  return {
    status: 404,
    body: problemBody('admin-unknown-route', 'This mock runs without a sandbox, so there is no world.', {
      remedy: 'Start it with the sandbox of its contract.',
    }),
  };
}

function route(method: AdminRoute['method'], path: string, handle: AdminRoute['handle']): AdminRoute {
  return { method, path: `${ADMIN}${path}`, handle };
}

function ok(body: unknown): AdminAnswer {
  return { status: 200, body };
}
