import { InputError } from '../../spec/index.js';
import { ADMIN } from '../admin/answers.js';
import { problemBody } from '../problem.js';
import { ScriptError } from '../script/errors.js';
import { OverBudget } from '../script/work.js';
import type { AdminAnswer, AdminRoute, RouteDoc } from '../types.js';
import { errorAt, RefusedInput, type StubError } from './errors.js';

type Asked = Parameters<AdminRoute['handle']>[0];

/** Where WireMock answers nothing, it answers an empty object. */
export const DONE: AdminAnswer = Object.freeze({ status: 200, body: {} });

export function ok(body: unknown): AdminAnswer {
  return { status: 200, body };
}

/** A route below `/__admin` whose refusals are WireMock's, and problems of the mock's own at the same time. */
export function route(
  method: AdminRoute['method'],
  path: string,
  handle: (request: Asked) => AdminAnswer | Promise<AdminAnswer>,
  doc: RouteDoc,
): AdminRoute {
  return {
    method,
    path: `${ADMIN}${path}`,
    doc,
    handle: (request) => {
      const refuse = (error: unknown): AdminAnswer => refused(422, errorsIn(error));
      try {
        const answer = handle(request);
        return answer instanceof Promise ? answer.catch(refuse) : answer;
      } catch (error) {
        return refuse(error);
      }
    },
  };
}

const COSTLY =
  'What is asked of one request costs more than it may. Write shorter expressions, and say first what is cheap, such as urlPath.';

/** @throws What is no refusal of an input. */
function errorsIn(error: unknown): readonly StubError[] {
  if (error instanceof RefusedInput) return error.errors;
  if (error instanceof ScriptError) return [errorAt([], 'Not possible', error.message)];
  if (error instanceof OverBudget) return [errorAt([], 'Too much work', COSTLY)];
  if (!(error instanceof InputError)) throw error;
  return error.findings.map(({ what, why, remedy }) => errorAt([], 'Not usable', `${what}. ${why} ${remedy}`));
}

/** An answer with WireMock's `errors`, as a problem (RFC 9457) that says the same. */
export function refused(status: number, errors: readonly StubError[]): AdminAnswer {
  const detail = errors
    .map((error) => [error.source?.pointer, error.title, error.detail].filter((part) => part !== undefined && part !== '').join(': '))
    .join('; ');
  const name = status === 404 ? 'admin-unknown-route' : 'admin-invalid-input';
  return { status, body: problemBody(name, detail, { status, errors }) };
}

/** What is not there. */
export function notFound(title: string): AdminAnswer {
  return refused(404, [{ code: 10, title }]);
}
