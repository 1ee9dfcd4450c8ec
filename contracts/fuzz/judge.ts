import { envelopeCodec, type Contract, type Operation } from '../../spec/index.js';
import { judgeAnswer, operationOf, type AnswerVerdict } from '../answers.js';
import { opensWebSocket } from '../handshake.js';
import type { Redactor } from '../redact.js';
import { describeAnswer } from '../setup-failed.js';
import type { Discrepancy, WireAnswer } from '../types.js';
import { INJECTED } from './input/index.js';
import type { Expectation, FindingKind, FuzzRequest } from './types.js';
import type { RawRequest } from './wire.js';

/** What came of a request: an answer, or why there is none. */
export type Sent = { readonly raw: RawRequest } & (
  | { readonly answer: WireAnswer }
  /** `refused`: nobody was there to begin with. */
  | { readonly silent: string; readonly refused: boolean }
);

/** What is wrong with an answer. */
export interface Wrong {
  readonly kind: FindingKind;
  /** What came, in a few words: `500 text/html`. */
  readonly came: string;
  /** 0 where nothing came. */
  readonly status: number;
  /** What should have come. */
  readonly due: string;
  readonly remedy: string;
  readonly discrepancies: readonly Discrepancy[];
  /** The declared code or status of success that came, in whatever shape: what is wrong then is the answer, whatever was asked. */
  readonly code?: string;
  /** Whether the deployment declares what came, but says it for no reason: it may be ill, or overloaded. */
  readonly declared: boolean;
}

/** What the judge of a run knows. */
export interface Bench {
  readonly contract: Contract;
  readonly redactor: Redactor;
  readonly seenRequestIds: Set<string>;
  /** Statuses with which something in front of the application has answered. */
  readonly edges: Set<number>;
}

/** What came of one request, judged. */
export interface Judged {
  readonly wrong: Wrong | undefined;
  /** Whether the application itself answered, and accepted. */
  readonly succeeded: boolean;
  readonly answered: boolean;
  /** What shows that something in front of the application answered. */
  readonly edge?: string;
}

const DUE: Readonly<Record<Expectation, string>> = {
  accepted: 'its success was due',
  refused: 'a declared refusal was due',
  declared: 'a declared answer was due',
};

/** Statuses that say of a good request that its sender lacks something, not that it is wrong. */
export const NO_FAULT: ReadonlySet<number> = new Set([401, 402, 403, 429]);

/**
 * Holds what came of a request against the contract, and against what was to become of it.
 *
 * @example
 * judge(bench, request, 'refused', sent).wrong?.kind; // 'accepted'
 */
export function judge(bench: Bench, request: FuzzRequest, expected: Expectation, sent: Sent): Judged {
  const expects = isElsewhere(bench, request, sent.raw) ? 'declared' : expected;
  const due = DUE[expects];
  // Where nobody listens, no request is at fault.
  if ('silent' in sent && sent.refused) return { wrong: undefined, succeeded: false, answered: false };
  if ('silent' in sent) {
    const remedy = 'Look up the request in the log of the server: it hangs, it has ended, or it closes connections.';
    const wrong: Wrong = {
      kind: 'no-answer',
      came: `no answer (${sent.silent})`,
      status: 0,
      due,
      remedy,
      discrepancies: [],
      declared: false,
    };
    return { wrong, succeeded: false, answered: false };
  }
  const { answer, raw } = sent;
  const held = nearest(bench, request, raw, answer);
  const verdict: AnswerVerdict =
    held.kind === 'undeclared' && raw.method === 'HEAD' && isEdgeOfHead(bench, answer.status)
      ? { kind: 'edge', evidence: `${answer.status} to a HEAD, which has no body to show whose it is` }
      : held;
  if (verdict.kind === 'edge') {
    bench.edges.add(answer.status);
    return { wrong: undefined, succeeded: false, answered: false, edge: verdict.evidence };
  }
  const { requestId } = envelopeCodec(bench.contract).read(answer.json);
  if (typeof requestId === 'string') bench.seenRequestIds.add(requestId);
  const succeeded = verdict.kind === 'success' || (verdict.kind === 'undeclared' && answer.status < 300);
  const wrong = wrongOf(bench.contract, { verdict, answer, expects });
  return { wrong, succeeded, answered: true };
}

/** Whether a request has become one to another operation, which knows nothing of what is wrong with it. */
function isElsewhere({ contract }: Bench, { operation }: FuzzRequest, { method, target }: RawRequest): boolean {
  const routed = operationOf(contract, method, target.replace(/\?.*/s, ''));
  return routed !== undefined && routed.id !== operation;
}

/** Statuses that are not the application's where it does not declare them, nor says so in its envelope. */
const IN_FRONT: ReadonlySet<number> = new Set([429, 502, 504]);

/** The answer to a HEAD has no body to tell a proxy by: what is a proxy's with other methods is with HEAD as well. */
const isEdgeOfHead = ({ edges }: Bench, status: number): boolean => IN_FRONT.has(status) || (status === 503 && edges.has(status));

/** A route that is written in another way may be the operation's own, or none, or another's: each may answer as it declares. */
function nearest({ contract, redactor, seenRequestIds }: Bench, request: FuzzRequest, raw: RawRequest, answer: WireAnswer): AnswerVerdict {
  const own = contract.operation(request.operation);
  const path = raw.target.replace(/\?.*/s, '');
  const routed = operationOf(contract, raw.method, path);
  // Where a parameter is empty, a server that ignores a slash at the end has been asked for what precedes it.
  const before = routed === undefined && path.endsWith('/') ? operationOf(contract, raw.method, path.replace(/\/+$/, '')) : undefined;
  const candidates = new Set<Operation | undefined>([
    ...(before === undefined ? [] : [before]),
    ...(own !== undefined && isPlain(own, path) ? [] : [undefined]),
    routed,
    ...(own?.method === raw.method || raw.method === 'HEAD' ? [own] : []),
  ]);
  const credential = raw.headers.find(([name]) => name === 'authorization')?.[1].replace(/^\S+\s+/, '');
  const verdicts = [...candidates].map((operation) =>
    judgeAnswer({
      contract,
      operation,
      method: raw.method,
      answer,
      redactor,
      credential: credential === undefined || credential.length < 8 ? undefined : credential,
      seenRequestIds,
    }),
  );
  const isSound = (verdict: AnswerVerdict): boolean => verdict.kind === 'edge' || verdict.discrepancies.length === 0;
  const sound = verdicts.find(isSound);
  if (sound === undefined && isSurface(raw, answer, { own, routed })) return { kind: 'undeclared', discrepancies: [] };
  // A refusal of an unknown route that is not shaped as declared is one all the same; so is a success where slashes count for nothing.
  const plain = path.replaceAll(/\/{2,}/g, '/').replace(/\/+$/, '');
  const isOwn = own !== undefined && operationOf(contract, raw.method, plain) === own;
  const close = verdicts.find(({ kind }) => kind === 'failure') ?? (isOwn ? verdicts.find(({ kind }) => kind === 'success') : undefined);
  return sound ?? close ?? verdicts.at(-1) ?? { kind: 'undeclared', discrepancies: [] };
}

/** What a router may read in more than one way: encoded slashes, dots, control characters, and no encoding at all. */
const AMBIGUOUS = /%(?:2f|5c|2e|0[0-9a-f]|1[0-9a-f]|7f|25|[89a-f][0-9a-f]|(?![0-9a-f]{2}))|^\.*$|;/i;

/** Whether a path is an operation's own, written as everybody writes it. */
function isPlain(operation: Operation, path: string): boolean {
  const [expected, actual] = [operation.path.split('/'), path.split('/')];
  return (
    expected.length === actual.length &&
    expected.every((segment, index) => (segment.includes('{') ? !AMBIGUOUS.test(actual[index] ?? '') : segment === actual[index]))
  );
}

/** What a server answers about HTTP rather than for the API: which methods there are, how a path is written, that a WebSocket is asked for by GET. */
function isSurface(
  { method }: RawRequest,
  { status, headers }: WireAnswer,
  { own, routed }: { readonly own: Operation | undefined; readonly routed: Operation | undefined },
): boolean {
  if (status === 426 && own !== undefined && opensWebSocket(own)) return method !== own.method;
  if (routed === own) return false;
  return (method === 'OPTIONS' && status < 300) || ([301, 302, 307, 308].includes(status) && headers['location'] !== undefined);
}

function wrongOf(
  contract: Contract,
  { verdict, answer, expects }: { readonly verdict: AnswerVerdict; readonly answer: WireAnswer; readonly expects: Expectation },
): Wrong | undefined {
  const injected = injectedHeader(answer);
  const discrepancies = [...injected, ...(verdict.kind === 'edge' ? [] : verdict.discrepancies)];
  const came = describeAnswer(contract, answer);
  const due = DUE[expects];
  const { status } = answer;
  const isError = status >= 500;
  if (discrepancies.length > 0) {
    const leak = discrepancies.find(({ check }) => check === 'leak');
    const first = (isError ? undefined : leak) ?? discrepancies[0];
    const kind = isError ? 'server-error' : leak === undefined ? 'undeclared' : 'leak';
    const code = codeOf(verdict, injected.length > 0);
    return { kind, came, status, due, remedy: first?.remedy ?? '', discrepancies, declared: false, ...code };
  }
  if (verdict.kind === 'failure' && isError)
    return {
      kind: 'server-error',
      came,
      status,
      due,
      remedy: 'The server says that something beneath it failed, where nothing had: refuse what is wrong with the request instead.',
      discrepancies: [],
      declared: true,
    };
  if (verdict.kind === 'success' && expects === 'refused')
    return { kind: 'accepted', came, status, due, remedy: 'Refuse it, or declare that it is allowed.', discrepancies: [], declared: false };
  if (verdict.kind === 'failure' && expects === 'accepted')
    return {
      kind: 'control',
      came,
      status,
      due,
      remedy: 'Accept what the contract allows, or declare what is asked for beyond it.',
      discrepancies: [],
      declared: NO_FAULT.has(status),
    };
  return undefined;
}

/** Which declared answer has the wrong shape, where it is one. */
function codeOf(verdict: AnswerVerdict, injected: boolean): Pick<Wrong, 'code'> {
  if (injected) return {};
  if (verdict.kind === 'failure') return { code: verdict.failure.code };
  return verdict.kind === 'success' ? { code: String(verdict.declared.status) } : {};
}

function injectedHeader({ headers }: WireAnswer): Discrepancy[] {
  if (headers[INJECTED] === undefined) return [];
  return [
    {
      check: 'injected-header',
      at: INJECTED,
      expected: 'absent',
      actual: JSON.stringify(headers[INJECTED]),
      remedy: 'Never write line ends of a request into a header of the answer.',
    },
  ];
}
