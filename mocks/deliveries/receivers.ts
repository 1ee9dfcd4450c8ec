import { isLoopback } from '../hosts.js';
import { createTargets } from '../targets.js';

/** Why nothing may be sent to a URL, and what would allow it; `undefined` when it may. */
export type Forbids = (url: string) => string | undefined;

const OPTION = '--webhooks-to';

/**
 * Allows this machine, by a name or address that can be nothing else, and what is at or below one of the URLs that were named when the
 * mock was started: whoever can create keys must not make the mock send to others.
 *
 * @example
 * const forbids = createReceivers(['https://hooks.example.com']);
 * forbids('http://127.0.0.1:8080/hook'); // undefined
 * forbids('http://printer.example.com/'); // 'webhooks may not be sent to http://printer.example.com: start the mock with …'
 *
 * @throws {InputError} `usage` for what is no URL of http or https
 */
export function createReceivers(allowed: readonly string[]): Forbids {
  const mayDeliverTo = createTargets(allowed, { option: OPTION, example: 'https://hooks.example.com', what: 'webhooks may be sent to' });
  return (written) => {
    const url = URL.canParse(written) ? new URL(written) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) return `${written} is no URL of http or https`;
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isLoopback(host) || mayDeliverTo(url)) return undefined;
    return `webhooks may not be sent to ${url.origin}: start the mock with ${OPTION} ${url.origin}`;
  };
}
