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
  return { limit: quota, used: usage.month === monthOf(now) ? usage.count : 0, resetsAt: nextMonth(now) };
}

/** The organization after one more confirmation; mainnet has no quota. */
export function countConfirmation(organization: Organization, network: Network, now: number): Organization {
  if (network !== 'testnet') return organization;
  return { ...organization, usage: { month: monthOf(now), count: quotaOf(organization, now).used + 1 } };
}

/** The month of a time in UTC, such as `2026-03`. */
export function monthOf(now: number): string {
  return new Date(now).toISOString().slice(0, 7);
}

/** The start of the month after a time, in UTC. */
export function nextMonth(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}
