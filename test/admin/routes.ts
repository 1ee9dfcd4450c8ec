import { WORLD } from '../../mocks/index.js';

/** A call of a route: what is in its path, its query and its body. */
export interface AdminCall {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  /** As JSON; a text is sent as it stands. */
  readonly body?: unknown;
}

/** One call that succeeds, and one that does not: by default a body that is no JSON. */
export interface Calls {
  readonly good?: AdminCall;
  readonly bad: AdminCall & { readonly status: number };
}

/** Of the stub that is there before each call. */
export const STUB = {
  id: '5afe0000-0000-4000-8000-000000000001',
  name: 'down',
  request: { method: 'GET', urlPath: '/v1/transactions/abc', headers: { 'X-Client': { contains: 'ios' } } },
  response: { status: 503, jsonBody: { down: true } },
  priority: 3,
  scenarioName: 'recovers',
  requiredScenarioState: 'Started',
  newScenarioState: 'up',
  metadata: { team: 'clients' },
};

const NO_JSON = { body: '{', status: 400 };
const UNSUPPORTED = { status: 422 };
const DEFAULT_SESSION = { params: { id: 'default' } };
const UNKNOWN = { params: { id: '5afe0000-0000-4000-8000-00000000dead' }, status: 404 };
const THIS = { params: { id: STUB.id } };
const PATTERN = { method: 'GET', urlPathPattern: '/v1/.*', headers: { accept: { includes: [{ contains: '*' }] } } };
const WRONG_PATTERN = { body: { methodd: 'GET', bodyPatterns: [{ equalToXml: '<a/>' }] }, status: 422 };
const METADATA = { matchesJsonPath: { expression: '$.team', equalTo: 'clients' } };
const WRONG_METADATA = { body: { matchesXPath: '/team' }, status: 422 };
const ASKED = { method: 'GET', url: '/v1/transactions/abd', headers: { 'X-Client': 'web' } };
const ORGANIZATION = { id: WORLD.organizations.active };
const PUT_SETTINGS: Calls = {
  good: { body: { delayDistribution: { type: 'uniform', lower: 0, upper: 0 } } },
  bad: { body: { fixedDelay: 5, delayDistribution: { type: 'lognormal', median: 5, sigma: 0.1 } }, status: 422 },
};

/** What is called of each route, one good call and one bad. */
export const CALLS: Readonly<Record<string, Calls>> = {
  'GET /__admin': { good: {}, bad: NO_JSON },
  'GET /__admin/openapi.json': { good: {}, bad: NO_JSON },
  'GET /__admin/health': { good: {}, bad: NO_JSON },
  'GET /__admin/ready': { good: {}, bad: NO_JSON },
  'GET /__admin/metrics': { good: {}, bad: NO_JSON },
  'GET /__admin/version': { good: {}, bad: NO_JSON },
  'POST /__admin/reset': { good: {}, bad: NO_JSON },
  'GET /__admin/sessions': { good: {}, bad: NO_JSON },
  'POST /__admin/sessions': {
    good: { body: { ttlSeconds: 60, seed: 'harbour', clock: { frozen: true }, rules: { on: 'prepareWork', answers: [503] } } },
    bad: { body: { from: 'nowhere' }, status: 404 },
  },
  'GET /__admin/sessions/{id}': { good: DEFAULT_SESSION, bad: { ...UNKNOWN } },
  'DELETE /__admin/sessions/{id}': { bad: { ...DEFAULT_SESSION, status: 409 } },
  'GET /__admin/sessions/{id}/snapshots': { good: DEFAULT_SESSION, bad: { ...UNKNOWN } },
  'POST /__admin/sessions/{id}/snapshots': {
    good: { ...DEFAULT_SESSION, body: { name: 'one' } },
    bad: { ...DEFAULT_SESSION, body: { name: '' }, status: 400 },
  },
  'POST /__admin/sessions/{id}/restore': { bad: { ...DEFAULT_SESSION, body: { snapshot: 'none' }, status: 404 } },
  'GET /__admin/sessions/{id}/replay': { good: DEFAULT_SESSION, bad: { ...UNKNOWN } },
  'GET /__admin/rules': { good: {}, bad: NO_JSON },
  'POST /__admin/rules': {
    good: {
      body: [
        {
          on: 'prepareWork',
          answers: [503, { fails: 'registration.audio_too_large', details: { max_bytes: 5 } }, 'ok'],
          uses: 9,
        },
        { name: 'slow', on: 'confirm*', when: { headers: { x: { not: 'y' } } }, passes: true, delay: { uniform: [1, 2] }, lasts: '5m' },
        { fault: { type: 'timeout', timeoutMs: 5 }, per: 'Idempotency-Key', probability: 0.5, seed: 3, scenario: { name: 's', is: 'x' } },
      ],
    },
    bad: { body: { on: 'prepareWrok', answers: [503] }, status: 400 },
  },
  'DELETE /__admin/rules': { good: {}, bad: NO_JSON },
  'DELETE /__admin/rules/{id}': { good: THIS, bad: UNKNOWN },
  'GET /__admin/mappings': { good: { query: 'limit=5&offset=0' }, bad: { query: 'limit=many', status: 422 } },
  'POST /__admin/mappings': {
    good: { body: { ...STUB, id: undefined } },
    bad: { body: { request: {}, response: { bodyFileName: 'x.json' } }, status: 422 },
  },
  'DELETE /__admin/mappings': { good: {}, bad: NO_JSON },
  'POST /__admin/mappings/reset': { good: {}, bad: NO_JSON },
  'POST /__admin/mappings/import': {
    good: { body: { mappings: [{ ...STUB }], importOptions: { duplicatePolicy: 'IGNORE' } } },
    bad: { body: { mappings: [{ insertionIndex: 1 }] }, status: 422 },
  },
  'POST /__admin/mappings/find-by-metadata': { good: { body: METADATA }, bad: WRONG_METADATA },
  'POST /__admin/mappings/remove-by-metadata': { good: { body: METADATA }, bad: WRONG_METADATA },
  'GET /__admin/mappings/{id}': { good: THIS, bad: UNKNOWN },
  'PUT /__admin/mappings/{id}': {
    good: { ...THIS, body: { request: { url: '/x' }, response: { status: 500, delayDistribution: { type: 'fixed', milliseconds: 1 } } } },
    bad: { ...THIS, body: { response: { status: 99 } }, status: 422 },
  },
  'DELETE /__admin/mappings/{id}': { good: THIS, bad: UNKNOWN },
  'GET /__admin/requests': { good: { query: 'limit=5&since=2020-01-01T00:00:00Z' }, bad: { query: 'limit=-1', status: 400 } },
  'DELETE /__admin/requests': { good: {}, bad: NO_JSON },
  'POST /__admin/requests/reset': { good: {}, bad: NO_JSON },
  'POST /__admin/requests/count': { good: { body: PATTERN }, bad: WRONG_PATTERN },
  'POST /__admin/requests/find': { good: { body: PATTERN }, bad: WRONG_PATTERN },
  'POST /__admin/requests/remove': { good: { body: PATTERN }, bad: WRONG_PATTERN },
  'POST /__admin/requests/remove-by-metadata': { good: { body: METADATA }, bad: WRONG_METADATA },
  'GET /__admin/requests/unmatched': { good: {}, bad: NO_JSON },
  'GET /__admin/requests/unmatched/near-misses': { good: {}, bad: NO_JSON },
  'GET /__admin/requests/{id}': { good: { params: { id: '1' } }, bad: UNKNOWN },
  'DELETE /__admin/requests/{id}': { good: { params: { id: '1' } }, bad: { params: { id: '1' }, ...NO_JSON } },
  'POST /__admin/near-misses/request': { good: { body: ASKED }, bad: { body: { url: 'no slash' }, status: 422 } },
  'POST /__admin/requests/near-misses/request': { good: { body: ASKED }, bad: { body: { headers: 3 }, status: 422 } },
  'POST /__admin/near-misses/request-pattern': { good: { body: { urlPath: '/v1/x' } }, bad: WRONG_PATTERN },
  'POST /__admin/requests/near-misses/request-pattern': { good: { body: { urlPath: '/v1/x' } }, bad: WRONG_PATTERN },
  'GET /__admin/scenarios': { good: {}, bad: NO_JSON },
  'POST /__admin/scenarios/reset': { good: {}, bad: NO_JSON },
  'PUT /__admin/scenarios/{name}/state': {
    good: { params: { name: 'recovers' }, body: { state: 'up' } },
    bad: { params: { name: 'recovers' }, body: { state: 'nowhere' }, status: 422 },
  },
  'GET /__admin/settings': { good: {}, bad: NO_JSON },
  'POST /__admin/settings': PUT_SETTINGS,
  'PUT /__admin/settings': PUT_SETTINGS,
  'GET /__admin/clock': { good: {}, bad: NO_JSON },
  'PUT /__admin/clock': { good: { body: { now: '2026-03-02T09:00:00Z', frozen: true } }, bad: { body: { now: 'noon' }, status: 400 } },
  'POST /__admin/clock/advance': { good: { body: { seconds: 60 } }, bad: { body: { seconds: -1 }, status: 400 } },
  'GET /__admin/world': { good: {}, bad: NO_JSON },
  'GET /__admin/faults': { good: {}, bad: NO_JSON },
  'PUT /__admin/faults': { good: { body: { dryRun: 'insufficient balance' } }, bad: { body: { dryRn: true }, status: 400 } },
  'GET /__admin/organizations/{id}': { good: { params: ORGANIZATION }, bad: UNKNOWN },
  'PUT /__admin/organizations/{id}': {
    good: { params: ORGANIZATION, body: { credits: { testnet: 5 }, quota: { limit: 5, used: 5 }, maxKeys: 6 } },
    bad: { params: ORGANIZATION, body: { credits: -1 }, status: 400 },
  },
  'GET /__admin/webhooks': { good: { query: 'state=dead&limit=5' }, bad: { query: 'state=lost', status: 400 } },
  'DELETE /__admin/webhooks': { good: {}, bad: NO_JSON },
  'GET /__admin/webhooks/settings': { good: {}, bad: NO_JSON },
  'PUT /__admin/webhooks/settings': {
    good: { body: { duplicates: 2, paused: true, order: 'newest-first' } },
    bad: { body: { duplicates: 99 }, status: 400 },
  },
  'GET /__admin/webhooks/{id}': { bad: UNKNOWN },
  'POST /__admin/webhooks/{id}/replay': { bad: UNKNOWN },
  'GET /__admin/coverage': { good: {}, bad: NO_JSON },
  'DELETE /__admin/coverage': { good: {}, bad: NO_JSON },
  'POST /__admin/explain': { good: { body: { ...ASKED, body: { a: 1 } } }, bad: { body: { method: 'GET' }, status: 400 } },
  'GET /__admin/files': { bad: UNSUPPORTED },
  'POST /__admin/mappings/save': { bad: UNSUPPORTED },
  'POST /__admin/shutdown': { bad: UNSUPPORTED },
  'POST /__admin/recordings/start': { bad: UNSUPPORTED },
  'POST /__admin/recordings/stop': { bad: UNSUPPORTED },
  'POST /__admin/recordings/snapshot': { bad: UNSUPPORTED },
  'GET /__admin/recordings/status': { bad: UNSUPPORTED },
};
