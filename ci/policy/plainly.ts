/** The validator's own words, and what is said in place of them. */
const WORDS: readonly (readonly [RegExp, (found: readonly string[]) => string])[] = [
  [/^Invalid input: expected .*, received undefined$/, () => 'it is missing'],
  [/^Invalid input: expected object,/, () => 'it must be a map, with names and values'],
  [/^Invalid input: expected array,/, () => 'it must be a list'],
  [/^Invalid input: expected string,/, () => 'it must be a text'],
  [/^Invalid input: expected (\w+),/, ([, type = '']) => `it must be of the type ${type}`],
  [
    /^Invalid option: expected one of (.*)$/,
    ([, options = '']) => `it must be one of: ${options.replaceAll('"', '').replaceAll('|', ', ')}`,
  ],
  [/^Too small:/, () => 'it is empty'],
  [/^Unrecognized keys?: (.*)$/, ([, names = '']) => `there is no such member here: ${names.replaceAll('"', '')}`],
];

/**
 * What a validator says, in words for those who have written the file.
 *
 * @example
 * plainly('Invalid input: expected array, received string'); // 'it must be a list'
 */
export function plainly(message: string): string {
  for (const [pattern, say] of WORDS) {
    const found = pattern.exec(message);
    if (found !== null) return say(found);
  }
  return message;
}
