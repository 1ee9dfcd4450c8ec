import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Fault } from '../faults/types.js';
import type { Delay, Rule, RuleAnswer, RuleMatch } from '../script/types.js';
import { errorAt, RefusedInput, type StubError } from './errors.js';
import { exactPath, parseWith, remainingChecks } from './request-pattern.js';
import type { RequestPattern } from './schema.js';
import { delayOf } from './settings.js';
import { stubMapping, type ResponseDefinition, type StubMapping } from './stub-schema.js';
import type { StubJson, WireMockSubject } from './types.js';

export interface ToRuleOptions extends Pick<WireMockSubject, 'mayProxyTo'> {
  /** The id that the rule gets, whatever the stub says. */
  readonly id?: string | undefined;
  /** Of the stub inside of the input, for the pointers of problems. */
  readonly path?: readonly PropertyKey[];
}

const ANYTHING: RequestPattern = Object.freeze({});
const DEFAULT_PRIORITY = 5;

/**
 * The rule that a WireMock 3 stub means. What is not supported is refused by name, and never ignored.
 *
 * @example
 * toRule({ request: { method: 'GET', urlPath: '/x' }, response: { status: 503 } }, 'admin').priority; // 5
 *
 * @param stub As it was sent, parsed.
 * @param source What {@link Rule.source} says.
 * @throws {RefusedInput} with every problem by name and pointer
 */
export function toRule(stub: unknown, source: string, options: ToRuleOptions = {}): Rule {
  const { path = [] } = options;
  const parsed = parseWith(stubMapping, stub, path);
  const errors: StubError[] = [];
  const match = matchOf(parsed.request ?? ANYTHING, [...path, 'request'], errors);
  const response = parsed.response ?? {};
  const answer = answerOf(response, options, [...path, 'response'], errors);
  const delay = delayIn(response, [...path, 'response'], errors);
  if (errors.length > 0) throw new RefusedInput(errors);
  const id = options.id ?? parsed.id ?? parsed.uuid ?? randomUUID();
  return Object.freeze<Rule>({
    id,
    name: parsed.name ?? undefined,
    priority: parsed.priority ?? DEFAULT_PRIORITY,
    match,
    answers: [answer],
    end: 'repeat-last',
    perIdempotencyKey: false,
    delay,
    uses: undefined,
    lastsMs: undefined,
    probability: undefined,
    seed: undefined,
    scenario: scenarioOf(parsed),
    source,
    stub: Object.freeze({ ...(stub as StubJson), id, uuid: id }),
  });
}

function scenarioOf({ scenarioName, requiredScenarioState, newScenarioState }: StubMapping): Rule['scenario'] {
  const moves = typeof requiredScenarioState === 'string' || typeof newScenarioState === 'string';
  if (typeof scenarioName !== 'string' || !moves) return undefined;
  return {
    name: scenarioName,
    ...(typeof requiredScenarioState === 'string' ? { is: requiredScenarioState } : {}),
    ...(typeof newScenarioState === 'string' ? { becomes: newScenarioState } : {}),
  };
}

/** Method and exact path are told in the rule's own words, by which an index can find it; the rest stays WireMock's. */
function matchOf(pattern: RequestPattern, path: readonly PropertyKey[], errors: StubError[]): RuleMatch {
  const method = pattern.method?.toUpperCase();
  const exact = exactPath(pattern);
  return {
    ...(method === undefined || method === 'ANY' ? {} : { method }),
    ...(exact === undefined ? {} : { path: { equals: exact } }),
    ...(remainingChecks(pattern, path, errors).length === 0 ? {} : { wiremock: pattern }),
  };
}

function answerOf(response: ResponseDefinition, options: ToRuleOptions, path: readonly PropertyKey[], errors: StubError[]): RuleAnswer {
  const { proxyBaseUrl, fault, chunkedDribbleDelay: dribble } = response;
  if (typeof proxyBaseUrl === 'string') return proxyOf(proxyBaseUrl, response, options, path, errors);
  const spoiled: Fault | undefined =
    typeof fault === 'string'
      ? { type: fault }
      : dribble === null || dribble === undefined
        ? undefined
        : { type: 'dribble', chunks: dribble.numberOfChunks, durationMs: dribble.totalDuration };
  if (typeof fault === 'string' && dribble !== null && dribble !== undefined) {
    errors.push(
      errorAt([...path, 'chunkedDribbleDelay'], 'Not usable', `A response that ends in ${fault} has no body to be sent in chunks.`),
    );
  }
  const responds = respondsOf(response, path, errors);
  return { responds, ...(spoiled === undefined ? {} : { fault: spoiled }) };
}

type Responds = Extract<RuleAnswer, { readonly responds: unknown }>['responds'];

function respondsOf(response: ResponseDefinition, path: readonly PropertyKey[], errors: StubError[]): Responds {
  const status = response.status ?? 200;
  const { statusMessage, body, jsonBody, base64Body } = response;
  if (typeof statusMessage === 'string' && statusMessage !== STATUS_CODES[status]) {
    const detail = `The mock sends the reason phrase of the status, which is ${JSON.stringify(STATUS_CODES[status] ?? '')}; leave it out.`;
    errors.push(errorAt([...path, 'statusMessage'], '"statusMessage" is not supported', detail));
  }
  const headers = headersOf(response, path, errors);
  const text = typeof body === 'string' ? body : typeof base64Body === 'string' ? textIn(base64Body, path, errors) : undefined;
  return {
    status,
    ...(headers === undefined ? {} : { headers }),
    ...(text === undefined || text === '' ? {} : { body: text }),
    ...(jsonBody === undefined || jsonBody === null ? {} : { json: jsonBody }),
  };
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function textIn(base64: string, path: readonly PropertyKey[], errors: StubError[]): string | undefined {
  const refuse = (detail: string): undefined => void errors.push(errorAt([...path, 'base64Body'], 'Not usable', detail));
  if (!BASE64.test(base64)) return refuse('This is not base64.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return refuse('The bytes are not UTF-8, and the mock answers with text.');
  }
}

/** Headers that say how a message is framed: they are the server's. */
const FRAMING = new Set(['connection', 'content-length', 'keep-alive', 'trailer', 'transfer-encoding', 'upgrade']);

function headersOf({ headers }: ResponseDefinition, path: readonly PropertyKey[], errors: StubError[]): Record<string, string> | undefined {
  if (headers === null || headers === undefined) return undefined;
  const kept = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const values = typeof value === 'string' ? [value] : value;
    const refuse = (detail: string): void => void errors.push(errorAt([...path, 'headers', name], 'Not usable', detail));
    if (FRAMING.has(lower)) refuse(`The server sets ${name} by what it sends; a fault can break the framing.`);
    else if (lower === 'set-cookie' && values.length > 1) refuse('One Set-Cookie at most is supported.');
    else kept.set(lower, values.join(', '));
  }
  return Object.fromEntries(kept);
}

function proxyOf(
  base: string,
  response: ResponseDefinition,
  options: ToRuleOptions,
  path: readonly PropertyKey[],
  errors: StubError[],
): RuleAnswer {
  const refuse = (detail: string): void => void errors.push(errorAt([...path, 'proxyBaseUrl'], 'Not usable', detail));
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    refuse('It must be a URL of http or https, without credentials, query and fragment.');
  } else if (options.mayProxyTo?.(url) !== true) {
    refuse(`The mock was not started with leave to send requests on to ${base}: start it with --proxy-to ${base}`);
  }
  for (const member of ['status', 'statusMessage', 'headers', 'body', 'jsonBody', 'base64Body', 'fault', 'chunkedDribbleDelay'] as const) {
    if (response[member] === undefined || response[member] === null) continue;
    errors.push(errorAt([...path, member], `"${member}" is not supported`, 'A proxied answer goes back as it comes.'));
  }
  return { proxies: base };
}

function delayIn(response: ResponseDefinition, path: readonly PropertyKey[], errors: StubError[]): Delay | undefined {
  const delay = delayOf(response.fixedDelayMilliseconds, response.delayDistribution);
  if (delay !== 'inexpressible') return delay;
  const detail = 'A lognormal delay has no fixed part: leave out fixedDelayMilliseconds.';
  errors.push(errorAt([...path, 'fixedDelayMilliseconds'], 'Not usable', detail));
  return undefined;
}
