import {
  TransportError,
  type CauseLine,
  type Deployment,
  type FailurePath,
  type Suite,
  type WireAnswer,
  type WireRequest,
} from '../../contracts/index.js';
import { answer, fakeTransport, refusal, runToy, toySuite, type FakeTransport } from './support.js';

/** A request says what it wants to be answered: `/things` with a name, `x-want: <status> <code>` for a failure. */
export function toyApi(more: (request: WireRequest) => WireAnswer | undefined = () => undefined): FakeTransport {
  return fakeTransport((request) => {
    const own = more(request);
    if (own !== undefined) return own;
    const [status, code] = (request.headers['x-want'] ?? '').split(' ');
    if (code !== undefined) return refusal(Number(status), code, code === 'thing.exists' ? { details: { id: '1' } } : {});
    if (request.url.endsWith('/faults')) return answer(200, {});
    if (request.method === 'POST') return answer(201, { id: '1' });
    return answer(request.method === 'DELETE' ? 204 : 404, undefined);
  });
}

export const want =
  (failure: string): NonNullable<FailurePath['when']> =>
  (request) => ({ ...request, headers: { 'x-want': failure } });
export const PATHS: Readonly<Record<'none' | 'notBearer' | 'revoked' | 'foreign' | 'same' | 'otherCase', FailurePath>> = {
  none: { operation: 'makeThing', code: 'key.missing', cause: 'none', when: want('401 key.missing') },
  notBearer: { operation: 'makeThing', code: 'key.missing', cause: 'not Bearer', when: want('401 key.missing') },
  revoked: { operation: 'makeThing', code: 'key.revoked', cause: 'revoked', when: want('403 key.revoked') },
  foreign: { operation: 'makeThing', code: 'thing.forbidden', cause: 'foreign', when: want('403 thing.forbidden') },
  same: { operation: 'makeThing', code: 'thing.exists', cause: 'same name', when: want('409 thing.exists') },
  otherCase: { operation: 'makeThing', code: 'thing.exists', cause: 'same name in other case', when: want('409 thing.exists') },
};
export const ALL: readonly FailurePath[] = Object.values(PATHS);

export const down: FailurePath = {
  operation: 'makeThing',
  code: 'toy.down',
  cause: 'upstream down',
  needs: ['upstream.fault'],
  when: async (request, steps) => {
    await steps.change('upstream.fault');
    return { ...request, headers: { 'x-want': '503 toy.down' } };
  },
};
/** As the API answers {@link down}, with the header that the contract requires. */
export const unavailable = (request: WireRequest): WireAnswer | undefined => {
  if (request.headers['x-want'] !== '503 toy.down') return undefined;
  const { text } = refusal(503, 'toy.down');
  return answer(503, JSON.parse(text), { 'retry-after': '1' });
};

export function silent(): never {
  throw new TransportError('silence');
}

export type Reply = (request: WireRequest) => WireAnswer | undefined;

/** The line of one path, and the requests that led to it, without the one that asks whether anybody is there. */
export async function drive(
  path: FailurePath,
  reply?: Reply,
  options: { deployment?: Deployment; suite?: Partial<Suite> } = {},
): Promise<{ line: CauseLine; requests: WireRequest[] }> {
  const transport = toyApi(reply);
  const { line } = await runToy(
    toySuite([path], options.suite),
    transport,
    options.deployment === undefined ? {} : { deployment: options.deployment },
  );
  return { line: line(path.cause, path.operation), requests: transport.requests.slice(1) };
}

/** Whether it is the request with the fault, and not the control twin's. */
export const faulty = (request: WireRequest): boolean => request.headers['x-want'] !== undefined;
