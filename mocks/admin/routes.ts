import { z } from 'zod';
import { ADMIN, route, ok, unknownRoute } from './answers.js';
import { whileRecording } from './recording.js';
import { sessionRoutes, type SessionSubject } from './session-routes.js';
import { auditRoutes } from './audit-routes.js';
import { clockRoutes } from './clock-routes.js';
import { explainRoute, type ExplainSubject } from './explain.js';
import { ruleRoutes, type RuleSubject } from './rule-routes.js';
import { surfaceRoutes, type SurfaceSubject } from './surface-routes.js';
import type { AdminRoute, Clock } from '../types.js';
import type { Audit } from '../verification/index.js';
import { wiremockRoutes, type WireMockSubject } from '../wiremock/index.js';

/** What the admin routes steer. */
export interface AdminSubject
  extends WireMockSubject, RuleSubject, ExplainSubject, Omit<SurfaceSubject, 'journal' | 'scripts'>, SessionSubject {
  /** Told when a route of the sandbox may have changed its world. */
  readonly changed: () => void;
  readonly scripts: WireMockSubject['scripts'];
  readonly asScriptRequest: WireMockSubject['asScriptRequest'];
  readonly clock: Clock;
  readonly audit: Audit;
  readonly catchUp: () => Promise<void>;
}

/** The routes that steer a world: the mock's own, WireMock's among them, and those of its sandbox. */
export function adminRoutes(subject: AdminSubject): readonly AdminRoute[] {
  const { sandbox, changed, records } = subject;
  const routes = [...ownRoutes(subject), ...(sandbox?.admin ?? []).map((one) => below(one, changed))];
  return records ? whileRecording(routes) : routes;
}

/** A sandbox may name its routes in full or from `/__admin` on. */
function below(route: AdminRoute, changed: () => void): AdminRoute {
  const { method, path, doc } = route;
  return {
    method,
    doc,
    path: path.startsWith(`${ADMIN}/`) ? path : `${ADMIN}${path}`,
    handle: (request) => {
      if (method !== 'GET') changed();
      return route.handle(request);
    },
  };
}

function ownRoutes(subject: AdminSubject): readonly AdminRoute[] {
  const { clock, sandbox } = subject;
  return [
    ...wiremockRoutes(subject),
    ...ruleRoutes(subject),
    ...auditRoutes(subject),
    ...surfaceRoutes(subject),
    ...clockRoutes(clock),
    ...sessionRoutes(subject),
    explainRoute(subject),
    route(
      'GET',
      '/world',
      () =>
        sandbox === undefined
          ? unknownRoute('This mock runs without a sandbox, so there is no world.', 'Start it with the sandbox of its contract.')
          : ok(sandbox.world),
      {
        group: 'world',
        summary: 'What the sandbox knows at its start: ids and tokens',
        answers: { 200: z.looseObject({}) },
        refuses: [404],
      },
    ),
  ];
}
