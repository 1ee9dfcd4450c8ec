import type { Operation } from '../../spec/index.js';
import type { DueSource } from '../agenda.js';
import type { Frames, FrameSink } from '../frames.js';
import { faultsOf, type Service } from './service.js';
import type { Transaction } from './state.js';
import { showTransaction, stepTimes } from './transactions.js';

/** The codes with which tracking ends when it cannot go on. */
type TrackingFailure = 'transaction.not_found' | 'common.service_unavailable';

/**
 * What is told over one connection of a transaction: `connected`, the step that it is at, and each further step when the clock gets
 * there. Nothing is remembered but how far this connection has been told; all else is read from the tables each time, so a reset,
 * another server or a clock that jumps can change it meanwhile.
 *
 * @example
 * const leave = track(service, transaction.id, operation).open({ requestId: 'req_1', send, close });
 */
export function track(service: Service, id: string, operation: Operation): Frames {
  return { open: (to) => begin(service, id, operation, to) };
}

function begin(service: Service, id: string, operation: Operation, to: FrameSink): () => void {
  const { agenda } = service.clock;
  let told = -1;
  let isOver = false;
  let remove = (): void => undefined;
  const leave = (): void => {
    isOver = true;
    remove();
  };
  const end = (code: number, reason: string): void => {
    leave();
    to.close(code, reason);
  };
  const fail = (code: TrackingFailure): Promise<void> => {
    const sent = to.send({ type: 'error', error: errorOf(operation, code, to.requestId) });
    end(1011, code);
    return sent;
  };
  /** Frames leave in the order in which they are handed over; to wait for them is for those who make the time pass. */
  const tell = (now: number): Promise<void> => {
    if (isOver) return Promise.resolve();
    const transaction = service.state.transactions.get(id);
    if (transaction === undefined) return fail('transaction.not_found');
    if (faultsOf(service).upstream) return fail('common.service_unavailable');
    const block = service.limits.block[transaction.network];
    const times = stepTimes(transaction, block);
    const reached = Math.max(
      0,
      times.findLastIndex((time) => time <= now),
    );
    // Who comes late is told where the transaction is, not where it was; who is here is told every step.
    const first = told === -1 ? reached : told + 1;
    const due = times.slice(first, reached + 1);
    told = Math.max(told, reached);
    const sent = due.map((time) => to.send(updateOf(transaction, time, block)));
    if (reached === times.length - 1) end(1000, 'the transaction has ended');
    return Promise.all(sent).then(() => undefined);
  };
  const source: DueSource = {
    next: () => {
      if (isOver) return undefined;
      const transaction = service.state.transactions.get(id);
      // One that is gone is told at once.
      if (transaction === undefined) return 0;
      return stepTimes(transaction, service.limits.block[transaction.network])[told + 1];
    },
    run: tell,
  };
  void to.send({ type: 'connected', transaction_id: id });
  void tell(service.clock.now());
  if (!isOver) remove = agenda.add(source);
  return leave;
}

function updateOf(transaction: Transaction, time: number, block: number): unknown {
  return { type: 'update', transaction: showTransaction(transaction, time, block) };
}

/** What an error answer with this code has under `error`, with the request id of the handshake. */
function errorOf({ failures }: Operation, code: TrackingFailure, requestId: string): unknown {
  const failure = failures.find((declared) => declared.code === code);
  const example = failure?.examples[0]?.value as { readonly error?: object } | undefined;
  return { code, message: failure?.title ?? code, ...example?.error, request_id: requestId };
}
