import type { RehearsalSuite, Transport, WireRequest } from '../../contracts/index.js';
import { contract } from '../support/judge.js';

type Answered = Parameters<RehearsalSuite['leaves']>[0][number];

/** What went through a transport. */
export interface Recorder extends Transport {
  readonly requests: WireRequest[];
  /** What was answered with success in the one world that is there without a session. */
  readonly answered: Answered[];
}

/** A transport that remembers what goes through it. */
export function recording(transport: Transport, sessionHeader = 'x-failpath-session'): Recorder {
  const requests: WireRequest[] = [];
  const answered: Answered[] = [];
  return {
    requests,
    answered,
    send: async (request) => {
      requests.push(request);
      const answer = await transport.send(request);
      const route = contract.route(request.method, new URL(request.url).pathname);
      if (route !== undefined && answer.status < 300 && request.headers[sessionHeader] === undefined) {
        const body: unknown = typeof request.body === 'string' ? JSON.parse(request.body) : undefined;
        answered.push({ label: route.operation.id, params: route.params, body, answer: answer.json, at: 0 });
      }
      return answer;
    },
    close: () => transport.close(),
  };
}

/** How often each thing was asked for: operations by name, uploads, and all that is neither. */
export function tally(labels: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a request is, by its method and path alone. */
export function labelOf({ method, url, body }: WireRequest): string {
  if (typeof body === 'object') return 'upload';
  return contract.route(method, new URL(url).pathname)?.operation.id ?? 'no operation';
}
