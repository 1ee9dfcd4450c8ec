import { climbs, InputError, withoutSlash } from '../spec/index.js';

/** Whether requests may be sent on below a base URL. */
export type MayProxyTo = (base: URL) => boolean;

/** Which option names the URLs, for who has named something else. */
export interface Naming {
  readonly option: string;
  readonly example: string;
  /** How a sentence about one of them begins. */
  readonly what: string;
}

const PROXY: Naming = { option: '--proxy-to', example: 'https://staging.example.com', what: 'requests may be sent on to' };

/**
 * Allows what is at, or below, one of the URLs that were named when the mock was started.
 *
 * @example
 * const mayProxyTo = createTargets(['https://staging.example.com/api']);
 * mayProxyTo(new URL('https://staging.example.com/api/v2')); // true
 * mayProxyTo(new URL('https://staging.example.com/apix')); // false
 *
 * @throws {InputError} `usage` for what is no URL of http or https
 */
export function createTargets(allowed: readonly string[], naming: Naming = PROXY): MayProxyTo {
  const targets = allowed.map((written) => targetOf(written, naming));
  return (base) =>
    !climbs(base.pathname) &&
    targets.some(
      ({ origin, pathname }) => base.origin === origin && `${withoutSlash(base.pathname)}/`.startsWith(`${withoutSlash(pathname)}/`),
    );
}

function targetOf(written: string, { option, example, what: begin }: Naming): URL {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  const [what, why] = [`${begin} ${JSON.stringify(written)}`, 'Requests are sent over http or https.'];
  throw new InputError([{ problem: 'usage', what, why, remedy: `Say ${option} ${example}` }]);
}

/** What is missing when a rule's target is not allowed. */
export function sayStart(base: string): string {
  return `start the mock with --proxy-to ${base}`;
}
