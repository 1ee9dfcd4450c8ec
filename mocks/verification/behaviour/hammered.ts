import { exchangesOf, type Link } from './links.js';
import { separately, shortly } from './words.js';
import type { Pace, Verdict } from './types.js';

/** The same request again and again, none of which waited: the longest such run. */
export function hammered(links: readonly Link[], paces: readonly Pace[]): Verdict | undefined {
  const run = paces.map((pace) => longestRun(links, pace)).reduce((a, b) => (b.length > a.length ? b : a), []);
  const [first] = run;
  if (first === undefined) return undefined;
  const { failure } = first;
  const longest = Math.max(...run.map(({ waitedMs }) => waitedMs));
  const certain = run.every((link) => link.certain);
  return {
    misbehaviour: 'hammered',
    certain,
    operation: failure.operation.id,
    status: failure.status,
    code: failure.code,
    says: `${failure.operation.id} answered ${failure.status} ${failure.code}, and the same request came again ${run.length} times in a row, never waiting longer than ${shortly(longest)}.`,
    remedy: `Wait before each retry, longer each time and with some chance in it, and give up after a few.${certain ? '' : separately}`,
    evidence: exchangesOf(run),
  };
}

/** The longest run of retries at this pace; empty when it is too short to matter. */
function longestRun(links: readonly Link[], { retries, underMs }: Pace): readonly Link[] {
  const lengths = new Map<Link, number>();
  let last: Link | undefined;
  let most = retries - 1;
  for (const link of links) {
    if (link.waitedMs >= underMs || link.failure.retry === 'never') continue;
    const length = 1 + (link.before === undefined ? 0 : (lengths.get(link.before) ?? 0));
    lengths.set(link, length);
    if (length > most) [last, most] = [link, length];
  }
  const run: Link[] = [];
  for (let link = last; link !== undefined && lengths.has(link); link = link.before) run.push(link);
  return run.reverse();
}
