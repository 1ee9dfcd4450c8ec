import { jsonPointer, type Contract, type Failure } from '../../spec/index.js';
import type { Deployment } from '../deployment.js';
import type { Suite } from '../suite.js';
import { toAnswer } from '../transport.js';
import type { Transport, WireAnswer, WireRequest } from '../types.js';
import { fromTemplate } from '../wire.js';
import { examplesOf, failureAnswer, successOf } from './answers.js';
import type { Answered, Asked, Imagined, Sent, SentFor } from './types.js';

/** Why a request is not permitted. */
export type Refusals = (request: WireRequest) => readonly string[];

/** An imagined deployment: it answers as the contract's examples do, and sends nothing. */
export interface Room extends Transport {
  readonly sent: readonly Sent[];
  /** What each of its worlds has answered with success; the one that is there without a session is the first. */
  readonly worlds: ReadonlyMap<string, readonly Answered[]>;
  /** What faulty requests are answered with from now on. */
  face(failure: Failure | undefined): void;
  /** Lets time pass that nobody waits for. */
  wait(milliseconds: number): Promise<void>;
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Makes an imagined deployment for a rehearsal. Requests of the phases `when` and `again` get the failure that it faces, all others
 * succeed.
 *
 * @example
 * const room = createRoom({ contract, suite, deployment });
 * room.face(failure);
 */
export function createRoom({
  contract,
  suite,
  deployment,
  refusals = () => [],
}: {
  readonly contract: Contract;
  readonly suite: Suite;
  readonly deployment: Deployment;
  /** What is not permitted is answered all the same, and noted. */
  readonly refusals?: Refusals | undefined;
}): Room {
  const sent: Sent[] = [];
  const worlds = new Map<string, Answered[]>([['', []]]);
  const limits = Object.fromEntries(Object.entries(contract.limits).map(([name, { value }]) => [name, value]));
  const opensSession = sessionOpener(deployment);
  let [count, now] = [0, 0];
  let faced: Failure | undefined;
  const next = (): number => ++count;
  const amend = (members: Partial<Sent>): void => {
    const last = sent.pop();
    if (last !== undefined) sent.push({ ...last, ...members });
  };

  const worldOf = ({ headers }: WireRequest): Answered[] => {
    const id = (deployment.sessions && headers[deployment.sessions.header]) ?? '';
    const world = worlds.get(id) ?? [];
    worlds.set(id, world);
    return world;
  };

  const answerOperation = (request: WireRequest, label: string, id: string): WireAnswer => {
    const { pathname } = new URL(request.url);
    const route = contract.route(request.method, pathname.slice(new URL(deployment.url).pathname.replace(/\/$/, '').length));
    const operation = contract.operation(label);
    if (operation === undefined) return toAnswer(200, { 'x-request-id': id }, '');
    const earlier = worldOf(request);
    const [params, body] = [route?.params ?? {}, parsed(request)];
    const token = request.headers['authorization']?.replace(/^Bearer /, '');
    const examples = examplesOf(operation);
    const asked: Asked = { operation, params, body, token, examples, earlier, now, limits };
    const imagined: Imagined = suite.rehearsal?.answers[label]?.(asked) ?? { body: Object.values(examples)[0] };
    if ('code' in imagined) {
      const failure = operation.failures.find(({ code }) => code === imagined.code);
      amend({ polls: true });
      if (failure !== undefined) return failureAnswer(contract, failure, id);
    }
    const said = { ...params, ...(typeof body === 'object' ? body : {}) };
    const answer = successOf(operation, {
      id,
      body: 'body' in imagined ? imagined.body : undefined,
      said,
      origin: new URL(deployment.url).origin,
      next,
    });
    earlier.push({ label, params, body, answer: answer.json, at: now });
    return answer;
  };

  const answer = (request: WireRequest, about: SentFor | undefined, id: string): WireAnswer => {
    if (about === undefined) return opensSession(request, next) ?? toAnswer(200, { 'x-request-id': id }, '');
    const isFaulty = about.phase === 'when' || about.phase === 'again';
    if (isFaulty && faced?.operation.id === about.label) return failureAnswer(contract, faced, id);
    if (contract.operation(about.label) === undefined)
      worldOf(request).push({ label: about.label, params: {}, body: parsed(request), answer: undefined, at: now });
    return answerOperation(request, about.label, id);
  };

  return {
    sent,
    worlds,
    face: (failure) => void (faced = failure),
    wait: async (milliseconds) => {
      now += milliseconds;
      const last = sent.at(-1);
      if (last !== undefined) amend({ waits: last.waits + milliseconds / 1000 });
    },
    send: async (request, about) => {
      const id = `req_${next().toString(16).padStart(32, '0')}`;
      const bytes = typeof request.body === 'object' ? request.body.bytes : 0;
      const { method } = request;
      sent.push({
        id,
        phase: about?.phase ?? null,
        label: about?.label ?? 'around',
        method,
        write: !SAFE.has(method),
        bytes,
        waits: 0,
        polls: false,
        refusals: refusals(request),
      });
      return answer(request, about, id);
    },
    close: () => Promise.resolve(),
  };
}

/** Answers the request that opens a session, and no other. */
function sessionOpener({ sessions, url }: Deployment): (request: WireRequest, next: () => number) => WireAnswer | undefined {
  if (sessions === undefined) return () => undefined;
  const open = fromTemplate(sessions.open, {}, url);
  return (request, next) => {
    if (request.method !== open.method || request.url !== open.url) return undefined;
    const body = jsonPointer.set({}, sessions.id, `session-${next()}`);
    return toAnswer(201, { 'content-type': 'application/json' }, JSON.stringify(body));
  };
}

function parsed({ body }: WireRequest): unknown {
  if (typeof body !== 'string') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
