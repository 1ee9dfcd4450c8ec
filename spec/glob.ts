/**
 * Compiles a glob: `*` stands for any text, `?` for one character, everything else for itself.
 *
 * @example
 * glob('api_key.*')('api_key.revoked'); // true
 */
export function glob(pattern: string): (text: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  const compiled = new RegExp(`^${source}$`);
  return (text) => compiled.test(text);
}
