import { z } from 'zod';
import { route, ok, unknownRoute } from './answers.js';
import { auditRoutes } from './audit-routes.js';
import { clockRoutes } from './clock-routes.js';
import { explainRoute, type ExplainSubject } from './explain.js';
import { ruleRoutes, type RuleSubject } from './rule-routes.js';
import { surfaceRoutes, type SurfaceSubject } from './surface-routes.js';
import type { AdminRoute, Clock } from '../types.js';
import type { Audit } from '../verification/index.js';
import { wiremockRoutes, type WireMockSubject } from '../wiremock/index.js';

/** What the admin routes steer. */
export interface AdminSubject extends WireMockSubject, RuleSubject, ExplainSubject, Omit<SurfaceSubject, 'journal' | 'scripts'> {
  readonly scripts: WireMockSubject['scripts'];
  readonly asScriptRequest: WireMockSubject['asScriptRequest'];
  readonly clock: Clock;
  readonly audit: Audit;
}

/** The mock's own admin routes, WireMock's among them; those of the sandbox stand beside them. */
export function adminRoutes(subject: AdminSubject): readonly AdminRoute[] {
  const { clock, sandbox } = subject;
  return [
    ...wiremockRoutes(subject),
    ...ruleRoutes(subject),
    ...auditRoutes(subject),
    ...surfaceRoutes(subject),
    ...clockRoutes(clock),
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
