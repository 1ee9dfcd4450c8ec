import { jsonPointer } from '../spec/index.js';
import type { CallTemplate } from './deployment-schema.js';
import { describeAnswer, SetupFailed } from './setup-failed.js';
import type { RunContext } from './steps.js';
import { TransportError, type WireAnswer } from './types.js';
import { fromTemplate } from './wire.js';

/** How a deployment offers sessions: worlds beside each other, of which a header names one. */
export interface SessionWay {
  readonly open: CallTemplate;
  /** `{{session}}` is the id; without it sessions end by themselves. */
  readonly close?: CallTemplate | undefined;
  /** Where the answer to `open` has the id, as a JSON pointer. */
  readonly id: string;
  /** The header of requests that names their session. */
  readonly header: string;
}

/**
 * Lets work happen in a session of its own, where the deployment offers them: a world that nobody else is in, so that it may be moved
 * at will, and that goes away with all that was made in it. Elsewhere the work happens in the one world that there is.
 *
 * @example
 * const found = await inSession(context, (own) => look(own));
 *
 * @throws {SetupFailed} when no session could be opened
 */
export async function inSession<T>(context: RunContext, work: (context: RunContext) => Promise<T>): Promise<T> {
  return toldInSession(context, async (own) => {
    const made = await work(own);
    return () => made;
  });
}

/**
 * The same for work whose result has still to be put together when all requests are answered: that is done while the deployment closes
 * the session.
 *
 * @example
 * const line = await toldInSession(context, (own) => executor.attempt(planned, own));
 *
 * @throws {SetupFailed} when no session could be opened
 */
export async function toldInSession<T>(context: RunContext, work: (context: RunContext) => Promise<() => T>): Promise<T> {
  const { sessions } = context.deployment;
  if (sessions === undefined || context.session !== undefined) return (await work(context))();
  const id = await open(context, sessions);
  const close = async (): Promise<void> => {
    if (sessions.close === undefined) return;
    const answer = await call(context, sessions.close, { session: id });
    // Whoever asks for a session that has ended has what it wants.
    if (answer.status >= 300 && answer.status !== 404) throw new SetupFailed(`closing it was answered with ${answer.status}`);
  };
  let closing: Promise<void> | undefined;
  const end = (): Promise<void> => (closing ??= close().catch(() => void context.cleanups.push({ what: `session ${id}`, undo: close })));
  try {
    const tell = await work({ ...context, session: { [sessions.header]: id }, shared: new Map(), cleanups: [] });
    void end();
    return tell();
  } finally {
    await end();
  }
}

async function open(context: RunContext, way: SessionWay): Promise<string> {
  const answer = await call(context, way.open, {});
  const id = jsonPointer.get(answer.json, way.id);
  if (answer.status < 300 && typeof id === 'string' && id !== '') return id;
  throw new SetupFailed(
    `a session could not be opened: the answer was ${describeAnswer(context.contract, answer)}, without an id at ${way.id}`,
  );
}

async function call(
  { deployment, transport }: RunContext,
  template: CallTemplate,
  values: Readonly<Record<string, string>>,
): Promise<WireAnswer> {
  try {
    return await transport.send(fromTemplate(template, values, deployment.url));
  } catch (error) {
    if (error instanceof TransportError) throw new SetupFailed(`sessions got no answer: ${error.message}`, { cause: error });
    throw error;
  }
}
