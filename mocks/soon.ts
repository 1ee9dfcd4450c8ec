/** What is there, or will be: work that waits for nothing is not made to wait for the next turn of the loop. */
export type Soon<T> = T | Promise<T>;

/**
 * Goes on with what is there at once, and with what is not when it comes.
 *
 * @example
 * whenThere(2, (number) => number + 1); // 3
 * await whenThere(Promise.resolve(2), (number) => number + 1); // 3
 */
export function whenThere<T, Next>(soon: Soon<T>, goOn: (value: T) => Soon<Next>): Soon<Next> {
  return soon instanceof Promise ? soon.then(goOn) : goOn(soon);
}
