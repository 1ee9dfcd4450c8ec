import type { IncomingMessage } from 'node:http';
import { isJsonType, readSeen, type Contract, type SeenBody } from '../../../spec/index.js';
import { operationOf } from '../../answers.js';
import type { Observer } from '../observer.js';
import type { ObservedViolation } from '../types.js';
import { createCopies, LONGEST_COPY, type Copy } from './copies.js';
import { createQueue } from './queue.js';

/** What is looked at of one request. */
export interface Watched {
  /** Takes the chunks of the request's body as they go by, where it may name credentials; `undefined` where nothing is looked at. */
  readonly asked: ((chunk: Buffer) => void) | undefined;
  /** Begins to look at an answer; what it answers takes the chunks of the body as they go by. */
  answered(answer: Pick<IncomingMessage, 'statusCode' | 'headers'>): ((chunk: Buffer) => void) | undefined;
  /** The answer has gone; it will be judged. */
  done(): void;
  /** There was no answer, or half of one. */
  unanswered(why: string): void;
  /** Whoever asked does not want to know. */
  abandoned(): void;
}

/** Looks at what goes by, and judges it when it has gone. */
export interface Watch {
  begin(request: IncomingMessage): Watched;
  /** What is still under way is not waited for any longer. */
  giveUp(): void;
  /** Judges what is left. */
  finish(): void;
}

export function createWatch(contract: Contract, observer: Observer, onViolation: (violation: ObservedViolation) => void): Watch {
  const copies = createCopies();
  const queue = createQueue();
  const underWay = new Set<Watched>();
  const later = (work: () => void, otherwise?: () => void): void => {
    if (!queue.add(work)) otherwise?.();
  };
  const begin = ({ method = 'GET', url = '/', headers }: IncomingMessage): Watched => {
    const at = Date.now();
    const began = performance.now();
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    let answer: Pick<IncomingMessage, 'statusCode' | 'headers'> | undefined;
    let body: Copy | string | undefined;
    const sent = mayNameSecrets(headers) ? copies.begin() : undefined;
    let over = false;
    const once = (work: () => void): void => {
      if (over) return;
      over = true;
      underWay.delete(watched);
      work();
    };
    const bytesOf = (): Buffer | { readonly why: string } =>
      body === undefined ? Buffer.alloc(0) : typeof body === 'string' ? { why: body } : body.take();
    const drop = (): void => {
      sent?.drop();
      if (typeof body === 'object') body.drop();
    };
    const judge = (durationMs: number): void => {
      const { statusCode: status = 0, headers: told = {} } = answer ?? {};
      const bytes = bytesOf();
      const seen: SeenBody = 'why' in bytes ? { kind: 'unread', why: bytes.why } : readSeen(bytes, told);
      const bytesSent = sent?.take() ?? { why: 'it is not looked at' };
      const own = 'why' in bytesSent ? ABSENT : readSeen(bytesSent, headers);
      drop();
      const request = { method, path, query: new URLSearchParams(query < 0 ? '' : url.slice(query + 1)), headers, body: own };
      const violation = observer.add({ request, answer: { status, headers: told, body: seen }, at, durationMs });
      if (violation?.count === 1) onViolation(violation);
    };
    const watched: Watched = {
      asked: sent?.push,
      answered: (one) => {
        answer = one;
        body = isJudged(contract, method, path, one) ? (whyUnread(one) ?? copies.begin()) : undefined;
        return typeof body === 'object' ? body.push : undefined;
      },
      done: () =>
        once(() => {
          const durationMs = performance.now() - began;
          later(
            () => judge(durationMs),
            () => {
              drop();
              observer.addUnjudged('too many answers went by at once');
            },
          );
        }),
      unanswered: (why) =>
        once(() => {
          drop();
          observer.addUnanswered(why);
        }),
      abandoned: () =>
        once(() => {
          drop();
          observer.addUnjudged('the client went away');
        }),
    };
    underWay.add(watched);
    return watched;
  };
  const giveUp = (): void => {
    for (const one of underWay) one.unanswered('it was still under way at the end');
  };
  return { begin, giveUp, finish: () => queue.finish() };
}

const ABSENT: SeenBody = Object.freeze({ kind: 'absent' });

/** Forms and JSON may hold passwords, which an error may repeat. */
function mayNameSecrets(headers: IncomingMessage['headers']): boolean {
  const type = headers['content-type'] ?? '';
  return (
    (isJsonType(type) || /^application\/x-www-form-urlencoded\b/i.test(type)) && Number(headers['content-length'] ?? 0) <= LONGEST_COPY
  );
}

/** Why a body is not even begun to be copied. */
function whyUnread({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  if (/^text\/event-stream\b/i.test(headers['content-type'] ?? '')) return 'it is a stream of events';
  return Number(headers['content-length'] ?? 0) > LONGEST_COPY ? `it is longer than ${LONGEST_COPY} bytes` : undefined;
}

/** Whether the contract may say something of the body: downloads of what it does not describe pass uncopied. */
function isJudged(contract: Contract, method: string, path: string, { statusCode = 0 }: Pick<IncomingMessage, 'statusCode'>): boolean {
  if (method === 'HEAD') return false;
  if (statusCode >= 400) return true;
  const operation = operationOf(contract, method, path);
  if (operation === undefined) return false;
  const success = operation.successes.find(({ status }) => status === statusCode);
  return success === undefined || success.content !== undefined;
}
