import type { Contract } from '../../spec/index.js';
import { operationOf } from '../answers.js';
import { edgeEvidence } from '../edge.js';
import { NotPermitted } from '../permits.js';
import { SetupFailed } from '../setup-failed.js';
import { Steps, type RunContext } from '../steps.js';
import { TransportError, type WireAnswer } from '../types.js';
import type { Bench, Sent } from './judge.js';
import { CLOCK, createPatience, type Clock } from './patience.js';
import { changesOf, isIdle, type Values } from './placeholders.js';
import type { Tried } from './try.js';
import type { FuzzEvent, FuzzRequest } from './types.js';
import { isRefusal, isSendable, toRaw, type RawRequest, type Wire } from './wire.js';

/** What everything that fuzzes a deployment shares: one budget, one judge, one way to send. */
export interface FuzzSession {
  readonly context: RunContext;
  readonly bench: Bench;
  readonly signal: AbortSignal;
  /** Tells what happens, as it happens. */
  emit(event: FuzzEvent): void;
  /**
   * Sends a request as it stands, with its placeholders filled in; what a success has created is removed again at once.
   *
   * @returns `undefined` for what HTTP cannot carry, what the deployment file does not permit, and what is no change at all
   */
  send(request: FuzzRequest, values: Values, times?: number): Promise<Sent | undefined>;
  /** How many requests were sent, and how many of them the application answered. */
  readonly counts: { sent: number; answered: number };
  /** The last request that somebody was there for: where nobody is any more, it may be what has ended it. */
  readonly last: { heard: Tried | undefined };
  /** The operations that requests were sent to. */
  readonly reached: Set<string>;
}

/** A session over a context, which may be one of the deployment's own sessions. */
export function createSession(
  context: RunContext,
  {
    wire,
    signal,
    emit,
    clock = CLOCK,
  }: { readonly wire: Wire; readonly signal: AbortSignal; readonly clock?: Clock | undefined; emit(event: FuzzEvent): void },
): FuzzSession {
  const counts = { sent: 0, answered: 0 };
  const note = once((says) => emit({ type: 'note', says, remedy: 'Name it in allow, or leave the operation out with --operation.' }));
  const asked = once((says) => emit({ type: 'note', says, remedy: 'Lower the pace with --rate or http.rate.' }));
  const patience = createPatience(clock, signal, (status) =>
    asked(`the deployment limits requests (${status} with Retry-After): for as long as it says, nothing is sent`),
  );
  const sendPatiently = async (raw: RawRequest, times: number): Promise<WireAnswer> => {
    for (;;) {
      await patience.ready();
      counts.sent += 1;
      const answer = await wire.send(raw, times);
      if (!(await patience.again(answer))) return answer;
    }
  };
  let names = 0;
  const unique = (): string => `failpath-${context.run}-f${++names}`;
  const hidden = new Set<string>();
  const session: FuzzSession = {
    context,
    bench: { contract: context.contract, redactor: context.redactor, seenRequestIds: new Set(), edges: new Set() },
    signal,
    emit,
    counts,
    last: { heard: undefined },
    reached: new Set(),
    async send(request, values, times = 1) {
      const filled = toRaw(request, values, unique);
      const raw: RawRequest = { ...filled, headers: [...filled.headers, ...Object.entries(context.session ?? {})] };
      const texts = [request.target, ...request.headers.map(([, value]) => value)];
      if (!isSendable(raw) || texts.some((text) => isIdle(text, values))) return undefined;
      if (!isPermitted(context, raw, note)) return undefined;
      const token = request.as === null ? undefined : values.get(request.as);
      if (token !== undefined && !hidden.has(token)) hide(context, request.as ?? '', token, hidden);
      // By another method, an operation that may not be called is not called either.
      if (context.contract.operation(request.operation)?.method === request.method) session.reached.add(request.operation);
      try {
        const answer = await sendPatiently(raw, times);
        if (edgeEvidence(answer) === undefined) counts.answered += 1;
        if (answer.status < 300) await remove(context, raw, answer, request.operation);
        return { raw, answer };
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        return { raw, silent: error.message.replace(/^other side closed$/, 'the connection was closed'), refused: isRefusal(error) };
      }
    },
  };
  return session;
}

/** A credential that is no public one is in no output, nor what a request has made of it. */
function hide({ deployment, redactor }: RunContext, name: string, token: string, hidden: Set<string>): void {
  hidden.add(token);
  if (deployment.identities.get(name)?.public === true) return;
  for (const value of [token, ...changesOf(token)]) redactor.add(value, name);
}

function isPermitted({ deployment, transport }: RunContext, { method, target }: RawRequest, note: (says: string) => void): boolean {
  try {
    transport.mustPermit({ method, url: `${deployment.url}${target}`, headers: {} });
    return true;
  } catch (error) {
    if (!(error instanceof NotPermitted)) throw error;
    note(error.message);
    return false;
  }
}

/** Some things, such as keys, there may be only so many of. */
async function remove(
  context: RunContext,
  { method, target }: RawRequest,
  answer: Parameters<RunContext['suite']['created']>[1],
  own: string,
): Promise<void> {
  const path = target.replace(/\?.*/s, '');
  const operation = operationOf(context.contract, method, path)?.id ?? own;
  const steps = new Steps(context);
  const made = context.suite.created(operation, answer, steps, paramsOf(context.contract, method, path));
  if (made === undefined) return;
  try {
    await made.undo();
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    context.cleanups.push(made);
  }
}

function paramsOf(contract: Contract, method: string, path: string): Readonly<Record<string, string>> {
  return contract.route(method, path)?.params ?? {};
}

/** Says each thing once. */
export function once(say: (text: string) => void): (text: string) => void {
  const said = new Set<string>();
  return (text) => {
    if (said.size !== said.add(text).size) say(text);
  };
}
