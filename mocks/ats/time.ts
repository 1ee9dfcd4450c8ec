import { LATEST } from '../clock.js';

/**
 * A time as the API writes it: RFC 3339 in UTC. What would lie beyond the year 9999 is its last moment.
 *
 * @example
 * rfc3339(0); // '1970-01-01T00:00:00.000Z'
 */
export function rfc3339(time: number): string {
  return new Date(Math.min(time, LATEST)).toISOString();
}
