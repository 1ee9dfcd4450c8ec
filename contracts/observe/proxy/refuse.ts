import type { ServerResponse } from 'node:http';

/** What the proxy itself has to say, by stable name. */
const REFUSALS = {
  'upstream-unavailable': { status: 502, title: 'What is observed gave no answer' },
  loop: { status: 508, title: 'The request has been here before' },
  'not-passed': { status: 400, title: 'The request is not passed on' },
} as const;

export type Refusal = keyof typeof REFUSALS;

/** An answer of the proxy's own, which nobody can take for the API's: problem+json (RFC 9457), with `X-Failpath-Origin`. */
export function refuse(response: ServerResponse, name: Refusal, detail: string): void {
  const { status, title } = REFUSALS[name];
  const body = JSON.stringify({ type: `failpath:${name}`, title, status, detail });
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'x-failpath-origin': 'observe',
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
