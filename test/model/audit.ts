import type { Action, Caller } from './actions.js';
import type { Exchange } from './model.js';

/** What a success may say that the audit looks at. */
interface Said {
  readonly job_id?: string;
  readonly upload_url?: string;
  readonly transaction_id?: string;
  readonly id?: string;
  readonly token?: string;
  readonly url?: string;
  readonly progress?: number;
  readonly steps?: readonly { readonly step: string }[];
  readonly transaction_type?: string;
  readonly result?: { readonly ats_id?: number } | null;
  readonly credits?: Readonly<Record<string, number>>;
  readonly works?: readonly { readonly id: string; readonly external_user_ref: string }[];
}

/**
 * Holds invariants over nothing but what was asked and answered, whatever the model thinks of it: so a mistake in the model cannot hide
 * that one of them is broken.
 *
 * @throws {Error} from `add`, saying which
 */
export class Audit {
  /** Ids, tokens and URLs that were given out, and for what; a reset does not make them free. */
  readonly #given = new Map<string, string>();
  readonly #confirmed = new Map<string, number>();
  /** For whom a job was opened. */
  readonly #users = new Map<string, string>();
  readonly #answered = new Map<string, { readonly text: string; readonly until: number }>();
  readonly #revoked = new Set<string>();
  readonly #progress = new Map<string, Said>();
  readonly #tokens = new Map<string, string>();
  /** For whom a partner session is, by its token. */
  readonly #sessions = new Map<string, string>();

  /** Everything starts again but what was given out. */
  reset(): void {
    for (const one of [this.#answered, this.#revoked, this.#progress, this.#tokens]) one.clear();
  }

  /** Looks at exchanges that were under way at the same time, at a moment of the world's clock. */
  add(exchanges: readonly Exchange[], now: number): void {
    const revokedBefore = new Set(this.#revoked);
    for (const exchange of exchanges) {
      const { action, answer } = exchange;
      if (answer.status >= 400) continue;
      if ('token' in action && action.token !== undefined && revokedBefore.has(action.token)) {
        throw new Error(`a key that was revoked before opened ${action.kind}: ${answer.status}`);
      }
      this.#look(action, exchange, now);
    }
  }

  /** A key of the well-known world, whose token no answer tells. */
  know(id: string, token: string): void {
    this.#tokens.set(id, token);
  }

  #look(action: Action, { answer }: Exchange, now: number): void {
    const said = (answer.body ?? {}) as Said;
    switch (action.kind) {
      case 'init': {
        if (this.#again(action, answer.text, now)) return;
        this.#give('job', said.job_id);
        if (action.upload) this.#give('upload URL', said.upload_url);
        this.#users.set(said.job_id ?? '', `${action.organization} ${action.ref}`);
        return;
      }
      case 'confirm': {
        const times = (this.#confirmed.get(action.job) ?? 0) + 1;
        this.#confirmed.set(action.job, times);
        if (times > 1) throw new Error(`the job ${action.job} was confirmed ${times} times`);
        this.#give('transaction', said.transaction_id);
        return;
      }
      case 'createKey':
        this.#give('key', said.id);
        this.#give('token of a key', said.token);
        this.know(said.id ?? '', said.token ?? '');
        return;
      case 'revokeKey':
        this.#revoked.add(this.#tokens.get(action.id) ?? '');
        return;
      case 'openSession':
        this.#sessions.set(said.token ?? '', `${action.organization} ${action.ref}`);
        return this.#give('partner session', said.token);
      case 'download':
        return this.#give('download URL', said.url);
      case 'listWorks':
        return this.#onlyTheirs(action, said);
      case 'transaction':
        return this.#forward(action.id, said);
      case 'organization':
        for (const [network, credits] of Object.entries(said.credits ?? {})) {
          if (credits < 0) throw new Error(`${credits} credits on ${network}`);
        }
        return;
      default:
        return;
    }
  }

  #give(what: string, id: string | undefined): void {
    if (id === undefined) throw new Error(`no ${what} in the answer`);
    const before = this.#given.get(id);
    if (before !== undefined) throw new Error(`the ${what} ${id} was given out before, as a ${before}`);
    this.#given.set(id, what);
  }

  /** Whether this is the answer of before; within a day, the same Idempotency-Key of the same key must not have another. */
  #again({ token, idempotencyKey }: Extract<Action, { kind: 'init' }>, text: string, now: number): boolean {
    if (idempotencyKey === null) return false;
    const name = `${token} ${idempotencyKey}`;
    const before = this.#answered.get(name);
    if (before !== undefined && now < before.until) {
      if (before.text !== text) throw new Error(`the same Idempotency-Key has two answers: ${before.text} and ${text}`);
      return true;
    }
    this.#answered.set(name, { text, until: now + 86_400_000 });
    return false;
  }

  /** What is listed was opened for the user of the session; works that nobody here opened are those of the well-known world. */
  #onlyTheirs({ token = '', organization }: Caller, { works = [] }: Said): void {
    const session = this.#sessions.get(token);
    for (const { id, external_user_ref } of works) {
      const user = this.#users.get(id) ?? `${organization} ${external_user_ref}`;
      if (user !== session) throw new Error(`a partner session of ${session} sees a work of ${user}`);
    }
  }

  /** Transactions go forward, and every work has a number of its own. */
  #forward(id: string, said: Said): void {
    const before = this.#progress.get(id);
    this.#progress.set(id, said);
    const [steps, stepsBefore] = [namesOf(said), namesOf(before ?? {})];
    if ((said.progress ?? 0) < (before?.progress ?? 0) || !steps.startsWith(stepsBefore)) {
      throw new Error(`the transaction ${id} was at ${stepsBefore}, and now at ${steps}`);
    }
    const number = said.transaction_type === 'register' ? said.result?.ats_id : undefined;
    if (number !== undefined && before?.result?.ats_id !== number) this.#give('number of a work', String(number));
  }
}

function namesOf({ steps = [] }: Said): string {
  return steps.map(({ step }) => step).join(' ');
}
