import type { Operation, Violation } from '../../spec/index.js';
import { toRequest, type Draft } from './draft.js';
import { causesOf, type Mutation } from './input/index.js';
import { fill, type Values } from './placeholders.js';
import type { Random } from './random.js';
import type { Expectation, FuzzRequest } from './types.js';

/** A request to send: a good one, and what is done to it. */
export interface Case {
  readonly operation: Operation;
  readonly mutations: readonly Mutation[];
  /** What of the good request is left out, found while a finding was made smaller. */
  readonly trims: readonly Trim[];
}

/** Leaves out something of a good request. */
export type Trim = (draft: Draft) => Draft;

/** A case over a base, as it is sent and as it must be answered. */
export interface Built {
  readonly request: FuzzRequest;
  readonly expects: Expectation;
  /** Why it must be refused, where it must: what was done to it, or `body /title maxLength` of the constraints that its body violates. */
  readonly reasons: readonly string[];
}

/**
 * A case as a request, and what must become of it.
 *
 * @param base The good request.
 * @param good Whether the deployment is known to accept it.
 */
export function build(base: Draft, { mutations, trims }: Case, values: Values, good: boolean): Built {
  const trimmed = trims.reduce((draft, trim) => trim(draft), base);
  const draft = mutations.reduce((from, mutation) => mutation.apply(from), trimmed);
  const request = toRequest(draft);
  const reasons = reasonsOf(draft, request, mutations, values);
  return { request, reasons, expects: reasons.length > 0 ? 'refused' : mutations.length === 0 && good ? 'accepted' : 'declared' };
}

function reasonsOf(draft: Draft, request: FuzzRequest, mutations: readonly Mutation[], values: Values): readonly string[] {
  const refused = mutations.filter(({ expects }) => expects === 'refused');
  const credential = refused.filter(({ place }) => place.startsWith('credential'));
  if (credential.length > 0) return [...new Set(credential.flatMap(causesOf))];
  // By another method it is another request, of which the body may be no part.
  if (draft.method !== draft.operation.method) return [];
  const body = mutations.some(({ place }) => place.startsWith('body')) && draft.rewrite.length === 0;
  const broken = body ? brokenBy(draft, request, mutations, values) : [];
  // A value of the wrong type names nothing either.
  const named = refused.filter(({ place }) => !broken.some((constraint) => constraint.startsWith(`${place} `)));
  return [...new Set([...named.flatMap(causesOf), ...broken])];
}

/** Keywords that only say that none of several schemas fits, which is nothing beside what does not fit in them. */
const COMBINING: ReadonlySet<string> = new Set(['oneOf', 'anyOf', 'allOf', 'not']);

/** Which constraints refuse a body beyond doubt: extra members are nobody's harm, and formats have more than one reading. */
function brokenBy({ operation }: Draft, { body }: FuzzRequest, mutations: readonly Mutation[], values: Values): readonly string[] {
  const format = mutations.some(({ breaksFormat }) => breaksFormat === true);
  const broken = violationsOf(operation, body, values).filter(
    ({ keyword }) => keyword !== 'additionalProperties' && keyword !== 'unevaluatedProperties' && (keyword !== 'format' || format),
  );
  const own = broken.filter(({ keyword }) => !COMBINING.has(keyword));
  return (own.length > 0 ? own : broken).map(({ pointer, keyword }) => `body ${pointer === '' ? '/' : pointer} ${keyword}`);
}

/** What the schema holds against a body as it is written. */
export function violationsOf(operation: Operation, body: string | undefined, values: Values): readonly Violation[] {
  const content = operation.body?.json;
  if (content === undefined || body === undefined) return [];
  return content.validate(read(fill(body, values, 'body')));
}

/** A number beyond all that a parser keeps is still a number. */
function read(text: string): unknown {
  // What a parser hands on for each part goes as deep as the text does, which may be too deep.
  if (!/e\+?\d{3}|\d{300}/i.test(text) || text.includes('['.repeat(100))) return JSON.parse(text);
  return JSON.parse(text, (_, value: unknown) => (value === Infinity ? Number.MAX_VALUE : value === -Infinity ? -Number.MAX_VALUE : value));
}

/**
 * All cases of operations in the order of a seed: first the good request of each, then one mutation at a time, the kinds of them in
 * turn so that a short run has seen some of everything, then pairs without an end.
 *
 * @example
 * for (const one of casesOf(tried, createRandom(7))) console.log(one.mutations.map(({ says }) => says));
 */
export function* casesOf(
  tried: readonly { readonly operation: Operation; readonly mutations: readonly Mutation[] }[],
  random: Random,
): Generator<Case> {
  for (const { operation } of tried) yield { operation, mutations: [], trims: [] };
  const single = tried.flatMap(({ operation, mutations }) => mutations.map((mutation) => ({ operation, mutation })));
  const turns = new Map<string, number>();
  const inTurn = random.shuffled(single).map((one, place) => {
    const kind = `${one.operation.id} ${one.mutation.family}`;
    const turn = turns.get(kind) ?? 0;
    turns.set(kind, turn + 1);
    return { ...one, turn, place };
  });
  inTurn.sort((a, b) => a.turn - b.turn || a.place - b.place);
  for (const { operation, mutation } of inTurn) yield { operation, mutations: [mutation], trims: [] };
  const several = tried.filter(({ mutations }) => mutations.length > 1);
  if (several.length === 0) return;
  for (let count = 0; ; count++) {
    const { operation, mutations } = several[random.below(several.length)] as (typeof several)[number];
    // Good requests in between show that the deployment still is what it was.
    if (count % 50 === 0) yield { operation, mutations: [], trims: [] };
    const first = mutations[random.below(mutations.length)] as Mutation;
    const second = mutations[random.below(mutations.length)] as Mutation;
    if (areApart(first, second)) yield { operation, mutations: [first, second], trims: [] };
  }
}

/** Whether two changes can be made at once, both be seen, and still be judged. */
function areApart(first: Mutation, second: Mutation): boolean {
  const [a, b] = [first.place, second.place];
  const are = (one: RegExp, other: RegExp): boolean => (one.test(a) && other.test(b)) || (one.test(b) && other.test(a));
  if (a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)) return false;
  // The whole body is what its parts are in, and what is rewritten as a whole has none.
  if (are(/^body$/, /^body/) || are(/^body text$|^content-encoding$/, /^body/)) return false;
  // Of a member that comes twice, the other one may be the one that counts.
  if ([first, second].some(({ family }) => family === 'duplicate') && are(/^body/, /^body/)) return false;
  // Another path or method may be another operation's, which may be open to everybody.
  return !are(/^credential/, /^(?:credential|path|method)/);
}
