import { createRedactor, judgeAnswer, type AnswerVerdict } from '../../contracts/index.js';
import { deeperThan, DEEPEST_JSON, envelopeCodec, type Contract, type Envelope, type Failure, type Operation } from '../../spec/index.js';

/** An answer as somebody has pasted or piped it: what `curl` prints, or what `curl -i` does. */
export interface PipedAnswer {
  /** `undefined` where only the body is there. */
  readonly head: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined;
  readonly text: string;
  /** `undefined` when the body is no JSON. */
  readonly json: unknown;
}

/** What an answer is by the contract. */
export type Judgement =
  | {
      /** An envelope: `legal` if nothing is wrong with it. */
      readonly kind: 'envelope';
      readonly code: string;
      /** What it is, or would be but for what is wrong; `undefined` where the code is not declared. */
      readonly failure: Failure | undefined;
      readonly envelope: Envelope;
      readonly wrong: readonly Wrong[];
    }
  /** No envelope; `why` in words. */
  | { readonly kind: 'foreign'; readonly why: string };

export type Wrong = Extract<AnswerVerdict, { kind: 'failure' }>['discrepancies'][number];

/** More than proxies and redirects make. */
const MOST_HEADS = 20;

const HEAD = /^HTTP\/[\d.]+ (\d{3})[^\n]*\r?\n([^]*?)\r?\n\r?\n/;

/**
 * Reads an answer from text: a body, or heads and a body, of which the last head counts (proxies, redirects and `100 Continue` come first).
 *
 * @example
 * readAnswer('HTTP/1.1 401 Unauthorized\r\nX-Request-Id: req_1\r\n\r\n{}').head?.status; // 401
 */
export function readAnswer(piped: string): PipedAnswer {
  let text = piped.replace(/^\uFEFF/, '').replace(/^\s+(?=HTTP\/)/, '');
  let head: PipedAnswer['head'];
  for (let heads = 0; heads < MOST_HEADS; heads++) {
    const found = HEAD.exec(`${text}\n\n`);
    if (found === null) break;
    const [all, status = '', lines = ''] = found;
    const pairs = lines.split(/\r?\n/).map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    });
    head = { status: Number(status), headers: Object.fromEntries(pairs) };
    text = text.slice(all.length);
  }
  return { head, text, json: parse(text) };
}

function parse(text: string): unknown {
  if (deeperThan(text, DEEPEST_JSON)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Holds an answer against the contract: is this a legal envelope of its code?
 *
 * @param operation the one that has answered; without it, any that declares the code
 */
export function judgePiped(contract: Contract, answer: PipedAnswer, operation: Operation | undefined): Judgement {
  const envelope = envelopeCodec(contract).read(answer.json);
  const { code } = envelope;
  // A page without a head is still known by its words.
  const head = answer.head ?? (answer.json === undefined ? { status: 500, headers: {} } : undefined);
  const verdict = head === undefined ? undefined : judgeWhole(contract, answer, operation, head);
  if (verdict?.kind === 'edge') return { kind: 'foreign', why: `Something in front of the API has answered: ${verdict.evidence}.` };
  if (typeof code !== 'string') return { kind: 'foreign', why: whyForeign(contract, answer, code) };
  const found = verdict ?? judgeBody(contract, answer, operation, code);
  if (found.kind === 'failure') return { kind: 'envelope', code, envelope, failure: found.failure, wrong: found.discrepancies };
  return { kind: 'envelope', code, envelope, failure: undefined, wrong: found.kind === 'edge' ? [] : found.discrepancies };
}

function judgeWhole(
  contract: Contract,
  { text, json }: PipedAnswer,
  operation: Operation | undefined,
  head: NonNullable<PipedAnswer['head']>,
): AnswerVerdict {
  const nothing = { redactor: createRedactor(), credential: undefined, seenRequestIds: new Set<string>() };
  // Whoever asks about an error wants to hear what is wrong with it, also where it could be a rate limiter's.
  return judgeAnswer({ ...nothing, contract, operation, method: 'POST', answer: { ...head, text, json }, ownLimits: true });
}

/** Without a head: everything but the body is taken to be as the contract has it. */
function judgeBody(contract: Contract, answer: PipedAnswer, operation: Operation | undefined, code: string): AnswerVerdict {
  const failures = (operation?.failures ?? contract.failures).filter((failure) => failure.code === code);
  const statuses = failures.length === 0 ? [500] : [...new Set(failures.map(({ status }) => status))];
  const verdicts = statuses.map((status): AnswerVerdict => {
    const declared = failures.find((failure) => failure.status === status)?.answer;
    const type = declared?.content?.mediaType ?? 'application/json';
    const headers = Object.fromEntries([...(declared?.headers ?? []).map(({ name }) => [name.toLowerCase(), '']), ['content-type', type]]);
    const verdict = judgeWhole(contract, answer, operation, { status, headers });
    return 'discrepancies' in verdict ? { ...verdict, discrepancies: verdict.discrepancies.filter(({ at }) => ofBody(at)) } : verdict;
  });
  const count = (verdict: AnswerVerdict): number => ('discrepancies' in verdict ? verdict.discrepancies.length : Infinity);
  return verdicts.reduce((best, verdict) => (count(verdict) < count(best) ? verdict : best));
}

function ofBody(at: string): boolean {
  return at === 'body' || at === '' || at.startsWith('/');
}

/** The first characters of what came, on one line. */
const SHOWN = 60;

function whyForeign({ envelope }: Contract, { head, text, json }: PipedAnswer, code: unknown): string {
  const status = head === undefined ? '' : ` The status is ${head.status}.`;
  if (text.trim() === '') return `There is no body.${status}`;
  if (json === undefined) return `The body is no JSON: ${JSON.stringify(text.trim().slice(0, SHOWN))}.${status}`;
  if (code !== undefined) return `What stands at ${envelope.code} is no text: ${(JSON.stringify(code) ?? '').slice(0, SHOWN)}.${status}`;
  const success = head !== undefined && head.status < 400 ? ' It is the answer to a request that was not refused.' : '';
  return `There is no code at ${envelope.code}.${status}${success}`;
}
