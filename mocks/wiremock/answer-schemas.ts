import { z } from 'zod';
import { verdict } from '../admin/verdict-schema.js';

/** What the routes of WireMock's API answer, for the document of the control API. */

const total = z.object({ total: z.int() });
const values = z.record(z.string(), z.string());

export const nothing = z.strictObject({});

/** Loose: besides what can be registered, it says what rules of files and code have that WireMock has no word for. */
export const listedStub = z
  .looseObject({
    id: z.string(),
    uuid: z.string(),
    name: z.string().nullish(),
    priority: z.int().nullish(),
    request: z.looseObject({}).nullish(),
    response: z.looseObject({}).nullish(),
  })
  .meta({
    id: 'ListedStub',
    description:
      'A stub as it was registered, with its id. A rule that was not registered as one is listed with a customMatcher and a transformer named failpath where WireMock has no words for it.',
  });

export const listedStubs = z.object({ mappings: z.array(listedStub), meta: total });

const loggedRequest = z
  .object({
    url: z.string().describe('Path and query, credentials redacted.'),
    absoluteUrl: z.string(),
    method: z.string(),
    headers: values,
    cookies: values,
    browserProxyRequest: z.literal(false),
    loggedDate: z.number().describe('Milliseconds since 1970 UTC.'),
    loggedDateString: z.string(),
    body: z.string(),
    bodyAsBase64: z.string(),
    scheme: z.string().optional(),
    host: z.string().optional(),
    port: z.int().optional(),
    queryParams: z.record(z.string(), z.object({ key: z.string(), values: z.array(z.string()) })),
  })
  .meta({ id: 'LoggedRequest', description: 'A request as WireMock logs it; credentials are redacted.' });

const span = z.object({ arrived: z.number(), answered: z.number() });

/** Members of the journal's own. */
const exchange = {
  number: z.int().describe('Counts the requests since the last reset.'),
  requestId: z.string(),
  at: z.string().describe("RFC 3339, by the mock's clock."),
  method: z.string(),
  url: z.string(),
  path: z.string(),
  query: z.record(z.string(), z.array(z.string())),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  body: z.looseObject({ kind: z.enum(['absent', 'json', 'unread', 'cut']) }),
  operation: z.string().optional(),
  status: z.int(),
  code: z.string().optional(),
  answeredBy: z.enum(['choice', 'script', 'magic', 'validation', 'sandbox', 'example', 'routing', 'storage']),
  why: z.string(),
  ruleId: z.string().optional(),
  spoiledBy: z.string().optional().describe('The fault or the off-contract profile that spoiled the answer on purpose.'),
  milliseconds: z.number(),
  time: span.describe("By the mock's clock, in milliseconds since 1970 UTC."),
  real: span.describe('Of a clock that never goes back, in milliseconds.'),
  identity: z.string(),
  caller: z.string().describe('Equal for equal credentials.'),
  fingerprint: z.string().describe('Equal for equal requests, credentials aside.'),
  choice: z.string(),
  idempotencyKey: z.string().optional(),
  traceId: z.string().optional(),
  connection: z.object({ id: z.int(), opened: z.number(), after: z.int().optional() }),
  epoch: z.int(),
  retryAfterMs: z.number().optional(),
};

export const serveEvent = z
  .object({
    id: z.uuid(),
    ...exchange,
    request: loggedRequest,
    responseDefinition: z.looseObject({ status: z.int(), fromConfiguredStub: z.boolean() }),
    response: z.object({ status: z.int() }),
    wasMatched: z.boolean().describe('Whether a rule answered.'),
    timing: z.object({ serveTime: z.int(), totalTime: z.int() }),
    stubMapping: listedStub.optional(),
  })
  .meta({ id: 'ServeEvent', description: "A request and how it was answered: what the journal says, and WireMock's members beside it." });

const journal = { requestJournalDisabled: z.literal(false) };

export const listedRequests = z.object({ requests: z.array(serveEvent), meta: total, verdicts: z.array(verdict), ...journal });
export const foundRequests = z.object({ requests: z.array(loggedRequest), ...journal });
export const counted = z.object({ count: z.int(), ...journal });
export const removed = z.object({ serveEvents: z.array(serveEvent) });

export const nearMisses = z.object({
  nearMisses: z.array(
    z
      .object({
        request: z.looseObject({}),
        stubMapping: listedStub.optional(),
        requestPattern: z.looseObject({}).optional(),
        matchResult: z.object({ distance: z.number().min(0).max(1) }),
      })
      .meta({ id: 'NearMiss' }),
  ),
});

export const scenarios = z.object({
  scenarios: z.array(
    z.object({ id: z.string(), name: z.string(), state: z.string(), possibleStates: z.array(z.string()), mappings: z.array(listedStub) }),
  ),
});

export const shownSettings = z.object({
  settings: z.object({
    fixedDelay: z.int().nullable().describe('Milliseconds.'),
    delayDistribution: z.looseObject({ type: z.string() }).optional(),
    extended: nothing,
    proxyPassThrough: z.literal(true),
  }),
});

export const health = z.object({
  status: z.enum(['ok', 'store-away']).describe('While the store is away, requests are answered with a declared 503.'),
  store: z
    .object({ name: z.string(), status: z.enum(['ok', 'away']), why: z.string().optional() })
    .optional()
    .describe('Where worlds are kept, unless it is the memory of the mock.'),
  workers: z
    .array(z.object({ pid: z.int(), status: z.enum(['starting', 'ok', 'silent']) }))
    .optional()
    .describe('The processes that answer; one that stays silent is replaced.'),
  contract: z.object({ title: z.string(), version: z.string(), sha256: z.string() }),
  sandbox: z.string().nullable(),
  operations: z.int(),
  failures: z.int(),
  requests: z.int().describe('Since the last reset.'),
  message: z.string(),
  version: z.string(),
  uptimeInSeconds: z.int(),
  timestamp: z.iso.datetime(),
});
