import type { RecordedRequest } from '../journal.js';
import { invalidInput } from '../admin/answers.js';
import type { AdminAnswer, AdminRoute } from '../types.js';
import { DONE, notFound, ok, route } from './answers.js';
import { requestDocs as docs } from './docs.js';
import { errorAt, RefusedInput } from './errors.js';
import { byId } from './from-rule.js';
import { idOf, loggedRequest, serveEvent } from './logged.js';
import { withMetadata } from './mapping-routes.js';
import { nearestOfUnmatched, nearestRequests, nearestRules } from './near-misses.js';
import { matchRequestPattern, parseWith, readRequestPattern } from './request-pattern.js';
import { loggedInput } from './schema.js';
import { filterInSlices } from './slices.js';
import type { StubJson, WireMockSubject } from './types.js';

/** WireMock can run without a journal; this mock cannot. */
const JOURNAL = { requestJournalDisabled: false };

/** The routes of recorded requests: listing, verification, near misses. */
export function requestRoutes(subject: WireMockSubject): readonly AdminRoute[] {
  const { journal, scripts } = subject;
  const find = (id: string): RecordedRequest | undefined => {
    const number = idOf(id);
    return journal.requests().find((request) => request.id === number);
  };
  const matching = (body: unknown): Promise<RecordedRequest[]> => filterInSlices(journal.requests(), matchRequestPattern(body));
  const remove = (requests: readonly RecordedRequest[]): AdminAnswer => {
    const rules = byId(scripts.rules);
    journal.remove(new Set(requests.map(({ id }) => id)));
    return ok({ serveEvents: requests.map((request) => serveEvent(request, rules.get(request.entry.ruleId ?? ''))) });
  };
  const clear = (): AdminAnswer => {
    journal.reset();
    return DONE;
  };
  return [
    route('GET', '/requests', ({ query }) => listed(subject, query), docs.list),
    route('DELETE', '/requests', clear, docs.clear),
    route('POST', '/requests/reset', clear, docs.clear),
    route('POST', '/requests/count', async ({ body }) => ok({ count: (await matching(body)).length, ...JOURNAL }), docs.count),
    route('POST', '/requests/find', async ({ body }) => ok({ requests: (await matching(body)).map(loggedRequest), ...JOURNAL }), docs.find),
    route('POST', '/requests/remove', async ({ body }) => remove(await matching(body)), docs.removeMatching),
    route(
      'POST',
      '/requests/remove-by-metadata',
      async ({ body }) => {
        const ids = new Set((await withMetadata(scripts.rules, body)).map(({ id }) => id));
        return remove(journal.requests().filter(({ entry }) => entry.ruleId !== undefined && ids.has(entry.ruleId)));
      },
      docs.removeByMetadata,
    ),
    route(
      'GET',
      '/requests/unmatched',
      () => {
        const unmatched = journal.requests().filter(({ entry }) => entry.ruleId === undefined);
        return ok({ requests: unmatched.map(loggedRequest), ...JOURNAL });
      },
      docs.unmatched,
    ),
    route(
      'GET',
      '/requests/unmatched/near-misses',
      async () => ok({ nearMisses: await nearestOfUnmatched(subject) }),
      docs.unmatchedNearMisses,
    ),
    route(
      'GET',
      '/requests/:id',
      ({ params }) => {
        const request = find(params['id'] ?? '');
        if (request === undefined) return unknown(params['id'] ?? '');
        return ok(serveEvent(request, byId(scripts.rules).get(request.entry.ruleId ?? '')));
      },
      docs.show,
    ),
    route(
      'DELETE',
      '/requests/:id',
      ({ params }) => {
        const request = find(params['id'] ?? '');
        if (request !== undefined) journal.remove(new Set([request.id]));
        return DONE;
      },
      docs.remove,
    ),
    // wiremock-rest-client asks for them below /requests.
    ...['/near-misses', '/requests/near-misses'].flatMap((below) => [
      route('POST', `${below}/request`, ({ body }) => ok({ nearMisses: nearRules(subject, body) }), docs.nearRules),
      route(
        'POST',
        `${below}/request-pattern`,
        async ({ body }) => ok({ nearMisses: await nearestRequests(readRequestPattern(body), body as StubJson, journal.requests()) }),
        docs.nearRequests,
      ),
    ]),
  ];
}

const unknown = (id: string): AdminAnswer => notFound(`There is no request ${JSON.stringify(id.slice(0, 60))}`);

/** Oldest first, as the journal is; with a limit, the newest that many. */
function listed({ journal, scripts, verdicts }: WireMockSubject, query: URLSearchParams): AdminAnswer {
  const limit = query.get('limit');
  if (limit !== null && !/^\d{1,9}$/.test(limit)) {
    return invalidInput('limit is not a whole number.', 'Ask for /__admin/requests?limit=10.');
  }
  const wanted = selected(journal.requests(), query);
  const shown = limit === null ? wanted : wanted.slice(Math.max(0, wanted.length - Number(limit)));
  const isFiltered = ['since', 'unmatched', 'matchingStub'].some((name) => query.has(name));
  const rules = byId(scripts.rules);
  return ok({
    requests: shown.map((request) => serveEvent(request, rules.get(request.entry.ruleId ?? ''))),
    meta: { total: isFiltered ? wanted.length : journal.total },
    verdicts: verdicts(),
    ...JOURNAL,
  });
}

function selected(requests: readonly RecordedRequest[], query: URLSearchParams): readonly RecordedRequest[] {
  const since = query.get('since');
  const from = since === null ? undefined : Date.parse(since);
  if (Number.isNaN(from)) throw new RefusedInput([errorAt(['since'], 'Not usable', 'It is no time such as 2026-03-02T09:00:00Z.')]);
  const stub = query.get('matchingStub');
  const isUnmatched = query.get('unmatched') === 'true';
  return requests.filter(
    ({ entry: { at, ruleId } }) =>
      (from === undefined || Date.parse(at) > from) && (stub === null || ruleId === stub) && (!isUnmatched || ruleId === undefined),
  );
}

function nearRules(subject: WireMockSubject, body: unknown): StubJson[] {
  const { method, url, absoluteUrl, headers, body: text } = parseWith(loggedInput, body);
  const asked = {
    method: method?.toUpperCase() ?? 'GET',
    url: url ?? (typeof absoluteUrl === 'string' ? pathIn(absoluteUrl) : '/'),
    headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
    body: text ?? undefined,
  };
  return nearestRules(asked, body as StubJson, subject);
}

function pathIn(absolute: string): string {
  const { pathname, search } = new URL(absolute);
  return `${pathname}${search}`;
}
