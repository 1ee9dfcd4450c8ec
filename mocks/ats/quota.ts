import type { Network, Organization } from './state.js';

export interface QuotaState {
  /** `null` for no quota. */
  readonly limit: number | null;
  /** Confirmations on testnet this month. */
  readonly used: number;
  /** The start of the next month in UTC. */
  readonly resetsAt: number;
}

/**
 * How much of the month's quota is used: the quota counts per calendar month in UTC.
 *
 * @example
 * quotaOf(organization, Date.UTC(2026, 2, 2)); // { limit: 20, used: 3, resetsAt: Date.UTC(2026, 3, 1) }
 */
export function quotaOf({ quota, usage }: Pick<Organization, 'quota' | 'usage'>, now: number): QuotaState {
  const { name, end } = monthAt(now);
  return { limit: quota, used: usage.month === name ? usage.count : 0, resetsAt: end };
}

/** The organization after one more confirmation; mainnet has no quota. */
export function countConfirmation(organization: Organization, network: Network, now: number): Organization {
  if (network !== 'testnet') return organization;
  return { ...organization, usage: { month: monthOf(now), count: quotaOf(organization, now).used + 1 } };
}

/** The month of a time in UTC, such as `2026-03`. */
export function monthOf(now: number): string {
  return monthAt(now).name;
}

interface Month {
  readonly name: string;
  readonly start: number;
  /** The start of the next. */
  readonly end: number;
}

/** Each confirmation asks for its month more than once, and it hardly ever is another one. */
let last: Month = { name: '', start: 0, end: 0 };

function monthAt(now: number): Month {
  if (now >= last.start && now < last.end) return last;
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  last = { name: date.toISOString().slice(0, 7), start: Date.UTC(year, month), end: Date.UTC(year, month + 1) };
  return last;
}
