import { groupBy, jsonPointer, type Contract, type Failure, type Operation } from '../../spec/index.js';
import { errorChanges, requestChanges, successChanges } from './bodies.js';
import { canonical, createShapes, type Shape } from './shape.js';
import { sentence } from './sentences.js';
import { KINDS, SEVERITIES, type Change, type Found } from './types.js';

/** Two contracts, and what their schemas mean. */
export interface Pair {
  readonly before: Contract;
  readonly after: Contract;
  readonly shapeBefore: (schema: unknown) => Shape;
  readonly shapeAfter: (schema: unknown) => Shape;
}

/**
 * What a client of an API has to know of a new contract: every change of its errors, what breaks first.
 *
 * @example
 * diffContracts(await loadContract('old.yaml'), await loadContract('new.yaml')).filter(({ severity }) => severity === 'breaking');
 *
 * Schemas are compared by what they mean: where references, `allOf` or the order of members have moved, nothing has changed.
 * Operations are told by their ids, else by method and path; what changes alike on several operations is one change.
 */
export function diffContracts(before: Contract, after: Contract): Change[] {
  const pair: Pair = { before, after, shapeBefore: createShapes(before), shapeAfter: createShapes(after) };
  const pairs = pairUp(before, after);
  const found = [
    ...wholeChanges(pair),
    ...operationChanges(pair, pairs),
    ...pairs.flatMap(([old, now]) => (old === undefined || now === undefined ? [] : betweenOperations(pair, old, now))),
    ...lostCodes(pair, pairs),
  ];
  return ordered(gather(found, after.envelope));
}

type Pairs = readonly (readonly [old: Operation | undefined, now: Operation | undefined])[];

/** By id; what is left, by method and path, since clients do not see ids. */
function pairUp(before: Contract, after: Contract): Pairs {
  const taken = new Set<Operation>();
  const take = (now: Operation | undefined): Operation | undefined => {
    if (now === undefined || taken.has(now)) return undefined;
    taken.add(now);
    return now;
  };
  const byId = new Map(before.operations.map((old) => [old, take(after.operation(old.id))]));
  const left = before.operations.map((old) => {
    const same = (now: Operation): boolean => !taken.has(now) && now.method === old.method && shapeOf(now.path) === shapeOf(old.path);
    return [old, byId.get(old) ?? take(after.operations.find(same))] as const;
  });
  return [...left, ...after.operations.filter((now) => !taken.has(now)).map((now) => [undefined, now] as const)];
}

/** A path without the names of its parameters, which clients do not see either. */
function shapeOf(path: string): string {
  return path.replaceAll(/\{[^}]*\}/g, '{}');
}

/** What is said once for the whole API. */
function wholeChanges({ before, after }: Pair): Found[] {
  const places = Object.entries(after.envelope).flatMap(([member, to]): Found[] => {
    const from = before.envelope[member as keyof Contract['envelope']];
    if (from === to) return [];
    return [{ kind: 'envelope-moved', at: member, before: from, after: to, pointer: '/x-failpath/envelope' }];
  });
  const refusals = Object.entries({ ...before.refusals, ...after.refusals }).flatMap(([refusal]): Found[] => {
    const [from, to] = [before, after].map(({ refusals: some }) => some[refusal as keyof Contract['refusals']]);
    if (from === to) return [];
    return [{ kind: 'refusal-changed', at: refusal, before: from, after: to, pointer: '/x-failpath/refusals' }];
  });
  const limits = [...new Set([...Object.keys(before.limits), ...Object.keys(after.limits)])].flatMap((limit): Found[] => {
    const [from, to] = [before.limits[limit], after.limits[limit]].map((one) =>
      one === undefined ? undefined : `${one.value} ${one.unit}`,
    );
    if (from === to) return [];
    const place = jsonPointer.join('/x-failpath/limits', limit);
    const changed = from !== undefined && to !== undefined;
    const member = before.limits[limit]?.value === after.limits[limit]?.value ? 'unit' : 'value';
    const pointer = changed ? jsonPointer.join(place, member) : place;
    return [
      {
        kind: from === undefined ? 'limit-added' : to === undefined ? 'limit-removed' : 'limit-changed',
        at: limit,
        before: from,
        after: to,
        pointer,
        old: to === undefined,
      },
    ];
  });
  const webhooks = (contract: Contract): string => canonical([contract.delivery ?? null, contract.webhooks.map(({ name }) => name)]);
  return [
    ...places,
    ...refusals,
    ...limits,
    ...(webhooks(before) === webhooks(after) ? [] : [{ kind: 'webhooks-changed' as const, pointer: '/webhooks' }]),
  ];
}

function operationChanges({ before, after }: Pair, pairs: Pairs): Found[] {
  return pairs.flatMap(([old, now]): Found[] => {
    if (old === undefined) {
      if (now === undefined) return [];
      const added = now.failures
        .filter(({ code }) => !has(before, code))
        .map((failure) => ({ ...told(failure, now), kind: 'code-added' as const }));
      return [{ kind: 'operation-added', operation: now.id, after: called(now), pointer: now.pointer }, ...added];
    }
    if (now === undefined) {
      const gone = old.failures
        .filter(({ code }) => !has(after, code))
        .map((failure) => ({ ...lost(failure, old), kind: 'code-removed' as const }));
      return [{ kind: 'operation-removed', operation: old.id, before: called(old), pointer: old.pointer, old: true }, ...gone];
    }
    const about = { before: called(old), after: called(now), pointer: now.pointer };
    if (called(old) !== called(now)) return [{ kind: 'operation-moved', operation: now.id, ...about }];
    return old.id === now.id ? [] : [{ kind: 'operation-renamed', operation: now.id, before: old.id, after: now.id, pointer: now.pointer }];
  });
}

function called({ method, path }: Operation): string {
  return `${method} ${shapeOf(path)}`;
}

function has({ failures }: Contract, code: string): boolean {
  return failures.some((failure) => failure.code === code);
}

function betweenOperations(pair: Pair, old: Operation, now: Operation): Found[] {
  const codes = [...new Set([...old.failures, ...now.failures].map(({ code }) => code))];
  return [
    ...codes.flatMap((code) => betweenFailures(pair, code, old, now)),
    ...order(old, now),
    ...credentials(old, now),
    ...requestChanges(pair, old, now),
    ...successChanges(pair, old, now),
  ];
}

function betweenFailures(pair: Pair, code: string, old: Operation, now: Operation): Found[] {
  const [from, to] = [old, now].map(({ failures }) => failures.filter((failure) => failure.code === code)) as [Failure[], Failure[]];
  const [first, fresh] = [from[0], to[0]];
  // What is lost is told once the whole API is known.
  if (fresh === undefined) return [];
  if (first === undefined) return to.map((failure) => ({ ...told(failure, now), kind: 'code-added' }));
  const statuses = (some: readonly Failure[]): string => some.map(({ status }) => status).join(' and ');
  const moved: Found[] =
    statuses(from) === statuses(to) ? [] : [{ ...told(fresh, now), kind: 'status-changed', before: statuses(from), after: statuses(to) }];
  const both = to.map((failure) => [from.find(({ status }) => status === failure.status) ?? first, failure] as const);
  return [...moved, ...both.flatMap(([a, b]) => betweenTwo(pair, a, b, now))];
}

function betweenTwo(pair: Pair, from: Failure, to: Failure, operation: Operation): Found[] {
  const about = told(to, operation);
  const change = (kind: Found['kind'], before: string | undefined, after: string | undefined): Found[] =>
    before === after ? [] : [{ ...about, kind, before, after }];
  const causes = (some: Failure, others: Failure): readonly string[] => some.causes.filter((cause) => !others.causes.includes(cause));
  return [
    ...change('content-type-changed', mediaType(from), mediaType(to)),
    ...change('retry-changed', from.retry, to.retry),
    ...change('magic-changed', from.magic, to.magic),
    ...change('wording-changed', canonical([from.title, from.description]), canonical([to.title, to.description])).map((found): Found => ({
      ...found,
      before: from.title,
      after: to.title,
    })),
    ...causes(from, to).map((cause): Found => ({ ...about, kind: 'cause-removed', at: cause })),
    ...causes(to, from).map((cause): Found => ({ ...about, kind: 'cause-added', at: cause })),
    ...headers(from, to).map((found): Found => ({ ...about, ...found })),
    ...errorChanges(pair, from, to, pair.after.envelope.message).map((found): Found => ({ ...about, ...found })),
  ];
}

function mediaType({ answer }: Failure): string | undefined {
  return answer.content?.mediaType.toLowerCase();
}

function headers(from: Failure, to: Failure): Found[] {
  const required = ({ answer }: Failure): string[] =>
    answer.headers.filter((header) => header.required).map(({ name }) => name.toLowerCase());
  const [was, is] = [required(from), required(to)];
  return [
    ...was.filter((name) => !is.includes(name)).map((at): Found => ({ kind: 'header-removed', at, pointer: to.answer.pointer })),
    ...is.filter((name) => !was.includes(name)).map((at): Found => ({ kind: 'header-added', at, pointer: to.answer.pointer })),
  ];
}

/** Which of two faults a request is refused for, as far as both contracts say it. */
function order(old: Operation, now: Operation): Found[] {
  const from = sequences(old).map(({ codes }) => codes);
  const to = sequences(now);
  const shared = (codes: readonly string[], others: readonly string[]): string[] => codes.filter((code) => others.includes(code));
  const swapped = from.flatMap((codes) =>
    to
      .filter((others) => canonical(shared(codes, others.codes)) !== canonical(shared(others.codes, codes)))
      .map((others) => ({ was: shared(codes, others.codes), is: shared(others.codes, codes), placeOf: others.placeOf })),
  );
  const [first] = swapped;
  if (first === undefined) return [];
  const { was, is, placeOf } = first;
  const moved = is.find((code, index) => code !== was[index]);
  const pointer = moved === undefined ? now.pointer : placeOf(moved);
  return [{ kind: 'order-changed', operation: now.id, before: was.join(', '), after: is.join(', '), pointer }];
}

interface Sequence {
  readonly codes: readonly string[];
  /** Where a code of it stands: JSON pointer. */
  placeOf(code: string): string;
}

/** Everything that says which of two faults goes first. */
function sequences({ answers, credentials }: Operation): Sequence[] {
  return [
    ...answers.map(({ failures, pointer: place }): Sequence => ({
      codes: failures.map(({ code }) => code),
      placeOf: (code) => failures.find((failure) => failure.code === code)?.pointer ?? place,
    })),
    ...credentials.map(({ scheme, failures }): Sequence => ({
      codes: failures,
      placeOf: (code) => jsonPointer.join('/components/securitySchemes', scheme, 'x-failures', failures.indexOf(code)),
    })),
  ];
}

function credentials(old: Operation, now: Operation): Found[] {
  const say = ({ credentials: some }: Operation): string =>
    some.length === 0
      ? 'none'
      : some
          .map(({ scheme, scopes }) => [scheme, ...scopes.toSorted()].join(' '))
          .toSorted()
          .join(', or ');
  if (say(old) === say(now)) return [];
  return [{ kind: 'credential-changed', operation: now.id, before: say(old), after: say(now), pointer: now.pointer }];
}

/** Codes that an operation has no more: gone from the whole API, or still there elsewhere. */
function lostCodes({ after }: Pair, pairs: Pairs): Found[] {
  return pairs.flatMap(([old, now]) => {
    if (old === undefined || now === undefined) return [];
    return old.failures
      .filter(({ code }) => !now.failures.some((failure) => failure.code === code))
      .map((failure): Found => ({ ...lost(failure, now), kind: has(after, failure.code) ? 'code-moved' : 'code-removed' }));
  });
}

function told({ code, status, pointer }: Failure, { id }: Operation): Pick<Found, 'operation' | 'code' | 'status' | 'pointer'> {
  return { operation: id, code, status, pointer };
}

function lost(failure: Failure, operation: Operation): Pick<Found, 'operation' | 'code' | 'status' | 'pointer' | 'old'> {
  return { ...told(failure, operation), old: true };
}

/** What is alike on several operations is one change; of the envelope, what is alike for several codes. */
function gather(found: readonly Found[], { details }: Contract['envelope']): Change[] {
  const ofEnvelope = ({ at }: Found): boolean => at?.startsWith('/') === true && at !== details && !at.startsWith(`${details}/`);
  const alike = (one: Found): string => {
    const { kind, code, status, at, before, after } = one;
    const about = ofEnvelope(one) || kind === 'content-type-changed' ? [] : [code, status];
    return canonical([kind, ...about, at, before, after].map((part) => part ?? null));
  };
  const groups = groupBy(found, (one) => (ALONE.has(one.kind) ? `${one.kind} ${one.operation}` : alike(one)));
  return [...groups.values()].map((group): Change => {
    const [first] = group;
    const [severity, remedy] = KINDS[first.kind];
    const operations = [...new Set(group.flatMap(({ operation }) => operation ?? []))];
    const codes = new Set(group.map(({ code }) => code));
    const [code, status] = codes.size > 1 ? [undefined, undefined] : [first.code, first.status];
    return {
      ...{ kind: first.kind, severity, remedy, operations },
      says: sentence({ ...first, code: code ?? `${codes.size} codes` }, operations),
      ...{ code: code ?? null, status: status ?? null, at: first.at ?? null },
      ...{ before: first.before ?? null, after: first.after ?? null },
      ...{ pointer: first.pointer, in: first.old === true ? 'before' : 'after' },
    };
  });
}

/** What is never alike. */
const ALONE: ReadonlySet<string> = new Set(['operation-added', 'operation-removed', 'operation-moved', 'operation-renamed']);

function ordered(changes: readonly Change[]): Change[] {
  const rank = ({ severity }: Change): number => SEVERITIES.indexOf(severity);
  return changes.toSorted((a, b) => rank(a) - rank(b));
}
