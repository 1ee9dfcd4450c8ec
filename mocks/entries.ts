import type { Answer, Contract, Example, Failure, Operation } from '../spec/index.js';

/** A named example of an answer, and the failure that it shows, if it shows one. */
export interface NamedExample {
  readonly example: Example;
  readonly answer: Answer;
  readonly failure: Failure | undefined;
}

/** Everything about one operation that a request may ask for, found without searching. */
export interface Entry {
  readonly operation: Operation;
  /** By code. */
  readonly failures: ReadonlyMap<string, readonly Failure[]>;
  /** By status. */
  readonly answers: ReadonlyMap<number, Answer>;
  /** By name, in the order of their statuses. */
  readonly examples: ReadonlyMap<string, readonly NamedExample[]>;
  /** Place in the order of refusal, by code. */
  readonly rank: ReadonlyMap<string, number>;
  /** What a good request is answered with: the lowest 2xx, otherwise the lowest status below 400. */
  readonly success: Answer | undefined;
}

/** The entries of a contract, made on first use, so that its size costs nothing at the start. */
export interface Catalogue {
  entry(operation: Operation): Entry;
  /** A failure of this code for requests that reach no operation that declares it. */
  anywhere(code: string | undefined): Failure | undefined;
  /** Which operations declare a code. */
  declaring(code: string): readonly Operation[];
}

export function createCatalogue(contract: Contract): Catalogue {
  const entries = new Map<Operation, Entry>();
  let byCode: ReadonlyMap<string, readonly Failure[]> | undefined;
  const all = (): ReadonlyMap<string, readonly Failure[]> => (byCode ??= groupBy(contract.failures, ({ code }) => code));
  return {
    entry: (operation) => {
      let entry = entries.get(operation);
      if (entry === undefined) entries.set(operation, (entry = createEntry(operation)));
      return entry;
    },
    anywhere: (code) => (code === undefined ? undefined : all().get(code)?.[0]),
    declaring: (code) => (all().get(code) ?? []).map(({ operation }) => operation),
  };
}

function createEntry(operation: Operation): Entry {
  const named = operation.answers.flatMap((answer): NamedExample[] =>
    (answer.content?.examples ?? []).map((example) => ({
      example,
      answer,
      failure: answer.failures.find(({ examples }) => examples.includes(example)),
    })),
  );
  return Object.freeze<Entry>({
    operation,
    failures: groupBy(operation.failures, ({ code }) => code),
    answers: new Map(operation.answers.map((answer) => [answer.status, answer])),
    examples: groupBy(named, ({ example }) => example.name),
    rank: new Map(operation.failures.map(({ code }, index) => [code, index])),
    success: operation.successes.find(({ status }) => status >= 200 && status < 300) ?? operation.successes[0],
  });
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
