import { BODY_SCHEMA, explains, nameOf, type Cause } from './causes.js';
import type { Elsewhere, Finding } from './types.js';
import { groupBy } from '../../spec/index.js';

/** A cause, with what was found of it so far. */
export interface Entry {
  readonly cause: Cause;
  /** The smallest of what was seen. */
  finding: Finding;
  times: number;
  readonly also: Elsewhere[];
}

/** So many constraints of one body that are all ignored are one thing ignored: the schema. */
const MANY = 3;

/**
 * What a run has found once it is over, and what is one cause after all told as one: what a plainer finding explains, and a body whose
 * schema nobody looks at.
 *
 * @param isUpheld Whether the operation has refused a body for its schema at least once.
 */
export function merged(entries: readonly Entry[], isUpheld: (operation: string) => boolean): readonly Finding[] {
  return alike(asWholes(explained(entries), isUpheld)).map(({ finding, times, also }) => ({
    ...finding,
    times,
    ...(also.length === 0 ? {} : { also }),
  }));
}

/** Without what is explained by another one that needs less to be done to a request, at the same operations. */
function explained(entries: readonly Entry[]): readonly Entry[] {
  const kept = new Map(entries.map((entry) => [entry, { ...entry }]));
  for (const entry of entries.toSorted((a, b) => b.cause.parts.length - a.cause.parts.length)) {
    const plainer = entries.find((one) => one !== entry && kept.has(one) && isPlainer(one, entry));
    const into = plainer === undefined ? undefined : kept.get(plainer);
    if (into === undefined) continue;
    into.times += kept.get(entry)?.times ?? 0;
    kept.delete(entry);
  }
  return [...kept.values()];
}

function isPlainer(one: Entry, other: Entry): boolean {
  const operations = operationsOf(one);
  return explains(one.cause, other.cause) && operationsOf(other).every((operation) => operations.includes(operation));
}

const operationsOf = ({ finding, also }: Entry): readonly string[] => [finding.operation, ...also.map(({ operation }) => operation)];

/** Where no constraint of a body was ever upheld, they are told as one; at other operations of which that is true as well. */
function asWholes(entries: readonly Entry[], isUpheld: (operation: string) => boolean): readonly Entry[] {
  const ofBodies = entries.filter(({ cause: { kind, parts, scope } }) => {
    const isBody = parts.length > 0 && parts.every((part) => /^body(?: \/|$)/.test(part));
    return (kind === 'accepted' || kind === 'server-error' || kind === 'no-answer') && isBody && !isUpheld(scope);
  });
  const wholes = [...groupBy(ofBodies, ({ cause: { kind, seen } }) => `${kind} ${seen}`).values()].filter(({ length }) => length >= MANY);
  return entries.flatMap((entry) => {
    const whole = wholes.find((group) => group.includes(entry));
    if (whole === undefined) return [entry];
    return whole[0] === entry ? [asWhole(whole)] : [];
  });
}

function asWhole(group: readonly Entry[]): Entry {
  const ofOperations = [...groupBy(group, ({ finding }) => finding.operation).values()].toSorted((a, b) => b.length - a.length);
  const [own = []] = ofOperations;
  const [first] = own.toSorted((a, b) => a.finding.curl.length - b.finding.curl.length);
  if (first === undefined) throw new Error('a whole of nothing');
  const parts = [...new Set(own.flatMap(({ cause }) => cause.parts))].map(
    (part) => part.replace(/^body(?: \/ )?/, '').trim() || 'all of it',
  );
  const cause: Cause = { ...first.cause, scope: '*', parts: [BODY_SCHEMA] };
  const { operation } = first.finding;
  const isAccepted = first.cause.kind === 'accepted';
  const fails = first.cause.kind === 'no-answer' ? 'gives no answer to' : 'fails on';
  const what = isAccepted ? 'does not hold its body against its schema' : `${fails} whatever breaks the schema of its body`;
  return {
    cause,
    also: ofOperations.slice(1).flatMap(([one]) => (one === undefined ? [] : elsewhereOf(one.finding))),
    times: group.reduce((sum, { times }) => sum + times, 0),
    finding: {
      ...first.finding,
      cause: nameOf(cause),
      says: `${operation} ${what} (${parts.length} ways were tried: ${parts.toSorted().join(', ')}): ${first.finding.says}`,
      remedy: isAccepted ? 'Hold the body against its schema before anything is done with it.' : first.finding.remedy,
    },
  };
}

/** The same request to several operations, with the same effect, is one thing wrong with all of them. */
function alike(entries: readonly Entry[]): readonly Entry[] {
  const groups = groupBy(entries, ({ cause: { kind, seen, parts }, finding: { requests } }) => {
    const [request, ...more] = requests;
    const isWhole = parts.includes(BODY_SCHEMA);
    if (request === undefined || more.length > 0) return {};
    const { headers, body, target, as } = request;
    const query = /\?.*/s.exec(target)?.[0];
    return JSON.stringify([
      kind,
      seen,
      isWhole ? BODY_SCHEMA : [headers, body, query, as, parts.filter((part) => !part.startsWith('body'))],
    ]);
  });
  return [...groups].map(([, [first, ...others]]) => {
    if (first === undefined) throw new Error('a group of nothing');
    if (others.length === 0) return first;
    const also = others.flatMap(({ finding, also: more }) => [...elsewhereOf(finding), ...more]);
    const known = new Set([first.finding.operation]);
    return {
      ...first,
      times: [first, ...others].reduce((sum, { times }) => sum + times, 0),
      also: [...first.also, ...also].filter(({ operation }) => known.size !== known.add(operation).size),
    };
  });
}

/** A finding as one of those that another one names beside its own. */
export function elsewhereOf({ operation, requests: [request], expects, replay }: Finding): readonly Elsewhere[] {
  if (request === undefined) return [];
  return [{ operation, request, ...(expects === undefined ? {} : { expects }), ...(replay === undefined ? {} : { replay }) }];
}
