import { problemBody } from '../problem.js';
import type { AdminRoute, RouteDoc } from '../types.js';

/** What a recording has no use for: rules, settings, time, and the world of the sandbox. */
const GROUPS: ReadonlySet<string> = new Set(['rules', 'mappings', 'scenarios', 'settings', 'clock', 'world', 'sessions']);
/** They are sent, and only ask. */
const QUESTIONS: ReadonlySet<string> = new Set(['/__admin/mappings/find-by-metadata']);

const REMEDY = 'Start a mock without --record, and steer that; what is recorded can be served with --script.';

/**
 * Routes while a deployment is recorded: those that would change what the mock answers refuse to, since it answers nothing.
 *
 * @example
 * whileRecording(adminRoutes(subject)); // PUT /__admin/settings: 409 failpath:admin-recording
 */
export function whileRecording(routes: readonly AdminRoute[]): readonly AdminRoute[] {
  return routes.map((route) => (steers(route) ? { ...route, doc: route.doc && refusing(route.doc), handle: refuse } : route));
}

/** A route without a description is one of a sandbox, and its methods say what it does. */
function steers({ method, path, doc }: AdminRoute): boolean {
  return method !== 'GET' && !QUESTIONS.has(path) && (doc === undefined || GROUPS.has(doc.group));
}

function refusing(doc: RouteDoc): RouteDoc {
  return { ...doc, refuses: [...(doc.refuses ?? []), 409] };
}

const refuse: AdminRoute['handle'] = () => {
  const detail = 'This mock records: every request goes on to the deployment, so nothing of this would have an effect.';
  // As an error too: WireMock's clients look for these.
  const errors = [{ code: 10, title: detail, detail: REMEDY }];
  return { status: 409, body: problemBody('admin-recording', detail, { remedy: REMEDY, errors }) };
};
