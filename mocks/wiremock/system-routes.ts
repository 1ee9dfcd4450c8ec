import { FIRST_STATE } from '../script/state.js';
import { ScriptError } from '../script/errors.js';
import type { AdminAnswer, AdminRoute } from '../types.js';
import { DONE, notFound, ok, refused, route } from './answers.js';
import { systemDocs as docs, unsupportedDoc } from './docs.js';
import { errorAt } from './errors.js';
import { fromRule } from './from-rule.js';
import { parseWith } from './request-pattern.js';
import { delayOf, type GlobalSettings } from './settings.js';
import { globalSettings, stateInput } from './stub-schema.js';
import type { StubJson, WireMockSubject } from './types.js';

/** The routes of scenarios, settings and the server itself. */
export function systemRoutes(subject: WireMockSubject): readonly AdminRoute[] {
  const { scripts, settings } = subject;
  const putSettings = ({ body }: { readonly body: unknown }): AdminAnswer => {
    const { fixedDelay, delayDistribution } = parseWith(globalSettings, body);
    if (delayOf(fixedDelay, delayDistribution) === 'inexpressible') {
      return refused(422, [errorAt(['fixedDelay'], 'Not usable', 'A lognormal delay has no fixed part: leave out one of the two.')]);
    }
    const next: GlobalSettings = {
      ...(typeof fixedDelay === 'number' ? { fixedDelay } : {}),
      ...(delayDistribution === null || delayDistribution === undefined ? {} : { delayDistribution }),
    };
    settings.set(next);
    return DONE;
  };
  return [
    route('GET', '/scenarios', () => ok({ scenarios: scenariosOf(subject) }), docs.scenarios),
    route(
      'POST',
      '/scenarios/reset',
      () => {
        scripts.resetScenarios();
        return DONE;
      },
      docs.resetScenarios,
    ),
    route('PUT', '/scenarios/:name/state', ({ params, body }) => setScenario(subject, params['name'] ?? '', body), docs.setScenario),
    route(
      'GET',
      '/settings',
      () => ok({ settings: { fixedDelay: null, ...settings.get(), extended: {}, proxyPassThrough: true } }),
      docs.settings,
    ),
    route('POST', '/settings', putSettings, docs.putSettings),
    route('PUT', '/settings', putSettings, docs.putSettings),
    route(
      'POST',
      '/reset',
      () => {
        subject.reset();
        return ok({ status: 'reset' });
      },
      docs.reset,
    ),
    { ...route('GET', '/health', () => ok(healthOf(subject)), docs.health), always: true },
    { ...route('GET', '/version', () => ok({ version: subject.version }), docs.version), always: true },
    ...Object.entries(UNSUPPORTED_ROUTES).map(([key, detail]) => {
      const [method, path = ''] = key.split(' ');
      return route(
        method as AdminRoute['method'],
        path,
        () => refused(422, [{ code: 10, title: `${method} /__admin${path} is not supported`, detail }]),
        unsupportedDoc(detail),
      );
    }),
  ];
}

function healthOf({ health, version, uptime }: WireMockSubject): Readonly<Record<string, unknown>> {
  const shown = { message: 'The mock answers.', version, uptimeInSeconds: Math.floor(uptime()), timestamp: new Date().toISOString() };
  return { ...health(), ...shown };
}

/** Routes of WireMock's that mean nothing here, and what to do instead. */
const UNSUPPORTED_ROUTES: Readonly<Record<string, string>> = {
  'POST /mappings/save': 'Rules of this API are kept in memory. Write them into a script file.',
  'POST /shutdown': 'The mock ends with its process. Stop that.',
  'POST /recordings/start': 'Recording is chosen when the mock is started.',
  'POST /recordings/stop': 'Recording is chosen when the mock is started.',
  'POST /recordings/snapshot': 'Recording is chosen when the mock is started.',
  'GET /recordings/status': 'Recording is chosen when the mock is started.',
  'GET /files': 'The mock reads no files on behalf of stubs. Use body, jsonBody or base64Body.',
};

/** Every scenario that a stub speaks of, whether it depends on it or not. */
function scenariosOf({ scripts }: WireMockSubject): StubJson[] {
  const scenarios = new Map<string, { readonly states: Set<string>; readonly mappings: StubJson[] }>();
  for (const rule of scripts.rules) {
    const stub = fromRule(rule);
    const name = stub['scenarioName'];
    if (typeof name !== 'string') continue;
    const { states, mappings } = scenarios.get(name) ?? { states: new Set([FIRST_STATE]), mappings: [] };
    for (const state of [rule.scenario?.is, rule.scenario?.becomes]) if (state !== undefined) states.add(state);
    mappings.push(stub);
    scenarios.set(name, { states, mappings });
  }
  return Array.from(scenarios, ([name, { states, mappings }]) => ({
    id: name,
    name,
    state: scripts.scenarios.get(name) ?? FIRST_STATE,
    possibleStates: [...states],
    mappings,
  }));
}

/** Without a state, back to the first one. */
function setScenario({ scripts }: WireMockSubject, name: string, body: unknown): AdminAnswer {
  const { state } = body === undefined ? {} : parseWith(stateInput, body);
  try {
    scripts.setScenario(name, state ?? FIRST_STATE);
    return DONE;
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    // Codes and statuses as WireMock has them.
    if (error.reason === 'unknown-scenario') return notFound(error.message);
    return refused(422, [{ code: 11, source: { pointer: '/state' }, title: error.message }]);
  }
}
