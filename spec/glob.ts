/**
 * Compiles a glob: `*` stands for any text, `?` for one character, everything else for itself. However many stars there are, it looks at
 * no character of the text more often than the pattern is long.
 *
 * @example
 * glob('api_key.*')('api_key.revoked'); // true
 */
export function glob(pattern: string): (text: string) => boolean {
  const wanted = [...pattern];
  return (text) => matches(wanted, [...text]);
}

function matches(wanted: readonly string[], text: readonly string[]): boolean {
  let [at, from] = [0, 0];
  /** The last star, and where the text that it stands for has ended so far. */
  let star: { readonly at: number; readonly end: number } | undefined;
  while (from < text.length) {
    if (wanted[at] === '*') star = { at: at++, end: from };
    else if (wanted[at] === '?' || wanted[at] === text[from]) [at, from] = [at + 1, from + 1];
    else if (star === undefined) return false;
    else {
      star = { at: star.at, end: star.end + 1 };
      [at, from] = [star.at + 1, star.end];
    }
  }
  return wanted.slice(at).every((one) => one === '*');
}
