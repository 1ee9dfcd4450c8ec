const DAY_MS = 86_400_000;

/**
 * A time's day in UTC: days are what policies count in.
 *
 * @example
 * dayOf(new Date('2026-09-30T23:59:59.999Z')); // '2026-09-30'
 */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/**
 * The day so many days after another one.
 *
 * @example
 * daysAfter('2026-02-27', 2); // '2026-03-01'
 */
export function daysAfter(day: string, days: number): string {
  return dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS));
}

/** For how many days from today something may be let pass at most: a year, so that somebody looks at it again. */
export const MOST_DAYS = 366;

/** Whether a text is a day of the calendar, as in `2026-09-30`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && dayOf(new Date(time)) === text;
}
