import type { Operation } from '../spec/index.js';
import type { Asked } from './asked.js';
import { problem, type MockProblem } from './problem.js';
import type { Given } from './responder.js';

/** What every refusal to go on over HTTP says of the way (RFC 9110, section 15.5.22, and RFC 6455, section 4.4). */
const WAY = { upgrade: 'websocket', 'sec-websocket-version': '13' } as const;

/**
 * What is given, unless it is a WebSocket and the request can have none: then the mock's own refusal. Whatever else an operation
 * answers, it answers requests without an upgrade as well.
 *
 * @example
 * unlessUpgraded(given, asked, operation).answer.status; // 426 for a GET with curl
 */
export function unlessUpgraded(given: Given, { request, requestId }: Pick<Asked, 'request' | 'requestId'>, { id }: Operation): Given {
  const { upgrade } = request;
  if (given.answer.stream === undefined || given.fault !== undefined || upgrade === 'possible') return given;
  const [name, detail] = refusalOf(upgrade, id);
  const { headers, ...answer } = problem(name, detail, requestId);
  const way = name === 'upgrade-required' ? WAY : {};
  return { ...given, why: detail, code: `failpath:${name}`, answer: { ...answer, headers: { ...headers, ...way } } };
}

function refusalOf(upgrade: Asked['request']['upgrade'], id: string): [MockProblem, string] {
  if (upgrade === 'full') return ['too-many-websockets', `The mock keeps no more WebSockets open at once: close some that are done.`];
  const why = typeof upgrade === 'object' ? `and this is no handshake of one: ${upgrade.wrong}` : 'for which this request does not ask';
  const remedy = "Use a WebSocket client on the mock's socket; fetch, in process or not, cannot become one.";
  return ['upgrade-required', `${id} would be answered over a WebSocket, ${why}. ${remedy}`];
}
