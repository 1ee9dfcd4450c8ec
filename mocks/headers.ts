/**
 * The one value of a header that comes once; the first where it came more often.
 *
 * @example
 * single(request.headers['origin']); // 'https://example.com'
 */
export function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
