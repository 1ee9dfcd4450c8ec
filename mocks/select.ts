import { closest, type Answer, type Example, type Failure } from '../spec/index.js';
import type { Catalogue, Entry, NamedExample } from './entries.js';
import type { Choice, UnreadableChoice } from './choice.js';

/** The declared answer that a choice means. */
export interface Selection {
  readonly answer: Answer;
  readonly failure: Failure | undefined;
  /** To be answered as it stands; without one, the answer is filled from the request or generated. */
  readonly example: Example | undefined;
  /** Whether the example is only the first one, and nobody has named it. */
  readonly unnamed?: boolean;
}

/** Why a choice cannot be met. */
export interface Miss {
  readonly detail: string;
}

/** The valid choices of an operation, keyed as in `Prefer`. */
export interface Choices {
  readonly operation: string;
  readonly error: readonly { readonly code: string; readonly status: number }[];
  readonly code: readonly number[];
  readonly example: readonly { readonly name: string; readonly status: number }[];
}

/**
 * Finds the declared answer that a choice means. Its members must agree with one another and with the contract: a
 * choice is met exactly or not at all.
 *
 * @example
 * select(entry, { code: 422, ... }, catalogue, false); // the first declared example of 422
 *
 * @param dynamic Whether answers are generated unless the choice says otherwise.
 * @returns `undefined` when the choice only says how to answer (`seed`, a delay, `dynamic=false`), not what.
 */
export function select(entry: Entry, choice: Choice, catalogue: Catalogue, dynamic: boolean): Selection | Miss | undefined {
  if (choice.error !== undefined) return byError(entry, choice, choice.error, catalogue);
  if (choice.code !== undefined) return byCode(entry, choice, choice.code, choice.dynamic ?? dynamic);
  if (choice.example !== undefined) return byExample(entry, choice, choice.example);
  if (choice.dynamic !== true) return undefined;
  if (entry.success === undefined) return miss(entry, choice, `${entry.operation.id} declares no success that could be generated`);
  return { answer: entry.success, failure: undefined, example: undefined };
}

/** The problem with a choice that could not even be read. */
export function unreadable({ asked, problem }: UnreadableChoice): Miss {
  return { detail: `The mock was asked for \`${asked}\`, but ${problem}.` };
}

/** Every valid choice of an operation. */
export function choicesOf({ operation }: Entry): Choices {
  return {
    operation: operation.id,
    error: operation.failures.map(({ code, status }) => ({ code, status })),
    code: operation.answers.map(({ status }) => status),
    example: operation.answers.flatMap(({ status, content }) => (content?.examples ?? []).map(({ name }) => ({ name, status }))),
  };
}

function byError(entry: Entry, choice: Choice, code: string, catalogue: Catalogue): Selection | Miss {
  const failures = entry.failures.get(code);
  if (failures === undefined) return miss(entry, choice, noSuchError(entry, code, catalogue));
  const failure = choice.code === undefined ? failures[0] : failures.find(({ status }) => status === choice.code);
  if (failure === undefined) {
    return miss(entry, choice, `${entry.operation.id} answers ${code} with status ${failures[0]?.status}, not ${choice.code}`);
  }
  if (choice.example === undefined) return { answer: failure.answer, failure, example: undefined };
  const example = failure.examples.find(({ name }) => name === choice.example);
  if (example !== undefined) return { answer: failure.answer, failure, example };
  const names = failure.examples.map(({ name }) => name);
  return miss(
    entry,
    choice,
    `the examples of ${code} are ${list(names)}, so there is no ${quote(choice.example)}${nearest(choice.example, names)}`,
  );
}

function noSuchError(entry: Entry, code: string, catalogue: Catalogue): string {
  const elsewhere = catalogue.declaring(code).map(({ id }) => id);
  const where = elsewhere.length === 0 ? 'and neither does any other operation' : `only ${list(elsewhere)}`;
  return `${entry.operation.id} does not declare ${quote(code)}, ${where}${nearest(code, [...entry.failures.keys()])}`;
}

function byCode(entry: Entry, choice: Choice, status: number, dynamic: boolean): Selection | Miss {
  const answer = entry.answers.get(status);
  if (answer === undefined) {
    const statuses = [...entry.answers.keys()].map(String);
    return miss(
      entry,
      choice,
      `${entry.operation.id} declares the statuses ${list(statuses)}, not ${status}${nearest(String(status), statuses)}`,
    );
  }
  const examples = answer.content?.examples ?? [];
  if (choice.example === undefined) {
    const first = dynamic ? undefined : examples[0];
    return { answer, failure: first === undefined ? answer.failures[0] : failureOf(answer, first), example: first, unnamed: true };
  }
  const example = examples.find(({ name }) => name === choice.example);
  if (example !== undefined) return { answer, failure: failureOf(answer, example), example };
  const names = examples.map(({ name }) => name);
  return miss(
    entry,
    choice,
    `the examples of ${status} are ${list(names)}, so there is no ${quote(choice.example)}${nearest(choice.example, names)}`,
  );
}

function byExample(entry: Entry, choice: Choice, name: string): Selection | Miss {
  const found = entry.examples.get(name);
  if (found === undefined) {
    return miss(entry, choice, `${entry.operation.id} has no example ${quote(name)}${nearest(name, [...entry.examples.keys()])}`);
  }
  const [first, ...others] = found as readonly [NamedExample, ...NamedExample[]];
  if (first.answer.status >= 400 && others.length > 0) {
    const statuses = found.map(({ answer }) => String(answer.status));
    return miss(entry, choice, `${quote(name)} is an example of several statuses (${list(statuses)}), so say code= as well`);
  }
  return first;
}

function failureOf(answer: Answer, example: Example): Failure | undefined {
  return answer.failures.find(({ examples }) => examples.includes(example));
}

function miss(entry: Entry, { asked }: Choice, why: string): Miss {
  return { detail: `The mock was asked for \`${asked}\` on ${entry.operation.id}, but ${why}.` };
}

function nearest(word: string, candidates: readonly string[]): string {
  const best = closest(word.slice(0, 200), candidates);
  return best === undefined ? '' : `; the nearest is ${best}`;
}

function list(words: readonly string[]): string {
  return words.length === 0 ? '(none)' : words.join(', ');
}

function quote(word: string): string {
  return word.length > 100 ? `${word.slice(0, 100)}…` : word;
}
