/**
 * Where an error was thrown: the first place of its stack that is in a file, and not in Node itself.
 *
 * @example
 * placeOf(error); // '/home/me/project/failpath.suite.js:12:9'
 */
export function placeOf({ stack = '' }: Error): string | undefined {
  return /\n\s+at .*?(?:\(|\s|file:\/\/)(\/[^():\s]+:\d+:\d+)/.exec(stack)?.[1];
}
