import { createHmac } from 'node:crypto';

/** What every webhook has in its headers besides the type of its body. */
export interface SignatureHeaders {
  readonly 'x-allfeat-signature': string;
  readonly 'x-allfeat-timestamp': string;
}

/**
 * Signs a body: HMAC-SHA-256 over `<unix>.<body>`, with the decoded secret as its key.
 *
 * @example
 * sign('{"event":"work_failed"}', key.webhook_secret_base64, clock.now()); // 't=1772442246,v1=be6e8b…'
 *
 * @param at Milliseconds since 1970 UTC.
 */
export function sign(body: string, secretBase64: string, at: number): string {
  const unix = Math.floor(at / 1_000);
  const hmac = createHmac('sha256', Buffer.from(secretBase64, 'base64')).update(`${unix}.${body}`);
  return `t=${unix},v1=${hmac.digest('hex')}`;
}

/** The headers of what was signed. */
export function signatureHeaders(signature: string): SignatureHeaders {
  return { 'x-allfeat-signature': signature, 'x-allfeat-timestamp': /^t=(\d+)/.exec(signature)?.[1] ?? '' };
}
