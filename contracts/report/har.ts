import type { Ledger } from '../ledger.js';
import type { RequestEvidence } from '../types.js';
import { itemsOf, type Item } from './items.js';
import { tameAll } from './text.js';

/**
 * The requests of a ledger's evidence as HAR 1.2, line by line: a page per line, an entry per request. What the ledger does not keep is not
 * there: headers and bodies of requests, and of answers those of all but the one that shows what is wrong.
 *
 * Of single requests a ledger knows how long they took, not when they were sent: their times follow from one another.
 *
 * @example
 * writeFileSync('report.har', toHar(ledger));
 */
export function toHar(given: Ledger): string {
  const ledger = tameAll(given);
  const began = Date.parse(ledger.startedAt);
  const items = itemsOf(ledger).filter(({ evidence, takenFrom }) => (evidence?.requests.length ?? 0) > 0 && takenFrom === null);
  const pages = items.map(({ title, name, outcome, reason, durationMs }, index) => ({
    startedDateTime: ledger.startedAt,
    id: `line_${index + 1}`,
    title: name === null ? title : `${title} (${name})`,
    pageTimings: { onContentLoad: -1, onLoad: durationMs },
    comment: `${outcome}${reason === '' ? '' : `: ${reason}`}`,
  }));
  const entries = items.flatMap((item, index) => entriesOf(item, `line_${index + 1}`, began));
  const log = {
    version: '1.2',
    creator: { name: 'failpath', version: '1' },
    pages,
    entries,
    comment: `${ledger.contract.title} ${ledger.contract.version} at ${ledger.deployment.url}: ${ledger.verdict}`,
  };
  return `${JSON.stringify({ log }, null, 2)}\n`;
}

function entriesOf({ evidence, answer }: Item, pageref: string, began: number): Readonly<Record<string, unknown>>[] {
  const requests = evidence?.requests ?? [];
  const shown = shownBy(requests, answer);
  let elapsed = 0;
  return requests.map((request, index) => {
    const startedDateTime = new Date(began + elapsed).toISOString();
    elapsed += request.durationMs;
    return {
      pageref,
      startedDateTime,
      time: request.durationMs,
      request: asRequest(request),
      response: asResponse(request, index === shown ? (answer ?? '') : ''),
      cache: {},
      timings: { send: 0, wait: request.durationMs, receive: 0 },
      comment: `${request.phase}: ${request.label}`,
    };
  });
}

/** Which request the kept answer belongs to: the one that its request id names, else the faulty one, of its status. */
function shownBy(requests: readonly RequestEvidence[], answer: string | null): number {
  const status = Number(/^HTTP (\d{3})/.exec(answer ?? '')?.[1] ?? Number.NaN);
  const fits = (request: RequestEvidence): boolean => request.status === status;
  const named = requests.findLastIndex((one) => fits(one) && one.requestId !== null && answer?.includes(one.requestId) === true);
  if (named >= 0) return named;
  const faulty = requests.findLastIndex((one) => fits(one) && one.phase === 'when');
  return faulty >= 0 ? faulty : requests.findLastIndex(fits);
}

function asRequest({ method, url }: RequestEvidence): Readonly<Record<string, unknown>> {
  const query = url.includes('?') ? [...new URLSearchParams(url.slice(url.indexOf('?') + 1))] : [];
  const queryString = query.map(([name, value]) => ({ name, value }));
  return { method, url, httpVersion: 'HTTP/1.1', cookies: [], headers: [], queryString, headersSize: -1, bodySize: -1 };
}

function asResponse({ status, requestId }: RequestEvidence, answer: string): Readonly<Record<string, unknown>> {
  const end = answer.indexOf('\n\n');
  const [head, body] = end < 0 ? [answer, ''] : [answer.slice(0, end), answer.slice(end + 2)];
  const headers = head.split('\n').slice(1).flatMap((line) => {
    const at = line.indexOf(': ');
    return at < 1 ? [] : [{ name: line.slice(0, at), value: line.slice(at + 2) }];
  }); // prettier-ignore
  const mimeType = headers.find(({ name }) => name === 'content-type')?.value ?? '';
  return {
    // As the format has it: no answer is status 0.
    status: status ?? 0,
    statusText: '',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: headers.length === 0 && requestId !== null ? [{ name: 'x-request-id', value: requestId }] : headers,
    content: { size: Buffer.byteLength(body), mimeType, ...(body === '' ? {} : { text: body }) },
    redirectURL: headers.find(({ name }) => name === 'location')?.value ?? '',
    headersSize: -1,
    bodySize: -1,
  };
}
