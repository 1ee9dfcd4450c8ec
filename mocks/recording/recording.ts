import type { Contract, SeenExchange } from '../../spec/index.js';
import { relocateFrom, type Relocate } from '../base-url.js';
import { redactUrl } from '../redact.js';
import { formatDocument } from './document.js';
import { isViolation, judgeAnswer, type AnswerVerdict, type ViolationKind } from './judge.js';
import { keep, type Kept } from './keep.js';
import { MOST_KEPT, MOST_TOLD } from './limits.js';
import { rulesOf } from './rules.js';
import { createSecrets } from './secrets.js';

/** One way in which answers broke the contract. */
export interface RecordedViolation {
  readonly kind: ViolationKind;
  readonly operation: string;
  readonly status: number;
  readonly sentence: string;
  /** How many answers. */
  readonly count: number;
}

/** What a recording has come to. */
export interface RecordingSummary {
  /** Of operations of the contract. */
  readonly requests: number;
  readonly failures: number;
  readonly successes: number;
  /** Answers that could not be judged. */
  readonly unjudged: number;
  readonly violations: readonly RecordedViolation[];
  /** Requests that reach no operation, by method and path. */
  readonly elsewhere: readonly { readonly request: string; readonly count: number }[];
  /** Requests that got no answer, or half of one. */
  readonly unanswered: number;
  /** Exchanges that did not fit into the recording. */
  readonly leftOut: number;
}

/** What an exchange was found to be. */
export interface Recorded {
  /** Without credentials. */
  readonly sentence: string;
  readonly code: string | undefined;
  /** If the answer breaks the contract. */
  readonly violation: RecordedViolation | undefined;
  /** Whether the script has changed by it. */
  readonly changed: boolean;
}

/** Exchanges on their way to becoming a script; no sockets, no files. */
export interface Recording {
  /** @returns what the answer is by the contract; `undefined` for a request that reaches no operation. */
  add(exchange: SeenExchange): Recorded | undefined;
  /** Counts a request that got no answer. */
  addUnanswered(): void;
  /** The script that answers as it was seen, and how many rules it has. */
  script(title: string): { readonly text: string; readonly rules: number };
  readonly summary: RecordingSummary;
}

/**
 * Begins a recording: every exchange is judged by the contract, and what is kept of all of them is a script.
 *
 * @example
 * const recording = createRecording(contract);
 * recording.add({ request, answer })?.sentence; // 'getTransaction 404 transaction.not_found is declared'
 * recording.script('https://staging.example.com').text; // '# Recorded by failpath from https://staging.example.com …'
 *
 * @param base Of the deployment: URLs below it in answers lead to the mock when it answers with the script.
 */
export function createRecording(contract: Contract, base?: string): Recording {
  return new OpenRecording(contract, base);
}

class OpenRecording implements Recording {
  readonly #contract: Contract;
  readonly #relocate: Relocate;
  readonly #secrets = createSecrets();
  readonly #kept: Kept[] = [];
  /** Where the last answer to each request is. */
  readonly #last = new Map<string, number>();
  readonly #violations = new Map<string, RecordedViolation>();
  readonly #elsewhere = new Map<string, number>();
  readonly #counts = { requests: 0, failures: 0, successes: 0, unjudged: 0, unanswered: 0, leftOut: 0 };
  #size = 0;

  constructor(contract: Contract, base: string | undefined) {
    this.#contract = contract;
    this.#relocate = base === undefined ? (text) => text : relocateFrom(base);
  }

  get summary(): RecordingSummary {
    const hidden = [...this.#violations.values()].map((one) => ({ ...one, sentence: this.#secrets.hide(one.sentence) }));
    const elsewhere = [...this.#elsewhere].map(([request, count]) => ({ request: this.#secrets.hide(request), count }));
    return { ...this.#counts, violations: hidden, elsewhere };
  }

  add(exchange: SeenExchange): Recorded | undefined {
    const { request, answer } = exchange;
    const operation = this.#contract.route(request.method, request.path)?.operation;
    if (operation === undefined) {
      const name = `${request.method} ${redactUrl(request.path, new URLSearchParams())}`;
      if (this.#elsewhere.has(name) || this.#elsewhere.size < MOST_TOLD) this.#elsewhere.set(name, (this.#elsewhere.get(name) ?? 0) + 1);
      return undefined;
    }
    const verdict = judgeAnswer(this.#contract, operation, answer);
    this.#count(verdict);
    const changed = this.#keep(keep(this.#contract, this.#secrets, exchange, { operation, verdict }));
    const sentence = this.#secrets.hide(verdict.sentence);
    const code = verdict.kind === 'declared-failure' ? verdict.failure.code : undefined;
    return { sentence, code, changed, violation: this.#violation(verdict, operation.id, answer.status, sentence) };
  }

  addUnanswered(): void {
    this.#counts.unanswered++;
  }

  script(title: string): { readonly text: string; readonly rules: number } {
    const { rules, dropped } = rulesOf(this.#contract, this.#kept, this.#secrets, this.#relocate);
    const { violations, leftOut } = this.summary;
    const head = [
      `Recorded by failpath: ${title}, against ${this.#contract.title} ${this.#contract.version}.`,
      'Served by: npx failpath mock --script <this file>',
      ...(violations.length === 0
        ? []
        : [`${violations.length === 1 ? '1 answer was' : 'Some answers were'} not as the contract says: see below.`]),
    ];
    const missing = leftOut + dropped;
    const foot = missing === 0 ? [] : [`${missing} more did not fit into this file.`];
    return { text: formatDocument(rules, head, foot), rules: rules.length };
  }

  #count({ kind }: AnswerVerdict): void {
    this.#counts.requests++;
    if (kind === 'declared-failure') this.#counts.failures++;
    if (kind === 'declared-success') this.#counts.successes++;
    if (kind === 'unjudged') this.#counts.unjudged++;
  }

  #violation(verdict: AnswerVerdict, operation: string, status: number, sentence: string): RecordedViolation | undefined {
    if (!isViolation(verdict)) return undefined;
    const key = `${operation} ${status} ${sentence}`;
    const before = this.#violations.get(key);
    const violation = { kind: verdict.kind, operation, status, sentence, count: (before?.count ?? 0) + 1 };
    if (before !== undefined || this.#violations.size < MOST_TOLD) this.#violations.set(key, violation);
    return violation;
  }

  /** Whether it is something new. */
  #keep(kept: Kept): boolean {
    const { operation, path, query, body, caller, answer } = kept;
    const request = JSON.stringify([operation.id, path, query, body, caller]);
    const at = this.#last.get(request);
    const last = at === undefined ? undefined : this.#kept[at];
    if (at !== undefined && last !== undefined && JSON.stringify(last.answer) === JSON.stringify(answer)) {
      this.#kept[at] = { ...last, times: last.times + 1 };
      return false;
    }
    const size = request.length * 2 + JSON.stringify(answer).length;
    if (this.#size + size > MOST_KEPT) {
      this.#counts.leftOut++;
      return false;
    }
    this.#size += size;
    this.#last.set(request, this.#kept.push(kept) - 1);
    return true;
  }
}
