/**
 * Items by a key, in the order in which the keys first occur.
 *
 * @example
 * groupBy(failures, ({ operation }) => operation); // Map { 'initWork' => [...], ... }
 */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, [T, ...T[]]> {
  const groups = new Map<K, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
