/** Whether a path goes up somewhere, as any server might read it: encoded dots and slashes, backslashes and parameters included. */
export function climbs(path: string): boolean {
  const read = path.replace(/%2e/gi, '.').replace(/%2f/gi, '/').replace(/%5c/gi, '\\');
  return /(?:^|[/\\])\.\.(?:[/\\;]|$)/.test(read);
}

/** A path without the slashes at its end. */
export function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '');
}
