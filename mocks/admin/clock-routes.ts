import { z } from 'zod';
import { invalidInput, ok, route } from './answers.js';
import { LATEST } from '../clock.js';
import type { AdminAnswer, AdminRoute, Clock } from '../types.js';

/** The routes of the mock's clock. */
export function clockRoutes(clock: Clock): readonly AdminRoute[] {
  return [
    route('GET', '/clock', () => ok(timeOf(clock)), { ...SHOWN, summary: 'The time' }),
    route('PUT', '/clock', ({ body }) => putClock(clock, body), { ...SHOWN, summary: 'Set, freeze or release the time', body: clockInput }),
    route('POST', '/clock/advance', ({ body }) => advance(clock, body), {
      ...SHOWN,
      summary: 'Move the time forward, frozen or not',
      body: advanceInput,
    }),
  ];
}

const SHOWN = {
  group: 'clock',
  answers: { 200: z.object({ now: z.iso.datetime(), frozen: z.boolean() }).meta({ id: 'Clock' }) },
};

export const clockInput = z
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

export async function putClock(clock: Clock, body: unknown): Promise<AdminAnswer> {
  const parsed = clockInput.safeParse(body);
  if (!parsed.success)
    return invalidInput(z.prettifyError(parsed.error), 'Send {"now": "2026-03-02T09:00:00Z"}, {"frozen": true}, or both.');
  const { now, frozen } = parsed.data;
  const time = typeof now === 'string' ? Date.parse(now) : now === null ? Date.now() : now;
  if (time !== undefined && !(time >= 0 && time <= LATEST)) {
    return invalidInput(`now is ${String(now)}, which is before 1970 or after 9999.`, 'Send {"now": "2026-03-02T09:00:00Z"}.');
  }
  // First, so that no time passes between the two.
  if (frozen === true) clock.freeze();
  if (time !== undefined) await clock.set(time);
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

async function advance(clock: Clock, body: unknown): Promise<AdminAnswer> {
  const parsed = advanceInput.safeParse(body);
  if (!parsed.success) return invalidInput(z.prettifyError(parsed.error), 'Send {"seconds": 301}.');
  const milliseconds = parsed.data.seconds * 1_000;
  if (clock.now() + milliseconds > LATEST)
    return invalidInput('The clock would go past the year 9999.', 'Advance it by less, or reset it.');
  await clock.advance(milliseconds);
  return ok(timeOf(clock));
}

function timeOf(clock: Clock): { now: string; frozen: boolean } {
  return { now: new Date(clock.now()).toISOString(), frozen: clock.frozen };
}
