import findMyWay from 'find-my-way';
import { redactUrl } from '../../mocks/redact.js';
import { ScriptError } from '../../mocks/script/errors.js';
import type { Explanation, FieldComparison, Rule, ScriptRequest, Scripts } from '../../mocks/script/types.js';
import type { RecordedRequest } from '../../mocks/journal.js';
import type { AdminAnswer, JournalEntry } from '../../mocks/types.js';
import { createRecorder } from '../../mocks/verification/index.js';
import { resetMappings, wiremockRoutes, type GlobalSettings, type WireMockSubject } from '../../mocks/wiremock/index.js';
import { ruleChecks } from '../../mocks/wiremock/request-pattern.js';
import { viewOfScriptRequest } from '../../mocks/wiremock/view.js';

/** A request, for tests that care about one part of it. */
export function requestOf(
  url: string,
  { method = 'GET', headers = {}, body }: Partial<Pick<RecordedRequest, 'method' | 'headers' | 'body'>> = {},
): ScriptRequest {
  const [path = '', search = ''] = url.split(/\?(.*)/s);
  let json: unknown;
  try {
    json = body === undefined ? undefined : JSON.parse(body);
  } catch {
    json = undefined;
  }
  return { method, path, url, query: new URLSearchParams(search), headers, operation: undefined, body: json, text: body, identity: 'none' };
}

/** What rules of stubs need of `Scripts`, in memory and without the contract. */
export class FakeScripts implements Scripts {
  rules: Rule[] = [];
  readonly #states = new Map<string, string>();

  get size(): number {
    return this.rules.length;
  }

  get scenarios(): ReadonlyMap<string, string> {
    const names = this.rules.flatMap(({ scenario }) => scenario?.name ?? []);
    return new Map(names.map((name) => [name, this.#states.get(name) ?? 'Started']));
  }

  add(rule: Rule): void {
    const clone = structuredClone(rule);
    const at = this.rules.findIndex(({ id }) => id === rule.id);
    if (at < 0) this.rules = [...this.rules, clone];
    else this.rules = this.rules.with(at, clone);
  }

  replace(source: string, rules: readonly Rule[]): void {
    this.rules = this.rules.filter((rule) => rule.source !== source);
    for (const rule of rules) this.add(rule);
  }

  remove(id: string): boolean {
    const before = this.rules.length;
    this.rules = this.rules.filter((rule) => rule.id !== id);
    return this.rules.length < before;
  }

  clear(): void {
    this.rules = [];
    this.#states.clear();
  }

  decide(request: ScriptRequest): ReturnType<Scripts['decide']> {
    const rule = this.#ordered().find((one) => this.#compare(one, request).every(({ matches }) => matches));
    if (rule === undefined) return undefined;
    if (rule.scenario?.becomes !== undefined) this.#states.set(rule.scenario.name, rule.scenario.becomes);
    const [answer] = rule.answers;
    return 'status' in answer ? undefined : { rule, answer, delayMs: 0, why: rule.id };
  }

  explain(request: ScriptRequest): readonly Explanation[] {
    return this.#ordered().map((rule) => {
      const fields = this.#compare(rule, request);
      return { rule, fields, matches: fields.every(({ matches }) => matches) };
    });
  }

  setScenario(name: string, state: string): void {
    const rules = this.rules.filter(({ scenario }) => scenario?.name === name);
    if (rules.length === 0) throw new ScriptError('unknown-scenario', `No rule speaks of ${name}.`);
    const states = ['Started', ...rules.flatMap(({ scenario }) => [scenario?.is, scenario?.becomes])];
    if (!states.includes(state)) throw new ScriptError('unknown-state', `${name} has no state ${state}.`);
    this.#states.set(name, state);
  }

  resetScenarios(): void {
    this.#states.clear();
  }

  #ordered(): Rule[] {
    return this.rules.toReversed().sort((a, b) => a.priority - b.priority);
  }

  #compare({ match: { method, path, wiremock }, scenario }: Rule, request: ScriptRequest): FieldComparison[] {
    const same = (field: string, expected: string | undefined, actual: string): FieldComparison[] =>
      expected === undefined ? [] : [{ field, expected, actual, matches: expected === actual }];
    return [
      ...same('method', method, request.method),
      ...same('path', typeof path === 'object' ? path.equals : path, request.path),
      ...(scenario === undefined ? [] : same('scenario', scenario.is, this.scenarios.get(scenario.name) ?? 'Started')),
      ...(wiremock === undefined ? [] : ruleChecks(wiremock)).map(({ field, expected, matches, actual }) => {
        const view = viewOfScriptRequest(request);
        return { field, expected, actual: actual(view), matches: matches(view) };
      }),
    ];
  }
}

/** The routes over a fake of scripts and journal. */
export class Bench {
  readonly scripts: Scripts;
  readonly subject: WireMockSubject;
  settings: GlobalSettings = {};
  requests: RecordedRequest[] = [];
  resets = 0;
  #total = 0;
  readonly #router = findMyWay({ ignoreTrailingSlash: true });

  constructor(defaults: readonly Rule[] = [], scripts: Scripts = new FakeScripts()) {
    this.scripts = scripts;
    const restoreDefaults = (): void => defaults.forEach((rule) => this.scripts.add(rule));
    this.subject = {
      scripts: this.scripts,
      journal: {
        requests: () => this.requests,
        total: 0,
        remove: (ids) => void (this.requests = this.requests.filter(({ id }) => !ids.has(id))),
        reset: () => void (this.requests = []),
      },
      restoreDefaults,
      settings: { get: () => this.settings, set: (settings) => void (this.settings = settings) },
      asScriptRequest: ({ url, ...others }) => requestOf(url, others),
      verdicts: () => [],
      mayProxyTo: ({ hostname }) => hostname === 'api.example',
      reset: () => {
        this.resets++;
        this.requests = [];
        this.settings = {};
        resetMappings(this.subject);
      },
      health: () => ({ status: 'ok', operations: 12 }),
      version: '1.2.3',
      uptime: () => 4.2,
    };
    Object.defineProperty(this.subject.journal, 'total', { get: () => this.#total });
    restoreDefaults();
    for (const route of wiremockRoutes(this.subject)) this.#router.on(route.method, route.path, () => undefined, route);
  }

  /** An admin request. */
  call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', target: string, body?: unknown): AdminAnswer {
    const [path = '', search = ''] = target.split(/\?(.*)/s);
    const found = this.#router.find(method, `/__admin${path}`);
    if (found === null) throw new Error(`no ${method} ${path}`);
    const route = found.store as ReturnType<typeof wiremockRoutes>[number];
    const params = Object.fromEntries(Object.entries(found.params).map(([name, value]) => [name, value ?? '']));
    return route.handle({ params, query: new URLSearchParams(search), body, baseUrl: 'http://localhost:4010' }) as AdminAnswer;
  }

  /** The same, of a route that lets others go first where it has much to look through. */
  async later(method: 'GET' | 'PUT' | 'POST', target: string, body?: unknown): Promise<AdminAnswer> {
    return this.call(method, target, body);
  }

  /** A request to the API: what the rules decide, and kept. */
  ask(url: string, init: Partial<Pick<RecordedRequest, 'method' | 'headers' | 'body'>> = {}): number {
    const decision = this.scripts.decide(requestOf(url, init));
    const answer = decision?.answer;
    const status = answer !== undefined && 'responds' in answer ? answer.responds.status : 404;
    this.requests = [...this.requests, recordedOf(++this.#total, url, { ...init, ruleId: decision?.rule.id, status })];
    return status;
  }
}

/** A request as a journal keeps it. */
export function recordedOf(
  id: number,
  url: string,
  {
    method = 'GET',
    headers = {},
    body,
    ruleId,
    status = 200,
  }: Partial<RecordedRequest> & { readonly status?: number; readonly ruleId?: string | undefined } = {},
): RecordedRequest {
  const [path = '', search = ''] = url.split(/\?(.*)/s);
  const entry: JournalEntry = {
    id,
    requestId: `req_${id}`,
    at: new Date(Date.UTC(2026, 2, 2, 9, 0, id)).toISOString(),
    method,
    url: redactUrl(path, new URLSearchParams(search)),
    operation: undefined,
    status,
    code: undefined,
    answeredBy: 'example',
    why: 'a test',
    ruleId,
    spoiledBy: undefined,
    milliseconds: 0.7,
  };
  const exchange = createRecorder().record({
    entry,
    request: { path, query: new URLSearchParams(search), headers },
    body: { kind: 'absent' },
    secrets: [],
    answerHeaders: {},
    identity: 'none',
    time: { arrived: 0, answered: 0 },
    real: { arrived: 0, answered: 0 },
    connection: { id: 1, opened: 0 },
    epoch: 0,
  });
  return { id, method, url, absoluteUrl: `http://localhost:4010${url}`, headers, body, entry, exchange };
}
