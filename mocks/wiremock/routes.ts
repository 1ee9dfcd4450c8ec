import type { AdminRoute } from '../types.js';
import { mappingRoutes } from './mapping-routes.js';
import { requestRoutes } from './request-routes.js';
import { systemRoutes } from './system-routes.js';
import type { WireMockSubject } from './types.js';

/**
 * WireMock 3's admin API, as far as it makes sense for this mock, so that client libraries of WireMock can steer it. Where
 * the mock had a route of that name before, the answer serves both: `GET /requests`, `GET /health`, `POST /reset`.
 *
 * @example
 * for (const route of wiremockRoutes(subject)) router.on(route.method, route.path, () => undefined, route);
 */
export function wiremockRoutes(subject: WireMockSubject): readonly AdminRoute[] {
  return [...mappingRoutes(subject), ...requestRoutes(subject), ...systemRoutes(subject)];
}
