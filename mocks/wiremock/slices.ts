import { setImmediate as others } from 'node:timers/promises';
import { newWork, REQUEST_WORK, within } from '../script/work.js';

/** After so much work, everybody else has a turn. */
const SLICE = REQUEST_WORK / 4;

/**
 * Does something with each of many things, of which each may cost what one request may; in between, others are answered.
 *
 * @throws {OverBudget} unless `act` catches it: a count that left out what is costly would be a wrong one.
 */
export async function mapInSlices<T, R>(items: readonly T[], act: (item: T) => R): Promise<R[]> {
  const results: R[] = [];
  let spent = 0;
  for (const item of items) {
    const work = newWork();
    results.push(within(work, () => act(item)));
    spent += REQUEST_WORK - work.left;
    if (spent < SLICE) continue;
    spent = 0;
    await others();
  }
  return results;
}

/** Those of many things that match. */
export async function filterInSlices<T>(items: readonly T[], matches: (item: T) => boolean): Promise<T[]> {
  const matching = await mapInSlices(items, matches);
  return items.filter((_, index) => matching[index] === true);
}
