import type { Delay, Rule, RuleMatch } from '../script/types.js';
import type { StubJson } from './types.js';

/** What the listing calls everything that is failpath's own and has no name in WireMock. */
const OWN = 'failpath';

/**
 * The stub that a rule is listed as: as it was registered, or, for rules of files and code, in WireMock's words where there
 * are any. A condition without WireMock's words is a custom matcher named failpath, an answer without them a transformer of
 * that name; neither can be registered, so that a copy never means something else.
 *
 * @example
 * fromRule(rule).request; // { method: 'POST', customMatcher: { name: 'failpath', parameters: { on: 'confirmWork' } } }
 */
export function fromRule(rule: Rule): StubJson {
  if (rule.stub !== undefined) return rule.stub;
  const { id, name, priority, scenario, source } = rule;
  return {
    id,
    ...(name === undefined ? {} : { name }),
    request: requestOf(rule.match),
    response: responseOf(rule),
    uuid: id,
    priority,
    ...(scenario === undefined
      ? {}
      : {
          scenarioName: scenario.name,
          ...(scenario.is === undefined ? {} : { requiredScenarioState: scenario.is }),
          ...(scenario.becomes === undefined ? {} : { newScenarioState: scenario.becomes }),
        }),
    metadata: { source },
  };
}

function requestOf({ method, path, ...others }: RuleMatch): StubJson {
  const exact = typeof path === 'string' ? path : onlyEquals(path);
  const own = { ...others, ...(exact === undefined && path !== undefined ? { path } : {}) };
  return {
    method: method?.toUpperCase() ?? 'ANY',
    ...(exact === undefined ? {} : { urlPath: exact }),
    ...(Object.keys(own).length === 0 ? {} : { customMatcher: { name: OWN, parameters: own } }),
  };
}

function onlyEquals(path: Exclude<RuleMatch['path'], string>): string | undefined {
  return path !== undefined && Object.keys(path).join() === 'equals' ? path.equals : undefined;
}

function responseOf({ answers, end, delay, uses, lastsMs, probability, seed, perIdempotencyKey }: Rule): StubJson {
  const [answer] = answers;
  const conditional = uses !== undefined || lastsMs !== undefined || probability !== undefined || perIdempotencyKey;
  if (answers.length === 1 && !conditional) {
    const late = delay === undefined ? {} : delayMembers(delay);
    if ('responds' in answer && answer.fault === undefined) {
      const { status, headers, json, body } = answer.responds;
      return {
        status,
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { body }),
        ...(json === undefined ? {} : { jsonBody: json }),
        ...late,
      };
    }
    if ('proxies' in answer) return { proxyBaseUrl: answer.proxies, ...late };
  }
  const own = { answers, end, delay, uses, lastsMs, probability, seed, perIdempotencyKey };
  return { transformers: [OWN], transformerParameters: own };
}

function delayMembers(delay: Delay): StubJson {
  if (typeof delay === 'number') return { fixedDelayMilliseconds: delay };
  if ('uniform' in delay) return { delayDistribution: { type: 'uniform', lower: delay.uniform[0], upper: delay.uniform[1] } };
  return { delayDistribution: { type: 'lognormal', ...delay.lognormal } };
}

/** The rules by id, for a listing. */
export function byId(rules: readonly Rule[]): ReadonlyMap<string, Rule> {
  return new Map(rules.map((rule) => [rule.id, rule]));
}
