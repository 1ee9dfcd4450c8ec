import { refuse } from './draft.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds of a duration.
 *
 * @example
 * parseDuration('5m'); // 300000
 *
 * @throws {InputError} `script-invalid`
 */
export function parseDuration(written: number | string): number {
  const [, amount, unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(written)) ?? [];
  const milliseconds = amount === undefined ? Number.NaN : Number(amount) * (UNITS[unit] ?? 1);
  if (Number.isFinite(milliseconds)) return milliseconds;
  return refuse(
    `${JSON.stringify(written)} is no duration`,
    'A duration is a number with a unit, or a number of milliseconds.',
    "Say '500ms', '30s', '5m', '2h' or '1d'.",
  );
}
