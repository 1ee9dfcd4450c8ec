export { RefusedInput, type StubError } from './errors.js';
export { fromRule } from './from-rule.js';
export { loggedRequest, serveEvent } from './logged.js';
export { resetMappings } from './mapping-routes.js';
export { matchRequestPattern } from './request-pattern.js';
export { wiremockRoutes } from './routes.js';
export { settingsDelay, type GlobalSettings } from './settings.js';
export { toRule, type ToRuleOptions } from './to-rule.js';
export type { Recorded, RecordedRequest, StubJson, WireMockSubject } from './types.js';
