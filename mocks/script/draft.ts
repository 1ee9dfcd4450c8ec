import { InputError } from '../../spec/index.js';
import { findingOf } from './errors.js';
import type { Delay, Rule, RuleAnswer, RuleMatch, SequenceEnd } from './types.js';

/** Answers that belong together, and how many times they are given before the next come. */
interface Group {
  readonly answers: readonly RuleAnswer[];
  readonly times: number | undefined;
}

/** What a rule can be told besides its answers. */
export type Settings = Pick<Rule, 'name' | 'priority' | 'perIdempotencyKey' | 'delay' | 'lastsMs' | 'probability' | 'seed' | 'scenario'>;

const SETTINGS: Settings = {
  name: undefined,
  priority: 5,
  perIdempotencyKey: false,
  delay: undefined,
  lastsMs: undefined,
  probability: undefined,
  seed: undefined,
  scenario: undefined,
};

/** A sequence is written out, so that its length is what it says. */
const MOST_ANSWERS = 10_000;

/** A rule in the making: handed on as soon as it has an answer, and again, under the same id, with all that is added to it. */
export class Draft {
  readonly #id: string;
  readonly #match: RuleMatch;
  readonly #add: (rule: Rule) => void;
  #settings = SETTINGS;
  #groups: readonly Group[] = [];
  /** Whether the only answer is one that nobody has asked for. */
  #provisional = false;
  #end: SequenceEnd | undefined;

  constructor(id: string, match: RuleMatch, add: (rule: Rule) => void) {
    this.#id = id;
    this.#match = match;
    this.#add = add;
  }

  /** The rule as it stands. */
  get rule(): Rule {
    const { answers, uses } = this.#sequence();
    const end = this.#end ?? 'repeat-last';
    return Object.freeze<Rule>({ id: this.#id, match: this.#match, answers, uses, end, source: 'code', ...this.#settings });
  }

  answer(answers: readonly RuleAnswer[]): void {
    if (answers.length === 0) {
      refuse(
        'the list of answers is empty',
        'A rule without an answer would match and do nothing.',
        "Name at least one, such as [503, 'ok'].",
      );
    }
    const before = this.#provisional ? [] : this.#groups;
    this.#provisional = false;
    this.#change({ groups: [...before, { answers, times: undefined }] });
  }

  /** A delay is something to apply by itself: what is late is what would be answered anyway. */
  delay(delay: Delay): void {
    this.#provisional ||= this.#groups.length === 0;
    this.#change({ settings: { delay }, ...(this.#provisional ? { groups: [{ answers: [{ passes: true }], times: undefined }] } : {}) });
  }

  /** Makes the last answers come so many times. */
  times(count: number): void {
    check(Number.isInteger(count) && count >= 1 && count <= MOST_ANSWERS, `times(${count})`, `a whole number from 1 to ${MOST_ANSWERS}`);
    const last = this.#groups.at(-1);
    if (last !== undefined) this.#change({ groups: [...this.#groups.slice(0, -1), { ...last, times: count }] });
  }

  end(end: SequenceEnd): void {
    this.#change({ end });
  }

  set(settings: Partial<Settings>): void {
    this.#change({ settings });
  }

  #change({ groups, end, settings }: { groups?: readonly Group[]; end?: SequenceEnd; settings?: Partial<Settings> }): void {
    this.#groups = groups ?? this.#groups;
    this.#end = end ?? this.#end;
    this.#settings = { ...this.#settings, ...settings };
    if (this.#groups.length > 0) this.#add(this.rule);
  }

  /** Who says how many times, and nothing of what comes afterwards, means that the rule is over then. */
  #sequence(): Pick<Rule, 'answers' | 'uses'> {
    const total = this.#groups.reduce((sum, { answers, times }) => sum + answers.length * (times ?? 1), 0);
    check(total <= MOST_ANSWERS, `a sequence of ${total} answers`, `at most ${MOST_ANSWERS} long`);
    const over = this.#end === undefined && this.#groups.at(-1)?.times !== undefined;
    const [only] = this.#groups;
    if (over && this.#groups.length === 1 && only?.answers.length === 1 && !this.#settings.perIdempotencyKey) {
      return { answers: only.answers as Rule['answers'], uses: total };
    }
    const answers = this.#groups.flatMap((group) => Array.from({ length: group.times ?? 1 }, () => group.answers).flat());
    // Uses are counted over all keys; that it is over for one of them can only be said by letting it through.
    const passing: readonly RuleAnswer[] = over && this.#settings.perIdempotencyKey ? [{ passes: true }] : [];
    return { answers: [...answers, ...passing] as unknown as Rule['answers'], uses: over && passing.length === 0 ? total : undefined };
  }
}

/** @throws {InputError} `script-invalid`, unless what is said is possible */
export function check(possible: boolean, said: string, what: string): void {
  if (!possible) refuse(`${said} is not possible`, 'The rule would never do what was meant.', `It has to be ${what}.`);
}

export function refuse(what: string, why: string, remedy: string): never {
  throw new InputError([findingOf({ what, why, remedy }, undefined)]);
}
