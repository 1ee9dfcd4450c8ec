import { envelopeCodec, type Contract, type Operation } from '../spec/index.js';
import { edgeEvidence, strayLimit } from './edge.js';
import { opensWebSocket } from './handshake.js';
import { expectedSuccess } from './success.js';
import type { WireAnswer } from './types.js';

/** Provisioning or a control twin did not succeed; the message says what answered what. */
export class SetupFailed extends Error {
  override readonly name = 'SetupFailed';
  /** A proxy answered in place of the application, of which nothing is known then. */
  readonly intercepted: boolean;
  /** What the application answered, where it was that. */
  readonly answer: WireAnswer | undefined;

  constructor(
    message: string,
    { intercepted = false, answer, ...options }: ErrorOptions & { readonly intercepted?: boolean; readonly answer?: WireAnswer } = {},
  ) {
    super(message, options);
    this.intercepted = intercepted;
    this.answer = answer;
  }
}

/** Why a step of the way failed, and whether it was the application that refused it. */
export function refusedBy(answer: WireAnswer, what: string): SetupFailed {
  // The application's own 429 has a code; whether it is declared is told by what was answered.
  const evidence = edgeEvidence(answer) ?? strayLimit(answer, { declared: isEnveloped(answer), asked: false });
  return evidence === undefined
    ? new SetupFailed(what, { answer })
    : new SetupFailed(`${what}, which did not come from the application: ${evidence}`, { intercepted: true });
}

function isEnveloped({ json }: WireAnswer): boolean {
  return typeof json === 'object' && json !== null && 'error' in json;
}

/** An answer in a few words: `422 registration.audio_empty`, `502 text/html`. */
export function describeAnswer(contract: Contract, answer: WireAnswer): string {
  const { code } = envelopeCodec(contract).read(answer.json);
  if (typeof code === 'string') return `${answer.status} ${code}`;
  return [answer.status, answer.headers['content-type']?.split(';')[0]].filter(Boolean).join(' ');
}

/**
 * What came in place of an operation's success: `answered 401 common.unauthorized, not 200`. A WebSocket that does not open, for no
 * reason that the contract knows, has a usual suspect.
 */
export function insteadOfSuccess(contract: Contract, operation: Operation, answer: WireAnswer): string {
  const { code } = envelopeCodec(contract).read(answer.json);
  const isDeclared = operation.failures.some((failure) => failure.status === answer.status && failure.code === code);
  const hint = opensWebSocket(operation) && !isDeclared ? ' (does a proxy on the way keep WebSockets from opening?)' : '';
  return `answered ${describeAnswer(contract, answer)}, not ${expectedSuccess(operation)}${hint}`;
}
