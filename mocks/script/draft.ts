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

interface State {
  readonly groups: readonly Group[];
  /** Whether the only answer is one that nobody has asked for. */
  readonly provisional: boolean;
  readonly end: SequenceEnd | undefined;
  readonly settings: Settings;
}

/** A sequence is written out, so that its length is what it says. */
const MOST_ANSWERS = 10_000;

/** A rule in the making: handed on as soon as it has an answer, and again, under the same id, with all that is added to it. */
export class Draft {
  readonly #id: string;
  readonly #match: RuleMatch;
  readonly #add: (rule: Rule) => void;
  #state: State = { groups: [], provisional: false, end: undefined, settings: SETTINGS };

  constructor(id: string, match: RuleMatch, add: (rule: Rule) => void) {
    this.#id = id;
    this.#match = match;
    this.#add = add;
  }

  /** The rule as it stands. */
  get rule(): Rule {
    const { settings, end = 'repeat-last' } = this.#state;
    return Object.freeze<Rule>({ id: this.#id, match: this.#match, ...sequenceOf(this.#state), end, source: 'code', ...settings });
  }

  answer(answers: readonly RuleAnswer[]): void {
    if (answers.length === 0) {
      const remedy = "Name at least one, such as [503, 'ok'].";
      refuse('the list of answers is empty', 'A rule without an answer would match and do nothing.', remedy);
    }
    const { groups, provisional } = this.#state;
    this.#change({ groups: [...(provisional ? [] : groups), { answers, times: undefined }], provisional: false });
  }

  /** A delay is something to apply by itself: what is late is what would be answered anyway. */
  delay(delay: Delay): void {
    const settings = { ...this.#state.settings, delay };
    if (this.#state.groups.length > 0) this.#change({ settings });
    else this.#change({ settings, groups: [{ answers: [{ passes: true }], times: undefined }], provisional: true });
  }

  /** Makes the last answers come so many times. */
  times(count: number): void {
    check(Number.isInteger(count) && count >= 1 && count <= MOST_ANSWERS, `times(${count})`, `a whole number from 1 to ${MOST_ANSWERS}`);
    const { groups } = this.#state;
    this.#change({ groups: groups.map((group, index) => (index === groups.length - 1 ? { ...group, times: count } : group)) });
  }

  end(end: SequenceEnd): void {
    this.#change({ end });
  }

  set(settings: Partial<Settings>): void {
    this.#change({ settings: { ...this.#state.settings, ...settings } });
  }

  /** What is refused leaves the rule as it was. */
  #change(change: Partial<State>): void {
    const before = this.#state;
    this.#state = { ...before, ...change };
    try {
      if (this.#state.groups.length > 0) this.#add(this.rule);
    } catch (error) {
      this.#state = before;
      throw error;
    }
  }
}

/** Who says how many times, and nothing of what comes afterwards, means that the rule is over then. */
function sequenceOf({ groups, end, settings }: State): Pick<Rule, 'answers' | 'uses'> {
  const total = groups.reduce((sum, { answers, times = 1 }) => sum + answers.length * times, 0);
  check(total <= MOST_ANSWERS, `a sequence of ${total} answers`, `at most ${MOST_ANSWERS} long`);
  const isOver = end === undefined && groups.at(-1)?.times !== undefined;
  const [first, ...others] = groups.flatMap((group) => Array.from({ length: group.times ?? 1 }, () => group.answers).flat());
  if (first === undefined) throw new TypeError('A rule is only handed on once it has an answer.');
  if (!isOver) return { answers: [first, ...others], uses: undefined };
  // Uses are counted over all keys; that it is over for one of them can only be said by letting it through.
  if (settings.perIdempotencyKey) return { answers: [first, ...others, { passes: true }], uses: undefined };
  return { answers: others.every((other) => other === first) ? [first] : [first, ...others], uses: total };
}

/** @throws {InputError} `script-invalid`, unless what is said is possible */
export function check(possible: boolean, said: string, what: string): void {
  if (!possible) refuse(`${said} is not possible`, 'The rule would never do what was meant.', `It has to be ${what}.`);
}

export function refuse(what: string, why: string, remedy: string): never {
  throw new InputError([findingOf({ what, why, remedy }, undefined)]);
}
