/**
 * A number of things in words.
 *
 * @example
 * counted(1, 'failure'); // '1 failure'
 * counted(2, 'answer that nobody asked for', 'answers that nobody asked for');
 */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
