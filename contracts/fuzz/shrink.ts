import fc from 'fast-check';
import type { Base } from './bases.js';
import { build, violationsOf, type Case, type Trim } from './cases.js';
import { toRequest, type Draft } from './draft.js';
import { toNode, withPart, type Node, type Path } from './node.js';

/** So many requests are spent on making one finding smaller. */
const PATIENCE = 120;

/**
 * The smallest case that is still wrong in the same way: mutations dropped first, then values, then what the good request can do without.
 *
 * @param isWrong Sends a case and says whether it is wrong as the given one is.
 * @param patience How many cases may be sent.
 */
export async function shrink(start: Case, base: Base, isWrong: (smaller: Case) => Promise<boolean>, patience = PATIENCE): Promise<Case> {
  let left = patience;
  /** Requests that were sent, and whether they show it: another way to come to the same request is no other try. */
  const tried = new Map<string, boolean>();
  let smallest = start;
  const property = fc.asyncProperty(new Smaller(start, base), async (one) => {
    if (one === start) return false;
    const request = writtenOf(one, base);
    if (left <= 0) return true;
    const known = tried.get(request);
    if (known === undefined) left -= 1;
    const wrong = known ?? (await isWrong(one));
    tried.set(request, wrong);
    if (wrong) smallest = one;
    return !wrong;
  });
  await fc.check(property, { numRuns: 1, seed: 0 });
  return smallest;
}

const writtenOf = (one: Case, { draft, values, good }: Base): string => JSON.stringify(build(draft, one, values, good).request);

/** One case, and all that are a step smaller. */
class Smaller extends fc.Arbitrary<Case> {
  readonly #start: Case;
  readonly #base: Base;

  constructor(start: Case, base: Base) {
    super();
    this.#start = start;
    this.#base = base;
  }

  override generate(): fc.Value<Case> {
    return new fc.Value(this.#start, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Case {
    return value !== undefined;
  }

  override shrink(value: Case): fc.Stream<fc.Value<Case>> {
    return fc.stream(smallerThan(value, this.#base)).map((smaller) => new fc.Value(smaller, undefined));
  }
}

/** The cases that are a step smaller, the boldest step first. */
export function* smallerThan(one: Case, { draft, values }: Base): IterableIterator<Case> {
  const { mutations, trims } = one;
  if (mutations.length > 0) yield { ...one, mutations: [] };
  if (mutations.length > 1) for (const mutation of mutations) yield { ...one, mutations: [mutation] };
  for (const [index, mutation] of mutations.entries()) {
    const apart = mutation.apart?.() ?? [];
    if (apart.length > 0) yield { ...one, mutations: mutations.toSpliced(index, 1, ...apart) };
    for (const smaller of mutation.smaller?.() ?? []) yield { ...one, mutations: mutations.with(index, smaller) };
  }
  const trimmed = trims.reduce((from, trim) => trim(from), draft);
  for (const trim of trimsOf(trimmed, mutations)) {
    const { operation } = draft;
    if (violationsOf(operation, toRequest(trim(trimmed)).body, values).length === 0) yield { ...one, trims: [...trims, trim] };
  }
}

/** What a good request can do without and still be one, but for what was changed. */
function* trimsOf(draft: Draft, mutations: Case['mutations']): IterableIterator<Trim> {
  const isChanged = (place: string): boolean =>
    mutations.some(
      (mutation) => mutation.place === place || mutation.place.startsWith(`${place}/`) || mutation.place.startsWith(`${place} `),
    );
  const required = new Set(draft.operation.parameters.filter((parameter) => parameter.required).map(({ name }) => name.toLowerCase()));
  const isNeeded = (name: string): boolean => required.has(name.toLowerCase()) || /^(?:content-type|connection|upgrade|sec-.*)$/.test(name);
  for (const [name] of draft.headers)
    if (!isNeeded(name) && !isChanged(`header ${name}`))
      yield (from) => ({ ...from, headers: from.headers.filter(([other]) => other !== name) });
  for (const [name] of draft.query)
    if (!isNeeded(name) && !isChanged(`query ${name}`))
      yield (from) => ({ ...from, query: from.query.filter(([other]) => other !== name) });
  if (draft.body === undefined) return;
  for (const { path, now } of partsIn(draft.body)) {
    const place = `body ${path.map((step) => `/${step}`).join('')}`;
    if (!isChanged(place)) yield withBody(path, () => undefined);
    else continue;
    // Short texts are easier to read, whatever they say.
    if (now.kind === 'text' && /^"[^$]{4,}"$/.test(now.text)) yield withBody(path, () => toNode('x'));
  }
}

const withBody =
  (path: Path, change: () => Node | undefined): Trim =>
  (draft) =>
    draft.body === undefined ? draft : { ...draft, body: withPart(draft.body, path, change) };

function* partsIn(node: Node, path: Path = []): IterableIterator<{ readonly path: Path; readonly now: Node }> {
  const parts =
    node.kind === 'object' ? node.members : node.kind === 'array' ? node.items.map((item, index) => [index, item] as const) : [];
  for (const [step, part] of parts) yield { path: [...path, step], now: part };
  for (const [step, part] of parts) yield* partsIn(part, [...path, step]);
}
